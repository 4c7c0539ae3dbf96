"""Questions with two boxes in spreadsheets: cells, truth values, struck words, controls laid over cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import openpyxl
from openpyxl.styles import Font

from benchmarks.drawn.question import Question
from specimens.dossiers.sheets import Rng

Cells = Callable[[Question], Sequence[Sequence[object]]]


def _marks(asked: Question, full: object = "X", void: object = None) -> tuple[object, object]:
    first, last = (full if ticked else void for ticked in asked.ticked)
    return first, last


def _in_cell(asked: Question, full: str, void: str, after: bool = False) -> list[str]:
    pairs = zip(_marks(asked, full, void), asked.labels, strict=True)
    return [f"{label} {mark}".strip() if after else f"{mark} {label}".strip() for mark, label in pairs]


def _alternate(asked: Question, after: bool, full: object = "X", void: object = None) -> list[object]:
    pairs = zip(_marks(asked, full, void), asked.labels, strict=True)
    return [part for mark, label in pairs for part in ((label, mark) if after else (mark, label))]


CELLS: dict[str, Cells] = {
    "X in the label's": lambda q: [[f"{q.field} :", *_in_cell(q, "X", "▢")]],
    "X alone in the label's": lambda q: [[f"{q.field} :", *_in_cell(q, "X", "")]],
    "☒ in the label's": lambda q: [[f"{q.field} :", *_in_cell(q, "☒", "☐")]],
    "■ after, in the label's": lambda q: [[f"{q.field} :", *_in_cell(q, "■", "□", after=True)]],
    "one cell": lambda q: [[f"{q.field} : {'   '.join(_in_cell(q, '☑', '☐'))}"]],
    "[x]": lambda q: [[f"{q.field} :", *_in_cell(q, "[x]", "[ ]")]],
    "(X) after": lambda q: [[f"{q.field} :", *_in_cell(q, "(X)", "( )", after=True)]],
    "X before": lambda q: [[f"{q.field} :", *_alternate(q, after=False)]],
    "X after": lambda q: [[f"{q.field} :", *_alternate(q, after=True)]],
    "x before, apart": lambda q: [[f"{q.field} :", None, *_alternate(q, after=False, full="x")]],
    "truth before": lambda q: [[f"{q.field} :", *_alternate(q, after=False, full=True, void=False)]],
    "truth after": lambda q: [[f"{q.field} :", *_alternate(q, after=True, full=True, void=False)]],
    "X below": lambda q: [[f"{q.field} :", *q.labels], [None, *_marks(q)]],
    "X beside, stacked": lambda q: [
        [f"{q.field} :", q.labels[0], _marks(q)[0]],
        [None, q.labels[1], _marks(q)[1]],
    ],
}  # fmt: skip


NOT_TYPED = ("truth before", "truth after")


def _book(asked: Question) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in (
        ["BTS SERVICES INFORMATIQUES AUX ORGANISATIONS", None, None, "SESSION 2026"],
        [asked.heading],
        ["Nom et prénom :", "MARTIN Zoé", None, "N° candidat :", "02500000011"],
    ):
        book.active.append(row)
    return book


def _kept(book: openpyxl.Workbook) -> bytes:
    book.active.append(["Parc de la salle 12", "09/2025 à 11/2025", "X"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(cells: Cells, rng: Rng, asked: Question) -> bytes:
    book = _book(asked)
    for row in cells(asked):
        book.active.append(list(row))
    return _kept(book)


def struck_cells(partly: bool, rng: Rng, asked: Question) -> bytes:
    book = _book(asked)
    if partly:
        book.active.append(["RICH"])
        runs = (
            f"<r>{'' if ticked else '<rPr><strike/></rPr>'}<t>{label}</t></r>"
            for label, ticked in zip(asked.labels, asked.ticked, strict=True)
        )
        rich = '<r><t xml:space="preserve"> / </t></r>'.join(runs)
        start = f'<r><t xml:space="preserve">{asked.field} : </t></r>'
        strings = f'<sst xmlns="{_MAIN}" count="1" uniqueCount="1"><si>{start}{rich}</si></sst>'
        return _patched(_kept(book), partial(_shared, "RICH"), {"xl/sharedStrings.xml": strings})
    book.active.append([f"{asked.field} :", *asked.labels])
    for cell, ticked in zip(book.active[book.active.max_row][1:], asked.ticked, strict=False):
        cell.font = Font(strike=not ticked)
    return _kept(book)


def controls(modern: bool, text: bool, rng: Rng, asked: Question) -> bytes:
    """Check boxes of Excel laid over cells; since 2010 they are kept a second time, as parts of their own."""
    book = _book(asked)
    row = book.active.max_row
    book.active.append([f"{asked.field} :", *([] if text else _alternate(asked, after=False, full=None))])
    data = _kept(book)
    shapes, parts, listed, links = "", {}, "", ""
    for k, (label, ticked) in enumerate(zip(asked.labels, asked.ticked, strict=True)):
        column = 1 + k * (1 if text else 2)
        said = f'<v:textbox><div style="text-align:left"><font face="Tahoma">{label}</font></div></v:textbox>'
        anchor = f"{column}, 4, {row}, 1, {column + 1}, 2, {row}, 18"
        shapes += (
            f'<v:shape id="_x0000_s{1025 + k}" type="#_x0000_t201" style="position:absolute">'
            f"{said if text else ''}"
            '<x:ClientData ObjectType="Checkbox"><x:SizeWithCells/>'
            f"<x:Anchor>{anchor}</x:Anchor>{'<x:Checked>1</x:Checked>' if ticked else ''}"
            "<x:TextVAlign>Center</x:TextVAlign></x:ClientData></v:shape>"
        )
        state = 'checked="Checked" ' if ticked else ""
        parts[f"xl/ctrlProps/ctrlProp{k + 1}.xml"] = (
            '<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
            f'objectType="CheckBox" {state}lockText="1" noThreeD="1"/>'
        )
        listed += (
            f'<control shapeId="{1025 + k}" r:id="rId1{k}" name="Case {k}"><controlPr><anchor>'
            f"<from>{_corner(column, row)}</from><to>{_corner(column + 1, row + 1)}</to>"
            "</anchor></controlPr></control>"
        )
        links += (
            f'<Relationship Id="rId1{k}" Type="{_REL}ctrlProp" Target="../ctrlProps/ctrlProp{k + 1}.xml"/>'
        )
    vml = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel">{shapes}</xml>'
    )
    links = links if modern else ""
    added = {
        "xl/drawings/vmlDrawing1.vml": vml,
        "xl/worksheets/_rels/sheet1.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_REL}vmlDrawing" Target="../drawings/vmlDrawing1.vml"/>{links}'
            "</Relationships>"
        ),
        **(parts if modern else {}),
    }
    drawing = f'<legacyDrawing xmlns:r="{_REL[:-1]}" r:id="rId1"/>'
    spaces = (
        f'xmlns:r="{_REL[:-1]}" '
        'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    )
    controls = f"<controls {spaces}>{listed}</controls>" if modern else ""
    types = (
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        + "".join(
            f'<Override PartName="/{part}" ContentType="application/vnd.ms-excel.controlproperties+xml"/>'
            for part in (parts if modern else ())
        )
    )

    def with_them(name: str, part: str) -> str:
        if name == "xl/worksheets/sheet1.xml":
            return part.replace("</worksheet>", f"{drawing}{controls}</worksheet>")
        return part.replace("</Types>", f"{types}</Types>") if name == "[Content_Types].xml" else part

    return _patched(data, with_them, added)


def _patched(data: bytes, change: Callable[[str, str], str], added: Mapping[str, str] | None = None) -> bytes:
    """The archive with its XML parts changed, and parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(name, part.decode()) if name.endswith((".xml", ".rels")) else part)
        for name, text in (added or {}).items():
            new.writestr(name, text)
    return out.getvalue()


def _corner(column: int, row: int) -> str:
    places = (("col", column), ("colOff", 0), ("row", row), ("rowOff", 0))
    return "".join(f"<xdr:{name}>{at}</xdr:{name}>" for name, at in places)


def _shared(said: str, name: str, part: str) -> str:
    """With a cell's text among the shared ones, where Excel keeps it; openpyxl leaves it in the cell."""
    if name == "xl/_rels/workbook.xml.rels":
        link = f'<Relationship Id="rId99" Type="{_REL}sharedStrings" Target="sharedStrings.xml"/>'
        return part.replace("</Relationships>", f"{link}</Relationships>")
    if name == "[Content_Types].xml":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        link = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>'
        return part.replace("</Types>", f"{link}</Types>")
    return part.replace(f't="inlineStr"><is><t>{said}</t></is>', 't="s"><v>0</v>')


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
