"""Did somebody sign in this cell? Signed, empty, or a person looks.

What the ink of each cell says by itself (`own_ink.py`) is held against those above and below it, and
against what lies on the lines between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from processors.attendance.dirt import rings_in, without_stripes
from processors.attendance.lines import PX, along_lines, without_lines
from processors.attendance.marks import Mark, is_stamped, length_of, marks_in
from processors.attendance.own_ink import EMPTY_BELOW, OWN, SIGNED_FROM, Column, is_straight, read_own_ink
from processors.attendance.seen import Cell, Seen, Why
from processors.dossiers.ink import darker
from processors.scans.readings import Gray

_CRUMBS = 3  # specks beyond twice those of the sheet's cleaner cells: of a pen's line that a scan broke
_FLOURISH, _FLAT = 3.0, 2.0  # mm beside a signature to which a stroke under it reaches; its height
_EDGE = 0.25  # of a cell's height: what lies so near an empty cell may be of it
_NEXT = 1.0  # mm from a cell: what makes no signature in the next one may be its own


def read_cells(table: Gray, edges: Sequence[float], sides: tuple[float, float]) -> list[Cell]:
    """The cells between these level lines (mm down the picture), in the column between these upright ones.

    `table`: the part of the sheet about the column, straightened, at `PX`.
    """
    table = without_stripes(table, sides)
    dark = darker(table, PX)
    ink = without_lines(dark, edges, sides)
    rings = rings_in(table, ink, edges)
    if rings:
        dark[np.any([ring.own for ring in rings], axis=0)] = 0
        ink = without_lines(dark, edges, sides)
    labels, marks, crumbs = marks_in(table, ink, edges, sides)
    column = Column(table, labels, marks, edges, sides)
    cells = [read_own_ink(column, row) for row in range(len(edges) - 1)]
    for line, *run in along_lines(dark, edges, sides):
        for row, other in ((line - 1, line), (line, line - 1)):
            inside = 0 <= row < len(cells) and cells[row].seen is Seen.EMPTY
            if inside and not (0 <= other < len(cells) and _underlined(cells, marks, other, run)):
                cells[row] = _shared(cells[row])
    for row, cell in enumerate(cells):
        if cell.why is Why.LITTLE and _is_flourish(cells, marks, row, edges):
            cells[row] = replace(cell, seen=Seen.EMPTY, why=None)
        if cell.seen is Seen.EMPTY and any(_is_of_nobody(cells, mark, row, edges) for mark in marks):
            cells[row] = _shared(cell)
    usual = float(np.percentile(crumbs, 25))
    for row, cell in enumerate(cells):
        if cell.seen is Seen.EMPTY and crumbs[row] > _CRUMBS + 2 * usual:
            cells[row] = replace(cell, seen=Seen.UNSURE, why=Why.FAINT)
        if any(ring.touched[round(edges[row] * PX) : round(edges[row + 1] * PX)].any() for ring in rings):
            cells[row] = _shared(cell)
    told = _beside(cells, marks, edges)
    stamped = {near for row, cell in enumerate(told) if cell.why is Why.STAMP for near in (row - 1, row + 1)}
    return [cell if row in stamped else _of_own_ink(cell, column, row) for row, cell in enumerate(told)]


def _shared(cell: Cell) -> Cell:
    return replace(cell, seen=Seen.UNSURE, why=Why.SHARED)


def _of_own_ink(cell: Cell, column: Column, row: int) -> Cell:
    """The same, with whether the ink in doubt is a pen's of this cell: no trace, no stroke, no stamp.

    Beside a neighbour's ink it is as much as a signature has.
    """
    least = {Why.LITTLE: EMPTY_BELOW, Why.SHARED: SIGNED_FROM}.get(cell.why or Why.BOTH)
    own = [mark for mark in column.marks if mark.shares[row] >= OWN]
    if least is None or cell.length < least or is_stamped(own) or is_straight(column, own):
        return cell
    return replace(cell, why=Why.PEN if cell.why is Why.LITTLE else Why.OVER)


def _underlined(cells: Sequence[Cell], marks: Sequence[Mark], row: int, run: Sequence[int]) -> bool:
    """Whether a stroke along a line, from where to where, is under or over the signature of this cell."""
    if cells[row].seen is not Seen.SIGNED:
        return False
    own = [mark.box for mark in marks if mark.home == row and mark.length > 2.0]
    left, right = min(box[0] for box in own), max(box[0] + box[2] for box in own)
    return left - _FLOURISH * PX < run[0] and run[1] < right + _FLOURISH * PX


def _is_flourish(cells: Sequence[Cell], marks: Sequence[Mark], row: int, edges: Sequence[float]) -> bool:
    """Whether all that is in a cell is a stroke at its edge, under or over a neighbour's signature."""
    own = [mark for mark in marks if mark.home == row and mark.length > 0.6]
    if len(own) != 1 or own[0].box[3] > _FLAT * PX:
        return False
    x, y, w, h = own[0].box
    off = (y + h / 2) / PX - edges[row], edges[row + 1] - (y + h / 2) / PX
    other = row - 1 if off[0] < off[1] else row + 1
    near = min(off) < _EDGE * (edges[row + 1] - edges[row])
    return near and 0 <= other < len(cells) and _underlined(cells, marks, other, (x, x + w))


def _is_of_nobody(cells: Sequence[Cell], mark: Mark, row: int, edges: Sequence[float]) -> bool:
    """Whether a mark comes to this cell from one where it makes no signature either."""
    if abs(mark.home - row) != 1 or mark.length < SIGNED_FROM:
        return False
    top, bottom = mark.box[1] / PX, (mark.box[1] + mark.box[3]) / PX
    gap = edges[row] - bottom if mark.home < row else top - edges[row + 1]
    return gap < _NEXT and cells[mark.home].why in (Why.LITTLE, Why.SHARED)


def _beside(cells: list[Cell], marks: Sequence[Mark], edges: Sequence[float]) -> list[Cell]:
    """The same, but that a signature on the line to another cell may be of either."""
    told = list(cells)
    for row, cell in enumerate(cells):
        if cell.seen is not Seen.SIGNED:
            continue
        own = [mark for mark in marks if mark.home == row and mark.length > 2.0]
        whole = length_of(own)
        middle = sum(mark.length * (mark.box[1] + mark.box[3] / 2) / PX for mark in own) / max(whole, 1.0)
        near = _EDGE * (edges[row + 1] - edges[row])
        for other, off in ((row - 1, middle - edges[row]), (row + 1, edges[row + 1] - middle)):
            if off < near and 0 <= other < len(cells):
                told[row] = _shared(cell)
                if cells[other].seen is not Seen.SIGNED:
                    told[other] = _shared(cells[other])
    return told
