"""What the reader makes of drawn scans, by level of wear, by kind of copy and by fault of its paper.

    python -m benchmarks.reading [--batches 12] [--seed 1] [--jobs 2] [--form ccyc] [--ratchet | --update]

Each batch is one scan of every kind of copy, and of a sound one with every fault, drawn with hands, wear and
paper of its own: digits of MNIST's test split and fonts that no training saw. Printed: how many copies were
given to their candidate, to another, left to a person; how many sound ones were held back; how many troubles
were named, with their pages. Both sheets are drawn, `--form` one alone.

`--ratchet` draws what `ratchet.toml` says and fails where a case has become worse than is written there;
`--update` writes what has become better.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import ratchet
from processors.circular.form import Form, load_form
from processors.findings import Code, Severity
from processors.scans.reader import read_scan
from processors.scans.readings import CopyReading, CopyStatus
from specimens.batch import GONE_IN_ONE_BIT, Batch, CopyTruth, Kind, draw_batch
from specimens.faults import Fault
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode

_FORMS = Path(__file__).parents[1] / "sessions" / "forms"
ANNEX, UNKNOWN = (load_form(_FORMS / f"document-reponse{name}.toml") for name in ("", "-recto-verso"))
FORMS = {
    name: load_form(_FORMS / f"{name}.toml").with_annexes([ANNEX]) for name in ("ccyc", "ccyc-republique")
}
CENTRE, EXAM = "0130051K", "U4"

TWO_READINGS = set(Kind) - {
    Kind.NO_HEADER, Kind.ANONYMOUS, Kind.STRANGER, Kind.OTHER_LABEL, Kind.WRONG_EXAM,
}  # fmt: skip
SOUND = TWO_READINGS - {
    Kind.MISSING_SIDE, Kind.BLURRED, Kind.LABEL_INSIDE, Kind.UNDECLARED, Kind.SHINES_THROUGH, Kind.NOTE,
    Kind.NAMED,
}  # fmt: skip
NAMED = {
    Kind.OLD_MODEL: Code.OLD_MODEL,
    Kind.MISSING_SIDE: Code.MISSING_PAGES,
    Kind.DUPLICATE_SIDE: Code.DUPLICATE_PAGES,
    Kind.SWAPPED: Code.PAGES_OUT_OF_ORDER,
    Kind.UPSIDE_DOWN: Code.UPSIDE_DOWN,
    Kind.FOREIGN_PAGE: Code.FOREIGN_PAGE,
    Kind.DRAFT: Code.FOREIGN_PAGE,
    Kind.BLANK: Code.BLANK_COPY,
    Kind.BLURRED: Code.UNREADABLE_PAGE,
    Kind.STRANGER: Code.UNKNOWN_CANDIDATE,
    Kind.OTHER_LABEL: Code.LABEL_CONFLICT,
    Kind.WRONG_EXAM: Code.WRONG_EXAM,
    Kind.ANONYMOUS: Code.UNIDENTIFIED,
    Kind.LABEL_INSIDE: Code.NOT_ANONYMOUS,
    Kind.UNDECLARED: Code.UNDECLARED_PAGE,
    Kind.SHINES_THROUGH: Code.NOT_ANONYMOUS,
    Kind.NOTE: Code.UNREADABLE_PAGE,
    Kind.NAMED: Code.NOT_ANONYMOUS,
    Fault.CORNER: Code.UNREADABLE_PAGE,
}


@dataclass(frozen=True)
class Case:
    """A copy as it was drawn and what became of it."""

    name: str
    level: Level
    two_readings: bool
    sound: bool
    troubled: bool
    candidate: str
    came: frozenset[str]
    """Of: right, WRONG, to a person, held back, mixed, lost, named."""


def draw(k: int, seed: int, form: Form) -> Batch:
    """The k-th batch: every level, gray, colour and one bit, A4 and A3 in turn; 300 dpi one time in four."""
    looks = list(itertools.product((False, True), Mode, Level))
    a3, mode, level = looks[(7 * k) % len(looks)]
    rng = np.random.default_rng((seed, k))
    # a page that nobody declared, and a copy that names nobody, hold those beside them, too: they wait anyway
    last = (Kind.NOTE, Kind.ANONYMOUS, Kind.NAMED)
    first = [kind for kind in Kind if kind not in last]
    kinds = (*first, *[Kind.OK] * len(Fault), *last)
    roster = invent_candidates(rng, len(kinds) + 3, CENTRE, [EXAM], invent_schools(rng, 3))
    faults = (*[None] * len(first), *Fault)
    dpi = 300 if k % 4 == 3 else 200
    return draw_batch(
        seed * 1000 + k, EXAM, CENTRE, roster, kinds, form.with_annexes([*form.annexes, UNKNOWN]),
        level=level, dpi=dpi, mode=mode, a3=a3, faults=faults,
    )  # fmt: skip


def run(k: int, form: Form, seed: int) -> tuple[str, list[Case]]:
    """Draws and reads one batch: what it looks like, and its cases."""
    cv2.setNumThreads(1)
    batch = draw(k, seed, form)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.pdf"
        path.write_bytes(batch.pdf)
        reading = read_scan(path, form, form.label.payload, batch.roster, CENTRE, EXAM)
    look = f"{batch.level} {batch.mode} {batch.dpi} dpi {'A3' if batch.a3 else 'A4'}"
    return look, list(judge(batch, reading.copies))


def judge(batch: Batch, copies: Sequence[CopyReading]) -> Iterator[Case]:
    of_page = {page: copy for copy in copies for page in copy.pages}
    for truth in batch.copies:
        mine = [page for page, number in truth.file_pages if number and page in of_page]
        came = frozenset(_became(truth, set(mine), of_page[mine[0]]) if mine else ["lost"])
        whole = truth.fault is not Fault.CORNER
        gone = batch.mode is Mode.BW and truth.kind in GONE_IN_ONE_BIT
        troubled = _trouble(truth) is not None and not gone
        yield Case(
            truth.fault or truth.kind, batch.level, truth.kind in TWO_READINGS,
            truth.kind in SOUND and whole, troubled, truth.candidate, came,
        )  # fmt: skip


def _trouble(truth: CopyTruth) -> Code | None:
    return NAMED.get(truth.fault) if truth.fault else NAMED.get(truth.kind)


def _became(truth: CopyTruth, mine: set[int], copy: CopyReading) -> Iterator[str]:
    if copy.candidate is None:
        yield "to a person"
    else:
        yield "right" if copy.candidate == truth.candidate else "WRONG"
    if copy.status is not CopyStatus.COMPLETE or any(f.severity is Severity.BLOCKING for f in copy.findings):
        yield "held back"
    if not set(copy.pages) <= mine:
        yield "mixed"
    annex = [page for page, number in truth.file_pages if number > truth.pages]
    if annex and list(copy.pages[-len(annex) :]) != annex:
        yield "lost"
    said = [f for f in copy.findings if f.code is _trouble(truth)]
    if said and _are_its_pages({page for f in said for page in f.pages}, truth):
        yield "named"


def _are_its_pages(pages: set[int], truth: CopyTruth) -> bool:
    """Whether the pages of a finding are those of the trouble, where it is one page's."""
    match truth.fault or truth.kind:
        case Fault.CORNER:
            wanted = {page for page, number in truth.file_pages if number == 2}
        case Kind.UNDECLARED:  # its recto: nothing tells that the verso is one
            wanted = {min(page for page, number in truth.file_pages if number == 0)}
        case Kind.FOREIGN_PAGE | Kind.DRAFT:
            wanted = {page for page, number in truth.file_pages if number == 0}
        case Kind.LABEL_INSIDE | Kind.SHINES_THROUGH | Kind.NOTE | Kind.NAMED:
            wanted = {page for page, number in truth.file_pages if number == 2}
        case Kind.BLURRED:
            wanted = {page for page, number in truth.file_pages if number in truth.blurred}
        case _:
            return True
    return pages == wanted


