"""The session of the chaos run: one-sheet copies in many piles, drawn once, each page unlike every other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from benchmarks.dropped import Pile
from cli.demo_session import CENTRES, FORM, OPEN
from processors.circular.form import load_form
from processors.lists.people import Attendance, Candidate
from processors.scans.orders import PAGES_PER_SHEET
from specimens.batch import roster_csv
from specimens.hand import Hand
from specimens.people import invent_candidates, invent_correctors, invent_schools
from specimens.rehearsal import attendance_csv, correctors_csv
from specimens.scanner import Level, Mode, Picture, encode, pdf, scan
from specimens.sheet import Label, Press

_DPI = 150
_ANSWERS = 6  # drawn of each page; each copy's are put together of their lines
_LINES = slice(100, 1100), 14, slice(40, 1200)  # rows, in so many parts; columns between the margins


@dataclass(frozen=True)
class Drawn:
    """`attendance`: the list of each centre; every candidate came."""

    roster: bytes
    correctors: bytes
    attendance: dict[str, bytes]
    piles: tuple[Pile, ...]


def draw_session(seed: int, copies: int, size: int, folder: Path) -> Drawn:
    """Piles of so many copies at most; draws what is not in the folder yet."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    schools = invent_schools(rng, 12)
    people: list[Candidate] = []
    shares = [len(part) for part in np.array_split(np.arange(copies), len(CENTRES))]
    for centre, share in zip(CENTRES, shares, strict=True):
        people += invent_candidates(rng, share, centre, [OPEN], rng.permutation(schools)[:6].tolist())
    correctors = invent_correctors(rng, max(6, copies // 80), [OPEN], schools, people, copies, ())
    piles, wanted = [], []
    for centre in CENTRES:
        here = [person for person in people if person.centre == centre]
        for start in range(0, len(here), size):
            part = here[start : start + size]
            path = folder / f"{seed}-{copies}-{size}-{centre}-pile {start // size + 1:03}.pdf"
            piles.append(Pile(centre, OPEN, tuple(part), path))
            if not path.exists():
                wanted.append((seed, centre, start, part, path))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_draw_pile, *zip(*wanted, strict=True)) if wanted else ())
    attendance = {
        centre: attendance_csv([Attendance(p.number, True) for p in people if p.centre == centre])
        for centre in CENTRES
    }
    return Drawn(roster_csv(people), correctors_csv(correctors), attendance, tuple(piles))


def _draw_pile(seed: int, centre: str, start: int, people: list[Candidate], path: Path) -> None:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, list(CENTRES).index(centre), start])
    images = []
    for rank, candidate in enumerate(people, start):
        for page, picture in enumerate(_copy(candidate, rng), 1):
            own = f"{centre}-{rank}-{page}"
            cv2.putText(picture, own, (190, 1500), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 2)
            images.append(encode(picture, Level.CLEAN, Mode.BW, _DPI, rng))
    draft = path.with_suffix(".draft")
    draft.write_bytes(pdf(images, _DPI))
    draft.replace(path)


def _copy(candidate: Candidate, rng: np.random.Generator) -> Iterator[Picture]:
    press, hand = _press(), Hand(rng)
    first = press.page(True, hand)
    press.write_exam(first, hand, ("BTS", "SIO " + candidate.option, OPEN, "écrit", "2026"))
    press.write_identity(first, hand, candidate)
    press.write_numbers(first, hand, 1, PAGES_PER_SHEET)
    press.stick(first, Label(f"{OPEN}-{candidate.number}"), rng)
    yield scan(first, Level.CLEAN, Mode.BW, _DPI, rng)
    for number in range(2, PAGES_PER_SHEET + 1):
        yield _own_answer(number, rng)


def _own_answer(number: int, rng: np.random.Generator) -> Picture:
    """No two are alike: lines of several answers, each begun elsewhere."""
    rows, parts, columns = _LINES
    page = _answer(number, 0).copy()
    for part in np.array_split(np.arange(rows.start, rows.stop), parts):
        written = _answer(number, int(rng.integers(_ANSWERS)))[part, columns]
        page[part, columns] = np.roll(written, int(rng.integers(written.shape[1])), axis=1)
    return page


@cache
def _press() -> Press:
    return Press(load_form(FORM), _DPI)


@cache
def _answer(number: int, variant: int) -> Picture:
    rng = np.random.default_rng([number, variant])
    hand = Hand(rng)
    page = _press().page(False, hand)
    _press().write_numbers(page, hand, number, PAGES_PER_SHEET)
    _press().write_answer(page, hand, rng, False, 18)
    return scan(page, Level.CLEAN, Mode.BW, _DPI, rng)
