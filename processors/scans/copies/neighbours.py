"""Are the leaves of a copy written by one person, rather than by those of the leaves beside it?

Of single sheets of which a leaf was missed, and scanned at the end, the second leaf of each and the first of
the next make copies, too, whatever their numbers.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np

from processors.scans.copies.sequence import Explanation
from processors.scans.orders import PAGES_PER_SHEET, Order
from processors.scans.pages.writing import Hand, apart, hand_of
from processors.scans.readings import PageReading

_LEAVES = ({1, 2}, {3, 4})
"""The pages that an order must scan together for its leaves to be exchanged."""
_UNLIKE = 0.6
"""Mean distance of the two leaves of a copy that no pile in its right order has (of 12,000 laid of six scans
none), but 87 of 100 of two copies whose leaves are exchanged, 96 of four."""
_FEW = 4  # copies that are looked at where nothing else is amiss


@dataclass
class _Leaf:
    """`number`: among the leaves of its copy, from 0."""

    copy: int
    number: int
    order: Order
    hands: list[Hand] = field(default_factory=list)


def beside_their_own(explanation: Explanation, pages: Sequence[PageReading], usual: Order) -> set[int]:
    """The copies in an order in which leaves are written no more like their own than like the next copy's.

    Nor if they are of two people whatever lies beside. Where no hand tells, as of blank leaves, nor a longer
    copy, an order other than the usual is doubted.
    """
    if usual.sheet != PAGES_PER_SHEET:
        return set()
    own, beside = _distances(_leaves(explanation, pages))
    longer = {place.order for place in explanation.places if place.length > PAGES_PER_SHEET}
    doubted = set()
    for order in own.keys() | beside.keys():
        if own[order] and beside[order]:
            if np.mean(own[order]) >= min(float(np.mean(beside[order])), _UNLIKE):
                doubted.add(order)
        elif order != usual and order not in longer:
            doubted.add(order)
    return {place.copy for place in explanation.places if place.order in doubted}


def shifted_by_a_leaf(explanation: Explanation, pages: Sequence[PageReading], usual: Order) -> set[int]:
    """All copies of a pile of single sheets in the usual order, where the first few are clearly so.

    A pile from the last leaf on, whose very first one was missed, looks like it, numbers and all.
    """
    if usual.sheet != PAGES_PER_SHEET or any(place.length > usual.sheet for place in explanation.places):
        return set()
    few = itertools.takewhile(lambda leaf: leaf.copy < _FEW, _leaves(explanation, pages))
    own, beside = _distances(few)
    if not (own[usual] and beside[usual]):
        return set()
    clearly = np.mean(own[usual]) >= max(float(np.mean(beside[usual])), _UNLIKE)
    return {place.copy for place in explanation.places} if clearly else set()


_Distances = defaultdict[Order, list[float]]


def _distances(leaves: Iterable[_Leaf]) -> tuple[_Distances, _Distances]:
    """By order, how far apart the hands of leaves of one copy are, and of leaves beside each other."""
    own, beside = _Distances(list), _Distances(list)
    for one, other in pairwise(leaves):
        distances = [apart(*pair) for pair in product(one.hands, other.hands)]
        for order in {one.order, other.order}:
            told = own if one.copy == other.copy else beside
            told[order] += [min(distances)] if distances else []
    return own, beside


def _leaves(explanation: Explanation, pages: Sequence[PageReading]) -> Iterator[_Leaf]:
    """Those that were scanned apart, as they lie, with the hands of their written pages."""
    last: _Leaf | None = None
    for page, place in zip(pages, explanation.places, strict=True):
        if place.number is None or page.half is not None or set(place.order.pattern[:2]) not in _LEAVES:
            continue
        number = (place.number - 1) // 2
        if last is None or (last.copy, last.number) != (place.copy, number):
            if last is not None:
                yield last
            last = _Leaf(place.copy, number, place.order)
        if (hand := hand_of(page)) is not None:
            last.hands.append(hand)
    if last is not None:
        yield last
