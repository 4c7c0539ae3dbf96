"""Who takes part in a season: invented candidates, correctors, examiners, and the piles to be drawn."""

from __future__ import annotations

import csv
import io
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from cli.season.stage import People
from processors.circular.oral_parts import JurorRole
from processors.circular.session import Session
from processors.lists.people import CORRECTOR_COLUMNS, Corrector
from specimens.batch import Batch
from specimens.people import invent_correctors, invent_schools
from specimens.rehearsal import plan_session
from specimens.scanner import Level, Mode

_SEED = 2026
ORALS = 6
"""Candidates who also have dossiers and orals: those of the first centre, at most so many."""


def invent(session: Session, copies: int) -> People:
    """So many written copies, spread over every centre and épreuve."""
    codes = [exam.code for exam in session.written]
    plan = plan_session(
        _SEED,
        [centre.uai for centre in session.centres],
        codes,
        copies,
        numbers=session.numbers,
        options=session.options,
        troubles=(),
    )
    batches = tuple(replace(one, level=Level.CLEAN, mode=Mode.BW, a3=False) for one in plan.batches)
    orals = tuple(exam.code for exam in session.exams if exam.orals)
    first = session.centres[0].uai
    chosen = [one.number for one in plan.candidates if one.centre == first][:ORALS]
    everybody = [
        replace(one, exams=(*one.exams, *orals)) if one.number in chosen else one for one in plan.candidates
    ]
    categories = session.categories
    if "individuel" in categories:  # one of each option, examined elsewhere than their schools' candidates
        alone = dict(zip(chosen[1:], session.options, strict=False))
        everybody = [
            replace(one, category="individuel", option=alone[one.number]) if one.number in alone else one
            for one in everybody
        ]
    return People(replace(plan, batches=batches), everybody)


def examiners_csv(people: People, session: Session) -> bytes:
    """Correctors of the written épreuves, then a teacher and a professional from elsewhere for each oral."""
    rng = np.random.default_rng(_SEED + 1)
    orals = [exam.code for exam in session.exams if exam.orals]
    elsewhere = invent_schools(rng, 4)
    known = {one.name for one in people.rehearsal.correctors}
    invented = invent_correctors(rng, 4 * len(orals), orals, elsewhere, (), 1, ())
    jurors = [replace(one, id=f"J{k:02d}", schools=(elsewhere[k % 4],)) for k, one in enumerate(invented, 1)]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow((*CORRECTOR_COLUMNS, "role"))
    table.writerows(_line(one, JurorRole.TEACHER) for one in people.rehearsal.correctors)
    for k, one in enumerate(jurors):
        role = list(JurorRole)[k % 2]
        table.writerow(
            _line(one, role) if one.name not in known else _line(replace(one, name=f"{one.name} bis"), role)
        )
    return out.getvalue().encode()


def _line(one: Corrector, role: JurorRole) -> list[str]:
    quota = "" if one.quota is None else str(one.quota)
    lists = ("|".join(part) for part in (one.schools, one.companies, one.exams))
    return [one.id, one.name, one.email, *lists, quota, "", "|".join(one.never_with), role.value]


@dataclass(frozen=True)
class Piles:
    """Scans that are being drawn, by centre and épreuve, in processes of their own."""

    drawn: dict[tuple[str, str], Future[Batch]]

    @classmethod
    def begin(cls, pool: ProcessPoolExecutor, session: Session, people: People) -> Piles:
        """In the order in which they are wanted."""
        order = {exam.code: exam.sitting.starts_at for exam in session.written if exam.sitting}
        batches = sorted(people.rehearsal.batches, key=lambda one: order[one.exam])
        return cls(
            {
                (one.centre, one.exam): pool.submit(one.draw, session.form_of(one.exam))
                for one in batches
                if one.kinds
            }
        )

    def of(self, centre: str, exam: str) -> bytes | None:
        """None where nobody handed in a copy."""
        future = self.drawn.get((centre, exam))
        return future.result().pdf if future else None
