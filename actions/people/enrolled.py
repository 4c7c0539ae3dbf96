"""The roster as reading wants it, from the register. Personal data: it goes nowhere but into a reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace

from actions.site import Site
from processors.lists.people import Candidate, Person
from storage.people.candidates import EnrolledCandidate, enrolled_as, enrolled_in


def roster_of(site: Site, centre: str) -> list[Candidate]:
    """Who sits any épreuve in this centre."""
    return _people(site.register.ask(enrolled_in, centre=centre))


def sitting(site: Site, exam: str) -> list[Candidate]:
    """Who sits this épreuve, wherever."""
    return _people(site.register.ask(enrolled_in, exam))


def with_numbers(site: Site, numbers: Iterable[str]) -> list[Candidate]:
    """Who of the whole session bears one of these numbers: a copy in the wrong pile is told by it."""
    return _people(site.register.ask(enrolled_as, numbers=numbers))


def naming(site: Site, candidate_id: str | None) -> tuple[str, ...]:
    """What must not be found in the file of this candidate's copy."""
    person = next(iter(site.register.ask(enrolled_as, ids=filter(None, [candidate_id]))), None)
    return (person.number, person.family_name, person.first_names) if person else ()


def candidate_of(site: Site, candidate_id: str, exam: str) -> Candidate | None:
    """The roster's line of this candidate for an épreuve."""
    lines = site.register.ask(enrolled_as, ids=[candidate_id])
    return next((_person(line, (exam,)) for line in lines if line.exam == exam), None)


def _people(lines: Iterable[EnrolledCandidate]) -> list[Candidate]:
    exams: dict[Candidate, list[str]] = defaultdict(list)
    for line in lines:
        exams[_person(line, ())].append(line.exam)
    return [replace(person, exams=tuple(codes)) for person, codes in exams.items()]


def _person(line: EnrolledCandidate, exams: tuple[str, ...]) -> Candidate:
    return Candidate(**{field.name: getattr(line, field.name) for field in fields(Person)}, exams=exams)
