"""A whole rehearsal session: who is enrolled where, who corrects, who came, and the scans to draw."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np

from processors.circular.form import Form
from processors.circular.numbers import USUAL, Numbers
from processors.lists.people import ATTENDANCE_COLUMNS, CORRECTOR_COLUMNS, Attendance, Candidate, Corrector
from specimens.batch import PLAIN, Batch, Kind, draw_batch, roster_csv
from specimens.people import invent_candidates, invent_correctors, invent_schools
from specimens.scanner import Level, Mode

# What office scanners do, in turn: how well, how, and on which paper.
_SCANNERS = (
    (Level.OFFICE, Mode.GRAY, False),
    (Level.CLEAN, Mode.BW, True),
    (Level.OFFICE, Mode.COLOR, False),
    (Level.POOR, Mode.BW, False),
    (Level.OFFICE, Mode.BW, False),
    (Level.POOR, Mode.GRAY, False),
)


@dataclass(frozen=True)
class PlannedBatch:
    """The scan of one épreuve in one centre, not drawn yet; the first of `roster` wrote the copies, in order.

    `attendance` says who of `roster` came.
    """

    seed: int
    centre: str
    exam: str
    other_exam: str
    roster: tuple[Candidate, ...]
    attendance: tuple[Attendance, ...]
    kinds: tuple[Kind, ...]
    level: Level
    mode: Mode
    a3: bool

    @property
    def name(self) -> str:
        return f"{self.centre}_{self.exam}"

    def draw(self, form: Form) -> Batch:
        """Some seconds; pure, so that several may be drawn at once in processes of their own."""
        return draw_batch(
            self.seed, self.exam, self.centre, self.roster, self.kinds, form,
            level=self.level, mode=self.mode, a3=self.a3, other_exam=self.other_exam,
        )  # fmt: skip


@dataclass(frozen=True)
class Rehearsal:
    """`candidates`: of every centre; `correctors`: enough for every copy, whatever its school."""

    candidates: tuple[Candidate, ...]
    correctors: tuple[Corrector, ...]
    batches: tuple[PlannedBatch, ...]


def troubles_of(form: Form) -> tuple[Kind, ...]:
    """What may happen to copies on this paper."""
    return tuple(kind for kind in PLAIN if form.other_models or kind is not Kind.OLD_MODEL)


def plan_session(
    seed: int,
    centres: Sequence[str],
    exams: Sequence[str],
    copies: int,
    days: Sequence[date] = (),
    numbers: Numbers = USUAL,
    options: Sequence[str] = ("SISR", "SLAM"),
    troubles: Sequence[Kind] = PLAIN,
) -> Rehearsal:
    """A session of so many copies, spread over every centre (UAI) and épreuve (code).

    Every one of these troubles comes at least once when `copies` allows, the other copies are untroubled. Of
    each batch's roster someone is absent; of the first's, someone more came and has no copy.
    """
    rng = np.random.default_rng(seed)
    schools = invent_schools(rng, len(centres) + 2)
    places = list(product(centres, exams))
    kinds = [*troubles[:copies], *[Kind.OK] * (copies - len(troubles))]
    dealt = [tuple(part) for part in np.array_split(rng.permutation(np.array(kinds, object)), len(places))]
    candidates: list[Candidate] = []
    batches: list[PlannedBatch] = []
    for place, ((centre, exam), drawn) in enumerate(zip(places, dealt, strict=True)):
        enrolled = [candidate for candidate in candidates if candidate.centre == centre]
        if not enrolled:
            most = max(len(part) for part in dealt) + 2
            enrolled = list(
                invent_candidates(
                    rng, most, centre, exams, rng.permutation(schools)[:3].tolist(), 1, numbers, options
                )
            )
            candidates += enrolled
        order = [enrolled[i] for i in rng.permutation(len(enrolled))]
        came = len(drawn) + (place == 0)
        present = {candidate.number for candidate in order[:came]}
        present -= {c.number for c, kind in zip(order, drawn, strict=False) if kind is Kind.STRANGER}
        attendance = tuple(
            Attendance(c.number, c.number in present) for c in sorted(order, key=lambda c: c.registration)
        )
        other = exams[(exams.index(exam) + 1) % len(exams)]
        level, mode, a3 = _SCANNERS[place % len(_SCANNERS)]
        batches.append(
            PlannedBatch(
                seed + place + 1, centre, exam, other, tuple(order), attendance, drawn, level, mode, a3
            )
        )
    several = max(4, copies // 12)  # few, so that lots are lots
    correctors = invent_correctors(rng, several, exams, schools, candidates, copies, days)
    return Rehearsal(tuple(candidates), correctors, tuple(batches))


def write_session(rehearsal: Rehearsal, form: Form, folder: Path) -> Iterator[Path]:
    """Writes the lists, then draws and writes one scan after the other; gives its path once it is there.

    candidates.csv, correctors.csv; for each batch UAI_EXAM.pdf, .roster.csv, .attendance.csv, .truth.json.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "candidates.csv").write_bytes(roster_csv(rehearsal.candidates))
    (folder / "correctors.csv").write_bytes(correctors_csv(rehearsal.correctors))
    for planned in rehearsal.batches:
        batch = planned.draw(form)
        (folder / f"{planned.name}.roster.csv").write_bytes(roster_csv(planned.roster))
        (folder / f"{planned.name}.attendance.csv").write_bytes(attendance_csv(planned.attendance))
        truth = json.dumps(batch.truth, ensure_ascii=False, indent=1)
        (folder / f"{planned.name}.truth.json").write_text(truth, "utf-8")
        path = folder / f"{planned.name}.pdf"
        path.write_bytes(batch.pdf)
        yield path


def attendance_csv(attendance: Sequence[Attendance]) -> bytes:
    return _csv(ATTENDANCE_COLUMNS, ([line.number, "oui" if line.present else "non"] for line in attendance))


def correctors_csv(correctors: Sequence[Corrector]) -> bytes:
    rows = (
        [
            c.id, c.name, c.email, "|".join(c.schools), "|".join(c.companies), "|".join(c.exams),
            "" if c.quota is None else str(c.quota), "|".join(day.isoformat() for day in c.days),
            "|".join(c.never_with),
        ]
        for c in correctors
    )  # fmt: skip
    return _csv(CORRECTOR_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Iterator[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()
