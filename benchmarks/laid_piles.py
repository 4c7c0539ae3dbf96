"""Piles as they are laid in a scanner: of sound copies that were drawn and read, by order and by fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.reading import CENTRE, EXAM, FORMS
from processors.lists.people import Candidate
from processors.scans.orders import A3_ORDERS, A4_ORDERS, PAGES_PER_SHEET, Order
from processors.scans.pages.upright import Expected
from processors.scans.pages.writing import hand_of
from processors.scans.reader import read_images_of
from processors.scans.readings import Half, PageReading, Turn
from specimens.batch import Kind, draw_batch
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, scanned_again

FORM = FORMS["ccyc"]
Rng = np.random.Generator
Side = tuple[PageReading, ...]
"""An image: a page, or the halves of an A3 from left to right."""


@dataclass(frozen=True)
class Copy:
    """A sound copy: its pages as they were read, in reading order; and as they were when scanned `again`."""

    candidate: str
    pages: tuple[PageReading, ...]
    again: tuple[PageReading, ...]

    @property
    def scanned_again(self) -> Copy:
        return replace(self, pages=self.again)

    def sides(self, order: Order) -> list[Side]:
        pages = [self.pages[n - 1] for n in order.numbers(len(self.pages))]
        if pages[0].half is None:
            return [(page,) for page in pages]
        return [(left, right) for left, right in zip(pages[::2], pages[1::2], strict=True)]


@dataclass(frozen=True)
class Stock:
    """The copies of one drawn scan, of which piles are laid."""

    look: str
    roster: tuple[Candidate, ...]
    copies: tuple[Copy, ...]

    @property
    def a3(self) -> bool:
        return self.copies[0].pages[0].half is not None

    @property
    def usual(self) -> Order:
        return (A3_ORDERS if self.a3 else A4_ORDERS)[0]


LOOKS = (
    (Level.OFFICE, Mode.GRAY, False), (Level.POOR, Mode.GRAY, False), (Level.OFFICE, Mode.BW, False),
    (Level.CLEAN, Mode.COLOR, True), (Level.OFFICE, Mode.GRAY, True), (Level.POOR, Mode.BW, True),
)  # fmt: skip
SINGLE_SHEETS = {"leaf_missed"}
"""The kinds laid of copies of one sheet, and of few: a longer one tells the order of all."""
HIT = 4
"""Which copy of the pile is hit by what befalls one."""


def stock(k: int, seed: int, drawn: int) -> Stock:
    """Draws and reads the k-th scan of sound copies."""
    cv2.setNumThreads(1)
    level, mode, a3 = LOOKS[k % len(LOOKS)]
    roster = invent_candidates(
        np.random.default_rng((seed, k, 7)),
        drawn + 4,
        CENTRE,
        [EXAM],
        invent_schools(np.random.default_rng(k), 3),
    )
    batch = draw_batch(
        seed * 1000 + k, EXAM, CENTRE, roster, [Kind.OK] * drawn, FORM, level=level, mode=mode, a3=a3
    )
    rng = np.random.default_rng((seed, k, 8))
    files = batch.pdf, scanned_again(batch.pdf, level, mode, batch.dpi, rng)
    once, twice = (_pages_of(file, batch.roster) for file in files)
    copies = []
    for truth in batch.copies:
        at = {number: page for page, number in truth.file_pages}
        ids = [at[n] for n in range(1, truth.pages + 1)]
        copies.append(Copy(truth.candidate, tuple(once[i] for i in ids), tuple(twice[i] for i in ids)))
    return Stock(f"{level} {mode} {'A3' if a3 else 'A4'}", batch.roster, tuple(copies))


def _pages_of(pdf: bytes, roster: Sequence[Candidate]) -> dict[int, PageReading]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scan.pdf"
        path.write_bytes(pdf)
        read = read_images_of(path, expected(roster))
    # as `hand_of` would, in each pile again
    return {page.page: replace(page, hand=hand_of(page), traced=None) for page in read}


def expected(roster: Sequence[Candidate]) -> Expected:
    return Expected.of(FORM, FORM.label.payload, roster)


Laid = Callable[[Sequence[Copy], Order, Rng], list[Side]]


def _in_order(copies: Sequence[Copy], order: Order, _rng: Rng) -> list[Side]:
    return [side for copy in (copies[::-1] if order.falling else copies) for side in copy.sides(order)]


def _one_otherwise(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    orders = [o for o in (A3_ORDERS if copies[0].pages[0].half else A4_ORDERS) if o != order]
    other = orders[int(rng.integers(len(orders)))]
    return [s for k, copy in enumerate(copies) for s in copy.sides(other if k == HIT else order)]


def _lost(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """Two pages that lie together, the leaf of an A4 pile or the side of an A3."""
    sides = copies[HIT].sides(order)
    step = 1 if len(sides[0]) == 2 else 2
    at = step * int(rng.integers(len(sides) // step))
    return [
        *_in_order(copies[:HIT], order, rng),
        *sides[:at],
        *sides[at + step :],
        *_in_order(copies[HIT + 1 :], order, rng),
    ]


def _two_at_once(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """Two A3 sheets, or leaves, that stick together: the front of one and the back of the next are seen."""
    before, sides = copies[:HIT], [s for copy in copies[HIT : HIT + 2] for s in copy.sides(order)]
    at = 2 * int(rng.integers(len(sides) // 2 - 1))
    return [
        *_in_order(before, order, rng),
        *sides[: at + 1],
        *sides[at + 3 :],
        *_in_order(copies[HIT + 2 :], order, rng),
    ]


def _two_passes(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    sides = _in_order(copies, order, rng)
    second = sides[1::2]
    return sides[::2] + (second[::-1] if rng.random() < 0.5 else second)


def _two_passes_one_lost(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    sides = _two_passes(copies, order, rng)
    at = int(rng.integers(len(sides)))
    return sides[:at] + sides[at + 1 :]


def _same_page(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """Two sheets at once, and the copy that was hidden is scanned again after the pile."""
    hidden = copies[HIT + 1].scanned_again
    return [*_two_at_once(copies, order, rng), *hidden.sides(order)]


def _nameless_sheet(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """The header of a second sheet is empty, and its pages have no numbers, or are numbered from 1 again."""
    long = next((k for k, copy in enumerate(copies) if len(copy.pages) > PAGES_PER_SHEET), None)
    short = next((copy for copy in copies if len(copy.pages) == PAGES_PER_SHEET), None)
    if long is None or short is None:
        return _in_order(copies, order, rng)
    again, pages = rng.random() < 0.5, list(copies[long].pages)
    for n, page in enumerate(pages):
        like = short.pages[n % PAGES_PER_SHEET]
        pages[n] = _numbered_as(page, like) if again else unnumbered(page)
        if n == PAGES_PER_SHEET:
            pages[n] = _headless(pages[n])
    nameless = replace(copies[long], pages=tuple(pages))
    return _in_order([*copies[:long], nameless, *copies[long + 1 :]], order, rng)


def _nameless_exchanged(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """The headers of all second sheets are empty, and two copies have exchanged theirs, or none has."""
    sheet = slice(PAGES_PER_SHEET, 2 * PAGES_PER_SHEET)
    pages = [[_headless(p) if n == sheet.start else p for n, p in enumerate(copy.pages)] for copy in copies]
    long = [those for those in pages if len(those) > PAGES_PER_SHEET]
    if len(long) > 1 and rng.random() < 0.5:
        long[0][sheet], long[1][sheet] = long[1][sheet], long[0][sheet]
    laid = [replace(copy, pages=tuple(those)) for copy, those in zip(copies, pages, strict=True)]
    return _in_order(laid, order, rng)


def _headless(page: PageReading) -> PageReading:
    return replace(page, label=None, labels=(), boxes={})


def _sheets_apart(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """The first sheets of all copies, then the further ones, whose headers are empty."""
    numbered, first, further = rng.random() < 0.5, [], []
    for copy in copies:
        pages = [page if numbered else unnumbered(page) for page in copy.pages]
        for n in range(PAGES_PER_SHEET, len(pages), PAGES_PER_SHEET):
            pages[n] = _headless(pages[n])
        whole = replace(copy, pages=tuple(pages)).sides(order)
        step = PAGES_PER_SHEET // len(whole[0])
        first += whole[:step]
        further += whole[step:]
    return first + further


def _leaves_counted(copies: Sequence[Copy], order: Order, _rng: Rng) -> list[Side]:
    """Every candidate numbers leaves, on their rectos, and writes no total: 1, 2."""
    laid = [_counting(copy, lambda n, _: ((n + 1) // 2 * (n % 2), 0)) for copy in copies]
    return _in_order(laid, order, _rng)


_Count = Callable[[int, int], tuple[int, int]]
"""By number and length of a copy, what stands in a page's boxes, 0 for nothing."""

