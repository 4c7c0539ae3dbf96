"""In what order was the pile scanned, and is that sure?

A whole file is explained at once: by one order of scanning, from which a copy here and there may differ.
Where another explanation is nearly as good, the copies that it makes otherwise are unsure: a person looks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import NamedTuple

from processors.scans.copies.neighbours import beside_their_own, shifted_by_a_leaf
from processors.scans.copies.sequence import Explanation, PageEvidence, Place, Search
from processors.scans.orders import A3_ORDERS, A4_ORDERS, LEAF_ORDERS, MAX_PAGES, PAGES_PER_SHEET, Order
from processors.scans.pages.writing import Halves, hand_of, rectos_apart, sides_apart
from processors.scans.readings import PageKind, PageReading

Side = Sequence[PageReading]
"""What one image shows: an A4 page, or the halves of an A3 sheet's side from left to right."""

_CLEAR = 4.0
"""By how much the explanation must beat those that make other copies: 50 to one."""
_QUIET = 2.0
"""Trouble that no other order could mend, its own price being `_CLEAR` more."""
_BEARABLE = 8.0
"""Trouble of a pile scanned in two passes, a number misread, that does not ask whether a page is missing in
one of them: from there on all would be others' versos."""
_EXCHANGED = 0.4
"""What unlike hands may cost where leaves passed twice: else copies lay otherwise the second time. Of 252
drawn sheets one costs more; of two people's 86 in 100 do. Sides of A3 sheets differ more."""
_UNLIKE, _ALIKE = 4.0, 0.6
"""Minus log of how much seldomer the sides of one sheet are as far apart as two hands, per distance beyond
that of nineteen sheets in twenty."""
_FEW_SHEETS = 16
"""Pages that a copy without numbers may have, in a pile that is not in order."""
_TWO_PASSES = 8.0
"""Minus log of how often all rectos are scanned before all versos."""


@dataclass(frozen=True)
class Pile:
    """A file explained: each page with its place, in the order in which the pile was explained.

    `order`: that of most copies; `usual`: whether it is the one expected of such images; `passes`: whether
    rectos and versos were scanned apart; `unsure`: the copies that another explanation makes otherwise.
    """

    placed: tuple[tuple[PageReading, Place], ...]
    order: Order
    usual: bool
    passes: bool
    unsure: frozenset[int]


def explain_pile(
    sides: Sequence[Side],
    evidence: Callable[[Sequence[PageReading]], Sequence[PageEvidence]],
    sheet: int = PAGES_PER_SHEET,
) -> Pile:
    """The best explanation. `evidence`: what pages say of their places when they follow each other so.

    `sheet`: how many pages one has.
    """
    book = _as_a_book(sides)
    at_the_left = {side[0].page for side in sides if len(side) == 2 and _has_first(side[:1])}
    leaves = sum(len(side) == 1 and side[0].kind is not PageKind.FOREIGN for side in sides)
    if PAGES_PER_SHEET <= leaves < len(sides):
        sides = _unfolded(sides)
    orders = A3_ORDERS if 2 * sum(len(side) for side in sides if len(side) == 2) > len(sides) else A4_ORDERS
    if sheet != PAGES_PER_SHEET:
        orders = LEAF_ORDERS
    pages = [page for side in sides for page in side]
    if not pages:
        return Pile((), orders[0], True, False, frozenset())
    says = evidence(pages)
    plain = Search(says, orders[:1]).cheapest(0)
    if plain.trouble <= _QUIET and not book and not at_the_left:
        return _pile(pages, plain, orders[0], False, frozenset(shifted_by_a_leaf(plain, pages, orders[0])))
    longest = _longest(pages, sheet)
    listings = [_Listing(pages, says, sides_apart)]
    if again := list(_two_passes(sides)):
        hands = {page.page: hand_of(page) for page in pages}
        apart = partial(rectos_apart, hand=lambda page: hands[page.page])
        listings += [_Listing(those, evidence(those), apart, _TWO_PASSES) for those in again]
    found = [listings[0].told(plain)]
    for listing in listings:
        found += listing.explained(orders, longest, min(cost for cost, *_ in found))
    found.sort(key=lambda told: told[0])
    cost, best, (pages, _, _, price) = found[0]
    unsure: set[int] = set()
    copies = _copies(pages, best)
    for other_cost, other, listing in found[1:]:
        if other_cost < cost + _CLEAR:
            rival = set(_copies(listing.pages, other).values())
            unsure |= {copy for copy, content in copies.items() if content not in rival}
        elif other_cost - _price(other) < cost - _price(best) + _CLEAR:
            unsure |= _otherwise_made(copies, _copies(listing.pages, other))
    unsure |= _by_leaves(best, pages, orders[0]) | beside_their_own(best, pages, orders[0])
    unsure |= {place.copy for page, place in zip(pages, best.places, strict=True) if page.page in at_the_left}
    unlike = cost - best.cost - _TWO_PASSES
    passes = price > 0
    exchanged = passes and orders is not A3_ORDERS and unlike > _EXCHANGED
    if book or exchanged or (_apart(sides) and not (passes and best.trouble <= _BEARABLE)):
        unsure = set(copies)
    return _pile(pages, best, orders[0], passes, frozenset(unsure))


