"""What the ink of one cell says, before those beside it are asked.

The measure is the length of the pen's strokes, as for signatures of dossiers (`dossiers/ink.py`). Beside how
much ink there is, it counts whose it is: what comes over from a neighbour's cell, what lies across several,
and what no hand signs with (a stroke, a cross) never makes anybody present.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from processors.attendance.letters import Absent, read_absent
from processors.attendance.lines import PX
from processors.attendance.marks import Mark, extent_of, height_of, is_stamped, length_of, within
from processors.attendance.seen import Cell, Seen, Why
from processors.attendance.strokes import straight_strokes
from processors.scans.readings import Gray, Line

SIGNED_FROM = 12.0
"""mm of strokes of one's own that make a signature, if they are `_WIDE`: see docs/attendance.md."""
EMPTY_BELOW = 1.6
"""mm of strokes, of one's own or not, that dust leaves."""
OWN = 0.6
"""Share of a mark's ink in one cell from which it is of that cell."""
_DUST = 0.9  # the same of one's own alone: more a one-bit scan may leave of an initial
_WIDE = 4.5  # mm, the longer side of a signature
_SOLID = 0.15  # share of a blot, a stain
_FAINT = 0.36  # of the print's darkness: under it, ink of the other side or a shadow
_PALE = 1.6  # mm of faint strokes: somebody looks
_PAST = 0.65  # of the darkness of what it lies on: under it, what lies across several cells is another ink
_TALL = 1.6  # cells: what is taller is a stamp, a stain, a stroke through the list
_OVER = 0.55  # of a cell's height: so far a neighbour's letters reach at most
_OVER_MM = 16.0  # of strokes that they bring
_EDGE_OF = 0.2  # of a cell's height, at its top and its bottom: alone there, ink makes no signature
_BROAD = 10.0  # mm of a stamp, a signature that lies across several cells: its place is known
_LOW, _WAVES = 2.8, 1.4  # mm; lengths of its strokes to its own: no higher and no more, a wavy line
_STRAIGHT = 0.88  # share of the ink on two straight strokes at most: a cross, a line
_STROKES, _ACROSS = 0.97, 0.6  # the same, and share of the cell's width: it is crossed out
_PIECES = 4  # a cross or a line is made of, at most


@dataclass(frozen=True)
class Column:
    """The cells of a list below each other: the picture at `PX`, its ink, and the lines about them in mm."""

    table: Gray
    labels: NDArray[np.int32]
    marks: Sequence[Mark]
    edges: Sequence[float]
    sides: tuple[float, float]

    def height(self, row: int) -> float:
        return self.edges[row + 1] - self.edges[row]

    def ink_of(self, marks: Sequence[Mark]) -> NDArray[np.bool_]:
        return np.isin(self.labels, [mark.index for mark in marks])


def read_own_ink(column: Column, row: int) -> Cell:
    """What the ink in one cell of the column says by itself."""
    ink = _Ink(column, row)
    return _signature(ink) if ink.is_enough else _too_little(ink)


def is_straight(column: Column, marks: Sequence[Mark]) -> bool:
    """Whether these are a cross or a line, and hardly anything else."""
    return straight_strokes(column.ink_of(marks))[0] > _STRAIGHT


