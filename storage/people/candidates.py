"""Candidates: who is enrolled for what and where, and who was there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from processors.circular.session import Session
from processors.lists.people import Candidate, Form, Person, dossier_exams, owing_nothing, read_candidates
from processors.lists.tables import Import
from storage.database.register import Register, Transaction
from storage.database.schema import attendance, candidates, enrolments
from storage.database.tables import matching, rows_of
from storage.events import Change, Facts
from storage.ids import in_parts, new_id
from storage.people.purged import kept_candidates

_OF_A_PERSON = tuple(column.name for column in candidates.c if column is not candidates.c.id)


class CandidatesImported(Facts):
    """`file`: the roster in the vault; `ids`: one a line, in their order. Subject: `candidates`.

    `owed`: the épreuves for which who is examined in CCF is not enrolled; none in what 0.2 wrote.
    """

    action = "candidates.imported"
    french = "liste des candidats reçue"
    file: str
    ids: tuple[str, ...]
    owed: tuple[str, ...] = ()

    def apply(self, change: Change) -> bool:
        lines = kept_candidates(change.vault.get(self.file))
        rows = [owing_nothing(line, self.owed) for line in lines]
        for part in in_parts(zip(self.ids, rows, strict=True)):
            ids = [id_ for id_, _ in part]
            in_ccf = [id_ for id_, line in part if line.form is Form.CCF]
            change.connection.execute(
                delete(enrolments).where(enrolments.c.candidate.in_(in_ccf), enrolments.c.exam.in_(self.owed))
            )
            _put(
                change,
                candidates,
                set(change.connection.scalars(select(candidates.c.id).where(candidates.c.id.in_(ids)))),
                [{"id": id_} | {name: getattr(line, name) for name in _OF_A_PERSON} for id_, line in part],
            )
            there = select(enrolments.c.candidate, enrolments.c.exam).where(enrolments.c.candidate.in_(ids))
            _put(
                change,
                enrolments,
                {tuple(row) for row in change.connection.execute(there)},
                [
                    {"candidate": id_, "exam": exam, "centre": line.centre, "registration": line.registration}
                    for id_, line in part
                    for exam in line.exams
                ],
            )
        return True


class AttendanceImported(Facts):
    """`marks`: candidate id → present. Replaces the list of this exam and centre. Subject: `exam/centre`."""

    action = "attendance.imported"
    french = "émargement reçu"
    file: str
    exam: str
    centre: str
    marks: dict[str, bool]

    def apply(self, change: Change) -> bool:
        if (attendance_of(change.connection, self.exam, self.centre) or {}) == self.marks:
            return False
        place = {"exam": self.exam, "centre": self.centre}
        change.remove(attendance, **place)
        rows = [{**place, "candidate": who, "present": present} for who, present in self.marks.items()]
        change.add(attendance, *rows)
        return True


@dataclass(frozen=True)
class EnrolledCandidate(Person):
    """Personal data: a line of the roster of an exam in a centre. `id`: opaque."""

    id: str
    exam: str

    @property
    def named(self) -> bool:
        """Whether anybody still is: a purge leaves the id alone."""
        return self.number != self.id


Follow = Callable[[Transaction, set[tuple[str, str]]], None]
"""What follows where these épreuves are sat (with the centre): somebody is enrolled there, or no more."""


def import_candidates(
    register: Register,
    data: bytes,
    session: Session | None,
    follow: Follow = lambda _, __: None,
    *,
    actor: str,
    at: datetime,
) -> Import[Candidate]:
    """A roster. Known numbers keep their ids. Nothing is taken as long as one line is wrong."""
    imported = read_candidates(data, session)
    if not imported.problems:
        file = register.keep_list(data)
        with register.transaction() as transaction:
            known = ids_of_numbers(transaction.connection, (row.number for row in imported.rows))
            ids = tuple(known.get(row.number) or new_id("cand") for row in imported.rows)
            owed = dossier_exams(session) if session else ()
            before = _enrolments(transaction.connection)
            facts = CandidatesImported(file=file, ids=ids, owed=owed)
            transaction.record(facts, "candidates", actor=actor, at=at)
            changed = before ^ _enrolments(transaction.connection)
            follow(transaction, {(exam, centre) for _, exam, centre in changed})
    return imported


def enrolled_in(
    connection: Connection, exam: str | None = None, centre: str | None = None
) -> list[EnrolledCandidate]:
    """By exam, centre and registration number."""
    return _enrolled(connection, *matching(enrolments, exam=exam, centre=centre))


def enrolled_ids(connection: Connection, exam: str, centre: str) -> set[str]:
    query = select(enrolments.c.candidate).where(enrolments.c.exam == exam, enrolments.c.centre == centre)
    return set(connection.scalars(query))


def enrolled_as(
    connection: Connection, *, ids: Iterable[str] = (), numbers: Iterable[str] = ()
) -> list[EnrolledCandidate]:
    """Every enrolment of the candidates of these ids and these numbers. Personal data."""
    return [
        row
        for column, wanted in ((candidates.c.id, ids), (candidates.c.number, numbers))
        for some in in_parts(wanted)
        for row in _enrolled(connection, column.in_(some))
    ]


def names_of_candidates(connection: Connection) -> list[tuple[str, str, str]]:
    """Id, number and name of everybody, to search through. Personal data."""
    query = select(candidates.c.id, candidates.c.number, candidates.c.family_name, candidates.c.first_names)
    return [(id_, number, f"{family} {first}") for id_, number, family, first in connection.execute(query)]


def ids_of_numbers(connection: Connection, numbers: Iterable[str]) -> dict[str, str]:
    """The opaque ids of those candidate numbers that are known."""
    return {
        row.number: row.id
        for part in in_parts(numbers)
        for row in connection.execute(
            select(candidates.c.number, candidates.c.id).where(candidates.c.number.in_(part))
        )
    }


def candidate_by_number(connection: Connection, number: str) -> str | None:
    """The opaque id of a candidate number."""
    return ids_of_numbers(connection, [number]).get(number)


def enrolled_with_number(connection: Connection, exam: str, number: str) -> str | None:
    """The id of the candidate of this number, if enrolled for this épreuve."""
    query = (
        select(candidates.c.id)
        .join(enrolments)
        .where(enrolments.c.exam == exam, candidates.c.number == number)
    )
    return connection.execute(query).scalar()


def attendance_of(connection: Connection, exam: str, centre: str) -> dict[str, bool] | None:
    """Candidate id → present; None as long as no list has come."""
    query = select(attendance.c.candidate, attendance.c.present).filter_by(exam=exam, centre=centre)
    marks = {row.candidate: row.present for row in connection.execute(query)}
    return marks or None


def _enrolments(connection: Connection) -> set[tuple[str, str, str]]:
    """Candidate (id), épreuve and centre of each."""
    query = select(enrolments.c.candidate, enrolments.c.exam, enrolments.c.centre)
    return {(who, exam, centre) for who, exam, centre in connection.execute(query)}


def _put(change: Change, table: Table, known: set[Any], rows: list[dict[str, Any]]) -> None:
    """Adds these rows, or changes those whose keys (values, a tuple where there are several) are known."""
    keys = [column.name for column in table.primary_key]
    keyed = list(zip(map(itemgetter(*keys), rows), rows, strict=True))
    new = {key: row for key, row in keyed if key not in known}
    if new:
        change.add(table, *new.values())
    for key, row in keyed:
        if key in known:
            change.connection.execute(
                update(table).where(*(table.c[name] == row[name] for name in keys)).values(row)
            )


def _enrolled(connection: Connection, *conditions: ColumnElement[bool]) -> list[EnrolledCandidate]:
    query = (
        select(*candidates.c, enrolments.c.exam, enrolments.c.centre, enrolments.c.registration)
        .join(enrolments)
        .where(*conditions)
        .order_by(enrolments.c.exam, enrolments.c.centre, enrolments.c.registration)
    )
    return rows_of(connection, query, EnrolledCandidate)