def _unfolded(sides: Sequence[Side]) -> list[Side]:
    """The sides of a file that has both: of an A3 sheet, recto before verso, its pages as those of leaves."""
    found: list[Side] = []
    for side in sides:
        recto = found[-1] if found else ()
        if len(side) == len(recto) == 2 and _has_first(recto) and not _has_first(side):
            found[-1:] = [[recto[1]], [side[0]], [side[1]], [recto[0]]]
        else:
            found.append(side)
    return found


def _has_first(side: Side) -> bool:
    return any(page.kind is PageKind.FIRST for page in side)


def _longest(pages: Sequence[PageReading], sheet: int) -> int:
    """The most pages that a copy may have: a sheet more than any number or total that stands twice tells."""
    said = sorted(n for page in pages for n in (page.number, page.total) if n is not None and n <= MAX_PAGES)
    told = said[-2] if len(said) > 1 else 0
    return min(MAX_PAGES, max(_FEW_SHEETS, told + sheet) // sheet * sheet)


class _Listing(NamedTuple):
    """The pages in an order in which they may have lain, and what they say of their places there.

    `apart`: of a copy, the halves of its sheets that the scanner took apart; `passes`: minus log of how often
    rectos and versos are scanned apart, if they were.
    """

    pages: list[PageReading]
    says: Sequence[PageEvidence]
    apart: Callable[[Mapping[int, PageReading]], list[Halves]]
    passes: float = 0.0

    def explained(self, orders: Sequence[Order], longest: int, cheapest: float) -> list[_Told]:
        """By order of the last copy, the best explanation, and the best in which all copies keep to it.

        `cheapest`: what another one costs; those that are too dear to make it unsure are left out.
        """
        searches = [Search(self.says, orders, faithful, longest) for faithful in (False, True)]
        ends = [(cost, search, o) for search in searches for o, cost in enumerate(search.costs)]
        dearest = max(order.price for order in orders)
        found: list[_Told] = []
        for cost, search, order in sorted(ends, key=lambda end: end[0]):
            if cost + self.passes > cheapest + _CLEAR + dearest:
                break
            found.append(self.told(search.cheapest(order)))
            cheapest = min(cheapest, found[-1][0])
        return found

    def told(self, explanation: Explanation) -> _Told:
        """An explanation with its cost, and that of what was taken apart being of two hands."""
        copies: dict[int, dict[int, PageReading]] = defaultdict(dict)
        for page, place in zip(self.pages, explanation.places, strict=True):
            if place.number is not None:
                copies[place.copy][place.number] = page
        sheets = [sheet for kept in copies.values() for sheet in self.apart(kept)]
        unlike = _UNLIKE * sum(max(0.0, sheet.apart - _ALIKE) for sheet in sheets)
        return explanation.cost + unlike + self.passes, explanation, self


_Told = tuple[float, Explanation, _Listing]


def _copies(pages: Sequence[PageReading], explanation: Explanation) -> dict[int, frozenset[tuple[int, int]]]:
    """What each copy is made of: page ids with their numbers."""
    content: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for page, place in zip(pages, explanation.places, strict=True):
        if place.number is not None:
            content[place.copy].add((page.page, place.number))
    return {copy: frozenset(pages) for copy, pages in content.items()}


def _price(explanation: Explanation) -> float:
    """What the order costs in which the pile begins."""
    return explanation.places[0].order.price


def _otherwise_made(
    copies: Mapping[int, frozenset[tuple[int, int]]], rival: Mapping[int, frozenset[tuple[int, int]]]
) -> set[int]:
    """The copies of whose pages a rival that differs by its order alone gives some to others.

    A pile that lost its very first leaf, or its very last: how seldom its order is says too little.
    """
    whole = [{page for page, _ in content} for content in rival.values()]
    own = {copy: {page for page, _ in content} for copy, content in copies.items()}
    within = {copy: set().union(*(other for other in whole if other & own[copy])) for copy in own}
    inside = {copy for copy in own if any(own[copy] <= other for other in whole)}
    return {copy for copy in own if within[copy] != own[copy]} - inside


def _by_leaves(explanation: Explanation, pages: Sequence[PageReading], usual: Order) -> set[int]:
    """The copies put in an order that is not the usual one by numbers that may be those of leaves.

    Leaves 1 and 2 say the same as pages 1, 4, 2, 3 of an A3 sheet that was cut. But of numbers of pages half
    stand on the second half of a copy's pages, which leaves do not reach. A quarter of all is
    asked beyond those that are wrong.
    """
    said: Counter[Order] = Counter()
    told: Counter[Order] = Counter()
    for page, place in zip(pages, explanation.places, strict=True):
        if page.number is not None and place.number is not None and page.half is None:
            right = page.number == place.number
            said[place.order] += 1
            told[place.order] += (2 * place.number > place.length) if right else -1
    doubtful = {order for order in said if order != usual and 4 * told[order] < said[order]}
    return {place.copy for place in explanation.places if place.order in doubtful}


def _pile(
    pages: Sequence[PageReading], explanation: Explanation, usual: Order, passes: bool, unsure: frozenset[int]
) -> Pile:
    placed = tuple(zip(pages, explanation.places, strict=True))
    heads = {place.copy: place.order for place in explanation.places if place.number is not None}
    order = Counter(heads.values()).most_common(1)[0][0] if heads else usual
    return Pile(placed, order, order == usual, passes, unsure)


def _as_a_book(sides: Sequence[Side]) -> bool:
    """Whether pages come alone between images of two, as of a pile that is opened page by page.

    What lies side by side then is of two leaves, or of two people; of leaves both sides are scanned.
    """
    seen = [side for side in sides if len(side) == 2 or side[0].kind in (PageKind.FIRST, PageKind.INSIDE)]
    runs = [(length, len(list(run))) for length, run in groupby(map(len, seen))]
    return len(runs) > 1 and any(length == 1 and count % 2 for length, count in runs)


def _apart(sides: Sequence[Side]) -> bool:
    """Whether first pages of sheets lie at one end of the file alone, as after two passes."""
    opens = [k for k, side in enumerate(sides) if _has_first(side)]
    if len(opens) < 2:
        return False
    lengths = [len(side) for side in sides]
    without = max(sum(lengths[: opens[0]]), sum(lengths[opens[-1] + 1 :]))
    return without >= max(6, sum(lengths) // 3)


def _two_passes(sides: Sequence[Side]) -> Iterator[list[PageReading]]:
    """The pages as they lie if one side of all sheets was scanned first, then the other.

    The pile may have been turned over between: the second pass is then backwards. Only where all first pages
    of sheets lie in one half of the file.
    """
    for unit in (1, 2):
        if len(sides) % (2 * unit):
            continue
        packs = [[page for side in sides[k : k + unit] for page in side] for k in range(0, len(sides), unit)]
        half = len(packs) // 2
        one, other = packs[:half], packs[half:]
        with_first = [any(_has_first(pack) for pack in part) for part in (one, other)]
        if all(with_first) or not any(with_first):
            continue
        for second in (other, other[::-1]):
            yield [page for pair in zip(one, second, strict=True) for pack in pair for page in pack]
