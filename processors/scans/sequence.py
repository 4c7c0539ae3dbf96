"""Which pages follow which: the scan's pages explained as a sequence of copies, at the least cost.

Costs are minus log likelihoods. Each page is given a page number within a copy of some length, or none (a
foreign page). A scan without trouble costs next to nothing; each trouble that scanners and people make — a
leaf lost, scanned twice, turned over, a copy that stops early — has its price, so that one eaten sheet does
not shift the pages after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]

PAGES_PER_SHEET = 4
MAX_PAGES = 60
"""The longest copy considered: fifteen sheets."""

LENGTHS = np.arange(PAGES_PER_SHEET, MAX_PAGES + 1, PAGES_PER_SHEET)

# Prices of troubles, as minus log of how often they happen to a page
_LOST_LEAF = 6.0
_LOST_SIDE = 8.0
_SWAPPED = 6.0
SCANNED_TWICE = 6.0
_ENDS_EARLY = 7.0
_STARTS_LATE = 7.0
_ANY_JUMP = 11.0
_LONGER = 0.3  # each further sheet of a copy
IMPOSSIBLE = 60.0


@dataclass(frozen=True)
class PageEvidence:
    """What one page says of its place.

    `number`: cost of being page 1 … MAX_PAGES of its copy; `total`: cost of each of LENGTHS; `foreign`: cost
    of being no page of a copy, `native`: cost of being one; `same_owner`: log likelihood ratio that this
    page's sheet is of the same candidate as the sheet before it (0: nothing known); `like_previous`,
    `like_second_previous`: log likelihood ratio that this is the page one or two before, scanned again.
    """

    number: Costs
    total: Costs
    foreign: float
    native: float
    same_owner: float = 0.0
    like_previous: float = 0.0
    like_second_previous: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a page belongs: the copy (from 0), its number in it (None if foreign), the copy's length."""

    copy: int
    number: int | None
    length: int


class _Step(IntEnum):
    """How a page was reached from the one before, or a pair of pages from the one before them."""

    NEW_COPY = 0
    NEXT = 1
    FOREIGN = 2
    LEAF_TWICE = 3  # n - 1, n, and again n - 1, n
    SWAPPED = 4  # n, then n - 1


@dataclass(frozen=True)
class _Front:
    """Least cost of every state after a page (lengths × numbers), the step that led there, and from where.

    `source` is the flat index of the state before, -1 at the start of the scan.
    """

    cost: Costs
    step: NDArray[np.int8]
    source: NDArray[np.int64]


def explain(pages: Sequence[PageEvidence]) -> list[Place]:
    """The cheapest explanation of the whole sequence: one place per page."""
    if not pages:
        return []
    fronts: list[_Front] = []
    for i in range(len(pages)):
        fronts.append(_advance(pages, i, fronts))
    return _walk_back(fronts)


