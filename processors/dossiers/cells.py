"""The rows of a workbook as lines, with its check boxes of every generation written as ☒ or ☐.

Boxes are cells of truth values (Excel 365), or controls that lie over cells: every program writes those as
VML, with their place, their text and whether they are ticked. A text box says what it holds in the cell that
it begins in. Text that is struck through is none.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import openpyxl
from lxml import etree  # type: ignore[import-untyped]
from openpyxl.cell.rich_text import CellRichText, TextBlock

from processors.dossiers.files import UnreadableError
from processors.dossiers.layout import Line, Page
from processors.dossiers.marks import EMPTY, TICKED, mark_of

_MAX_ROWS, _MAX_COLUMNS, _MAX_SHEETS = 2000, 60, 20
_MAX_PART = 20_000_000  # bytes of a part that is looked at here
_ROW = 20  # pixels: an Excel row's height, by which a control lies more in one row or in the next
_LEADS = re.compile(rb'\bHYPERLINK\((?:"|&quot;)(.+?)(?:"|&quot;)')
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)

Place = tuple[int, int]
"""Row and column, from 0."""


def sheets_of(data: bytes) -> Iterator[Page]:
    """A page for each sheet that says anything. UnreadableError when the workbook is protected or broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, rich_text=True)
    except Exception as error:  # openpyxl raises many kinds on broken files
        raise UnreadableError("classeur endommagé ou protégé") from error
    for number, sheet in enumerate(book.worksheets[:_MAX_SHEETS], start=1):
        try:
            path = getattr(sheet, "_worksheet_path", "")
            hidden, controls, links, inline = _over_the_cells(data, path)
            lines = tuple(_lines(sheet, hidden, controls, inline))
        except Exception as error:
            raise UnreadableError("classeur endommagé") from error
        if lines:
            yield Page(number, 0.0, 0.0, lines, "cells", links=links)


def _lines(
    sheet: Any, hidden: set[Place], controls: Mapping[Place, list[str]], inline: Mapping[Place, CellRichText]
) -> Iterator[Line]:
    cells = enumerate(sheet.iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS))
    rows = [[_cell(cell, inline.get((at, k))) for k, cell in enumerate(row)] for at, row in cells]
    rows += [[]] * (min(_MAX_ROWS, 1 + max((row for row, _ in controls), default=-1)) - len(rows))
    wide = max((k + 1 for row in rows for k, cell in enumerate(row) if cell), default=0)
    for at, row in enumerate(rows):
        yield from _line(at, row[:wide], hidden, controls)


def _line(
    row: int, said: list[str], hidden: set[Place], controls: Mapping[Place, list[str]]
) -> Iterator[Line]:
    wide = max([len(said), *(column + 1 for at, column in controls if at == row)])
    said += [""] * (wide - len(said))
    cells = tuple(
        " ".join([*controls[row, column], said[column].strip()])
        if (row, column) in controls
        else said[column]
        for column in range(wide)
        if (row, column) not in hidden or (row, column) in controls
    )
    cells = tuple(part for cell in cells for part in cell.split("\t"))
    if any(cell.strip() for cell in cells):
        yield Line((), "\t".join(cell for cell in cells if cell.strip()), cells)


def _cell(cell: Any, inline: CellRichText | None) -> str:
    """What it says, tabs where it is spaced out into parts; a blank where nothing stands in a frame."""
    value = inline or cell.value
    if value is None:
        border = getattr(cell, "border", None)  # cells that are not in the file have none
        sides = (border.left, border.right) if border is not None else ()
        # of Google's workbooks, a border may have no such side at all
        return " " if sides and all(side is not None and side.style for side in sides) else ""
    if isinstance(value, CellRichText):
        value = "".join(
            _in_font(part.text, part.font.rFont) if isinstance(part, TextBlock) else part
            for part in value
            if not (isinstance(part, TextBlock) and part.font.strike)
        )
    elif cell.font is not None and cell.font.strike:
        return ""
    elif isinstance(value, str) and cell.font is not None:
        value = _in_font(value, cell.font.name)
    if isinstance(value, bool):
        return TICKED if value else EMPTY
    if hasattr(value, "strftime"):
        return str(value.strftime("%d/%m/%Y"))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "\t".join(" ".join(part.split()) for part in re.split(r"(?<=\S) {3,}(?=\S)", str(value)))


