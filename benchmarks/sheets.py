"""First pages, drawn with what people do wrong in the boxes, and read; readings are kept on disk."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from processors.circular.form import load_form
from processors.lists.people import Candidate
from processors.scans.pages.page import read_page
from processors.scans.pages.placed import PlacedImage
from processors.scans.pages.upright import Expected
from processors.scans.readings import FieldReading, Gray
from specimens.hand import Hand, Rng
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, scan
from specimens.sheet import Label, LabelState, Page, Press

FORM = load_form(Path(__file__).parents[1] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U4"
NUMBER, REGISTRATION = "candidate_number", "registration_number"
NAMES = ("family_name", "first_names")
BIRTH = ("birth_day", "birth_month", "birth_year")
BLOCK = 30
"""Candidates of a centre."""
_CHUNK = 200  # sheets of a file


class Slip(StrEnum):
    """What the hand did wrong in the boxes."""

    NONE = "none"
    DIGIT = "a wrong digit"
    TWO_DIGITS = "two wrong digits"
    CROSSED_OUT = "a digit crossed out"
    SHIFTED = "shifted by a cell"
    GAPS = "two empty cells"
    HALF = "half filled"
    OTHER_DATE = "another birth date"
    OTHER_REGISTRATION = "another registration"


@dataclass(frozen=True)
class Sheet:
    """A first page as it was read. `owner`: index in the roster; `written`: what stands in the boxes."""

    owner: int
    slip: Slip
    level: Level
    label_state: LabelState
    written: dict[str, str]
    label: str | None
    boxes: dict[str, FieldReading]


def enrolled(seed: int, count: int = 1000) -> tuple[Candidate, ...]:
    """Invented people, as alike as those of a centre, block by block."""
    rng = np.random.default_rng((seed, 1))
    people = list(invent_candidates(rng, count, CENTRE, [EXAM], invent_schools(rng, 12), 0))
    taken = {p.number for p in people}
    number = 0
    for k in range(count):
        place = k % BLOCK
        if place == 0:
            number = int(people[k].number)
        if place >= BLOCK // 2:
            continue
        number += int(rng.integers(1, 4))
        text = f"{number:011d}"
        if place and text not in taken:
            people[k] = replace(people[k], number=text)
            taken.add(text)
        if place in (4, 9):  # the twin of the one before
            before = people[k - 1]
            number = int(before.number) + 1
            text = f"{number:011d}"
            if text not in taken:
                taken.add(text)
                people[k] = replace(
                    people[k], number=text, family_name=before.family_name, birth_date=before.birth_date
                )
    return tuple(people)


def sheets(seed: int, count: int, folder: Path) -> Iterator[Sheet]:
    """As drawn and read, now or before."""
    roster = enrolled(seed)
    expected = Expected.of(FORM, FORM.label.payload, roster)
    presses = {dpi: Press(FORM, dpi) for dpi in (200, 300)}
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, count, _CHUNK):
        path = folder / f"{seed}-{start}.pickle"
        if not path.exists():
            drawn = [_sheet(seed, k, roster, expected, presses) for k in range(start, start + _CHUNK)]
            path.write_bytes(pickle.dumps(drawn))
        yield from pickle.loads(path.read_bytes())


def _sheet(
    seed: int, index: int, roster: Sequence[Candidate], expected: Expected, presses: dict[int, Press]
) -> Sheet:
    rng = np.random.default_rng((seed, 2, index))
    owner = int(rng.integers(len(roster)))
    level = list(Level)[index % 3]
    mode = list(Mode)[index // 3 % 3]
    dpi = 300 if rng.random() < 0.15 else 200
    slip = Slip.NONE if rng.random() < 0.6 else list(Slip)[rng.integers(1, len(Slip))]
    state = LabelState(rng.choice(list(LabelState), p=[0.8, 0.1, 0.1]))
    candidate = roster[owner]
    meant = _written(candidate, slip, rng)
    press, hand = presses[dpi], Hand(rng)
    page = press.page(True, hand)
    press.write_identity(page, hand, meant)
    if slip is Slip.CROSSED_OUT:
        _cross_out(page, press, hand, rng)
    press.write_numbers(page, hand, 1, 4)
    name = f"{candidate.family_name} {candidate.first_names}" if rng.random() < 0.4 else ""
    press.stick(page, Label(f"{EXAM}-{candidate.number}", name, state), rng)
    stream = encode(scan(page, level, mode, dpi, rng), level, mode, dpi, rng)
    placed = PlacedImage.at(_decoded(stream), dpi, expected.form)
    label = read_page(placed, 1, None, dpi, expected).label
    # names are read only where label and number do not agree: a copy may be judged without its label
    boxes = read_page(placed, 1, None, dpi, replace(expected, label_pattern="(?!)")).boxes
    birth = meant.birth_date
    texts = (meant.number, meant.registration, f"{birth:%d}", f"{birth:%m}", f"{birth:%Y}")
    rows = dict(zip((NUMBER, REGISTRATION, *BIRTH), texts, strict=True))
    return Sheet(owner, slip, level, state, rows, label, boxes)


def _decoded(stream: bytes) -> Gray:
    return np.asarray(Image.open(io.BytesIO(stream)).convert("L"))


def _written(candidate: Candidate, slip: Slip, rng: Rng) -> Candidate:
    """What this candidate writes in the boxes."""
    number = list(candidate.number)
    if slip in (Slip.DIGIT, Slip.TWO_DIGITS):
        for k in rng.choice(11, 1 if slip is Slip.DIGIT else 2, replace=False):
            number[k] = str((int(number[k]) + int(rng.integers(1, 10))) % 10)
    elif slip is Slip.SHIFTED:
        number = [" ", *number[:-1]] if rng.random() < 0.5 else [*number[1:], " "]
    elif slip is Slip.GAPS:
        for k in rng.choice(11, 2, replace=False):
            number[k] = " "
    elif slip is Slip.HALF:
        number[6:] = " " * 5
    birth, registration = candidate.birth_date, candidate.registration
    if slip is Slip.OTHER_DATE:  # often that of the day
        other = birth + timedelta(days=int(rng.integers(1, 4000)))
        birth = date(2026, 5, 20) if rng.random() < 0.5 else other
    elif slip is Slip.OTHER_REGISTRATION:
        registration = f"{rng.integers(1000):03d}"
    return replace(candidate, number="".join(number), birth_date=birth, registration=registration)


def _cross_out(page: Page, press: Press, hand: Hand, rng: Rng) -> None:
    """A scrawl over one digit of the number."""
    cells = FORM.identity.fields[NUMBER].cells
    x = cells.x + int(rng.integers(11)) * cells.pitch
    inside = rng.uniform(0.05, 0.95, (6, 2)) * [cells.width, cells.height] + [x, cells.y]
    points = np.rint(inside * press.px_per_mm * 8).astype(np.int32)
    thick = max(1, round(0.5 * press.px_per_mm))
    cv2.polylines(page.pen, [points], False, hand.tone, thick, cv2.LINE_AA, shift=3)
