"""A list of candidates, correctors or centres: what it would change, before it is taken; what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from actions.decided.reconciling import reconcile_in
from actions.people.invitations import Person, of_centres
from actions.site import Site
from processors.circular.half_days import Half
from processors.lists.centre_people import read_centre_people
from processors.lists.people import Candidate, in_two_places, read_candidates, read_correctors
from processors.lists.tables import Import, LineProblem
from storage.database.register import Transaction
from storage.people.accounts import account_of_email
from storage.people.candidates import enrolled_in, import_candidates
from storage.people.correctors import all_correctors
from storage.states import Role


class Roster(StrEnum):
    CANDIDATES = "candidats"
    CORRECTORS = "correcteurs"
    CENTRES = "centres"


@dataclass(frozen=True)
class Changed:
    """Of one who is known already: each thing by its French name, as it was and as the list says it."""

    name: str
    what: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Differences:
    """Names people. `new`, `unnamed`: names; who is `unnamed` by the list stays as they are.

    `addresses`: for accounts, whom to invite; `at_once`: who is enrolled for épreuves at the same hour.
    """

    problems: tuple[LineProblem, ...] = ()
    kept_back: int = 0
    new: tuple[str, ...] = ()
    changed: tuple[Changed, ...] = ()
    same: int = 0
    unnamed: tuple[str, ...] = ()
    addresses: tuple[Person, ...] = ()
    at_once: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.new or self.changed)


Told = Mapping[str, str]  # each thing by its French name


def look(site: Site, roster: Roster, table: bytes) -> Differences:
    """What the register would learn. Nothing is written."""
    return {Roster.CANDIDATES: _candidates, Roster.CORRECTORS: _correctors, Roster.CENTRES: _centres}[roster](
        site, table
    )


def take_candidates(site: Site, table: bytes, *, actor: str, at: datetime) -> Import[Candidate]:
    """As long as one line is wrong, nothing of it is taken.

    Wherever it changes who sits a written épreuve, what lacks or waits there is settled in the same
    transaction.
    """
    written = {exam.code for exam in site.session.written}

    def follow(transaction: Transaction, places: set[tuple[str, str]]) -> None:
        for exam, centre in sorted(places):
            if exam in written:
                reconcile_in(transaction, site, exam, centre, actor=actor, at=at)

    return import_candidates(site.register, table, site.session, follow, actor=actor, at=at)


def _candidates(site: Site, table: bytes) -> Differences:
    read = read_candidates(table, site.session)
    if read.problems:
        return Differences(read.problems, read.kept_back)
    known: dict[str, dict[str, str]] = defaultdict(dict)
    names: dict[str, str] = {}
    with site.register.reading() as connection:
        for row in enrolled_in(connection):
            known[row.number] |= _of_person(row) | {row.exam: _place(row.centre, row.registration)}
            names[row.number] = f"{row.family_name} {row.first_names}"
    lines = {row.number: (f"{row.family_name} {row.first_names}", _told_of(row)) for row in read.rows}
    at_once = tuple(
        f"{row.family_name} {row.first_names}, {one} et {other}"
        for row, (one, other) in in_two_places(read.rows, site.session)
    )
    return replace(_compared(lines, known, names), at_once=at_once)


def _told_of(row: Candidate) -> Told:
    return _of_person(row) | {exam: _place(row.centre, row.registration) for exam in row.exams}


def _of_person(row: object) -> dict[str, str]:
    return {french: _text(getattr(row, name)) for name, french in _OF_A_CANDIDATE.items()}


def _place(centre: str, registration: str) -> str:
    return f"{centre}, inscription {registration}"


def _correctors(site: Site, table: bytes) -> Differences:
    read = read_correctors(table, site.session)
    if read.problems:
        return Differences(read.problems, read.kept_back)
    rows = {row.reference: row for row in site.register.ask(all_correctors)}
    known = {reference: _of_corrector(row) for reference, row in rows.items()}
    lines: dict[str, tuple[str, Told]] = {row.id: (row.name, _of_corrector(row)) for row in read.rows}
    return _compared(lines, known, {reference: row.name for reference, row in rows.items()})


def _of_corrector(row: object) -> dict[str, str]:
    return {french: _text(getattr(row, name)) for name, french in _OF_A_CORRECTOR.items()}


def _centres(site: Site, table: bytes) -> Differences:
    read = read_centre_people(table, site.session)
    if read.problems:
        return Differences(read.problems, read.kept_back)
    problems, new, same = list[LineProblem](), list[Person](), 0
    with site.register.reading() as connection:
        for line, person in enumerate(of_centres(read.rows), start=2):
            account = account_of_email(connection, person.email)
            if account is None or account.closed:
                new.append(person)
            elif (account.role, account.scope) == (Role.CENTRE, person.scope):
                same += 1
            else:
                problems.append(LineProblem(line, "cette adresse est celle d’un autre compte"))
    if problems:
        return Differences(tuple(problems), len(read.rows) - len(problems))
    told = tuple(f"{person.name}, {person.scope}" for person in new)
    return Differences(new=told, same=same, addresses=tuple(new))


def _compared(
    lines: Mapping[str, tuple[str, Told]], known: Mapping[str, Told], names: Mapping[str, str]
) -> Differences:
    """What the lines say of each, against what is known; what a line does not speak of stays."""
    changed = tuple(
        Changed(name, tuple(_changes(known[key], told)))
        for key, (name, told) in lines.items()
        if key in known and any(_changes(known[key], told))
    )
    new = tuple(name for key, (name, _) in lines.items() if key not in known)
    unnamed = tuple(sorted(names[key] for key in known.keys() - lines.keys()))
    return Differences(new=new, changed=changed, same=len(lines) - len(new) - len(changed), unnamed=unnamed)


def _changes(before: Told, after: Told) -> Iterator[tuple[str, str, str]]:
    return (
        (what, before.get(what, ""), said) for what, said in after.items() if before.get(what, "") != said
    )


def _text(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, tuple):
        return ", ".join(_parts(value))
    return "" if value is None else str(value)


def _parts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, tuple):
            day, half = value
            yield f"{day:%d/%m/%Y} {Half(half).value}"
        else:
            yield _text(value)


_OF_A_CANDIDATE = {
    "family_name": "nom",
    "first_names": "prénoms",
    "birth_date": "date de naissance",
    "school": "établissement",
    "option": "option",
    "category": "catégorie",
}
_OF_A_CORRECTOR = {
    "name": "nom",
    "email": "adresse",
    "schools": "établissements",
    "companies": "entreprises",
    "exams": "épreuves",
    "quota": "quota",
    "days": "journées",
    "never_with": "jamais avec",
    "options": "options",
    "role": "qualité",
    "away": "absences",
}
