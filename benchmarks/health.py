"""What is said of the scanner's health: of sound piles nothing, of ailing ones what ails them.

    python -m benchmarks.health [--sound 40] [--ailing 3] [--seed 1] [--jobs 2]

Sound piles are drawn in every look and with what lies at nearly the same place on many pages without being
the scanner's: margins ruled by hand or printed, punched holes, staples, folds. Ailing ones have one fault
each, at three severities, on A4 and A3 in turn, on all images or on those of one sensor.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.reading import CENTRE, EXAM, FORM
from processors.findings import Code
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus, ScanReading
from specimens.ailing import Ailing, Ailment, ail, redrawn
from specimens.batch import Batch, Kind, draw_batch
from specimens.faults import Fault
from specimens.hand import Rng
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, Picture

OF_PILES = (
    Code.SCANNER_LINE, Code.SCANNER_BAND, Code.SCANNER_BLIND, Code.DIRTY_GLASS, Code.SIDE_TURNED,
    Code.PILE_TURNED, Code.VERSOS_REPEATED, Code.BLANKS_REMOVED, Code.ONE_SIDED, Code.PILE_UNREADABLE,
    Code.PILE_ASKEW, Code.PILE_GRAY,
)  # fmt: skip

EXPECTED = {
    Ailment.STREAK: {Code.SCANNER_LINE},
    Ailment.WHITE_BAND: {Code.SCANNER_BAND, Code.SCANNER_BLIND},
    Ailment.DARK_BAND: {Code.SCANNER_BAND, Code.SCANNER_BLIND},
    Ailment.SPOTS: {Code.DIRTY_GLASS},
    Ailment.SECONDS_TURNED: {Code.SIDE_TURNED},
    Ailment.RECTOS_REPEATED: {Code.VERSOS_REPEATED},
    Ailment.BLANKS_REMOVED: {Code.BLANKS_REMOVED},
    Ailment.ONE_SIDED: {Code.ONE_SIDED},
    Ailment.ASKEW: {Code.PILE_ASKEW},
    Ailment.GRAY: {Code.PILE_GRAY},
}

SEVERITIES: dict[Ailment, Sequence[dict[str, float]]] = {
    Ailment.STREAK: ({"width": 0.1, "tone": 190}, {"width": 0.2, "tone": 140}, {"width": 0.4, "tone": 70}),
    Ailment.WHITE_BAND: ({"width": 1.2}, {"width": 4}, {"width": 15}),
    Ailment.DARK_BAND: ({"width": 4, "tone": 0.9}, {"width": 5, "tone": 0.7}, {"width": 15, "tone": 0.3}),
    Ailment.GRAY: ({"tone": 0.6}, {"tone": 0.5}, {"tone": 0.4}),
}


class Habit(StrEnum):
    """What lies at nearly the same place on the pages of a sound pile."""

    NONE = "none"
    RULED = "margin ruled by hand"
    PRINTED = "printed margin"
    HOLES = "holes"
    STAPLES = "staples"
    FOLD = "folded in the middle"


def batch(k: int, seed: int, copies: int, faults: Sequence[Fault] = (), a3: bool | None = None) -> Batch:
    looks = list(itertools.product((False, True), Mode, Level))
    drawn_a3, mode, level = looks[(7 * k) % len(looks)]
    rng = np.random.default_rng((seed, k))
    roster = invent_candidates(rng, copies + 4, CENTRE, [EXAM], invent_schools(rng, 2))
    return draw_batch(
        seed * 1000 + k, EXAM, CENTRE, roster, [Kind.OK] * copies, FORM, level=level, mode=mode,
        a3=drawn_a3 if a3 is None else a3, faults=faults,
    )  # fmt: skip


def sound(k: int, seed: int) -> tuple[Habit, Batch]:
    habit = list(Habit)[k % len(Habit)]
    drawn = batch(k, seed, 4, [Fault.HOLES] * 4 if habit is Habit.HOLES else ())
    rng = np.random.default_rng((seed, k, 1))
    if habit in (Habit.RULED, Habit.PRINTED, Habit.STAPLES, Habit.FOLD):
        return habit, redrawn(drawn, partial(_HABITS[habit], per_mm=drawn.dpi / 25.4, rng=rng), rng)
    return habit, drawn


def _ruled(picture: Picture, per_mm: float, rng: Rng) -> Picture:
    """Each page's margin, 25 mm wide but for some millimetres."""
    return _line(picture, 25 + rng.normal(0, 1.5), rng.normal(0, 0.4), float(rng.uniform(40, 120)), per_mm)


def _printed(picture: Picture, per_mm: float, rng: Rng) -> Picture:
    """At the same place on the paper, which a good feeder draws in by a few tenths of a millimetre."""
    return _line(picture, 22 + rng.normal(0, 0.4), rng.normal(0, 0.12), 170.0, per_mm)


def _line(picture: Picture, x: float, degrees: float, gray: float, per_mm: float) -> Picture:
    height = picture.shape[0]
    lean = np.tan(np.radians(degrees)) * height / 2
    starts = [x * per_mm] if picture.shape[1] < height else [x * per_mm, picture.shape[1] / 2 + x * per_mm]
    for start in starts:
        ends = (round(start - lean), 0), (round(start + lean), height)
        cv2.line(picture, *ends, [gray] * 3, max(1, round(0.25 * per_mm)), cv2.LINE_AA)
    return picture


