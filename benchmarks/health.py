"""What is said of the scanner's health: of sound piles nothing, of ailing ones what ails them.

    python -m benchmarks.health [--piles 9] [--seed 1] [--jobs 2]

Sound piles are drawn in every look and with what lies at nearly the same place on many pages without being
the scanner's: margins ruled by hand or printed, punched holes, staples, folds. Ailing ones are the
same with one fault each, at three severities; the middle one on the images of one sensor alone.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.drawn.ailing import Ailing, Ailment, ail, redrawn
from benchmarks.reading import CENTRE, EXAM, FORMS
from processors.findings import Code
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus, ScanReading
from specimens.batch import Batch, Kind, draw_batch
from specimens.hand import Rng
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, Picture

FORM = FORMS["ccyc"]

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


OF_A4 = (Ailment.RECTOS_REPEATED, Ailment.BLANKS_REMOVED, Ailment.ONE_SIDED)


class Habit(StrEnum):
    """What lies at nearly the same place on the pages of a sound pile."""

    NONE = "none"
    RULED = "margin ruled by hand"
    PRINTED = "printed margin"
    HOLES = "holes"
    STAPLES = "staples"
    FOLD = "folded in the middle"


LOOKS = list(itertools.product((False, True), Mode, Level))


def batch(k: int, seed: int) -> Batch:
    """A sound pile; every level of wear, gray, colour and one bit, A4 and A3 in turn."""
    a3, mode, level = LOOKS[(7 * k) % len(LOOKS)]
    rng = np.random.default_rng((seed, k))
    roster = invent_candidates(rng, _COPIES + 4, CENTRE, [EXAM], invent_schools(rng, 2))
    return draw_batch(
        seed * 1000 + k, EXAM, CENTRE, roster, [Kind.OK] * _COPIES, FORM, level=level, mode=mode, a3=a3
    )


_COPIES = 6


def sound(drawn: Batch, habit: Habit, seed: int) -> Batch:
    if habit is Habit.NONE:
        return drawn
    rng = np.random.default_rng((seed, list(Habit).index(habit)))
    return redrawn(drawn, partial(_HABITS[habit], per_mm=drawn.dpi / 25.4, rng=rng), rng)


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


def _punched(picture: Picture, per_mm: float, rng: Rng) -> Picture:
    for y in (108.5, 188.5):
        centre = round((6 + rng.normal(0, 0.5)) * per_mm), round((y + rng.normal(0, 0.5)) * per_mm)
        cv2.circle(picture, centre, round(2.75 * per_mm), [60.0] * 3, -1, cv2.LINE_AA)
    return picture


_HABITS = {
    Habit.RULED: _ruled, Habit.PRINTED: _printed, Habit.HOLES: _punched, Habit.STAPLES: _stapled,
    Habit.FOLD: _folded,
}  # fmt: skip


def ailing(drawn: Batch, ailment: Ailment, severity: int, seed: int) -> Ailing:
    """The pile with this fault at this severity (0 to 2)."""
    rng = np.random.default_rng((seed, list(Ailment).index(ailment), severity))
    one_sensor = severity == 1 and ailment not in (Ailment.ASKEW, Ailment.GRAY)
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


def judge_sound(case: tuple[Batch, Habit], seed: int) -> tuple[int, list[Code]]:
    """How many copies were held back, and what was said of the scanner."""
    reading = read(sound(*case, seed))
    return sum(copy.status is not CopyStatus.COMPLETE for copy in reading.copies), said(reading)


def judge_ailing(case: tuple[Batch, Ailment, int], seed: int) -> tuple[bool, list[Code]]:
    """Whether the fault is named, at its place where it has one; and what else was said."""
    pile = ailing(*case, seed)
    reading = read(pile.batch)
    wanted = EXPECTED[pile.ailment]
    found = [f for f in reading.findings if f.code in wanted]
    placed = not pile.width or any(_near(pile.at, f.message) for f in found)
    return bool(found) and placed, [code for code in said(reading) if code not in wanted]


def _near(at: float, message: str) -> bool:
    return any(f" {round(at) + more} " in message for more in (-1, 0, 1))


def look(drawn: Batch) -> str:
    return f"{drawn.level} {drawn.mode} {'A3' if drawn.a3 else 'A4'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--piles", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    console = Console(width=140)
    with ProcessPoolExecutor(wanted.jobs) as pool:
        drawn = list(pool.map(partial(batch, seed=wanted.seed), range(wanted.piles)))
        table = Table("sound pile", "drawn", "copies held", "said of the scanner")
        for habit in Habit:
            came = list(pool.map(partial(judge_sound, seed=wanted.seed), [(pile, habit) for pile in drawn]))
            wrong = [
                f"{code} ({look(p)})" for p, (_, codes) in zip(drawn, came, strict=True) for code in codes
            ]
            held = sum(held for held, _ in came)
            table.add_row(habit, str(len(drawn)), str(held), ", ".join(wrong))
            console.print(habit, len(drawn), held, wrong)
        console.print(table)
        table = Table("ailment", "slight", "plain", "grave", "missed", "said beside")
        for ailment in Ailment:
            shares, missed, others = [], [], Counter[Code]()
            piles = [pile for pile in drawn if not (pile.a3 and ailment in OF_A4)]
            for severity, name in enumerate(("slight", "plain", "grave")):
                cases = [(pile, ailment, severity) for pile in piles]
                judged = list(pool.map(partial(judge_ailing, seed=wanted.seed), cases))
                shares.append(f"{sum(named for named, _ in judged)} of {len(cases)}")
                missed += [
                    f"{name} {look(p)}" for p, (named, _) in zip(piles, judged, strict=True) if not named
                ]
                others.update(code for _, codes in judged for code in codes)
            beside = ", ".join(f"{code} {n}" for code, n in others.items())
            table.add_row(ailment, *shares, "; ".join(missed), beside)
            console.print(ailment, shares, missed, beside)
        console.print(table)


if __name__ == "__main__":
    main()
