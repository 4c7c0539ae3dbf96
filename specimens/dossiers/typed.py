"""Pages typed in an office program: paragraphs with tabs and pictures, as .docx or .odt."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import docx
from docx.enum.text import WD_BREAK
from docx.shared import Mm, Pt
from PIL import Image

from specimens.dossiers import ink
from specimens.dossiers.sheets import Rng, Sheet

_SAME_ROW = 12.0  # mm between pictures that stand beside each other
_SPACES = (
    *((name, name) for name in ("office", "style", "text")),
    ("draw", "drawing"),
    ("fo", "xsl-fo-compatible"),
    ("svg", "svg-compatible"),
)


@dataclass(frozen=True)
class _Item:
    """A text or a picture, placed as on a `Sheet`."""

    page: int
    y: float
    x: float
    text: str
    size: float
    bold: bool
    picture: Image.Image | None = None


class Typed(Sheet):
    """The same sheet, typed: rows become paragraphs, columns tabs. `kind`: docx or odt."""

    def __init__(self, rng: Rng, kind: str) -> None:
        super().__init__(rng)
        self.kind = kind
        self._items: list[_Item] = []

    def text(
        self, text: str, size: float = 11, x: float | None = None, centred: bool = False, bold: bool = False
    ) -> None:
        left = 60.0 if centred else self.left if x is None else x
        self._items.append(_Item(self.page, self.y, left, text, size, bold))

    def box(self, x: float, y: float, w: float, h: float) -> None:
        """Nobody draws frames about what is typed."""

    def place(self, picture: Image.Image, x: float, y: float) -> None:
        self._items.append(_Item(self.page, y, x, "", 0, False, picture))

    def turn_page(self) -> None:
        self.y = 20.0
        self.page += 1

    def file(self) -> bytes:
        return self._docx() if self.kind == "docx" else self._odt()

    def _rows(self) -> Iterator[list[_Item]]:
        row: list[_Item] = []
        for item in sorted(self._items, key=lambda item: (item.page, item.y)):
            near = _SAME_ROW if item.picture and row and row[0].picture else 0.1
            if row and (item.page != row[0].page or item.y - row[0].y > near):
                yield sorted(row, key=lambda item: item.x)
                row = []
            row.append(item)
        if row:
            yield sorted(row, key=lambda item: item.x)

    def _docx(self) -> bytes:
        document = docx.Document()
        section = document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = section.top_margin = Mm(self.left)
        page = 0
        for row in self._rows():
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            if row[0].page > page:
                page = row[0].page
                paragraph.add_run().add_break(WD_BREAK.PAGE)
            for item in row:
                if item.x > self.left + 1:
                    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(item.x - self.left))
                    paragraph.add_run("\t")
                run = paragraph.add_run(item.text)
                run.bold = item.bold
                if item.picture:
                    run.add_picture(ink.png(item.picture), width=Mm(ink.size_mm(item.picture)[0]))
                else:
                    run.font.size = Pt(item.size)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    def _odt(self) -> bytes:
        styles, body = list[str](), list[str]()
        pictures: list[tuple[str, bytes]] = []
        page = 0
        for k, row in enumerate(self._rows()):
            stops = "".join(
                f'<style:tab-stop style:position="{item.x - self.left:.1f}mm"/>'
                for item in row
                if item.x > self.left + 1
            )
            fresh = ' fo:break-before="page"' if row[0].page > page else ""
            page = row[0].page
            size = max([item.size for item in row if item.size] or [11])
            bold = ' fo:font-weight="bold"' if any(item.bold for item in row) else ""
            styles.append(
                f'<style:style style:name="P{k}" style:family="paragraph">'
                f'<style:paragraph-properties fo:margin-bottom="1mm"{fresh}><style:tab-stops>{stops}'
                f"</style:tab-stops></style:paragraph-properties>"
                f'<style:text-properties fo:font-size="{size}pt"{bold}/></style:style>'
            )
            inside = ""
            for item in row:
                inside += "<text:tab/>" if item.x > self.left + 1 else ""
                inside += escape(item.text)
                if item.picture:
                    name = f"Pictures/{len(pictures)}.png"
                    pictures.append((name, ink.png(item.picture).getvalue()))
                    w, h = ink.size_mm(item.picture)
                    extent = f'svg:width="{w:.1f}mm" svg:height="{h:.1f}mm"'
                    inside += (
                        f'<draw:frame text:anchor-type="as-char" {extent}>'
                        f'<draw:image xlink:href="{name}"/></draw:frame>'
                    )
            body.append(f'<text:p text:style-name="P{k}">{inside}</text:p>')
        return _odf("".join(styles), "".join(body), pictures)


def _odf(styles: str, body: str, pictures: list[tuple[str, bytes]]) -> bytes:
    """OpenDocument 1.2: a mimetype first and not compressed, a manifest, the content."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{short}="{urn}:{name}:1.0"' for short, name in _SPACES)
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} '
        'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.text"
    entries = [("/", mime), ("content.xml", "text/xml"), *((name, "image/png") for name, _ in pictures)]
    manifest = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in entries
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", mime, zipfile.ZIP_STORED)
        made.writestr("content.xml", content)
        made.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest manifest:version="1.2" '
            f'xmlns:manifest="{urn}:manifest:1.0">{manifest}</manifest:manifest>',
        )
        for name, data in pictures:
            made.writestr(name, data)
    return out.getvalue()