def _stapled(picture: Picture, per_mm: float, rng: Rng) -> Picture:
    x, y = rng.normal((12, 10), 1.0) * per_mm
    end = round(x + 11 * per_mm), round(y + rng.normal(6, 1) * per_mm)
    cv2.line(picture, (round(x), round(y)), end, [70.0] * 3, max(1, round(0.5 * per_mm)), cv2.LINE_AA)
    return picture


def _folded(picture: Picture, per_mm: float, rng: Rng) -> Picture:
    height, width = picture.shape[:2]
    y = height / 2 + rng.normal(0, 1.5) * per_mm
    lean = rng.normal(0, 0.5) * per_mm
    shade = np.full_like(picture, 255)
    cv2.line(shade, (0, round(y - lean)), (width, round(y + lean)), [150.0] * 3, max(1, round(0.4 * per_mm)))
    return np.asarray(np.minimum(picture, cv2.GaussianBlur(shade, (0, 0), 0.2 * per_mm)), np.uint8)


_HABITS = {
    Habit.RULED: _ruled, Habit.PRINTED: _printed, Habit.STAPLES: _stapled, Habit.FOLD: _folded,
}  # fmt: skip


def ailing(case: tuple[Ailment, int, int], seed: int) -> Ailing:
    """The k-th pile with this fault at this severity (0 to 2)."""
    ailment, severity, k = case
    rng = np.random.default_rng((seed, list(Ailment).index(ailment), severity, k))
    whole_leaves = ailment in (Ailment.RECTOS_REPEATED, Ailment.BLANKS_REMOVED, Ailment.ONE_SIDED)
    copies = 8 if whole_leaves or ailment in (Ailment.SPOTS, Ailment.ASKEW) else 4
    drawn = batch(5 * k + severity, seed + 50, copies, a3=False if whole_leaves else None)
    one_sensor = k % 2 == 1 and ailment not in (Ailment.ASKEW, Ailment.GRAY)
    how = SEVERITIES.get(ailment, ({}, {}, {}))[severity]
    return ail(drawn, ailment, rng, one_sensor=one_sensor, **how)


def read(drawn: Batch) -> ScanReading:
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.pdf"
        path.write_bytes(drawn.pdf)
        return read_scan(path, FORM, FORM.label.payload, drawn.roster, CENTRE, EXAM)


def said(reading: ScanReading) -> list[Code]:
    return [found.code for found in reading.findings if found.code in OF_PILES]


def judge_sound(k: int, seed: int) -> tuple[str, bool, list[Code]]:
    habit, drawn = sound(k, seed)
    reading = read(drawn)
    held = any(copy.status is not CopyStatus.COMPLETE for copy in reading.copies)
    return f"{habit} ({drawn.mode})", held, said(reading)


def judge_ailing(case: tuple[Ailment, int, int], seed: int) -> tuple[str, bool, list[Code]]:
    """Named, with most of its images and the place where there is one; and what else was said."""
    pile = ailing(case, seed)
    reading = read(pile.batch)
    wanted = EXPECTED[pile.ailment]
    found = [f for f in reading.findings if f.code in wanted]
    place = f"{pile.at:.0f} mm"
    placed = not pile.width or any(place in f.message or _near(pile.at, f.message) for f in found)
    return (
        f"{pile.ailment} ({pile.batch.mode})",
        bool(found) and placed,
        [c for c in said(reading) if c not in wanted],
    )


def _near(at: float, message: str) -> bool:
    return any(f" {round(at) + more} " in message for more in (-1, 0, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sound", type=int, default=40)
    parser.add_argument("--ailing", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    console = Console()
    cases = list(itertools.product(Ailment, range(3), range(wanted.ailing)))
    with ProcessPoolExecutor(wanted.jobs) as pool:
        table = Table("sound pile", "drawn", "copies held", "said of the scanner")
        sounds: dict[str, list[tuple[bool, list[Code]]]] = defaultdict(list)
        for name, held, codes in pool.map(partial(judge_sound, seed=wanted.seed), range(wanted.sound)):
            sounds[name.split(" (")[0]].append((held, codes))
        for name, came in sounds.items():
            wrong = Counter(code for _, codes in came for code in codes)
            table.add_row(name, str(len(came)), str(sum(h for h, _ in came)), ", ".join(map(str, wrong)))
        console.print(table)
        table = Table("ailment", "slight", "plain", "grave", "else said", "missed")
        hits: dict[Ailment, list[list[bool]]] = defaultdict(lambda: [[], [], []])
        others: dict[Ailment, Counter[Code]] = defaultdict(Counter)
        missed: dict[Ailment, list[str]] = defaultdict(list)
        judged = pool.map(partial(judge_ailing, seed=wanted.seed), cases)
        for (ailment, severity, k), (name, named, others_said) in zip(cases, judged, strict=True):
            hits[ailment][severity].append(named)
            others[ailment].update(others_said)
            if not named:
                missed[ailment].append(f"{severity}.{k} {name}")
        for ailment, of in hits.items():
            shares = (f"{sum(hit)} of {len(hit)}" for hit in of)
            table.add_row(ailment, *shares, ", ".join(map(str, others[ailment])), "; ".join(missed[ailment]))
        console.print(table)


if __name__ == "__main__":
    main()
