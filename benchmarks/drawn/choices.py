"""Questions with two boxes, as people and programs tick them: drawn, in forms, typed, in cells."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from benchmarks.drawn.choices_in_cells import CELLS, NOT_TYPED, Cells, controls, struck_cells, workbook
from benchmarks.drawn.question import Question
from specimens.dossiers.sheets import Rng, Sheet

_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)


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
    for name, cells in CELLS.items():
        if name not in NOT_TYPED:
            yield Variant(f"table {name}", "docx", partial(_table, cells))
        yield Variant(f"cells {name}", "xlsx", partial(workbook, cells))
    yield Variant("cells struck", "xlsx", partial(struck_cells, False))
    yield Variant("cells partly struck", "xlsx", partial(struck_cells, True))
    for modern in (False, True):
        for text in (False, True):
            name = f"control {'2010' if modern else '97'} {'with its text' if text else 'over a cell'}"
            yield Variant(name, "xlsx", partial(controls, modern, text))


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


def _hasty(sheet: Sheet, x: float, y: float, side: float, ticked: bool) -> None:
    """A check that touches a corner of the box, and goes on over what is about it."""
    _square(sheet, x, y, side)
    if ticked:
        down = float(sheet.rng.uniform(0.75, 1.0)) * side
        _stroke(
            sheet,
            (x - 0.3 * side, y + 0.5 * side),
            (x + 0.2 * side, y + down + 0.3),
            (x + 1.2 * side, y - 0.7 * side),
        )


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
    "crossed": _crossed, "by pen": _by_pen, "checked": _checked, "hasty": _hasty, "filled": _filled,
    "round": _round, "lined": _lined, "dingbats": _dingbats,
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


def _table(cells: Cells, rng: Rng, asked: Question) -> bytes:
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
