"""What becomes of piles that were scanned in any order, or lost sides on their way.

    python -m benchmarks.piles [--copies 2000] [--seed 1] [--jobs 2] [--kinds sound …] [--ratchet | --update]

Sound copies are drawn and read, each page as two scans show it; then piles are laid of what was read, by
order of scanning and by fault, and put together as copies again. So a page costs two readings, and many
thousands of copies can be laid. The digits, hands and wear are those of the drawn pages; in half of the piles
some copies have no numbers, or not on every page.

A pile's roster is that of the people whose copies are laid, and of some who were absent: none, one or three;
it is known who was absent, or not yet.

Printed after every scan, by kind: copies that came complete with a written page of another, out of order or
short (DANGEROUS); those whose pages were all there and that came complete, or wait for a person. At the end,
whether the aims are met.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import ratchet
from benchmarks.laid_piles import (
    HIT,
    LOOKS,
    SINGLE_SHEETS,
    Copy,
    Rng,
    Stock,
    expected,
    kinds,
    stock,
    unnumbered,
)
from benchmarks.reading import CENTRE, EXAM
from processors.lists.people import Candidate
from processors.scans.copies.swallowed import NOBODY, Excused
from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.reader import understand
from processors.scans.readings import CopyStatus, PageReading, ScanReading

RATCHET = Path(__file__).with_name("ratchet_piles.toml")
_RATCHET_LOOKS = (1, 4)
_DRAWN, _RATCHET_DRAWN = 30, 14
_IN_A_PILE, _FEW = 8, 3
_HELD = 0.005  # of sound copies, at most


class Evening(StrEnum):
    """What is known of those without a copy when a pile is read."""

    LISTED = "one absent, and known"
    ALL_THERE = "nobody absent, not known"
    ONE_ABSENT = "one absent, not known"
    THREE_ABSENT = "three absent, not known"


_ABSENT = {Evening.LISTED: 1, Evening.ALL_THERE: 0, Evening.ONE_ABSENT: 1, Evening.THREE_ABSENT: 3}


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
        tuple(unnumbered(p) if none else p for p, none in zip(those, forgotten, strict=True))
        for those in (copy.pages, copy.again)
    )
    return replace(copy, pages=pages, again=again)


@dataclass(frozen=True)
class Laid:
    """A pile of some copies of a stock. `truth`: the candidate and the number of each page."""

    copies: tuple[Copy, ...]
    pages: tuple[PageReading, ...]
    truth: Mapping[int, tuple[str, int]]
    roster: tuple[Candidate, ...]
    excused: Excused

    def read(self) -> ScanReading:
        return understand(self.pages, "", self.roster, CENTRE, EXAM, expected(self.roster), self.excused)


def lay(of: Stock, name: str, evening: Evening, rng: Rng) -> Laid:
    """One pile of this kind."""
    laid, orders = kinds(of)[name]
    single = name in SINGLE_SHEETS
    fit = [copy for copy in of.copies if not single or len(copy.pages) == PAGES_PER_SHEET]
    present = int(rng.integers(_FEW, _IN_A_PILE + 1)) if single else _IN_A_PILE
    drawn = [fit[k] for k in rng.permutation(len(fit))[: present + _ABSENT[evening]]]
    present = len(drawn) - _ABSENT[evening]
    chosen = drawn[:present]
    enrolled = {copy.candidate for copy in drawn}
    roster = tuple(who for who in of.roster if who.number in enrolled)
    absent = frozenset(copy.candidate for copy in drawn[present:])
    excused = Excused(absent, listed=True) if evening is Evening.LISTED else NOBODY
    chosen = _numbered(chosen, {HIT, HIT + 1}, rng)
    sides = laid(chosen, orders[int(rng.integers(len(orders)))], rng)
    flat = [(page, image) for image, side in enumerate(sides, 1) for page in side]
    is_of = {page.page: (copy.candidate, n) for copy in of.copies for n, page in enumerate(copy.pages, 1)}
    truth = {k: is_of[page.page] for k, (page, _) in enumerate(flat, 1)}
    pages = tuple(replace(page, page=k, image=image) for k, (page, image) in enumerate(flat, 1))
    return Laid(tuple(chosen), pages, truth, roster, excused)


def what_came(laid: Laid) -> Counter[str]:
    """Reads a pile and says what became of its copies."""
    whole = {
        copy.candidate: [(copy.candidate, n + 1) for n in range(len(copy.pages))] for copy in laid.copies
    }
    truth, blank = laid.truth, {page.page: page.blank for page in laid.pages}
    there = Counter(truth.values())
    sound = {who for who, pages in whole.items() if all(there[page] == 1 for page in pages)}
    came: Counter[str] = Counter({"copies": len(laid.copies), "sound": len(sound)})
    for copy in laid.read().copies:
        if copy.status is CopyStatus.COMPLETE and not copy.blocked and copy.candidate is not None:
            own = whole.get(copy.candidate, [])
            right = len(copy.pages) == len(own) and all(
                truth[page] == place or blank[page] for page, place in zip(copy.pages, own, strict=True)
            )
            came["DANGEROUS" if not right else "complete"] += 1
            came["sound_complete"] += right and copy.candidate in sound
    return came


Came = tuple[str, str, Evening, Counter[str]]
"""The look of the scan, the kind of pile, what was known, and what became of its copies."""


def run(
    k: int, seed: int, copies: int, drawn: int = _DRAWN, only: Collection[str] | None = None
) -> list[Came]:
    """One drawn scan, and piles of every kind laid of it, of so many copies in all; `only`: what is read."""
    of, rng = stock(k, seed, drawn), np.random.default_rng((seed, k))
    return [
        (of.look, name, evening, what_came(laid))
        for name, evening, laid in piles_of(of, copies, rng)
        if only is None or name in only
    ]


def piles_of(of: Stock, copies: int, rng: Rng) -> Iterator[tuple[str, Evening, Laid]]:
    """Piles of every kind, on every evening, of so many copies of this scan in all."""
    names = list(kinds(of))
    luck = dict(zip(names, rng.spawn(len(names)), strict=True))  # a further kind changes no other's piles
    wanted = max(len(names), round(copies / _IN_A_PILE))
    piles = itertools.islice(itertools.cycle((e, name) for e in Evening for name in names), wanted)
    return ((name, evening, lay(of, name, evening, luck[name])) for evening, name in piles)


def each(scans: Iterable[int], jobs: int, one: Callable[[int], list[Came]]) -> Iterator[list[Came]]:
    """What came of the piles of each scan, in processes of which each has one thread."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(one, scans)


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


