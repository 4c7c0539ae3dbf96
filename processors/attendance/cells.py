"""Did somebody sign in this cell? Signed, empty, or a person looks.

The measure is the length of the pen's strokes, as for signatures of dossiers (`dossiers/ink.py`). Beside how
much ink there is, it counts whose it is: what comes over from a neighbour's cell, what lies across several,
and what no hand signs with (a stroke, a cross) never makes anybody present.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from processors.attendance.dirt import rings_in, without_stripes
from processors.attendance.letters import Absent, read_absent
from processors.attendance.lines import PX, along_lines, without_lines
from processors.attendance.marks import Mark, extent_of, height_of, is_stamped, marks_in, within
from processors.attendance.strokes import straight_strokes
from processors.codes import Coded
from processors.dossiers.ink import darker
from processors.scans.readings import Gray, Line

SIGNED_FROM = 12.0
"""mm of strokes of one's own that make a signature, if they are `_WIDE`: see docs/attendance.md."""
EMPTY_BELOW = 1.6
"""mm of strokes, of one's own or not, that dust leaves."""
_DUST = 0.9  # the same of one's own alone: more a one-bit scan may leave of an initial
_WIDE = 4.5  # mm, the longer side of a signature
_CRUMBS = 3  # specks beyond twice those of the sheet's cleaner cells: of a pen's line that a scan broke
_FLOURISH, _FLAT = 3.0, 2.0  # mm beside a signature to which a stroke under it reaches; its height
_SOLID = 0.15  # share of a blot, a stain
_FAINT = 0.36  # of the print's darkness: under it, ink of the other side or a shadow
_PALE = 1.6  # mm of faint strokes: somebody looks
_OWN = 0.6  # of a mark's ink in one cell: it is of that cell
_TALL = 1.6  # cells: what is taller is a stamp, a stain, a stroke through the list
_OVER = 0.55  # of a cell's height: so far a neighbour's letters reach at most
_OVER_MM = 16.0  # of strokes that they bring
_EDGE = 0.25  # of a cell's height: what lies so near an empty cell may be of it
_NEXT = 1.0  # mm from a cell: what makes no signature in the next one may be its own
_EDGE_OF = 0.2  # of a cell's height, at its top and its bottom: alone there, ink makes no signature
_BROAD = 10.0  # mm of a stamp, a signature that lies across several cells: its place is known
_LOW, _WAVES = 2.8, 1.4  # mm; lengths of its strokes to its own: no higher and no more, a wavy line
_STRAIGHT = 0.88  # share of the ink on two straight strokes at most: a cross, a line
_STROKES, _ACROSS = 0.97, 0.6  # the same, and share of the cell's width: it is crossed out
_PIECES = 4  # a cross or a line is made of, at most


class Seen(StrEnum):
    """What a cell says."""

    SIGNED = "signed"
    EMPTY = "empty"
    UNSURE = "unsure"


class Why(Coded):
    """Why a person is asked; `said`: in French."""

    LITTLE = "little", "Trop peu d’encre pour une signature, trop pour une case vide."
    PEN = "pen", "Quelques traits de plume, trop courts pour une signature."
    STROKES = "strokes", "Un trait ou une croix, et rien d’autre."
    STRUCK = "struck", "Un trait barre ce qui est écrit."
    SHARED = "shared", "L’encre est à cheval sur plusieurs cases."
    OVER = "over", "La case porte de l’encre à elle, mêlée à celle d’une case voisine."
    BLOT = "blot", "Une tache ou un aplat, et non une signature."
    STAMP = "stamp", "Un tampon, et non une signature."
    FAINT = "faint", "De l’encre pâle, peut-être celle de l’autre face."
    LETTERS = "letters", "Quelques lettres, comme « ABS », et non une signature."
    ABS = "abs", "« ABS », à moins que ce ne soient le nom ou les initiales du candidat."
    DIFFERENT = "different", "Deux numérisations, ou la liste déposée, disent autre chose."
    BOTH = "both", "La case « Absent » est cochée, et la case de signature porte de l’encre."
    UNTICKED = (
        "unticked",
        "La case est vide, mais « Absent » n’est pas coché, et le noir et blanc peut perdre une encre pâle.",
    )
    COPY_HERE = "copy_here", "La case est vide, mais une copie de ce candidat est arrivée."


