"""What stands where on a page: words, the lines that they make, fields of a form, pictures.

Sizes and boxes are in millimetres of the upright page, from its top left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from processors.findings import Box
from processors.scans.readings import Gray

DPI = 150.0
"""Of the pictures of pages on which signatures are looked for."""

PT = 25.4 / 72
"""Millimetres of a point."""

COLUMN = 5.0
"""Millimetres between words: more is another column, where letters are no larger."""


@dataclass(frozen=True)
class Word:
    """`sure`: of 0 to 1, how sure the optical reading is; 1 for text that the file holds.

    `askew`: set slightly aslant, as a stamp is, and no print of the page.
    """

    text: str
    box: Box
    sure: float = 1.0
    askew: bool = False


@dataclass(frozen=True)
class Line:
    """Words that stand beside each other; `text` has a tab where a column begins.

    `cells`: of a spreadsheet's row, the empty ones too.
    """

    words: tuple[Word, ...]
    text: str
    cells: tuple[str, ...] = ()

    @property
    def box(self) -> Box:
        return around([word.box for word in self.words])


@dataclass(frozen=True)
class Field:
    """A field of a form: what is filled in, None for a signature field that is empty."""

    name: str
    kind: str  # "text", "button", "signature"
    value: str | None
    box: Box


@dataclass(frozen=True)
class Page:
    """One page; `number` counts from 1 in its file.

    `source`: renders the page; None for a spreadsheet. `struck`: where text was that is struck through, which
    is not among the lines. `links`: addresses that the page leads to, whatever it shows for them.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    read_by: str  # "text", "ocr" or "cells"
    fields: tuple[Field, ...] = ()
    pictures: tuple[Box, ...] = ()
    source: Any = field(default=None, repr=False, compare=False)
    struck: tuple[Box, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @cached_property
    def gray(self) -> Gray | None:
        """The page at `DPI` as a reader sees it, height × width; None for a spreadsheet."""
        return None if self.source is None else self.source(DPI)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds these."""
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return left, top, right - left, bottom - top


def parts(line: Line) -> Iterator[Line]:
    """A line cut where a column begins."""
    rest = list(line.words)
    for text in line.text.split("\t"):
        count = len(text.split(" ")) if text else 0
        words, rest = rest[:count], rest[count:]
        if words:
            yield Line(tuple(words), text)


def lines_of(words: Sequence[Word]) -> tuple[Line, ...]:
    """Words put into lines, from the top; within a line from the left."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box[1] + w.box[3] / 2):
        middle = word.box[1] + word.box[3] / 2
        for row in reversed(rows[-4:]):
            top, height = row[0].box[1], row[0].box[3]
            if abs(top + height / 2 - middle) < 0.45 * max(min(height, word.box[3]), 1.5):
                row.append(word)
                break
        else:
            rows.append([word])
    return tuple(line_of(sorted(row, key=lambda w: w.box[0])) for row in rows)


def line_of(row: Sequence[Word]) -> Line:
    """Words that stand beside each other, from the left, as one line."""
    text = row[0].text
    for before, word in pairwise(row):
        gap = word.box[0] - before.box[0] - before.box[2]
        text += ("\t" if gap > max(COLUMN, word.box[3]) else " ") + word.text
    return Line(tuple(row), text)