_COUNTS: tuple[_Count, ...] = (
    lambda n, length: ((n + 1) // 2, length // 2) if n % 2 else (0, 0),
    lambda n, length: (n // PAGES_PER_SHEET + 1, length // PAGES_PER_SHEET) if n % 4 == 1 else (0, 0),
    lambda n, _: ((n - 1) % PAGES_PER_SHEET + 1, PAGES_PER_SHEET),
    lambda n, _: (n, -(-n // PAGES_PER_SHEET) * PAGES_PER_SHEET),
)
"""Leaves on rectos, sheets, the pages of each, or those begun so far."""

_OF_SIDES: tuple[_Count, ...] = (
    lambda n, length: ((n + 1) // 2, length // 2),
    lambda n, length: (-(-n // PAGES_PER_SHEET), length // PAGES_PER_SHEET),
)
"""Leaves on both sides, or sheets on every page."""


def _counted_otherwise(
    copies: Sequence[Copy], order: Order, rng: Rng, counts: Sequence[_Count] = _COUNTS
) -> list[Side]:
    """Every other candidate counts in one of these ways."""
    ways = [counts[int(k)] for k in rng.integers(len(counts), size=len(copies))]
    laid = [_counting(copy, ways[k]) if k % 2 else copy for k, copy in enumerate(copies)]
    return _in_order(laid, order, rng)


def _counting(copy: Copy, way: _Count) -> Copy:
    pages = []
    for n, page in enumerate(copy.pages, 1):
        number, total = (
            copy.pages[said - 1] if said else unnumbered(page) for said in way(n, len(copy.pages))
        )
        pages.append(
            replace(
                page,
                number=number.number,
                number_reading=number.number_reading,
                total=total.number,
                total_reading=total.number_reading,
            )
        )
    return replace(copy, pages=tuple(pages))


def _numbered_as(page: PageReading, like: PageReading) -> PageReading:
    return replace(
        page,
        number=like.number,
        total=like.total,
        number_reading=like.number_reading,
        total_reading=like.total_reading,
    )


def unnumbered(page: PageReading) -> PageReading:
    return replace(page, number=None, total=None, number_reading=None, total_reading=None)


def _turned(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """A3 fed by any edge, rectos and versos differently: the scanner's upper half is read as the left one."""
    turns = rng.choice([Turn.NONE, Turn.OVER, Turn.RIGHT, Turn.LEFT], 2)
    laid = []
    for k, (left, right) in enumerate(_in_order(copies, order, rng)):
        turn = Turn(int(turns[k % 2]))
        lying = (left, right) if turn in (Turn.NONE, Turn.LEFT) else (right, left)
        laid.append(tuple(replace(p, turn=turn, half=h) for p, h in zip(lying, Half, strict=True)))
    return laid


def _beside(pages: Sequence[PageReading]) -> list[Side]:
    """Every two pages on one image, as the halves of an A3."""
    pairs = zip(pages[::2], pages[1::2], strict=True)
    return [tuple(replace(p, half=half) for p, half in zip(pair, Half, strict=True)) for pair in pairs]


def _two_on_one(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """The scanner puts two pages on each image (« 2 en 1 »): those of all copies, or of one."""
    all_of_them = rng.random() < 0.5
    return [
        side
        for k, copy in enumerate(copies)
        for side in (_beside(copy.pages) if all_of_them or k == HIT else copy.sides(order))
    ]


def _as_a_book(copies: Sequence[Copy], _order: Order, rng: Rng) -> list[Side]:
    """The pile is opened page by page: the last one of a copy lies beside the first of the next.

    The pile's very last page is scanned, or not.
    """
    first, *pages, last = (page for copy in copies for page in copy.pages)
    return [(first,), *_beside(pages), *([(last,)] if rng.random() < 0.5 else [])]


def _of_a_longer_one(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """A leaf of a copy is that of a longer one."""
    own, other = sorted((copies[HIT], copies[HIT + 1]), key=lambda copy: len(copy.pages))
    if len(own.pages) == len(other.pages):
        return _in_order(copies, order, rng)
    mixed = replace(own, pages=(*own.pages[:2], *other.pages[2:4], *own.pages[4:]))
    return _in_order([mixed if copy is own else copy for copy in copies], order, rng)


def _border_lost(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """The last leaf of a copy and the first of the next, of one sheet each, are lost together."""
    short = [k for k, copy in enumerate(copies) if len(copy.pages) == PAGES_PER_SHEET][:2]
    if len(short) < 2:
        return _in_order(copies, order, rng)
    first, second = (copies[k].sides(order) for k in short)
    rest = [copy for k, copy in enumerate(copies) if k not in short]
    return [*first[:2], *second[2:], *_in_order(rest, order, rng)]


def _leaf_missed(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """A leaf of a pile of leaves is missed. At the end it is scanned, or one or two first ones once more."""
    sides = _in_order(copies, order, rng)
    at = 2 * int(rng.integers(len(sides) // 2))
    missed = sides[at : at + 2]
    del sides[at : at + 2]
    if rng.random() < 0.5:
        return [*sides, *missed]
    again = rng.choice(len(copies), int(rng.integers(1, 3)), replace=False)
    return [*sides, *(side for k in again for side in copies[k].scanned_again.sides(order)[:2])]


def kinds(of: Stock) -> dict[str, tuple[Laid, Sequence[Order]]]:
    """How piles of this paper are laid, and in which orders."""
    orders = A3_ORDERS if of.a3 else A4_ORDERS
    usual, others = orders[:1], orders[1:]
    common: dict[str, tuple[Laid, Sequence[Order]]] = {
        "sound": (_in_order, usual),
        "other_order": (_in_order, others),
        "one_copy_in_another": (_one_otherwise, usual),
        "leaf_or_side_lost": (_lost, usual),
        "lost_in_another_order": (_lost, [o for o in others if not o.falling][:2]),
        "two_passes": (_two_passes, usual),
        "two_passes_one_lost": (_two_passes_one_lost, usual),
        "two_at_once": (_two_at_once, usual),
        "same_page": (_same_page, usual),
        "nameless_sheet": (_nameless_sheet, usual),
        "sheets_apart": (_sheets_apart, usual),
        "leaves_counted": (_leaves_counted, usual),
    }
    last: dict[str, tuple[Laid, Sequence[Order]]] = {
        "counted_otherwise": (_counted_otherwise, usual),
        "nameless_exchanged": (_nameless_exchanged, usual),
        "sides_counted": (partial(_counted_otherwise, counts=_OF_SIDES), usual),
    }
    if of.a3:
        turned = {"fed_by_another_edge": (_turned, orders), "two_on_one": (_two_on_one, usual)}
        return {**common, **turned, **last}
    return {
        **common,
        "leaf_of_a_longer_copy": (_of_a_longer_one, usual),
        "lost_at_a_border": (_border_lost, usual),
        "leaf_missed": (_leaf_missed, [o for o in orders if not o.falling and _by_leaves(o)]),
        "two_on_one": (_two_on_one, usual),
        "as_a_book": (_as_a_book, usual),
        **last,
    }


def _by_leaves(order: Order) -> bool:
    """Whether the two pages of a leaf are scanned one after the other."""
    return not order.nested and set(order.pattern[:2]) in ({1, 2}, {3, 4})