@dataclass(frozen=True)
class Cell:
    """`length`: mm of strokes that are of this cell; `why`: where it is unsure, or empty in spite of ink.

    `line`: what is written, where it may say that somebody was absent; `ticked`: the box beside it is.
    """

    seen: Seen
    length: float
    why: Why | None = None
    line: Line | None = field(default=None, repr=False, compare=False)
    ticked: bool = False


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
    along = along_lines(dark, edges, sides)
    labels, marks, crumbs = marks_in(table, ink, edges, sides)
    cells = [_cell(table, labels, marks, row, edges, sides) for row in range(len(edges) - 1)]
    for line, *run in along:
        for row, other in ((line - 1, line), (line, line - 1)):
            inside = 0 <= row < len(cells) and cells[row].seen is Seen.EMPTY
            if inside and not (0 <= other < len(cells) and _underlined(cells, marks, other, run)):
                cells[row] = replace(cells[row], seen=Seen.UNSURE, why=Why.SHARED)
    for row, cell in enumerate(cells):
        if cell.why is Why.LITTLE and _is_flourish(cells, marks, row, edges):
            cells[row] = replace(cell, seen=Seen.EMPTY, why=None)
        if cell.seen is Seen.EMPTY and any(_is_of_nobody(cells, mark, row, edges) for mark in marks):
            cells[row] = replace(cell, seen=Seen.UNSURE, why=Why.SHARED)
    usual = float(np.percentile(crumbs, 25))
    for row, cell in enumerate(cells):
        if cell.seen is Seen.EMPTY and crumbs[row] > _CRUMBS + 2 * usual:
            cells[row] = replace(cell, seen=Seen.UNSURE, why=Why.FAINT)
        if any(ring.touched[round(edges[row] * PX) : round(edges[row + 1] * PX)].any() for ring in rings):
            cells[row] = replace(cell, seen=Seen.UNSURE, why=Why.SHARED)
    told = _beside(cells, marks, edges)
    stamped = {near for row, cell in enumerate(told) if cell.why is Why.STAMP for near in (row - 1, row + 1)}
    whose = [[mark for mark in marks if mark.shares[row] >= _OWN] for row in range(len(told))]
    return [cell if k in stamped else _of_own_ink(cell, labels, whose[k]) for k, cell in enumerate(told)]


def _of_own_ink(cell: Cell, labels: NDArray[np.int32], own: Sequence[Mark]) -> Cell:
    """The same, with whether the ink in doubt is a pen's of this cell: no trace, no stroke, no stamp.

    Beside a neighbour's ink it is as much as a signature has. `own`: the marks of this cell.
    """
    least = {Why.LITTLE: EMPTY_BELOW, Why.SHARED: SIGNED_FROM}.get(cell.why or Why.BOTH)
    if least is None or cell.length < least or is_stamped(own):
        return cell
    if straight_strokes(np.isin(labels, [mark.index for mark in own]))[0] > _STRAIGHT:
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


