"""Whose copy it is, over thousands of copies: right, wrong or to a person, by what a copy bears.

    python -m benchmarks.attribution FOLDER [--sheets 5000] [--seed 1]

First pages are drawn from clean to poor, in gray, colour and one bit, and read; the readings are kept in
FOLDER, so that the attribution alone can be measured again in minutes (drawing takes 0.2 s a sheet; take
another folder when the reader has changed). Each sheet then serves as many kinds of copy: with its label or
another's, with all its rows or some, of someone on the roster or of a stranger much like someone who is. Two
rosters: a centre's 30, and 1,000. Half of the numbers run in blocks, steps of 1 to 3; there are twins with
consecutive numbers.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.sheets import (
    BIRTH,
    BLOCK,
    CENTRE,
    EXAM,
    FORM,
    NAMES,
    NUMBER,
    REGISTRATION,
    Sheet,
    Slip,
    enrolled,
    sheets,
)
from processors.lists.people import Candidate
from processors.scans.copies.identity import Attribution, Evidence, attribute, sheet_evidence
from processors.scans.readings import FieldReading, PageKind, PageReading, Turn
from specimens.hand import Rng


@dataclass(frozen=True)
class Case:
    """A copy to attribute: what its first page bears, the roster, and its owner's number if on it."""

    page: PageReading
    roster: tuple[Candidate, ...]
    owner: str | None

    def evidence(self) -> Evidence:
        return sheet_evidence(self.page, self.roster, CENTRE, EXAM, FORM.label.payload)


def _page(label: str | None, boxes: dict[str, FieldReading], rows: str) -> PageReading:
    """`rows`: n, r, b, m for the number, the registration number, the birth date, the names.

    As the reader does, names are looked at only where label and number do not agree.
    """
    kept = {"n": (NUMBER,), "r": (REGISTRATION,), "b": BIRTH, "m": NAMES}
    if label == f"{EXAM}-{boxes[NUMBER].text}" and "n" in rows:
        rows = rows.replace("m", "")
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
    """`near`: a digit, or two, of the number differ from someone's on the roster; `twin`: of one name
    and day of birth.
    `label`: none, own, or that of someone on the roster (his who is near, if there is one).
    """

    def make(sheet: Sheet, roster: tuple[Candidate, ...], owner: Candidate, rng: Rng) -> Case:
        others = tuple(c for c in roster if c is not owner)
        other = others[rng.integers(len(others))]
        if near:
            other = replace(other, number=_changed(owner.number, near, {c.number for c in roster}, rng))
            if twin:
                other = replace(other, birth_date=owner.birth_date, family_name=owner.family_name)
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


WHOLE: dict[str, Maker] = {
    "label and all rows": _own("nrbm", True),
    "all rows": _own("nrbm", False),
}
JUST_TWO: dict[str, Maker] = {
    "label, number": _own("n", True),
    "label, birth date": _own("b", True),
    "label, registration": _own("r", True),
    "number, birth date": _own("nb", False),
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
    "another's label, all rows": _others_label("nrbm"),
    "another's label, number": _others_label("n"),
    "another's label, birth date": _others_label("b"),
    "another's label, registration": _others_label("r"),
    "stranger, own label": _stranger("nrbm", "own"),
    "stranger, no label": _stranger("nrbm"),
    "stranger, another's label": _stranger("nrbm", "other"),
    "stranger a digit off": _stranger("nrbm", near=1),
    "stranger two digits off": _stranger("nrbm", near=2),
    "stranger a digit off, number and birth date": _stranger("nb", near=1),
    "stranger a digit off, his label": _stranger("nrbm", "other", near=1),
    "twin a digit off": _stranger("nrbm", near=1, twin=True),
    "twin a digit off, number and birth date": _stranger("nb", near=1, twin=True),
    "twin two digits off": _stranger("nrbm", near=2, twin=True),
}


def verdict(case: Case, found: Attribution) -> str:
    if found.candidate is None:
        return "to a person"
    return "right" if found.candidate.number == case.owner else "WRONG"


