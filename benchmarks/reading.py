"""What the reader makes of drawn scans, by level and by kind, and what it costs beside decoding them.

    python benchmarks/reading.py [--batches 12] [--seed 1]

Each batch is one scan of every kind of copy, drawn with a hand, a wear and a paper of its own. Printed: how
many copies were given to their candidate, to another, left to a person; how many sound ones were held back;
how many troubles were named. Then the cost of reading a page as a ratio to the bare decode of the same image,
in this run.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from processors.findings import Code, Severity
from processors.scans.a3 import a3_halves
from processors.scans.form import load_form
from processors.scans.raster import read_images
from processors.scans.reader import Expected, read_page, read_scan
from processors.scans.readings import CopyReading, CopyStatus
from specimens.batch import Batch, CopyTruth, Kind, draw_batch
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode

FORM = load_form(Path(__file__).parents[1] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U4"

SOUND = {Kind.OK, Kind.NO_LABEL, Kind.SCRIBBLED, Kind.TORN, Kind.NO_NUMBERS, Kind.OLD_MODEL}
TWO_READINGS = SOUND | {Kind.MISSING_SIDE, Kind.DUPLICATE_SIDE, Kind.SWAPPED, Kind.UPSIDE_DOWN}
TWO_READINGS |= {Kind.FOREIGN_PAGE, Kind.BLANK, Kind.BLURRED}
NAMED = {
    Kind.OLD_MODEL: Code.OLD_MODEL,
    Kind.MISSING_SIDE: Code.MISSING_PAGES,
    Kind.DUPLICATE_SIDE: Code.DUPLICATE_PAGES,
    Kind.SWAPPED: Code.PAGES_OUT_OF_ORDER,
    Kind.UPSIDE_DOWN: Code.UPSIDE_DOWN,
    Kind.FOREIGN_PAGE: Code.FOREIGN_PAGE,
    Kind.BLANK: Code.BLANK_COPY,
    Kind.BLURRED: Code.UNREADABLE_PAGE,
    Kind.STRANGER: Code.UNKNOWN_CANDIDATE,
    Kind.OTHER_LABEL: Code.LABEL_CONFLICT,
    Kind.WRONG_EXAM: Code.WRONG_EXAM,
    Kind.ANONYMOUS: Code.UNIDENTIFIED,
}


def batches(count: int, seed: int) -> Iterator[Batch]:
    """One after the other: every level, in gray, colour and one bit, at 200 and 300 dpi, on A4 and A3."""
    looks = itertools.cycle(itertools.product(Level, Mode, (False, True)))
    for k, (level, mode, a3) in zip(range(count), looks, strict=False):
        rng = np.random.default_rng((seed, k))
        kinds = tuple(Kind)
        roster = invent_candidates(rng, len(kinds) + 5, CENTRE, [EXAM], invent_schools(rng, 3))
        dpi = 300 if k % 4 == 3 else 200
        yield draw_batch(
            seed * 1000 + k, EXAM, CENTRE, roster, kinds, FORM, level=level, dpi=dpi, mode=mode, a3=a3
        )


def judge(batch: Batch, copies: Sequence[CopyReading]) -> Iterator[tuple[Kind, str]]:
    """For each drawn copy, what happened to it."""
    of_page = {page: copy for copy in copies for page in copy.pages}
    for truth in batch.copies:
        mine = [page for page, number in truth.file_pages if number and page in of_page]
        if not mine:
            yield truth.kind, "lost"
            continue
        yield from ((truth.kind, what) for what in _verdicts(truth, set(mine), of_page[mine[0]]))


def _verdicts(truth: CopyTruth, mine: set[int], copy: CopyReading) -> Iterator[str]:
    yield "drawn"
    if copy.candidate is None:
        yield "to a person"
    else:
        yield "right" if copy.candidate == truth.candidate else "WRONG"
    held = copy.status is not CopyStatus.COMPLETE or any(
        f.severity is Severity.BLOCKING for f in copy.findings
    )
    if truth.kind in SOUND and held:
        yield "held back"
    if not set(copy.pages) <= mine:
        yield "mixed"
    if truth.kind in NAMED and NAMED[truth.kind] in {f.code for f in copy.findings}:
        yield "named"


def _amiss(verdicts: Sequence[tuple[Kind, str]]) -> Iterator[str]:
    """What a reader should have done better."""
    for kind, what in verdicts:
        if what in ("WRONG", "held back", "mixed", "lost") or (
            what == "to a person" and kind in TWO_READINGS
        ):
            yield f"{kind} {what}"
        elif what == "drawn" and kind in NAMED and (kind, "named") not in verdicts:
            yield f"{kind} unnamed"


def cost(path: Path) -> list[float]:
    """For each image, the CPU time of reading its pages, decode included, over that of the decode alone."""
    expected = Expected(FORM, FORM.label.payload, frozenset())
    ratios = []
    for image in read_images(path):
        begun = time.process_time()
        gray = image.gray()
        decoded = time.process_time()
        for half, page in a3_halves(gray, image.dpi):
            read_page(page, image.image, half, image.dpi, expected)
        ratios.append((time.process_time() - begun) / (decoded - begun))
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    by_kind: dict[Kind, Counter[str]] = defaultdict(Counter)
    ratios: dict[str, list[float]] = defaultdict(list)
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        for batch in batches(options.batches, options.seed):
            path = Path(folder) / "scan.pdf"
            path.write_bytes(batch.pdf)
            reading = read_scan(path, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)
            verdicts = list(judge(batch, reading.copies))
            for kind, what in verdicts:
                by_kind[kind][what] += 1
            amiss = sorted(_amiss(verdicts))
            look = f"{batch.level} {batch.mode} {batch.dpi} dpi {'A3' if batch.a3 else 'A4'}"
            console.print(f"{look:28} {', '.join(amiss) or 'as drawn'}", highlight=False)
            ratios[f"{batch.mode} {batch.dpi} dpi {'A3' if batch.a3 else 'A4'}"] += cost(path)
    _tell(console, by_kind, ratios)


def _tell(console: Console, by_kind: dict[Kind, Counter[str]], ratios: dict[str, list[float]]) -> None:
    columns = ["drawn", "right", "WRONG", "to a person", "held back", "mixed", "lost", "named"]
    table = Table("kind", *columns)
    for kind, counts in by_kind.items():
        table.add_row(kind, *(str(counts[column] or "") for column in columns))
    console.print(table)
    drawn = sum(by_kind[kind]["drawn"] for kind in TWO_READINGS)
    right = sum(by_kind[kind]["right"] for kind in TWO_READINGS)
    wrong = sum(counts["WRONG"] for counts in by_kind.values())
    sound = sum(by_kind[kind]["drawn"] for kind in SOUND)
    held = sum(by_kind[kind]["held back"] for kind in SOUND)
    console.print(
        f"two readings: {right} of {drawn} attributed; wrong: {wrong}; sound held back: {held} of {sound}"
    )
    speed = Table("scan", "pages", "reading / decode, median")
    for look, values in sorted(ratios.items()):
        speed.add_row(look, str(len(values)), f"{np.median(values):.2f}")
    console.print(speed)


if __name__ == "__main__":
    main()
