"""The roster as reading wants it, from the register. Personal data: it goes nowhere but into a reading."""

from __future__ import annotations

from collections import defaultdict

from flows.context import Context
from processors.people import Candidate
from storage import queries


def whole_roster(work: Context) -> list[Candidate]:
    """Everybody, of every centre and épreuve: a copy in the wrong pile is told by it."""
    exams: dict[Candidate, list[str]] = defaultdict(list)
    with work.register.reading() as connection:
        for line in queries.roster(connection):
            person = Candidate(
                number=line.number,
                registration=line.registration,
                family_name=line.family_name,
                first_names=line.first_names,
                birth_date=line.birth_date,
                school=line.school,
                centre=line.centre,
                option=line.option,
                category=line.category,
                exams=(),
            )
            exams[person].append(line.exam)
    return [Candidate(**{**vars(person), "exams": tuple(codes)}) for person, codes in exams.items()]


def naming(work: Context, candidate_id: str | None) -> tuple[str, ...]:
    """What must not be found in the file of this candidate's copy."""
    with work.register.reading() as connection:
        person = next((c for c in queries.roster(connection) if c.id == candidate_id), None)
    return (person.number, person.family_name, person.first_names) if person else ()