def rosters(sheet: Sheet, people: tuple[Candidate, ...]) -> dict[str, tuple[Candidate, ...]]:
    """The centre of the sheet's owner, and everybody."""
    start = min(sheet.owner // BLOCK * BLOCK, len(people) - BLOCK)
    return {"30": people[start : start + BLOCK], "1,000": people}


Counts = dict[tuple[str, str, str], Counter[str]]
"""By part of the table, kind and roster."""


def by_kind(drawn: Sequence[Sheet], people: tuple[Candidate, ...], seed: int) -> Counts:
    """Every kind of copy that the sheets make, each attributed by itself."""
    counts: Counts = defaultdict(Counter)
    parts = {
        "whole": WHOLE,
        "just two": JUST_TWO,
        "one or none": NONE_OR_ONE,
        "contrary": CONTRARY,
    }
    for index, sheet in enumerate(drawn):
        rng = np.random.default_rng((seed, 3, index))
        kinds: list[tuple[str, str, Maker]] = []
        if sheet.slip is Slip.NONE:
            kinds = [(part, kind, make) for part, makers in parts.items() for kind, make in makers.items()]
        else:
            kinds = [("slips", f"{sheet.slip}, {kind}", make) for kind, make in WHOLE.items()]
            kinds += [("contrary", f"{kind}, slips", make) for kind, make in CONTRARY.items()]
        for size, roster in rosters(sheet, people).items():
            for k in range(len(kinds)) if size == "30" else rng.choice(len(kinds), min(len(kinds), 4)):
                part, kind, make = kinds[k]
                case = make(sheet, roster, people[sheet.owner], rng)
                if case is not None:
                    counts[part, kind, size][verdict(case, attribute([[case.evidence()]])[0])] += 1
    return counts


_PILE = {"label and all rows": 0.85, "all rows": 0.06, "number, birth date": 0.02, "label alone": 0.02}
"""Kinds of copy in a pile; the rest are strangers', without a label."""


def by_pile(drawn: Sequence[Sheet], people: tuple[Candidate, ...], seed: int, piles: int) -> Counts:
    """Piles of a centre, one copy of each candidate, attributed together; one hand in ten slips."""
    counts: Counts = defaultdict(Counter)
    by_owner: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in drawn:
        by_owner[sheet.owner].append(sheet)
    for pile in range(piles):
        rng = np.random.default_rng((seed, 4, pile))
        start = int(rng.integers(len(people) // BLOCK)) * BLOCK
        roster = people[start : start + BLOCK]
        cases = list(_pile(by_owner, people, roster, start, rng))
        alone = [attribute([[case.evidence()]])[0] for _, case in cases]
        together = attribute([[case.evidence()] for _, case in cases])
        for how, found in (("alone", alone), ("together", together)):
            for (kind, case), attribution in zip(cases, found, strict=True):
                counts[f"pile, {how}", kind, "30"][verdict(case, attribution)] += 1
    return counts


def _pile(
    by_owner: dict[int, list[Sheet]],
    people: Sequence[Candidate],
    roster: tuple[Candidate, ...],
    start: int,
    rng: Rng,
) -> Iterator[tuple[str, Case]]:
    kinds = [*_PILE, "stranger, no label"]
    shares = [*_PILE.values(), 1 - sum(_PILE.values())]
    for place in range(BLOCK):
        kind = str(rng.choice(kinds, p=shares))
        stranger = kind not in _PILE
        k = int(rng.integers(len(people))) if stranger else start + place
        if stranger and start <= k < start + BLOCK:
            continue
        of_owner = [s for s in by_owner[k] if (s.slip is Slip.NONE) == (rng.random() < 0.9)]
        if not of_owner:
            continue
        sheet = of_owner[rng.integers(len(of_owner))]
        if stranger:
            yield kind, Case(_page(None, sheet.boxes, "nrbm"), roster, None)
        elif (case := {**WHOLE, **JUST_TWO, **NONE_OR_ONE}[kind](sheet, roster, people[k], rng)) is not None:
            yield kind, case


def by_voice(drawn: Sequence[Sheet], people: tuple[Candidate, ...]) -> dict[tuple[str, int], list[float]]:
    """For each voice of the boxes, by the log odds that it alone gives: copies, expected and found wrong."""
    bins: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for sheet in drawn:
        if sheet.slip is not Slip.NONE:
            continue
        for roster in rosters(sheet, people).values():
            owner = people[sheet.owner]
            evidence = Case(_page(None, sheet.boxes, "nrbm"), roster, owner.number).evidence()
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
            if sheet.slip is Slip.NONE
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
    console = Console(width=110)
    table = Table("", "copy", "roster", "copies", "right", "WRONG", "to a person")
    counts = by_kind(drawn, people, options.seed)
    counts |= by_pile(drawn, people, options.seed, options.sheets // 10)
    for (part, kind, size), found in sorted(counts.items(), key=lambda item: (item[0][2], item[0][0])):
        verdicts = (found[what] for what in ("right", "WRONG", "to a person"))
        table.add_row(part, kind, size, str(found.total()), *(str(n or "") for n in verdicts))
    console.print(table)
    for size in ("30", "1,000"):
        for part in ("whole", "just two"):
            of_part = sum((found for key, found in counts.items() if key[::2] == (part, size)), Counter())
            share = f"{of_part['right'] / of_part.total():.2%} of {of_part.total()} attributed"
            console.print(f"roster of {size}, {part}: {share}")
    wrong = sum(found["WRONG"] for found in counts.values())
    total = sum(found.total() for found in counts.values())
    console.print(f"wrong: {wrong} of {total} copies of every kind")
    reliability = Table("voice", "log odds from", "copies", "wrong, expected", "wrong, found")
    for (name, step), (count, expected, found_wrong) in sorted(by_voice(drawn, people).items()):
        reliability.add_row(name, str(step), str(count), f"{expected:.2f}", str(found_wrong))
    console.print(reliability)
    digits, misread, rate = slips(drawn)
    console.print(f"{misread} of {digits} digits misread; likeliest rate of slips {rate:.1e}")


if __name__ == "__main__":
    main()