def _in_font(said: str, font: str | None) -> str:
    """With the boxes that a symbol font makes of its letters."""
    return "".join(mark_of(letter, font or "") or letter for letter in said)


def _over_the_cells(
    data: bytes, path: str
) -> tuple[set[Place], dict[Place, list[str]], tuple[str, ...], dict[Place, CellRichText]]:
    """Cells that a merged one hides, what lies over cells says, at its own, where it leads to, and cells
    whose text stands in them in several fonts.
    """
    leads: list[str] = []
    hidden: set[Place] = set()
    controls: dict[Place, list[str]] = defaultdict(list)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        path = path.lstrip("/")
        sheet = _part(archive, path)
        for first, last in _merged(sheet):
            hidden |= {
                (row, column)
                for row in range(first[0], min(last[0], _MAX_ROWS) + 1)
                for column in range(first[1], min(last[1], _MAX_COLUMNS) + 1)
            } - {first}
        folder, name = posixpath.split(path)
        links = _tree(_part(archive, f"{folder}/_rels/{name}.rels"))
        for link in links if links is not None else ():
            kind, target = str(link.get("Type", "")).rpartition("/")[2], str(link.get("Target", ""))
            if kind == "hyperlink":
                leads.append(target)
            elif kind in _OVER:
                part = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
                for place, text in _OVER[kind](_part(archive, part)):
                    controls[place].append(text)
        leads += [html.unescape(said.decode("utf-8", "replace")) for said in _LEADS.findall(sheet)]
    return hidden, controls, tuple(leads), dict(_inline(sheet))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name) if archive.getinfo(name).file_size <= _MAX_PART else b""
    except KeyError:
        return b""


def _tree(part: bytes) -> Any:
    return etree.fromstring(part, _PARSER) if part else None


def _inline(sheet: bytes) -> Iterator[tuple[Place, CellRichText]]:
    """openpyxl 3.1 reads such cells without their fonts, where it reads row by row."""
    root = _tree(sheet) if b"inlineStr" in sheet and b"rPr>" in sheet else None
    for cell in root.iter("{*}c") if root is not None else ():
        said = cell.find("{*}is")
        if said is not None and cell.get("r") and said.find("{*}r/{*}rPr") is not None:
            yield _place(cell.get("r")), CellRichText.from_tree(said)


def _merged(sheet: bytes) -> Iterator[tuple[Place, Place]]:
    for ref in re.findall(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"', sheet):
        first, last = ref.decode().split(":")
        yield _place(first), _place(last)


def _place(name: str) -> Place:
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", name).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(row) - 1, column - 1


def _controls(vml: bytes) -> Iterator[tuple[Place, str]]:
    """Check boxes and option buttons of a sheet's drawing: the cell that each lies in, and what it says."""
    root = _tree(vml)
    for shape in root.iter("{*}shape") if root is not None else ():
        data = next(shape.iter("{*}ClientData"), None)
        if data is None or data.get("ObjectType") not in ("Checkbox", "Radio"):
            continue
        said = {etree.QName(node).localname: (node.text or "").strip() for node in data}
        sides = [int(float(side)) for side in said.get("Anchor", "").split(",") if side.strip()]
        if len(sides) != 8:
            continue
        left, _, top, above, _, _, bottom, below = sides
        row = bottom if bottom > top and below > _ROW - above else top
        mark = TICKED if said.get("Checked", "0") == "1" else EMPTY
        texts = (" ".join(box.itertext()) for box in shape.iter("{*}textbox"))
        yield (row, left), " ".join([mark, *" ".join(texts).split()])


def _text_boxes(drawing: bytes) -> Iterator[tuple[Place, str]]:
    """Shapes with text: the cell that each begins in, and what it says."""
    root = _tree(drawing)
    for anchor in root if root is not None else ():
        begin = anchor.find("{*}from")
        said = " ".join(
            "".join(run.text or "" for run in paragraph.iter("{*}t"))
            for body in anchor.iter("{*}txBody")
            for paragraph in body.iter("{*}p")
        )
        if begin is not None and said.strip():
            row, column = (int(begin.findtext(f"{{*}}{name}", "0")) for name in ("row", "col"))
            yield (row, column), " ".join(said.split())


_OVER = {"vmlDrawing": _controls, "drawing": _text_boxes}
"""What lies over the cells of a sheet, by the name of its relation to it."""