def tell_aims(console: Console, all_piles: Counter[str], sound_piles: Counter[str]) -> None:
    """Whether what is wanted of piles is so."""
    wrong, copies = all_piles["DANGEROUS"], all_piles["copies"]
    held, sound = sound_piles["sound"] - sound_piles["sound_complete"], max(1, sound_piles["sound"])
    console.print(f"{'NOT met' if wrong else 'met'}: no copy wrong and complete ({wrong} of {copies})")
    verdict = "met" if held <= _HELD * sound else "NOT met"
    console.print(f"{verdict}: {_HELD:.1%} of sound copies held in sound piles ({held} of {sound})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kinds", nargs="+", help="read these piles alone of those that are laid")
    parser.add_argument("--ratchet", action="store_true")
    parser.add_argument("--update", action="store_true")
    wanted = parser.parse_args()
    kept, console = ratchet.load(RATCHET), Console()
    scans: Sequence[int] = range(len(LOOKS) * max(1, round(wanted.copies / 8000)))
    one = partial(run, seed=wanted.seed, copies=round(wanted.copies / len(scans)), only=wanted.kinds)
    if wanted.ratchet or wanted.update:
        scans = _RATCHET_LOOKS  # few, of an A4 and an A3 scan
        one = partial(run, seed=kept.seed, copies=100 * kept.batches, drawn=_RATCHET_DRAWN)
    came: list[Came] = []
    for piles in each(scans, wanted.jobs, one):
        came += piles
        tell(console, by_kind(came))
    tell(console, by_kind((look, look, evening, count) for look, _, evening, count in came))
    tell(console, by_kind((look, evening, evening, count) for look, _, evening, count in came))
    sound = [one for one in came if one[1] in ("sound", "other_order")]
    tell(console, by_kind((look, f"sound, {e}", e, count) for look, _, e, count in sound))
    tell_aims(console, *(sum((count for *_, count in some), Counter[str]()) for some in (came, sound)))
    shares = rates(by_kind(came))
    if wanted.update:
        ratchet.save(kept.raised(shares), RATCHET)
    elif wanted.ratchet and (worse := kept.worse(shares)):
        console.print("\n".join(["worse than before:", *worse]))
        sys.exit(1)


if __name__ == "__main__":
    main()
