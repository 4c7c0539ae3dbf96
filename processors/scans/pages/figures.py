"""Are the numbers at the foot of two leaves written by one person?

Whoever numbers pages writes all of the numbers about as large. Two people who write their sentences alike
need not, so that digits tell where hands do not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from processors.scans.readings import PageReading

_DIGITS, _LEAVES, _PEOPLE = 0.09, 0.03, 0.12
"""How much the logs of their heights vary: from digit to digit of one person, from leaf to leaf beyond that,
from person to person. Drawn 0.07, 0, 0.1; of 44 people on a tablet without boxes (pendigits) 0.18, 0, 0.2."""
_LEAST, _MOST = -1.5, 2.5
"""Pens and places change: against the closest hands they hold no copy where one perhaps absent lacks."""
_FEWEST = 2  # digits of a leaf
_INSIDE = slice(10, 38), slice(9, 31)  # of a cut, what its printed borders leave free
_INK = 90  # its level
_SMALLEST = 6  # pixels high


def of_two_people(one: Iterable[PageReading], other: Iterable[PageReading]) -> float:
    """Log of how much likelier the digits of two leaves are as high as they are if two people wrote them."""
    of_one, of_other = _heights(one), _heights(other)
    if min(len(of_one), len(of_other)) < _FEWEST:
        return 0.0
    alone = _DIGITS**2 * (1 / len(of_one) + 1 / len(of_other)) + _LEAVES**2
    apart = alone + 2 * _PEOPLE**2
    between = (np.log(of_one).mean() - np.log(of_other).mean()) ** 2
    odds = (between * (1 / alone - 1 / apart) + math.log(alone / apart)) / 2
    return float(np.clip(odds, _LEAST, _MOST))


def _heights(pages: Iterable[PageReading]) -> list[int]:
    """Of the digits of their page numbers and totals, in pixels of a cut."""
    read = (row for page in pages for row in (page.number_reading, page.total_reading))
    rows = [(row.cuts, row.inked) for row in read if row is not None and row.cuts is not None]
    cells = (cell for cuts, inked in rows for cell, ink in zip(cuts, inked, strict=True) if ink)
    return [high for cell in cells if (high := _height(cell[_INSIDE])) >= _SMALLEST]


def _height(cell: NDArray[np.uint8]) -> int:
    rows = np.flatnonzero((cell > _INK).any(axis=1))
    return int(rows[-1] - rows[0]) + 1 if rows.size else 0