@dataclass(frozen=True)
class _Ink:
    """The ink in one cell, by what it may be."""

    column: Column
    row: int

    @cached_property
    def here(self) -> list[Mark]:
        left, right = self.column.sides
        return [
            mark
            for mark in self.column.marks
            if mark.shares[self.row] * mark.length > 0.6
            and left < (mark.box[0] + mark.box[2] / 2) / PX < right
        ]

    @cached_property
    def tall(self) -> list[Mark]:
        high = self.column.height(self.row)
        return [mark for mark in self.here if mark.box[3] > _TALL * high * PX]

    @cached_property
    def own(self) -> list[Mark]:
        return [mark for mark in self.here if mark not in self.tall and mark.shares[self.row] >= OWN]

    @cached_property
    def others(self) -> list[Mark]:
        return [mark for mark in self.here if mark not in self.own and mark not in self.tall]

    @cached_property
    def blots(self) -> list[Mark]:
        return [mark for mark in self.own if mark.solid > _SOLID]

    @cached_property
    def faint(self) -> list[Mark]:
        return [mark for mark in self.own if mark.dark < _FAINT and mark not in self.blots]

    @cached_property
    def good(self) -> list[Mark]:
        """What may be of a signature: no blot, not faint, no part of what lies across several cells."""
        return [
            mark
            for mark in self.own
            if mark not in self.blots
            and mark not in self.faint
            and not any(within(mark, one) and one.dark > _PAST * mark.dark for one in self.tall)
        ]

    @cached_property
    def inner(self) -> list[Mark]:
        """The good ink that does not lie at the cell's upper or lower edge alone."""
        top, bottom = self.column.edges[self.row], self.column.edges[self.row + 1]
        off = (0.5 - _EDGE_OF) * (bottom - top)
        return [m for m in self.good if abs((m.box[1] + m.box[3] / 2) / PX - (top + bottom) / 2) < off]

    @cached_property
    def bold(self) -> list[Mark]:
        return [mark for mark in self.good if mark.dark > _PAST * self.darkest]

    @cached_property
    def brought(self) -> list[Mark]:
        """What a neighbour's writing brings over the line."""
        return [mark for mark in self.others if mark.home != self.row and not self._reaches(mark)]

    @property
    def length(self) -> float:
        return length_of(self.good)

    @property
    def darkest(self) -> float:
        return max((mark.dark for mark in self.good), default=1.0)

    @property
    def is_enough(self) -> bool:
        """Whether it may be a signature: long and wide, and under nothing that lies across several cells."""
        if length_of(self.inner) < SIGNED_FROM or extent_of(self.inner) < _WIDE * PX:
            return False
        return not any(mark.dark > _PAST * self.darkest and _meets(mark, self.good) for mark in self.tall)

    def inside(self, marks: Sequence[Mark]) -> float:
        """mm of the strokes of these that lie in the cell."""
        return sum(mark.length * mark.shares[self.row] for mark in marks)

    def strokes_of(self, marks: Sequence[Mark]) -> tuple[float, bool]:
        """`straight_strokes` of these."""
        top, bottom = self.column.edges[self.row], self.column.edges[self.row + 1]
        rows = slice(max(0, round(top * PX) - 8), round(bottom * PX) + 8)
        return straight_strokes(np.isin(self.column.labels[rows], [mark.index for mark in marks]))

    def says(self, marks: Sequence[Mark]) -> tuple[Line | None, Absent]:
        """What these say as letters, and whether it says that somebody was absent."""
        column, placed = self.column, [(mark.index, mark.box) for mark in marks]
        return read_absent(column.table, column.labels, placed, length_of(marks))

    def _reaches(self, mark: Mark) -> bool:
        """Whether a neighbour's mark comes so far into this cell that it may be this cell's own."""
        if abs(mark.home - self.row) != 1 or mark.shares[mark.home] < OWN:
            return True
        top, bottom = mark.box[1] / PX, (mark.box[1] + mark.box[3]) / PX
        edges = self.column.edges
        deep = bottom - edges[self.row] if mark.home < self.row else edges[self.row + 1] - top
        return deep > _OVER * self.column.height(self.row)


def _signature(ink: _Ink) -> Cell:
    """What ink that is enough for a signature is: one, a stroke, a stamp, or letters."""
    length, good, inner = ink.length, ink.good, ink.inner
    straight, struck = ink.strokes_of(good)
    left, right = ink.column.sides
    if straight > _STROKES and extent_of(inner) > _ACROSS * (right - left) * PX and not ink.others:
        return Cell(Seen.EMPTY, length, Why.STROKES)
    for some in (inner, ink.bold):
        if len(some) < len(good) and length_of(some) > length / 2:
            straight = max(straight, ink.strokes_of(some)[0])
    wavy = height_of(good) < _LOW * PX and length * PX < _WAVES * extent_of(good)
    if wavy or (straight > _STRAIGHT and sum(mark.length > 1.5 for mark in inner) <= _PIECES):
        return Cell(Seen.UNSURE, length, Why.STROKES)
    if struck:
        return Cell(Seen.UNSURE, length, Why.STRUCK)
    if is_stamped(good) or is_stamped([*good, *ink.others]):
        return Cell(Seen.UNSURE, length, Why.STAMP)
    line, says = ink.says(good)
    if says is Absent.NO and len(inner) < len(good):  # a neighbour's stroke beside it
        line, says = ink.says(inner)
        says = Absent.NO if says is Absent.NO else Absent.MAYBE
    if says is Absent.NO:
        return Cell(Seen.SIGNED, length)
    return Cell(Seen.EMPTY if says is Absent.YES else Seen.UNSURE, length, Why.LETTERS, line)


def _too_little(ink: _Ink) -> Cell:
    """What ink that makes no signature is: none, or something that a person looks at."""
    shared = [mark for mark in ink.others if mark not in ink.brought]
    doubts = {
        Why.SHARED: ink.inside([*ink.tall, *shared]) > EMPTY_BELOW,
        Why.BLOT: bool(ink.blots),
        Why.LITTLE: ink.length > _DUST,
        Why.FAINT: length_of(ink.faint) > _PALE,
    }
    why = next((why for why, is_so in doubts.items() if is_so), None)
    if why is None and ink.inside(ink.brought) > _OVER_MM:
        why = Why.SHARED
    return Cell(Seen.UNSURE if why else Seen.EMPTY, ink.length, why)


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
