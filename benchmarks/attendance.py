"""Who signed? Drawn attendance lists as scanners give them, and what is made of each cell.

    python -m benchmarks.attendance [--batches 125] [--seed 1] [--jobs 2] [--pictures FOLDER]
                                    [--without-boxes] [--ratchet | --update]

A batch is one printed sheet, its twenty cells signed by as many hands or filled as `_SHARES` says, the boxes
« Absent » ticked for nine absents in ten, scanned at 150 to 400 dpi, in gray, colour and one bit, askew,
either way up; every fifth has as many cells of each kind as of any other. Wrong: present where nobody signed,
absent where somebody did; by the paper alone, and beside the copies: of who signed, but for one in a hundred
whose copy is not there, and of no absent. `--pictures` keeps what the paper alone gets wrong or leaves to a
person. `--without-boxes` draws the same on sheets as they were printed before there were any. `--ratchet`
draws what `ratchet_attendance.toml` says and fails where a kind has become worse; `--update` writes what is
better.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pypdfium2
from rich.console import Console
from rich.table import Table

from benchmarks import ratchet
from benchmarks.drawn.signing import SIGNATURES, Mark, draw_mark
from benchmarks.drawn.ticks import Tick, draw_tick
from papers.attendance_sheet import attendance_sheets
from processors.attendance.agreed import OWN_INK, of_candidate
from processors.attendance.reader import SheetReading, read_sheets
from processors.attendance.seen import Cell, Seen
from processors.attendance.sheet import SheetCode, list_number, load_attendance_form
from processors.circular.session import load_session
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Page
from specimens.words import WORDS

_SESSIONS = Path(__file__).parents[1] / "sessions"
FORM = load_attendance_form(_SESSIONS / "forms" / "emargement.toml")
_BEFORE = FORM.model_copy(update={"rows": FORM.rows.model_copy(update={"absent": None})})
_RATCHET = Path(__file__).with_name("ratchet_attendance.toml")
CENTRE, EXAM = "0130051K", "U4"

_SHARES = {
    Mark.LOOPS: 0.23, Mark.SPLINE: 0.22, Mark.NAME: 0.23, Mark.INITIALS: 0.15, Mark.BIG: 0.03,
    Mark.EMPTY: 0.115,
    Mark.TINY: 0.003, Mark.CROSS: 0.003, Mark.DASH: 0.003, Mark.ABS: 0.006, Mark.STRUCK: 0.002,
    Mark.BETWEEN: 0.002, Mark.STAIN: 0.002, Mark.THROUGH: 0.004, Mark.STAMP: 0.002,
}  # fmt: skip
"""Of all cells of a list that comes back: a guess, since no real ones were seen."""
_TICKED, _TICKED_WRONGLY = 0.9, 0.001  # of absents; of those who signed: somebody came late, a wrong row
_NO_COPY = 0.01  # of who signed: it is not there yet
_INTO_BOX = 0.03  # of signatures and stains, which begin before their cell


@dataclass(frozen=True)
class Case:
    """`signed`: whether the candidate of this cell did; `seen` by the paper alone, `beside` copies."""

    mark: Mark
    signed: bool
    look: str
    seen: Seen
    beside: Seen
    why: str
    length: float
    picture: bytes

    @property
    def wrong(self) -> bool:
        return self.seen is self._never

    @property
    def wrong_beside(self) -> bool:
        return self.beside is self._never

    @property
    def _never(self) -> Seen:
        return Seen.EMPTY if self.signed else Seen.SIGNED


def is_hard(k: int) -> bool:
    """Whether every kind is as frequent on the k-th sheet as any other."""
    return k % 5 == 4


def marks_of(rng: np.random.Generator, hard: bool) -> list[Mark]:
    """Twenty; under one that lies on the line nobody signed."""
    kinds, shares = list(_SHARES), np.array([1.0 if hard else share for share in _SHARES.values()])
    marks = [kinds[k] for k in rng.choice(len(kinds), 20, p=shares / shares.sum())]
    for row, mark in enumerate(marks):
        if mark is Mark.BETWEEN and row + 1 < len(marks):
            marks[row + 1] = Mark.EMPTY
    return marks


def ticks_of(marks: Sequence[Mark], rng: np.random.Generator) -> list[Tick | None]:
    """What is in the boxes beside them."""
    kinds = list(Tick)
    chance = [_TICKED_WRONGLY if is_signed(mark) else _TICKED for mark in marks]
    chance = [0.5 if mark is Mark.STRUCK else share for mark, share in zip(marks, chance, strict=True)]
    return [kinds[rng.integers(len(kinds))] if rng.random() < share else None for share in chance]


def is_signed(mark: Mark, ticked: bool = False) -> bool:
    """Whether the candidate of this cell did: what is struck through beside a ticked box was another's."""
    return mark in (*SIGNATURES, Mark.TINY, Mark.BETWEEN) or (mark is Mark.STRUCK and not ticked)


