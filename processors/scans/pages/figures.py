"""Are the numbers at the foot of two leaves written by one person?

Whoever numbers pages writes all of the numbers alike: as large, with one pen. Two people who write their
sentences alike seldom do, so that digits tell where hands do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from processors.scans.readings import PageReading

Figures = NDArray[np.float64]
"""Of each digit the logs of its height, of its stroke's thickness and of its darkness: n × 3."""

_WITHIN = np.array([0.09, 0.25, 0.08])
_PAGES = np.array([0.03, 0.10, 0.04])
_PEOPLE = np.array([0.12, 0.30, 0.10])
"""How much one person's digits vary, beyond that from leaf to leaf, and how much people do. Drawn ones: 0.07,
0.25 and 0.07; people 0.10, 0.27 and 0.08. Heights of 44 people on a tablet, without boxes (pendigits): 0.18,
people 0.2 to 0.25."""
_MOST, _LEAST = 2.0, -1.5
"""The most that one measure says for two people, and that all of them say for one: pens are changed."""
_FEWEST = 2  # digits of a leaf
_INSIDE = slice(10, 38), slice(9, 31)  # of a cut, what its printed borders leave free
_INK = 90  # its level
_SMALLEST = 6  # pixels high


def of_two_people(one: Iterable[PageReading], other: Iterable[PageReading]) -> float:
    """Log of how much likelier the digits of two leaves look so if two people wrote them."""
    of_one, of_other = _figures(one), _figures(other)
    if min(len(of_one), len(of_other)) < _FEWEST:
        return 0.0
    alone = _WITHIN**2 * (1 / len(of_one) + 1 / len(of_other)) + _PAGES**2
    apart = alone + 2 * _PEOPLE**2
    between = (of_one.mean(axis=0) - of_other.mean(axis=0)) ** 2
    odds = (between * (1 / alone - 1 / apart) + np.log(alone / apart)) / 2
    return max(float(np.minimum(odds, _MOST).sum()), _LEAST)


def _figures(pages: Iterable[PageReading]) -> Figures:
    read = (row for page in pages for row in (page.number_reading, page.total_reading))
    cells = (
        cell
        for row in read
        if row is not None and row.cuts is not None
        for cell, ink in zip(row.cuts, row.inked, strict=True)
        if ink
    )
    measured = [of for cell in cells if (of := _measured(cell[_INSIDE])) is not None]
    return np.array(measured).reshape(-1, 3)


def _measured(cell: NDArray[np.uint8]) -> Sequence[float] | None:
    ink = cell > _INK
    rows = np.flatnonzero(ink.any(axis=1))
    if len(rows) < _SMALLEST:
        return None
    edge = np.count_nonzero(ink[1:] != ink[:-1]) + np.count_nonzero(ink[:, 1:] != ink[:, :-1])
    thickness = 4 * np.count_nonzero(ink) / max(edge, 1)
    return [float(np.log(of)) for of in (rows[-1] - rows[0] + 1, thickness, cell[ink].mean())]
