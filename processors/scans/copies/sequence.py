"""Which pages follow which: the scan's pages explained as a sequence of copies, at the least cost.

Costs are minus log likelihoods. Each page is given a position within a copy of some length and of some order
of scanning, which says its page number; or none (a foreign page). A scan without trouble costs next to
nothing; each trouble that scanners and people make — a leaf lost, scanned twice, turned over, a copy that
stops early, one in another order than the pile's — has its price, so that one eaten sheet does not shift the
pages after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from processors.scans.orders import A3_SIDES, MAX_PAGES, READING, Order

Costs = NDArray[np.float64]


def lengths_of(sheet: int) -> NDArray[np.int64]:
    """How many pages a copy may have, whose sheets have so many."""
    return np.arange(sheet, MAX_PAGES + 1, sheet)


# Prices of troubles, as minus log of how often they happen to a page
_LOST_LEAF = 6.0
_LOST_SIDE = 8.0
_SWAPPED = 6.0
_LEAVES_EXCHANGED = 9.0
_SIDES_EXCHANGED = 4.0  # of an A3 sheet
_SCANNED_TWICE = 6.0
_ENDS_EARLY = 7.0
_STARTS_LATE = 7.0
_ANY_JUMP = 11.0
_LONGER = 0.3  # each further sheet of a copy
IMPOSSIBLE = 60.0
_OTHER_ORDER = 9.0  # a copy in another order than the one before it


@dataclass(frozen=True)
class PageEvidence:
    """What one page says of its place.

    `number`: cost of being page 1 … MAX_PAGES of its copy; `total`: cost of each length; `foreign`: cost of
    being no page of a copy, `native`: cost of being one; `same_owner`: log likelihood ratio that this
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
    """Where a page belongs: the copy (from 0), its number in it (None if foreign), its length and its order.

    `position`: the copy's pages are scanned in its order, this one as the first, second …
    """

    copy: int
    number: int | None
    length: int
    position: int | None = None
    order: Order = READING


@dataclass(frozen=True)
class Explanation:
    """One place a page, and what they cost; `trouble`: the part of it that a scan in order would not cost."""

    places: tuple[Place, ...]
    cost: float
    trouble: float


class _Step(IntEnum):
    """How a page was reached from the one before, or several pages from the one before them."""

    NEW_COPY = 1
    NEXT = 2
    LOST = 3  # two pages are not there
    JUMP = 4
    FOREIGN = 5
    TWICE = 6
    LEAF_TWICE = 7  # n - 1, n, and again n - 1, n
    SWAPPED = 8  # n, then n - 1
    EXCHANGED = 9  # n - 1, n, then n - 3, n - 2


_BACK: dict[_Step, tuple[int, ...]] = {
    _Step.LEAF_TWICE: (0, 1),
    _Step.SWAPPED: (1, 0),
    _Step.EXCHANGED: (2, 3, 0, 1),
}
"""How far the pages that a step takes, the last one first, lie before the position that it reaches."""

_FORTH = {_Step.NEXT: 1, _Step.LOST: 3, _Step.SWAPPED: 2, _Step.EXCHANGED: 4}
"""By how many positions a step goes on."""


@dataclass(frozen=True)
class _Front:
    """Least cost of every state after a page (orders × lengths × positions), in it and before the next copy.

    `here`: of the page's being in each state, by what it says itself; `own`: with what is known of its owner.
    """

    cost: Costs
    entry: Costs
    here: Costs
    own: Costs

    @property
    def before_each(self) -> Costs:
        """Cost of having just arrived before each position."""
        return np.concatenate([self.entry[..., None], self.cost[..., :-1]], axis=2)


@dataclass(frozen=True)
class _Trace:
    """How the states after a page were reached: `step`, and whence. States are flat indices.

    `left`: by order, the state that a new copy follows; `jumped`: where a jump over a page or more began, by
    order, length and the last position that it may have begun at.
    """

    step: NDArray[np.int8]
    left: NDArray[np.int64]
    jumped: NDArray[np.int8]