@cache
def printed(dpi: int, boxed: bool) -> np.ndarray:
    """A sheet as it leaves the printer."""
    rng = np.random.default_rng(1)
    session = load_session(_SESSIONS / "bts-sio-2026-aix-marseille.toml")
    found = invent_candidates(rng, 20, CENTRE, [EXAM], invent_schools(rng, 2))
    people = [SimpleNamespace(id=f"cand_{k:016x}", **vars(one)) for k, one in enumerate(found)]
    sheet = attendance_sheets(
        people, session, session.exam(EXAM), session.centre(CENTRE), FORM if boxed else _BEFORE
    )
    fine = pypdfium2.PdfDocument(sheet)[0].render(scale=2 * dpi / 72, grayscale=True).to_numpy().squeeze()
    return np.asarray(cv2.resize(fine, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


@cache
def known() -> frozenset[str]:
    """What the bars of that sheet say, with boxes and without."""
    number = list_number(EXAM, CENTRE, [f"cand_{k:016x}" for k in range(20)])
    return frozenset(SheetCode(EXAM, CENTRE, 1, 1, number, boxed).text for boxed in (False, True))


def signed_page(
    marks: Sequence[Mark], ticks: Sequence[Tick | None] | None, dpi: int, rngs: Sequence[np.random.Generator]
) -> tuple[Page, list[str]]:
    """Also whose names were written, cell by cell.

    `ticks`: what is in the boxes, if it has any; `rngs`: by which cells and boxes are drawn.
    """
    rng, boxes_rng = rngs
    paper = printed(dpi, ticks is not None).copy()
    if rng.random() < 0.15:  # low toner: paler, and on some stripes without any
        paper = np.asarray(255 - (255 - paper.astype(np.float32)) * rng.uniform(0.6, 0.85), np.uint8)
        for x in rng.integers(0, paper.shape[1], 2 * (rng.random() < 0.2)):
            paper[:, x : x + max(1, dpi // 120)] = 255
    pen = np.full_like(paper, 255)
    cells = [FORM.rows.cell(row) for row in range(len(marks))]
    if ticks is not None:
        for tick, box in zip(ticks, FORM.rows.boxes(), strict=True):
            if tick is not None:
                draw_tick(pen, tick, box, dpi / 25.4, boxes_rng)
        off = np.where(boxes_rng.random(len(cells)) < _INTO_BOX, boxes_rng.uniform(4, 20, len(cells)), 0)
        cells = [cell._replace(x=cell.x - left) for cell, left in zip(cells, off, strict=True)]
    wrote = [draw_mark(pen, mark, cell, dpi / 25.4, rng) for mark, cell in zip(marks, cells, strict=True)]
    return Page(paper, pen), wrote


def run(k: int, seed: int, boxed: bool = True) -> list[Case]:
    cv2.setNumThreads(1)
    rng = np.random.default_rng((seed, k))
    dpi, mode = (150, 200, 300, 400)[k % 4], list(Mode)[k % 3]
    level = (Level.CLEAN, Level.OFFICE, Level.OFFICE, Level.POOR)[(k // 3) % 4]
    marks = marks_of(rng, is_hard(k))
    boxes_rng = np.random.default_rng((seed, k, 20))
    ticks = ticks_of(marks, boxes_rng) if boxed else None
    page, wrote = signed_page(marks, ticks, dpi, (rng, boxes_rng))
    if rng.random() < 0.3:
        page = page.turned()
    picture = scan(page, level, mode, dpi, rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.pdf"
        path.write_bytes(pdf([encode(picture, level, mode, dpi, rng)], dpi))
        (sheet,) = read_sheets(path, FORM, known())
    copy_rng = np.random.default_rng((seed, k, 21))
    people = [called(names, np.random.default_rng((seed, k, row))) for row, names in enumerate(wrote)]
    signed = [is_signed(mark, ticks is not None and ticks[row] is not None) for row, mark in enumerate(marks)]
    copies = [here and there > _NO_COPY for here, there in zip(signed, copy_rng.random(20), strict=True)]
    look = f"{'hard ' if is_hard(k) else ''}{level} {mode} {dpi}"
    return list(judge(marks, signed, people, sheet, look, copies))


def called(wrote: str, rng: np.random.Generator) -> tuple[str, str]:
    """Family name and first name of who wrote some of them, or none."""
    chance = [str(rng.choice(WORDS[kind])) for kind in ("family_names", "first_names")]
    family, first = (wrote.split() + chance[len(wrote.split()) :])[:2]
    return family, first


def judge(
    marks: Sequence[Mark],
    signed: Sequence[bool],
    people: Sequence[tuple[str, str]],
    sheet: SheetReading,
    look: str,
    copies: Sequence[bool],
) -> Iterator[Case]:
    """`copies`: whether that of the candidate of each cell is there."""
    for row, mark in enumerate(marks):
        if sheet.code is None:  # the whole page is set aside: nobody is marked
            yield Case(mark, signed[row], look, Seen.UNSURE, Seen.UNSURE, str(sheet.trouble), 0.0, b"")
            continue
        cell = of_candidate(sheet.cells[row], *people[row])
        beside = beside_copy(cell) if copies[row] else cell.seen
        why, picture = str(cell.why or ""), sheet.pictures[row]
        yield Case(mark, signed[row], look, cell.seen, beside, why, cell.length, picture)


def beside_copy(cell: Cell) -> Seen:
    """What becomes of a cell whose candidate's copy is there: an empty one is asked about."""
    if cell.seen is Seen.UNSURE:
        return Seen.SIGNED if cell.why in OWN_INK else Seen.UNSURE
    return Seen.UNSURE if cell.seen is Seen.EMPTY else cell.seen


def rates(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """By kind and over all; each is the better the greater."""
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_kind[case.mark].append(case)
        by_kind["every_kind" if case.look.startswith("hard") else "a_list"].append(case)
    return {
        kind: {
            "never_wrong": 1 - round(sum(case.wrong for case in of) / len(of), 4),
            "decided": round(sum(case.seen is not Seen.UNSURE for case in of) / len(of), 4),
            "never_wrong_beside_copies": 1 - round(sum(case.wrong_beside for case in of) / len(of), 4),
            "decided_beside_copies": round(sum(case.beside is not Seen.UNSURE for case in of) / len(of), 4),
        }
        for kind, of in sorted(by_kind.items())
    }


def tell(console: Console, cases: Sequence[Case]) -> None:
    for heading, key in (("kind", "mark"), ("scan", "look")):
        table = Table(heading, "cells", "signed", "empty", "left to a person", "WRONG", "why")
        groups: dict[str, list[Case]] = defaultdict(list)
        for case in cases:
            groups[getattr(case, key)].append(case)
        for name, of in sorted(groups.items()):
            seen = Counter(case.seen for case in of)
            why = Counter(case.why for case in of if case.why)
            counts = (len(of), *(seen[one] for one in Seen), sum(case.wrong for case in of))
            table.add_row(name, *map(str, counts), ", ".join(f"{n} {w}" for w, n in why.most_common(3)))
        console.print(table)
    for name in ("a_list", "every_kind"):
        of = [case for case in cases if case.look.startswith("hard") is (name == "every_kind")]
        for told, wrong, decided in (
            ("by the paper alone", sum(c.wrong for c in of), sum(c.seen is not Seen.UNSURE for c in of)),
            ("beside copies", sum(c.wrong_beside for c in of), sum(c.beside is not Seen.UNSURE for c in of)),
        ):
            share = decided / max(1, len(of))
            console.print(f"{name}, {told}: {len(of)} cells, {wrong} wrong, {share:.2%} decided")


def keep(cases: Sequence[Case], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for k, case in enumerate(cases):
        if case.picture and (case.wrong or case.seen is Seen.UNSURE):
            said = f"{'WRONG' if case.wrong else 'ask'}_{case.mark}_{case.why}_{case.length:.0f}"
            name = f"{case.look.split()[0]}_{said}_{k}.jpg"
            (folder / name).write_bytes(case.picture)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batches", type=int, default=125)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--without-boxes", action="store_true")
    parser.add_argument("--ratchet", action="store_true")
    parser.add_argument("--update", action="store_true")
    wanted = parser.parse_args()
    if wanted.ratchet or wanted.update:
        kept = ratchet.load(_RATCHET)
        wanted.batches, wanted.seed = kept.batches, kept.seed
    console = Console()
    with ProcessPoolExecutor(wanted.jobs) as pool:
        cases = [
            case
            for of in pool.map(
                partial(run, seed=wanted.seed, boxed=not wanted.without_boxes),
                range(wanted.batches),
                chunksize=5,
            )
            for case in of
        ]
    tell(console, cases)
    if wanted.pictures:
        keep(cases, wanted.pictures)
    if wanted.update:
        ratchet.save(kept.raised(rates(cases)), _RATCHET)
    elif wanted.ratchet and (worse := kept.worse(rates(cases))):
        console.print("\n".join(["worse than before:", *worse]))
        sys.exit(1)


if __name__ == "__main__":
    main()