def _advance(pages: Sequence[PageEvidence], i: int, fronts: Sequence[_Front]) -> _Front:
    """The front after page i, from those after the pages before it."""
    page = pages[i]
    shape = (len(LENGTHS), MAX_PAGES)
    front = np.full(shape, np.inf)
    kind = np.zeros(shape, np.int8)
    source = np.full(shape, -1, np.int64)
    here = page.native + page.number[None, :] + page.total[:, None]
    fits = np.arange(1, MAX_PAGES + 1)[None, :] <= LENGTHS[:, None]
    here = np.where(fits, here, np.inf)
    grid = np.arange(front.size).reshape(shape)

    def offer(cost: Costs, came_from: NDArray[np.int64], which: _Step) -> None:
        better = cost < front
        front[better] = cost[better]
        kind[better] = which
        source[better] = came_from[better]

    stays = max(0.0, -page.same_owner)
    leaves = max(0.0, page.same_owner)
    before = fronts[i - 1].cost if i else None

    # a new copy
    start = np.full(MAX_PAGES, _ANY_JUMP)
    start[0], start[1], start[2] = 0.0, _STARTS_LATE + 1, _STARTS_LATE
    longer = _LONGER * np.arange(len(LENGTHS))
    if before is None:
        offer(here + start[None, :] + longer[:, None], np.full(shape, -1), _Step.NEW_COPY)
    else:
        ended = np.arange(1, MAX_PAGES + 1)[None, :] == LENGTHS[:, None]
        leaving = before + np.where(ended, 0.0, _ENDS_EARLY)
        cheapest = int(leaving.argmin())
        cost = here + start[None, :] + longer[:, None] + float(leaving.flat[cheapest]) + leaves
        offer(cost, np.full(shape, cheapest), _Step.NEW_COPY)

        # the copy goes on
        onward = np.full(shape, np.inf)
        onward[:, 1:] = before[:, :-1]
        offer(onward + here + stays, np.roll(grid, 1, axis=1), _Step.NEXT)
        lost = np.full(shape, np.inf)
        odd = np.arange(1, MAX_PAGES - 2) % 2  # from an odd page, what is lost is one side of an A3 sheet
        lost[:, 3:] = before[:, :-3] + np.where(odd, _LOST_SIDE, _LOST_LEAF)
        offer(lost + here + stays, np.roll(grid, 3, axis=1), _Step.NEXT)
        jump = before.argmin(axis=1)
        cost = before[np.arange(len(LENGTHS)), jump][:, None] + _ANY_JUMP + here + stays
        offer(cost, np.broadcast_to((jump + np.arange(len(LENGTHS)) * MAX_PAGES)[:, None], shape), _Step.NEXT)
        offer(before + page.foreign, grid, _Step.FOREIGN)
        twice = before + here + SCANNED_TWICE - page.like_previous
        offer(twice, grid, _Step.NEXT)

    # two pages at once: exchanged, or a leaf scanned twice
    if i >= 2:
        earlier, other = fronts[i - 2].cost, pages[i - 1]
        there = np.where(fits, other.native + other.number[None, :] + other.total[:, None], np.inf)
        stays += max(0.0, -other.same_owner)
        likely = SCANNED_TWICE - page.like_second_previous - other.like_second_previous + stays
        twice = np.full(shape, np.inf)
        twice[:, 1:] = earlier[:, 1:] + there[:, :-1] + here[:, 1:] + likely
        offer(twice, grid, _Step.LEAF_TWICE)
        swapped = np.full(shape, np.inf)
        swapped[:, 2:] = earlier[:, :-2] + there[:, 2:] + here[:, 1:-1] + _SWAPPED + stays
        offer(swapped, np.roll(grid, 2, axis=1), _Step.SWAPPED)
    if i == 0:  # a scan may begin with a foreign page
        opening = np.full(shape, np.inf)
        opening[0, PAGES_PER_SHEET - 1] = page.foreign
        offer(opening, np.full(shape, -1), _Step.FOREIGN)
    return _Front(front, kind, source)


def _walk_back(fronts: Sequence[_Front]) -> list[Place]:
    """The places along the cheapest way, in the order of the pages."""
    ended = np.arange(1, MAX_PAGES + 1)[None, :] == LENGTHS[:, None]
    at = int((fronts[-1].cost + np.where(ended, 0.0, _ENDS_EARLY)).argmin())
    i = len(fronts) - 1
    backward: list[tuple[int | None, int, bool]] = []
    while i >= 0 and at >= 0:
        length, number = int(LENGTHS[at // MAX_PAGES]), at % MAX_PAGES + 1
        step = _Step(int(fronts[i].step.flat[at]))
        numbers: tuple[int | None, ...] = {
            _Step.FOREIGN: (None,),
            _Step.LEAF_TWICE: (number, number - 1),
            _Step.SWAPPED: (number - 1, number),
        }.get(step, (number,))
        backward += [(n, length, step is _Step.NEW_COPY) for n in numbers]
        at = int(fronts[i].source.flat[at])
        i -= len(numbers)
    copy = -1
    places = []
    for number_or_none, length, new in reversed(backward):
        copy += new
        places.append(Place(max(copy, 0), number_or_none, length))
    return places


def number_costs(units: Costs | None, tens: Costs | None, slip: float = 0.03) -> Costs:
    """Cost of each page number from the digit probabilities of its two boxes (None: the box is empty)."""
    chance = np.full(MAX_PAGES + 1, 0.0)
    if units is None and tens is None:
        return np.zeros(MAX_PAGES)
    if units is None or tens is None:  # one digit, in whichever box
        single = units if units is not None else tens
        assert single is not None
        chance[:10] = single
    else:
        for ten in range(MAX_PAGES // 10 + 1):
            numbers = np.arange(ten * 10, min(ten * 10 + 10, MAX_PAGES + 1))
            chance[numbers] = tens[ten] * units[numbers - ten * 10]
    spread = (1 - slip) * chance[1:] + slip / MAX_PAGES
    return np.asarray(-np.log(spread / spread.max()))


LIKEST = 8.0
"""The most that likeness says for, or against, two pages being one page scanned twice."""


def likeness_ratio(correlation: float | None) -> float:
    """Log likelihood ratio that two pages are one page scanned twice, from the correlation of their ink.

    Measured on scans of the same page 0.87 to 1, on others of the same hand up to 0.69.
    """
    if correlation is None or math.isnan(correlation):
        return 0.0
    return float(np.clip((correlation - 0.78) * 80, -LIKEST, LIKEST))
