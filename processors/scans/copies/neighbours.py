"""Are the leaves of a copy written by one person, rather than by those of the leaves beside it?

Of single sheets of which a leaf was missed, and scanned at the end, the second leaf of each and the first of
the next make copies, too, whatever their numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np

from processors.scans.copies.sequence import Explanation
from processors.scans.orders import PAGES_PER_SHEET, Order
from processors.scans.pages.writing import Hand, apart, hand_of
from processors.scans.readings import PageReading

_LEAVES = ({1, 2}, {3, 4})
"""The pages that an order must scan together for its leaves to be exchanged."""


@dataclass
class _Leaf:
    """`number`: among the leaves of its copy, from 0."""

    copy: int
    number: int
    order: Order
    hands: list[Hand] = field(default_factory=list)


def beside_their_own(explanation: Explanation, pages: Sequence[PageReading], usual: Order) -> set[int]:
    """The copies in an order in which leaves are written no more like their own than like the next copy's.

    Where no hand tells, as of blank leaves, nor a longer copy, an order other than the usual is doubted.
    """
    if usual.sheet != PAGES_PER_SHEET:
        return set()
    leaves = list(_leaves(explanation, pages))
    own, beside = defaultdict[Order, list[float]](list), defaultdict[Order, list[float]](list)
    for one, other in pairwise(leaves):
        if distances := [apart(*pair) for pair in product(one.hands, other.hands)]:
            for order in {one.order, other.order}:
                (own if one.copy == other.copy else beside)[order].append(min(distances))
    longer = {place.order for place in explanation.places if place.length > PAGES_PER_SHEET}
    doubted = set()
    for order in {leaf.order for leaf in leaves}:
        if own[order] and beside[order]:
            if np.mean(own[order]) >= np.mean(beside[order]):
                doubted.add(order)
        elif order != usual and order not in longer:
            doubted.add(order)
    return {place.copy for place in explanation.places if place.order in doubted}


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
