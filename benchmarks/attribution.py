"""Whose copy it is, over thousands of copies: right, wrong or to a person, by what a copy bears.

    python -m benchmarks.attribution FOLDER [--sheets 5000] [--seed 1]

First pages are drawn from clean to poor, in gray, colour and one bit, and read; the readings are kept in
FOLDER, so that the attribution alone can be measured again in a minute (drawing takes 0.2 s a sheet). Each
sheet then serves as many kinds of copy: with its label or another's, with all its rows or some, of someone on
the roster or of a stranger much like someone who is. Two rosters: a centre's 30, and 1,000. Half of the
numbers run in blocks, steps of 1 to 3; there are twins with consecutive numbers.
"""

from __future__ import annotations

import argparse
import io
import pickle
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from processors.people import Candidate
from processors.scans.form import load_form
from processors.scans.identity import Attribution, Evidence, attribute, sheet_evidence
from processors.scans.reader import Expected, read_page
from processors.scans.readings import FieldReading, Gray, PageKind, PageReading, Turn
from specimens.hand import Hand, Rng
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, scan
from specimens.sheet import Label, LabelState, Page, Press

FORM = load_form(Path(__file__).parents[1] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U4"
NUMBER, REGISTRATION = "candidate_number", "registration_number"
BIRTH = ("birth_day", "birth_month", "birth_year")
_BLOCK = 30  # candidates of a centre
_CHUNK = 200  # sheets of a cached file


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


# --- drawing ---


def enrolled(seed: int, count: int = 1000) -> tuple[Candidate, ...]:
    """Invented people, as alike as those of a centre, block by block."""
    rng = np.random.default_rng((seed, 1))
    people = list(invent_candidates(rng, count, CENTRE, [EXAM], invent_schools(rng, 12), 0))
    taken = {p.number for p in people}
    number = 0
    for k in range(count):
        place = k % _BLOCK
        if place == 0:
            number = int(people[k].number)
        if place >= _BLOCK // 2:
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
    reading = read_page(_decoded(stream), 1, None, dpi, expected)
    birth = meant.birth_date
    texts = (meant.number, meant.registration, f"{birth:%d}", f"{birth:%m}", f"{birth:%Y}")
    rows = dict(zip((NUMBER, REGISTRATION, *BIRTH), texts, strict=True))
    return Sheet(owner, slip, level, state, rows, reading.label, reading.boxes)


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


# --- kinds of copy ---


@dataclass(frozen=True)
class Case:
    """A copy to attribute: what its first page bears, the roster, and its owner's number if on it."""

    page: PageReading
    roster: tuple[Candidate, ...]
    owner: str | None

    def evidence(self) -> Evidence:
        return sheet_evidence(self.page, self.roster, CENTRE, EXAM, FORM.label.payload)


def _page(label: str | None, boxes: dict[str, FieldReading], rows: str) -> PageReading:
    """`rows`: n, r, b for the number, the registration number, the birth date."""
    kept = {"n": (NUMBER,), "r": (REGISTRATION,), "b": BIRTH}
    boxes = {name: boxes[name] for row in rows for name in kept[row]}
    return PageReading(
        1, 1, None, Turn.NONE, PageKind.FIRST, "ccyc", label, boxes, None, None, False, 1.0, 200
    )


Maker = Callable[[Sheet, tuple[Candidate, ...], Candidate, Rng], Case | None]
"""The case that a sheet makes against a roster, if any; the candidate is its owner."""


def _own(rows: str, label: bool) -> Maker:
    def make(sheet: Sheet, roster: tuple[Candidate, ...], owner: Candidate, _: Rng) -> Case | None:
        if label and sheet.label is None:
            return None
        return Case(_page(sheet.label if label else None, sheet.boxes, rows), roster, owner.number)

    return make


def _others_label(rows: str) -> Maker:
    """The label of another of the roster, often of the next."""

    def make(sheet: Sheet, roster: tuple[Candidate, ...], owner: Candidate, rng: Rng) -> Case:
        place = roster.index(owner)
        step = 1 if rng.random() < 0.5 else int(rng.integers(1, len(roster)))
        other = roster[(place + step) % len(roster)]
        return Case(_page(f"{EXAM}-{other.number}", sheet.boxes, rows), roster, owner.number)

    return make


def _stranger(rows: str, label: str = "none", near: int = 0, twin: bool = False) -> Maker:
    """`near`: a digit, or two, of the number differ from someone's on the roster; `twin`: born the same day.
    `label`: none, own, or that of someone on the roster (his who is near, if there is one)."""

    def make(sheet: Sheet, roster: tuple[Candidate, ...], owner: Candidate, rng: Rng) -> Case:
        others = tuple(c for c in roster if c is not owner)
        other = others[rng.integers(len(others))]
        if near:
            other = replace(other, number=_changed(owner.number, near, {c.number for c in roster}, rng))
            other = replace(other, birth_date=owner.birth_date) if twin else other
            others = (*others[1:], other)
        text = {"none": None, "own": sheet.label, "other": f"{EXAM}-{other.number}"}[label]
        return Case(_page(text, sheet.boxes, rows), others, None)

    return make


def _changed(number: str, digits: int, taken: set[str], rng: Rng) -> str:
    while True:
        cells = list(number)
        for k in rng.choice(11, digits, replace=False):
            cells[k] = str((int(cells[k]) + int(rng.integers(1, 10))) % 10)
        if "".join(cells) not in taken:
            return "".join(cells)


TWO_READINGS: dict[str, Maker] = {
    "label and all rows": _own("nrb", True),
    "all rows": _own("nrb", False),
    "label, number": _own("n", True),
    "label, birth date": _own("b", True),
    "number, birth date": _own("nb", False),
}
WEAK_SECOND: dict[str, Maker] = {  # three digits of which the first hardly vary
    "label, registration": _own("r", True),
    "number, registration": _own("nr", False),
    "registration, birth date": _own("rb", False),
}
NONE_OR_ONE: dict[str, Maker] = {
    "label alone": _own("", True),
    "number alone": _own("n", False),
    "registration alone": _own("r", False),
    "birth date alone": _own("b", False),
    "nothing": _own("", False),
}
CONTRARY: dict[str, Maker] = {
    "another's label, all rows": _others_label("nrb"),
    "another's label, number": _others_label("n"),
    "another's label, birth date": _others_label("b"),
    "another's label, registration": _others_label("r"),
    "stranger, own label": _stranger("nrb", "own"),
    "stranger, no label": _stranger("nrb"),
    "stranger, another's label": _stranger("nrb", "other"),
    "stranger a digit off": _stranger("nrb", near=1),
    "stranger two digits off": _stranger("nrb", near=2),
    "stranger a digit off, number and birth date": _stranger("nb", near=1),
    "stranger a digit off, his label": _stranger("nrb", "other", near=1),
    "twin a digit off": _stranger("nrb", near=1, twin=True),
    "twin a digit off, number and birth date": _stranger("nb", near=1, twin=True),
    "twin two digits off": _stranger("nrb", near=2, twin=True),
}


def verdict(case: Case, found: Attribution) -> str:
    if found.candidate is None:
        return "to a person"
    return "right" if found.candidate.number == case.owner else "WRONG"


def rosters(sheet: Sheet, people: tuple[Candidate, ...]) -> dict[str, tuple[Candidate, ...]]:
    """The centre of the sheet's owner, and everybody."""
    start = min(sheet.owner // _BLOCK * _BLOCK, len(people) - _BLOCK)
    return {"30": people[start : start + _BLOCK], "1,000": people}


# --- measuring ---

Counts = dict[tuple[str, str, str], Counter[str]]
"""By part of the table, kind and roster."""


def by_kind(drawn: Sequence[Sheet], people: tuple[Candidate, ...], seed: int) -> Counts:
    """Every kind of copy that the sheets make, each attributed by itself."""
    counts: Counts = defaultdict(Counter)
    parts = {
        "two readings": TWO_READINGS,
        "a weak second": WEAK_SECOND,
        "one or none": NONE_OR_ONE,
        "contrary": CONTRARY,
    }
    for index, sheet in enumerate(drawn):
        rng = np.random.default_rng((seed, 3, index))
        kinds: list[tuple[str, str, Maker]] = []
        if sheet.slip == Slip.NONE:
            kinds = [(part, kind, make) for part, makers in parts.items() for kind, make in makers.items()]
        else:
            for kind in ("label and all rows", "all rows"):
                kinds.append(("slips", f"{sheet.slip}, {kind}", TWO_READINGS[kind]))
            kinds += [("contrary", f"{kind}, slips", make) for kind, make in CONTRARY.items()]
        for size, roster in rosters(sheet, people).items():
            for k in range(len(kinds)) if size == "30" else rng.choice(len(kinds), min(len(kinds), 4)):
                part, kind, make = kinds[k]
                case = make(sheet, roster, people[sheet.owner], rng)
                if case is not None:
                    counts[part, kind, size][verdict(case, attribute([[case.evidence()]])[0])] += 1
    return counts


def by_voice(drawn: Sequence[Sheet], people: tuple[Candidate, ...]) -> dict[tuple[str, int], list[float]]:
    """For each voice and each step of log odds that it claims: copies, expected and found wrong."""
    bins: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for sheet in drawn:
        if sheet.slip != Slip.NONE:
            continue
        for roster in rosters(sheet, people).values():
            owner = people[sheet.owner]
            evidence = Case(_page(sheet.label, sheet.boxes, "nrb"), roster, owner.number).evidence()
            for name, weights in evidence.voices.items():
                posterior = Evidence(evidence.candidates, {name: weights}).posterior()
                best = int(posterior.argmax())
                error = max(1 - float(posterior[best]), 1e-12)
                step = bins[name, min(int(np.log((1 - error) / error) // 2) * 2, 12)]
                step[0] += 1
                step[1] += error
                step[2] += evidence.candidates[best].number != owner.number
    return bins


def slips(drawn: Sequence[Sheet]) -> tuple[int, int, float]:
    """Of the digits written as meant: how many, how many misread, and the likeliest rate of slips."""
    meant = np.concatenate(
        [
            reading.probabilities[np.arange(len(text)), [int(d) for d in text]][list(reading.inked)]
            for sheet in drawn
            if sheet.slip == Slip.NONE
            for name, text in sheet.written.items()
            for reading in [sheet.boxes[name]]
        ]
    ).astype(np.float64)
    rates = np.geomspace(1e-5, 1e-1, 81)
    likely = [np.log((1 - rate) * meant + rate / 10).sum() for rate in rates]
    return len(meant), int((meant < 0.5).sum()), float(rates[int(np.argmax(likely))])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sheets", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    drawn = list(sheets(options.seed, options.sheets, options.folder))
    people = enrolled(options.seed)
    console = Console()
    table = Table("", "copy", "roster", "copies", "right", "WRONG", "to a person")
    counts = by_kind(drawn, people, options.seed)
    for (part, kind, size), found in sorted(counts.items(), key=lambda item: (item[0][2], item[0][0])):
        verdicts = (found[what] for what in ("right", "WRONG", "to a person"))
        table.add_row(part, kind, size, str(found.total()), *(str(n or "") for n in verdicts))
    console.print(table)
    two = sum((found for (part, _, _), found in counts.items() if part == "two readings"), Counter())
    wrong = sum(found["WRONG"] for found in counts.values())
    total = sum(found.total() for found in counts.values())
    console.print(f"two readings: {two['right'] / two.total():.2%} of {two.total()} attributed")
    console.print(f"wrong: {wrong} of {total} copies of every kind")
    reliability = Table("voice", "log odds from", "copies", "wrong, expected", "wrong, found")
    for (name, step), (count, expected, found_wrong) in sorted(by_voice(drawn, people).items()):
        reliability.add_row(name, str(step), str(count), f"{expected:.2f}", str(found_wrong))
    console.print(reliability)
    digits, misread, rate = slips(drawn)
    console.print(f"{misread} of {digits} digits misread; likeliest rate of slips {rate:.1e}")


if __name__ == "__main__":
    main()