class Search:
    """All explanations of a scan whose copies come in some orders; `faithful`: all of them in one.

    `longest`: of a copy, in pages.
    """

    def __init__(
        self,
        pages: Sequence[PageEvidence],
        orders: Sequence[Order],
        faithful: bool = False,
        longest: int = MAX_PAGES,
    ) -> None:
        sheet = orders[0].sheet
        longest = min(longest, -(-2 * len(pages) // sheet) * sheet)
        self._pages, self._orders, self._faithful = pages, orders, faithful
        self._sheet, lengths = sheet, lengths_of(sheet)
        self._lengths = lengths[longest >= lengths]
        self._shape = (len(orders), len(self._lengths), longest)
        self._numbers = np.zeros(self._shape, np.int64)
        for o, order in enumerate(orders):
            for k, length in enumerate(self._lengths):
                self._numbers[o, k, :length] = order.numbers(int(length))
        positions = np.arange(longest)
        self._to_end = np.where(positions + 1 == self._lengths[:, None], 0.0, _ENDS_EARLY)
        self._start = np.full(longest, _ANY_JUMP)
        self._start[:3] = 0.0, _STARTS_LATE + 1, _STARTS_LATE
        self._longer = _LONGER * np.arange(len(self._lengths))
        self._lost = np.where(positions[3:] % 2, _LOST_SIDE, _LOST_LEAF)
        self._first_sheet = positions < sheet
        exchanged = _SIDES_EXCHANGED if A3_SIDES in orders else _LEAVES_EXCHANGED
        self._exchanged = np.where(positions[:-3] % sheet, np.inf, exchanged)
        nowhere = np.full(self._shape, np.inf)
        prices = np.array([order.price for order in orders])
        # of the fronts no more than the last four are ever asked
        fronts = [_Front(nowhere, prices[:, None] + self._longer, nowhere, nowhere)]
        self._traces: list[_Trace] = []
        self._calm = 0.0
        for i, page in enumerate(pages):
            front, trace = self._after(page, pages[i - 1] if i else None, fronts)
            fronts = [*fronts[-3:], front]
            self._traces.append(trace)
            self._calm += min(float(front.here.min()), page.foreign)
        self._ending = (fronts[-1].cost + self._to_end).reshape(len(orders), -1)

    @property
    def costs(self) -> list[float]:
        """What the cheapest explanation costs that ends in each order."""
        return [float(cost) for cost in self._ending.min(axis=1)]

    def cheapest(self, order: int) -> Explanation:
        """The cheapest explanation that ends in this order."""
        ending = self._ending[order]
        at = int(ending.argmin())
        cost = float(ending[at])
        places, longer = self._walk_back(at + order * ending.size)
        return Explanation(tuple(places), cost, cost - self._calm - longer)

    def _of_page(self, page: PageEvidence) -> tuple[Costs, Costs]:
        """The cost of the page's being in each state, by what it says itself, and with its owner's."""
        number = np.concatenate([[np.inf], page.number])[self._numbers]
        here = page.native + number + page.total[: len(self._lengths), None]
        # by position: a copy's first sheet to pass is of another candidate than the one before it
        known = page.same_owner
        return here, here + np.where(self._first_sheet, max(0.0, known), max(0.0, -known))

    def _after(
        self, page: PageEvidence, other: PageEvidence | None, fronts: Sequence[_Front]
    ) -> tuple[_Front, _Trace]:
        """The front after a page, from those after the pages before it; `other`: the last of these pages."""
        here, own = self._of_page(page)
        last = fronts[-1]
        front = np.full(self._shape, np.inf)
        step = np.zeros(self._shape, np.int8)

        def offer(cost: Costs, which: _Step, first: int = 0) -> None:
            better = cost < front[..., first:]
            np.copyto(front[..., first:], cost, where=better)
            step[..., first:][better] = which

        offer(here + max(0.0, page.same_owner) + self._start + last.entry[..., None], _Step.NEW_COPY)
        nearest = np.minimum.accumulate(last.cost, axis=2)
        jumped = np.where(last.cost == nearest, np.arange(last.cost.shape[2]), 0)
        jumped = np.maximum.accumulate(jumped, axis=2).astype(np.int8)
        if other is None:  # a scan may begin with a foreign page
            opening = np.full(self._shape, np.inf)
            opening[:, 0, self._sheet - 1] = page.foreign + last.entry[:, 0]
            offer(opening, _Step.FOREIGN)
        else:
            offer(last.cost[..., :-1] + own[..., 1:], _Step.NEXT, 1)
            offer(last.cost[..., :-3] + self._lost + own[..., 3:], _Step.LOST, 3)
            offer(nearest[..., :-2] + _ANY_JUMP + own[..., 2:], _Step.JUMP, 2)
            offer(last.cost + page.foreign, _Step.FOREIGN)
            offer(last.cost + here + _scanned_twice(page.like_previous), _Step.TWICE)
        if len(fronts) >= 2 and other is not None:
            start = fronts[-2].before_each
            swapped = start[..., :-1] + last.own[..., 1:] + own[..., :-1] + _SWAPPED
            offer(swapped, _Step.SWAPPED, 1)
            likely = _scanned_twice(page.like_second_previous, other.like_second_previous)
            likely += max(0.0, -page.same_owner) + max(0.0, -other.same_owner)
            twice = fronts[-2].cost[..., 1:] + last.here[..., :-1] + here[..., 1:] + likely
            offer(twice, _Step.LEAF_TWICE, 1)
        if len(fronts) >= 4:
            start = fronts[-4].before_each[..., :-3] + self._exchanged
            first, second, third = (front.own for front in fronts[-3:])
            sheet = start + first[..., 2:-1] + second[..., 3:] + third[..., :-3] + own[..., 1:-2]
            offer(sheet, _Step.EXCHANGED, 3)
        entry, left = self._entry(front)
        return _Front(front, entry, here, own), _Trace(step, left, jumped)

    def _entry(self, front: Costs) -> tuple[Costs, NDArray[np.int64]]:
        """What a new copy costs after this front, by its order and length; and the state that it follows."""
        leaving = (front + self._to_end).reshape(len(self._orders), -1)
        left = leaving.argmin(axis=1)
        orders = np.arange(len(self._orders))
        least = leaving[orders, left]
        left = left + orders * leaving.shape[1]
        if not self._faithful:
            best = int(least.argmin())
            other = least[best] + _OTHER_ORDER
            left, least = np.where(other < least, left[best], left), np.minimum(other, least)
        return least[:, None] + self._longer, left

    def _walk_back(self, at: int) -> tuple[list[Place], float]:
        """The places along the cheapest way, in the order of the pages, and what the copies' lengths cost."""
        j, longer = len(self._pages) - 1, 0.0
        backward: list[tuple[int | None, int | None, int, Order, bool]] = []
        while j >= 0:
            o, k, position = (int(index) for index in np.unravel_index(at, self._shape))
            trace, length, order = self._traces[j], int(self._lengths[k]), self._orders[o]
            step = _Step(int(trace.step[o, k, position]))
            there = position - _FORTH.get(step, 0)
            if step is _Step.JUMP:
                there = int(trace.jumped[o, k, position - 2])
            new = step is _Step.NEW_COPY or there < 0
            taken: list[int | None] = [position - back for back in _BACK.get(step, (0,))]
            if step is _Step.FOREIGN:
                taken = [None]
            numbers = self._numbers[o, k]
            for n, here in enumerate(taken, 1):
                number = None if here is None else int(numbers[here])
                backward.append((number, here, length, order, new and n == len(taken)))
            longer += float(self._longer[k]) if new else 0.0
            j -= len(taken)
            if j >= 0:
                left = self._traces[j].left[o]
                at = int(left if new else np.ravel_multi_index((o, k, there), self._shape))
        copy, places = -1, []
        for number, here, length, order, new in reversed(backward):
            copy += new
            places.append(Place(max(copy, 0), number, length, here, order))
        return places, longer


def _scanned_twice(*likeness: float) -> float:
    """Cost of a page, or of both pages of a leaf, being there again; what clearly differs is no double."""
    return _SCANNED_TWICE - sum(likeness) + (IMPOSSIBLE if min(likeness) <= -LIKEST / 2 else 0.0)


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
