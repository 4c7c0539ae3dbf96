"""Questions with two boxes, as people and programs tick them: drawn, typed, in cells, as controls."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import docx
import openpyxl
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from openpyxl.styles import Font
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from specimens.dossiers.sheets import Rng, Sheet

_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)


@dataclass(frozen=True)
class Question:
    """`ticked`: of each of the two labels."""

    heading: str
    field: str
    labels: tuple[str, str]
    ticked: tuple[bool, bool]


@dataclass(frozen=True)
class Variant:
    """A way to tick; `tells`: whether it says anything (bold letters alone do not); `kind` of its file."""

    name: str
    kind: str
    draw: Callable[[Rng, Question], bytes]
    tells: bool = True


def variants() -> Iterator[Variant]:
    """Every way that is drawn here."""
    for name, draw in _DRAWN.items():
        for where in ("before", "after", "stacked", "grid"):
            yield Variant(f"{name} {where}", "pdf", partial(_drawn, draw, where))
    for name, over in _OVER.items():
        yield Variant(name, "pdf", partial(_drawn, over, "none"))
    yield Variant("form box", "pdf", partial(_form, radio=False))
    yield Variant("form radio", "pdf", partial(_form, radio=True))
    for full, void in map(tuple, _GLYPHS):
        yield Variant(f"glyph {full}{void}", "docx", partial(_typed, _glyph(full), _glyph(void), False))
        yield Variant(f"glyph {full}{void} after", "docx", partial(_typed, _glyph(full), _glyph(void), True))
    for font, full, void in _SYMBOLS:
        called = f"{font} {full}/{void}"
        yield Variant(
            f"symbol {called}", "docx", partial(_typed, _symbol(font, full), _symbol(font, void), False)
        )
        yield Variant(
            f"letter {called}", "docx", partial(_typed, _letter(font, full), _letter(font, void), False)
        )
    yield Variant("legacy field", "docx", partial(_typed, _legacy(True), _legacy(False), False))
    yield Variant("legacy field after", "docx", partial(_typed, _legacy(True), _legacy(False), True))
    yield Variant("content control", "docx", partial(_typed, _control(True), _control(False), False))
    for how in ("strike", "double strike", "bold", "highlight"):
        yield Variant(how, "docx", partial(_emphasis, how), tells="strike" in how)
    for name, cells in _CELLS.items():
        if name not in _NOT_TYPED:
            yield Variant(f"table {name}", "docx", partial(_table, cells))
        yield Variant(f"cells {name}", "xlsx", partial(_workbook, cells))
    yield Variant("cells struck", "xlsx", partial(_struck_cells, False))
    yield Variant("cells partly struck", "xlsx", partial(_struck_cells, True))
    for modern in (False, True):
        for text in (False, True):
            name = f"control {'2010' if modern else '97'} {'with its text' if text else 'over a cell'}"
            yield Variant(name, "xlsx", partial(_controls, modern, text))


# --- drawn on a page -------------------------------------------------------------------------------------

_Pen = Callable[[Sheet, float, float, float, bool], None]
"""Draws a box of this size (mm), ticked or not, with its top left at x, y."""


def _square(sheet: Sheet, x: float, y: float, side: float) -> None:
    sheet.canvas.setLineWidth(float(sheet.rng.uniform(0.4, 1.2)))
    sheet.canvas.rect(x * mm, (297 - y - side) * mm, side * mm, side * mm)


def _stroke(sheet: Sheet, *points: tuple[float, float]) -> None:
    sheet.canvas.setLineWidth(float(sheet.rng.uniform(0.5, 1.6)))
    for (x1, y1), (x2, y2) in pairwise(points):
        sheet.canvas.line(x1 * mm, (297 - y1) * mm, x2 * mm, (297 - y2) * mm)


def _crossed(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    _square(sheet, x, y, side)
    if ticked:
        _stroke(sheet, (x, y), (x + side, y + side))
        _stroke(sheet, (x + side, y), (x, y + side))


def _by_pen(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    """A cross that goes beyond the box, and stands a little beside it."""
    _square(sheet, x, y, side)
    if ticked:
        off, more = float(sheet.rng.uniform(-0.5, 0.5)), float(sheet.rng.uniform(0.2, 1.2))
        _stroke(sheet, (x - more + off, y - more), (x + side + more + off, y + side + more))
        _stroke(sheet, (x + side + more + off, y - more), (x - more + off, y + side + more))


def _checked(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    _square(sheet, x, y, side)
    if ticked:
        _stroke(sheet, (x + 0.15 * side, y + 0.5 * side), (x + 0.4 * side, y + 0.85 * side), (x + side, y))


def _filled(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    _square(sheet, x, y, side)
    if ticked:
        inset = float(sheet.rng.choice([0.0, 0.2])) * side
        side -= 2 * inset
        sheet.canvas.rect((x + inset) * mm, (297 - y - inset - side) * mm, side * mm, side * mm, fill=1)


def _round(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    sheet.canvas.setLineWidth(0.7)
    middle = (x + side / 2) * mm, (297 - y - side / 2) * mm
    sheet.canvas.circle(*middle, side / 2 * mm)
    if ticked:
        sheet.canvas.circle(*middle, side * 0.25 * mm, fill=1)


def _lined(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    """Four lines instead of a rectangle, as some programs print them."""
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y))
    _stroke(sheet, *corners)
    if ticked:
        _stroke(sheet, (x, y), (x + side, y + side))
        _stroke(sheet, (x + side, y), (x, y + side))


def _dingbats(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    sheet.canvas.setFont("ZapfDingbats", side * mm)
    sheet.canvas.drawString(x * mm, (297 - y - side) * mm, "■" if ticked else "❏")


_DRAWN: dict[str, _Pen] = {
    "crossed": _crossed, "by pen": _by_pen, "checked": _checked, "filled": _filled, "round": _round,
    "lined": _lined, "dingbats": _dingbats,
}  # fmt: skip


def _ring(sheet: Sheet, x: float, y: float, wide: float, ticked: bool) -> None:
    if ticked:
        sheet.canvas.setLineWidth(1)
        sheet.canvas.ellipse((x - 2) * mm, (297 - y - 1.8) * mm, (x + wide + 2) * mm, (297 - y + 4.6) * mm)


def _through(sheet: Sheet, x: float, y: float, wide: float, ticked: bool) -> None:
    """A line through what does not apply."""
    if not ticked:
        _stroke(sheet, (x - 0.4, y - 1.3), (x + wide + 0.4, y - 1.3))


def _lone_cross(sheet: Sheet, x: float, y: float, wide: float, ticked: bool) -> None:
    if ticked:
        _stroke(sheet, (x - 5.5, y - 3.2), (x - 2.5, y + 0.3))
        _stroke(sheet, (x - 2.5, y - 3.2), (x - 5.5, y + 0.3))


_OVER: dict[str, _Pen] = {"ring": _ring, "line through": _through, "lone cross": _lone_cross}


def _drawn(pen: _Pen, where: str, rng: Rng, asked: Question) -> bytes:
    sheet = _begun(rng, asked)
    size = float(rng.uniform(8, 11))
    side = float(rng.uniform(2.4, 4.2))
    x, y = sheet.left, sheet.y
    sheet.text(f"{asked.field} :", size, x=x)
    x += stringWidth(f"{asked.field} : ", sheet.face, size) / mm + float(rng.uniform(2, 30))
    if where == "grid":
        sheet.box(x - 3, y - 6, 0.5 * (200 - x), 9)
        sheet.box(x - 3 + 0.5 * (200 - x), y - 6, 0.5 * (200 - x), 9)
    left = x
    for label, ticked in zip(asked.labels, asked.ticked, strict=True):
        wide = stringWidth(label, sheet.face, size) / mm
        gap = float(rng.uniform(0.6, 2.0))
        if where == "after":
            sheet.text(label, size, x=x)
            pen(sheet, x + wide + gap, y - side + 0.5, side, ticked)
        elif where == "none":
            sheet.text(label, size, x=x)
            pen(sheet, x, y, wide, ticked)
        else:
            pen(sheet, x, y - side + 0.5, side, ticked)
            sheet.text(label, size, x=x + side + gap)
        if where == "stacked":
            y += 7
            sheet.y = y
        elif where == "grid":
            x = left + 0.5 * (200 - left)
        else:
            x += wide + side + gap + float(rng.uniform(5, 14))
    sheet.y += 9
    return _ended(sheet)


def _begun(rng: Rng, asked: Question) -> Sheet:
    sheet = Sheet(rng)
    sheet.line("BTS SERVICES INFORMATIQUES AUX ORGANISATIONS    SESSION 2026", 10, centred=True)
    sheet.line(asked.heading, 12, centred=True, bold=True)
    sheet.y += 4
    sheet.line("Nom et prénom : MARTIN Zoé    N° candidat : 02500000011", 9)
    sheet.y += 4
    return sheet


def _ended(sheet: Sheet) -> bytes:
    sheet.y += 4
    sheet.line("Parc de la salle 12    09/2025 à 11/2025    X", 9)
    sheet.line("Annuaire et sauvegarde    01/2026 à 02/2026", 9)
    return sheet.file()


def _form(rng: Rng, asked: Question, *, radio: bool) -> bytes:
    sheet = _begun(rng, asked)
    form, x = sheet.canvas.acroForm, sheet.left
    sheet.text(f"{asked.field} :", 10)
    x += 40
    for k, (label, ticked) in enumerate(zip(asked.labels, asked.ticked, strict=True)):
        place = {"x": x * mm, "y": (297 - sheet.y) * mm, "size": 11, "borderWidth": 0.7}
        if radio and not all(asked.ticked):  # a group of radio buttons has one answer at most
            form.radio(name="choix", value=f"v{k}", selected=ticked, **place)
        else:
            form.checkbox(name=f"case{k}", checked=ticked, **place)
        sheet.text(label, 10, x=x + 6)
        x += 40
    sheet.y += 9
    return _ended(sheet)


# --- typed in a word processor ---------------------------------------------------------------------------

_GLYPHS = ("☒☐", "☑☐", "▣▢", "■□", "●○", "◉○", "⨂○", "⊗○", "⬛⬜", "✓☐", "✔▢", "✗☐", "✘□", "☑□", "◉◯")
_SYMBOLS = (
    *(
        ("Wingdings", full, void)
        for full, void in (("þ", "¨"), ("ý", "¨"), ("x", "o"), ("n", "q"), ("ü", "o"))
    ),
    *(("Wingdings 2", full, "£") for full in "RST"),
    ("Webdings", "a", "c"),
)
_Run = Callable[[], list[str]]
"""The runs of a mark, as WordprocessingML."""


def _glyph(text: str) -> _Run:
    return lambda: [f"<w:r {_W}><w:t>{text}</w:t></w:r>"]


def _symbol(font: str, letter: str) -> _Run:
    return lambda: [f'<w:r {_W}><w:sym w:font="{font}" w:char="F0{ord(letter):02X}"/></w:r>']


def _letter(font: str, letter: str) -> _Run:
    """The letter itself, in that font: so do people who choose the font by hand."""
    fonts = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr>'
    return lambda: [f"<w:r {_W}>{fonts}<w:t>{letter}</w:t></w:r>"]


def _legacy(ticked: bool) -> _Run:
    """A form field of Word 97, which Word still makes."""
    state = "<w:checked/>" if ticked else ""
    box = f'<w:checkBox><w:sizeAuto/><w:default w:val="0"/>{state}</w:checkBox>'
    return lambda: [
        f'<w:r {_W}><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="c"/><w:enabled/>{box}'
        "</w:ffData></w:fldChar></w:r>",
        f'<w:r {_W}><w:instrText xml:space="preserve"> FORMCHECKBOX </w:instrText></w:r>',
        f'<w:r {_W}><w:fldChar w:fldCharType="separate"/></w:r>',
        f'<w:r {_W}><w:fldChar w:fldCharType="end"/></w:r>',
    ]


def _control(ticked: bool) -> _Run:
    """A content control of Word 2010."""
    state, glyph = (1, "☒") if ticked else (0, "☐")
    return lambda: [
        f'<w:sdt {_W}><w:sdtPr><w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox></w:sdtPr>'
        f'<w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="MS Gothic" w:hAnsi="MS Gothic"/></w:rPr>'
        f"<w:t>{glyph}</w:t></w:r></w:sdtContent></w:sdt>"
    ]


def _typed(full: _Run, void: _Run, after: bool, rng: Rng, asked: Question) -> bytes:
    document = _document(asked)
    paragraph = document.add_paragraph(f"{asked.field} : ")
    for label, ticked in zip(asked.labels, asked.ticked, strict=True):
        runs = (full if ticked else void)()
        if after:
            paragraph.add_run(f"{label} ")
        for run in runs:
            paragraph._p.append(parse_xml(run))
        paragraph.add_run("     " if after else f" {label}     ")
    return _saved(document)


def _emphasis(how: str, rng: Rng, asked: Question) -> bytes:
    document = _document(asked)
    paragraph = document.add_paragraph(f"{asked.field} : ")
    for k, (label, ticked) in enumerate(zip(asked.labels, asked.ticked, strict=True)):
        if k:
            paragraph.add_run(" / ")
        run = paragraph.add_run(label)
        if how == "strike" and not ticked:
            run.font.strike = True
        if how == "double strike" and not ticked:
            run.font.double_strike = True
        run.bold = True if how == "bold" and ticked else None
        if how == "highlight" and ticked:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return _saved(document)


def _table(cells: _Cells, rng: Rng, asked: Question) -> bytes:
    """The cells of a spreadsheet as a table with rules."""
    document = _document(asked)
    rows = [list(row) for row in cells(asked)]
    wide = max(map(len, rows))
    table = document.add_table(rows=len(rows), cols=wide, style="Table Grid")
    for row, line in zip(rows, table.rows, strict=True):
        for part, cell in zip(row, line.cells, strict=False):
            cell.text = "" if part is None else str(part)
    return _saved(document)


def _document(asked: Question) -> docx.document.Document:
    document = docx.Document()
    document.add_paragraph("BTS SERVICES INFORMATIQUES AUX ORGANISATIONS    SESSION 2026")
    document.add_paragraph(asked.heading)
    document.add_paragraph("Nom et prénom : MARTIN Zoé    N° candidat : 02500000011")
    return document


def _saved(document: docx.document.Document) -> bytes:
    document.add_paragraph("Parc de la salle 12")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# --- in cells --------------------------------------------------------------------------------------------

_Cells = Callable[[Question], Sequence[Sequence[object]]]


def _marks(asked: Question, full: object = "X", void: object = None) -> tuple[object, object]:
    first, last = (full if ticked else void for ticked in asked.ticked)
    return first, last


def _in_cell(asked: Question, full: str, void: str, after: bool = False) -> list[str]:
    pairs = zip(_marks(asked, full, void), asked.labels, strict=True)
    return [f"{label} {mark}".strip() if after else f"{mark} {label}".strip() for mark, label in pairs]


def _alternate(asked: Question, after: bool, full: object = "X", void: object = None) -> list[object]:
    pairs = zip(_marks(asked, full, void), asked.labels, strict=True)
    return [part for mark, label in pairs for part in ((label, mark) if after else (mark, label))]


_CELLS: dict[str, _Cells] = {
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


_NOT_TYPED = ("truth before", "truth after")


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


def _workbook(cells: _Cells, rng: Rng, asked: Question) -> bytes:
    book = _book(asked)
    for row in cells(asked):
        book.active.append(list(row))
    return _kept(book)


def _struck_cells(partly: bool, rng: Rng, asked: Question) -> bytes:
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


def _controls(modern: bool, text: bool, rng: Rng, asked: Question) -> bytes:
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