def _cell(
    table: Gray,
    labels: NDArray[np.int32],
    marks: Sequence[Mark],
    row: int,
    edges: Sequence[float],
    sides: tuple[float, float],
) -> Cell:
    high = edges[row + 1] - edges[row]
    here = [
        mark
        for mark in marks
        if mark.shares[row] * mark.length > 0.6 and sides[0] < (mark.box[0] + mark.box[2] / 2) / PX < sides[1]
    ]
    tall = [mark for mark in here if mark.box[3] > _TALL * high * PX]
    own = [mark for mark in here if mark not in tall and mark.shares[row] >= _OWN]
    others = [mark for mark in here if mark not in own and mark not in tall]
    blots = [mark for mark in own if mark.solid > _SOLID]
    faint = [mark for mark in own if mark.dark < _FAINT and mark not in blots]
    good = [
        mark
        for mark in own
        if mark not in blots
        and mark not in faint
        and not any(within(mark, one) and one.dark > 0.65 * mark.dark for one in tall)
    ]
    length = sum(mark.length for mark in good)
    brought = [mark for mark in others if mark.home != row and not _reaches(mark, row, edges)]
    shared = [mark for mark in others if mark not in brought]
    darkest = max((mark.dark for mark in good), default=1.0)
    over = any(mark.dark > 0.65 * darkest and _meets(mark, good) for mark in tall)
    middle = (edges[row] + edges[row + 1]) / 2
    inner = [m for m in good if abs((m.box[1] + m.box[3] / 2) / PX - middle) < (0.5 - _EDGE_OF) * high]
    enough = sum(mark.length for mark in inner) >= SIGNED_FROM and extent_of(inner) >= _WIDE * PX
    if enough and not over:
        rows = slice(max(0, round(edges[row] * PX) - 8), round(edges[row + 1] * PX) + 8)
        straight, struck = straight_strokes(np.isin(labels[rows], [mark.index for mark in good]))
        bold = [mark for mark in good if mark.dark > 0.65 * darkest]
        if straight > _STROKES and extent_of(inner) > _ACROSS * (sides[1] - sides[0]) * PX and not others:
            return Cell(Seen.EMPTY, length, Why.STROKES)
        for some in (inner, bold):
            if len(some) < len(good) and sum(mark.length for mark in some) > length / 2:
                mask = np.isin(labels[rows], [mark.index for mark in some])
                straight = max(straight, straight_strokes(mask)[0])
        if height_of(good) < _LOW * PX and length * PX < _WAVES * extent_of(good):
            return Cell(Seen.UNSURE, length, Why.STROKES)
        if straight > _STRAIGHT and sum(mark.length > 1.5 for mark in inner) <= _PIECES:
            return Cell(Seen.UNSURE, length, Why.STROKES)
        if struck:
            return Cell(Seen.UNSURE, length, Why.STRUCK)
        if is_stamped(good) or is_stamped([*good, *others]):
            return Cell(Seen.UNSURE, length, Why.STAMP)
        line, says = _says(table, labels, good)
        if says is Absent.NO and len(inner) < len(good):  # a neighbour's stroke beside it
            line, says = _says(table, labels, inner)
            says = Absent.NO if says is Absent.NO else Absent.MAYBE
        if says is Absent.NO:
            return Cell(Seen.SIGNED, length)
        return Cell(Seen.EMPTY if says is Absent.YES else Seen.UNSURE, length, Why.LETTERS, line)
    foreign = sum(mark.length * mark.shares[row] for mark in (*tall, *shared))
    if foreign > EMPTY_BELOW:
        return Cell(Seen.UNSURE, length, Why.SHARED)
    if blots:
        return Cell(Seen.UNSURE, length, Why.BLOT)
    if length > _DUST:
        return Cell(Seen.UNSURE, length, Why.LITTLE)
    if sum(mark.length for mark in faint) > _PALE:
        return Cell(Seen.UNSURE, length, Why.FAINT)
    if sum(mark.length * mark.shares[row] for mark in brought) > _OVER_MM:
        return Cell(Seen.UNSURE, length, Why.SHARED)
    return Cell(Seen.EMPTY, length)


def _says(table: Gray, labels: NDArray[np.int32], marks: Sequence[Mark]) -> tuple[Line | None, Absent]:
    return read_absent(
        table, labels, [(mark.index, mark.box) for mark in marks], sum(mark.length for mark in marks)
    )


def _beside(cells: list[Cell], marks: Sequence[Mark], edges: Sequence[float]) -> list[Cell]:
    """The same, but that a signature on the line to another cell may be of either."""
    told = list(cells)
    for row, cell in enumerate(cells):
        if cell.seen is not Seen.SIGNED:
            continue
        own = [mark for mark in marks if mark.home == row and mark.length > 2.0]
        whole = sum(mark.length for mark in own)
        middle = sum(mark.length * (mark.box[1] + mark.box[3] / 2) / PX for mark in own) / max(whole, 1.0)
        near = _EDGE * (edges[row + 1] - edges[row])
        for other, off in ((row - 1, middle - edges[row]), (row + 1, edges[row + 1] - middle)):
            if off < near and 0 <= other < len(cells):
                told[row] = replace(cell, seen=Seen.UNSURE, why=Why.SHARED)
                if cells[other].seen is not Seen.SIGNED:
                    told[other] = replace(cells[other], seen=Seen.UNSURE, why=Why.SHARED)
    return told


def _reaches(mark: Mark, row: int, edges: Sequence[float]) -> bool:
    """Whether a neighbour's mark comes so far into this cell that it may be this cell's own."""
    if abs(mark.home - row) != 1 or mark.shares[mark.home] < _OWN:
        return True
    top, bottom = mark.box[1] / PX, (mark.box[1] + mark.box[3]) / PX
    deep = bottom - edges[row] if mark.home < row else edges[row + 1] - top
    return deep > _OVER * (edges[row + 1] - edges[row])


def _meets(tall: Mark, marks: Sequence[Mark]) -> bool:
    """Whether what lies across several cells is over or about these marks; of a thin one nobody knows."""
    x, y, w, h = tall.box
    return w < _BROAD * PX or any(
        x - PX < mark.box[0] + mark.box[2]
        and mark.box[0] < x + w + PX
        and y - PX < mark.box[1] + mark.box[3]
        and mark.box[1] < y + h + PX
        for mark in marks
    )