def amiss(case: Case) -> str:
    """What a reader should have done better."""
    wrongs = case.came & {"WRONG", "mixed", "lost"}
    if case.two_readings:
        wrongs |= case.came & {"to a person"}
    if case.sound:
        wrongs |= case.came & {"held back"}
    if case.troubled and "named" not in case.came:
        wrongs |= {"unnamed"}
    return f"{case.name} {', '.join(sorted(wrongs))}" if wrongs else ""


def rates(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """By name of the case, the shares that the ratchet keeps; each is the better the greater."""
    by_name: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_name[case.name].append(case)
    return {name: dict(_rates(of_name)) for name, of_name in sorted(by_name.items())}


def _rates(cases: Sequence[Case]) -> Iterator[tuple[str, float]]:
    def share(what: str, among: Sequence[Case] = cases) -> float:
        return round(sum(what in case.came for case in among) / len(among), 4)

    yield "never_wrong", 1 - share("WRONG")
    yield "never_mixed", 1 - share("mixed")
    yield "never_lost", 1 - share("lost")
    if cases[0].two_readings:
        yield "attributed", share("right")
    if cases[0].sound:
        yield "let_through", 1 - share("held back")
    if troubled := [case for case in cases if case.troubled]:
        yield "named", share("named", troubled)


def tell(console: Console, cases: Sequence[Case]) -> None:
    columns = ("right", "WRONG", "to a person", "held back", "mixed", "lost", "named")
    for heading, key in (("case", "name"), ("level", "level")):
        table = Table(heading, "drawn", *columns)
        counts: Mapping[str, Counter[str]] = defaultdict(Counter)
        for case in cases:
            counts[getattr(case, key)].update({"drawn": 1, **dict.fromkeys(case.came, 1)})
        for name, count in counts.items():
            table.add_row(name, *(str(count[column] or "") for column in ("drawn", *columns)))
        console.print(table)

    def of(what: str, among: str) -> str:
        chosen = [case for case in cases if getattr(case, among)]
        return f"{sum(what in case.came for case in chosen)} of {len(chosen)}"

    console.print(
        f"two readings: {of('right', 'two_readings')} attributed; "
        f"given to another: {sum('WRONG' in case.came for case in cases)} of {len(cases)}; "
        f"sound and held back: {of('held back', 'sound')}; troubles named: {of('named', 'troubled')}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--form", choices=list(FORMS))
    parser.add_argument("--ratchet", action="store_true")
    parser.add_argument("--update", action="store_true")
    wanted = parser.parse_args()
    kept = ratchet.load()
    if wanted.ratchet or wanted.update:
        wanted.batches, wanted.seed = kept.batches, kept.seed
    names = [wanted.form] if wanted.form else list(FORMS)
    console, cases = Console(), []
    with ProcessPoolExecutor(wanted.jobs) as pool:
        batches = range(wanted.batches)
        forms = [names[k % len(names)] for k in batches]
        drawn = pool.map(partial(run, seed=wanted.seed), batches, [FORMS[name] for name in forms])
        for name, (look, of_batch) in zip(forms, drawn, strict=True):
            told = "; ".join(filter(None, map(amiss, of_batch))) or "as drawn"
            console.print(f"{name:16} {look:28} {told}")
            cases += of_batch
    tell(console, cases)
    if wanted.update:
        ratchet.save(kept.raised(rates(cases)))
    elif wanted.ratchet and (worse := kept.worse(rates(cases))):
        console.print("\n".join(["worse than before:", *worse]))
        sys.exit(1)


if __name__ == "__main__":
    main()
