"""What becomes of piles that were scanned in any order, or lost sides on their way.

    python -m benchmarks.piles [--copies 2000] [--seed 1] [--jobs 2] [--ratchet | --update]

Sound copies are drawn and read, each page as two scans show it; then piles are laid of what was read, by
order of scanning and by fault, and put together as copies again. So a page costs two readings, and many
thousands of copies can be laid. The digits, hands and wear are those of the drawn pages; in half of the piles
some copies have no numbers, or not on every page.

A pile's roster is that of the people whose copies are laid, and of some who were absent: none, one or three;
it is known who was absent, or not yet.

Printed, by kind: copies that came complete with a written page of another, out of order or short (DANGEROUS);
those whose pages were all there and that came complete, or wait for a person.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import ratchet
from benchmarks.reading import CENTRE, EXAM, FORMS
from processors.people import Candidate
from processors.scans.orders import A3_ORDERS, A4_ORDERS, PAGES_PER_SHEET, Order
from processors.scans.reader import read_images_of, understand
from processors.scans.readings import CopyStatus, Half, PageReading, Turn
from processors.scans.swallowed import NOBODY, Excused
from processors.scans.upright import Expected
from specimens.batch import Kind, draw_batch
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, scanned_again

FORM = FORMS["ccyc"]
RATCHET = Path(__file__).with_name("ratchet_piles.toml")
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
_RATCHET_LOOKS = (1, 4)
_DRAWN, _RATCHET_DRAWN = 30, 14
_IN_A_PILE = 8
_HIT = 4
"""Which copy of the pile is hit by what befalls one."""


def stock(k: int, seed: int, drawn: int = _DRAWN) -> Stock:
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
        return {page.page: page for page in read_images_of(path, _expected(roster))}


def _expected(roster: Sequence[Candidate]) -> Expected:
    return Expected.of(FORM, FORM.label.payload, roster)


# --- how piles are laid ---------------------------------------------------------------------------


class Evening(StrEnum):
    """What is known of those without a copy when a pile is read."""

    LISTED = "one absent, and known"
    ALL_THERE = "nobody absent, not known"
    ONE_ABSENT = "one absent, not known"
    THREE_ABSENT = "three absent, not known"


_ABSENT = {Evening.LISTED: 1, Evening.ALL_THERE: 0, Evening.ONE_ABSENT: 1, Evening.THREE_ABSENT: 3}

Laid = Callable[[Sequence[Copy], Order, Rng], list[Side]]


def _in_order(copies: Sequence[Copy], order: Order, _rng: Rng) -> list[Side]:
    return [side for copy in (copies[::-1] if order.falling else copies) for side in copy.sides(order)]


def _one_otherwise(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    orders = [o for o in (A3_ORDERS if copies[0].pages[0].half else A4_ORDERS) if o != order]
    other = orders[int(rng.integers(len(orders)))]
    return [s for k, copy in enumerate(copies) for s in copy.sides(other if k == _HIT else order)]


def _lost(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """Two pages that lie together, the leaf of an A4 pile or the side of an A3."""
    sides = copies[_HIT].sides(order)
    step = 1 if len(sides[0]) == 2 else 2
    at = step * int(rng.integers(len(sides) // step))
    return [
        *_in_order(copies[:_HIT], order, rng),
        *sides[:at],
        *sides[at + step :],
        *_in_order(copies[_HIT + 1 :], order, rng),
    ]


def _two_at_once(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """Two A3 sheets, or leaves, that stick together: the front of one and the back of the next are seen."""
    before, sides = copies[:_HIT], [s for copy in copies[_HIT : _HIT + 2] for s in copy.sides(order)]
    at = 2 * int(rng.integers(len(sides) // 2 - 1))
    return [
        *_in_order(before, order, rng),
        *sides[: at + 1],
        *sides[at + 3 :],
        *_in_order(copies[_HIT + 2 :], order, rng),
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
    hidden = copies[_HIT + 1].scanned_again
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
        pages[n] = _numbered_as(page, like) if again else _unnumbered(page)
        if n == PAGES_PER_SHEET:
            pages[n] = replace(pages[n], label=None, labels=(), boxes={})
    nameless = replace(copies[long], pages=tuple(pages))
    return _in_order([*copies[:long], nameless, *copies[long + 1 :]], order, rng)


def _numbered_as(page: PageReading, like: PageReading) -> PageReading:
    return replace(
        page,
        number=like.number,
        total=like.total,
        number_reading=like.number_reading,
        total_reading=like.total_reading,
    )


def _unnumbered(page: PageReading) -> PageReading:
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


def _of_a_longer_one(copies: Sequence[Copy], order: Order, rng: Rng) -> list[Side]:
    """A leaf of a copy is that of a longer one."""
    own, other = sorted((copies[_HIT], copies[_HIT + 1]), key=lambda copy: len(copy.pages))
    if len(own.pages) == len(other.pages):
        return _in_order(copies, order, rng)
    mixed = replace(own, pages=(*own.pages[:2], *other.pages[2:4], *own.pages[4:]))
    return _in_order([mixed if copy is own else copy for copy in copies], order, rng)


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
    }
    if of.a3:
        return {**common, "fed_by_another_edge": (_turned, orders)}
    return {**common, "leaf_of_a_longer_copy": (_of_a_longer_one, usual)}


# --- what becomes of them -------------------------------------------------------------------------


def _numbered(copies: Sequence[Copy], hit: set[int], rng: Rng) -> list[Copy]:
    """The copies as their writers number them: in half of the piles some forget it, on some pages or all.

    Those of index `hit`, which come otherwise than their pile, have their numbers: without them nobody could
    tell; and so has one copy in two.
    """
    careful = rng.random() < 0.5
    forgotten = [
        0.0 if careful or k in hit or k % 2 else float(rng.choice([0.0, 0.5, 1.0]))
        for k in range(len(copies))
    ]
    return [_without(copy, share, rng) for copy, share in zip(copies, forgotten, strict=True)]


def _without(copy: Copy, share: float, rng: Rng) -> Copy:
    forgotten = [rng.random() < share for _ in copy.pages]
    pages, again = (
        tuple(_unnumbered(p) if none else p for p, none in zip(those, forgotten, strict=True))
        for those in (copy.pages, copy.again)
    )
    return replace(copy, pages=pages, again=again)


def lay(of: Stock, name: str, evening: Evening, rng: Rng) -> Counter[str]:
    """Lays one pile of this kind and says what became of its copies."""
    laid, orders = kinds(of)[name]
    drawn = [of.copies[k] for k in rng.permutation(len(of.copies))[: _IN_A_PILE + _ABSENT[evening]]]
    chosen = drawn[:_IN_A_PILE]
    enrolled = {copy.candidate for copy in drawn}
    roster = [who for who in of.roster if who.number in enrolled]
    absent = frozenset(copy.candidate for copy in drawn[_IN_A_PILE:])
    excused = Excused(absent, listed=True) if evening is Evening.LISTED else NOBODY
    chosen = _numbered(chosen, {_HIT, _HIT + 1}, rng)
    sides = laid(chosen, orders[int(rng.integers(len(orders)))], rng)
    flat = [(page, image) for image, side in enumerate(sides, 1) for page in side]
    is_of = {page.page: (copy.candidate, n) for copy in of.copies for n, page in enumerate(copy.pages, 1)}
    truth = {k: is_of[page.page] for k, (page, _) in enumerate(flat, 1)}
    pages = [replace(page, page=k, image=image) for k, (page, image) in enumerate(flat, 1)]
    reading = understand(pages, "", roster, CENTRE, EXAM, _expected(roster), excused)
    whole = {copy.candidate: [(copy.candidate, n + 1) for n in range(len(copy.pages))] for copy in of.copies}
    blank = {page.page: page.blank for page in pages}
    there = Counter(truth.values())
    sound = {copy.candidate for copy in chosen if all(there[page] == 1 for page in whole[copy.candidate])}
    came: Counter[str] = Counter({"copies": len(chosen), "sound": len(sound)})
    for copy in reading.copies:
        if copy.status is CopyStatus.COMPLETE and not copy.blocked and copy.candidate is not None:
            right = len(copy.pages) == len(whole[copy.candidate]) and all(
                truth[page] == place or blank[page]
                for page, place in zip(copy.pages, whole[copy.candidate], strict=True)
            )
            came["DANGEROUS" if not right else "complete"] += 1
            came["sound_complete"] += right and copy.candidate in sound
    return came


Came = tuple[str, str, Evening, Counter[str]]
"""The look of the scan, the kind of pile, what was known, and what became of its copies."""


def run(k: int, seed: int, copies: int, drawn: int = _DRAWN) -> list[Came]:
    """One drawn scan, and piles of every kind laid of it, of so many copies in all."""
    return piles_of(stock(k, seed, drawn), copies, np.random.default_rng((seed, k)))


def piles_of(of: Stock, copies: int, rng: Rng) -> list[Came]:
    """Piles of every kind, on every evening, of so many copies of this scan in all."""
    names = list(kinds(of))
    wanted = max(len(names), round(copies / _IN_A_PILE))
    piles = itertools.islice(itertools.cycle((e, name) for e in Evening for name in names), wanted)
    return [(of.look, name, evening, lay(of, name, evening, rng)) for evening, name in piles]


def ratcheted(kept: ratchet.Ratchet, jobs: int) -> list[Came]:
    """The piles that the ratchet is measured on: few, of an A4 and an A3 scan."""
    with ProcessPoolExecutor(jobs) as pool:
        one = partial(run, seed=kept.seed, copies=100 * kept.batches, drawn=_RATCHET_DRAWN)
        return [came for piles in pool.map(one, _RATCHET_LOOKS) for came in piles]


def by_kind(came: Iterable[Came]) -> dict[str, Counter[str]]:
    cases: dict[str, Counter[str]] = defaultdict(Counter)
    for _, name, _, count in came:
        cases[name] += count
    return cases


def rates(cases: Mapping[str, Counter[str]]) -> dict[str, dict[str, float]]:
    """By kind of pile, the shares that the ratchet keeps; each is the better the greater."""
    return {
        name: {
            "never_dangerous": round(1 - count["DANGEROUS"] / count["copies"], 4),
            "complete": round(count["sound_complete"] / max(1, count["sound"]), 4),
        }
        for name, count in sorted(cases.items())
    }


def tell(console: Console, cases: Mapping[str, Counter[str]]) -> None:
    table = Table("pile", "copies", "DANGEROUS", "all pages there", "of them complete", "to a person")
    total: Counter[str] = sum(cases.values(), Counter())
    for name, count in [*sorted(cases.items()), ("all", total)]:
        waits = count["sound"] - count["sound_complete"]
        columns = (count["copies"], count["DANGEROUS"], count["sound"], count["sound_complete"], waits)
        table.add_row(name, *map(str, columns))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--ratchet", action="store_true")
    parser.add_argument("--update", action="store_true")
    wanted = parser.parse_args()
    kept, console = ratchet.load(RATCHET), Console()
    if wanted.ratchet or wanted.update:
        came = ratcheted(kept, wanted.jobs)
    else:
        scans = len(LOOKS) * max(1, round(wanted.copies / 8000))
        with ProcessPoolExecutor(wanted.jobs) as pool:
            one = partial(run, seed=wanted.seed, copies=round(wanted.copies / scans))
            came = [c for piles in pool.map(one, range(scans)) for c in piles]
    tell(console, by_kind((look, look, evening, count) for look, _, evening, count in came))
    tell(console, by_kind((look, evening, evening, count) for look, _, evening, count in came))
    sound = [one for one in came if one[1] in ("sound", "other_order")]
    tell(console, by_kind((look, f"sound, {e}", e, count) for look, _, e, count in sound))
    cases = by_kind(came)
    tell(console, cases)
    if wanted.update:
        ratchet.save(kept.raised(rates(cases)), RATCHET)
    elif wanted.ratchet and (worse := kept.worse(rates(cases))):
        console.print("\n".join(["worse than before:", *worse]))
        sys.exit(1)


if __name__ == "__main__":
    main()
