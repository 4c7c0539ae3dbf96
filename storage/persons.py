"""What the register knows of persons: who is enrolled, who was there, who corrects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, select

from storage.ids import in_parts
from storage.intake import token_hash
from storage.rows import CorrectorRow, EnrolledCandidate
from storage.schema import attendance, candidates, copies, correctors, enrolments, lots


def corrector(connection: Connection, id_: str) -> CorrectorRow | None:
    return next(iter(_correctors(connection, correctors.c.id == id_)), None)


def corrector_by_token(connection: Connection, token: str) -> CorrectorRow | None:
    return next(iter(_correctors(connection, correctors.c.token_hash == token_hash(token))), None)


def all_correctors(connection: Connection, exam: str | None = None) -> list[CorrectorRow]:
    """With an exam, those who correct it."""
    found = _correctors(connection)
    return [row for row in found if exam is None or exam in row.exams]


def roster(
    connection: Connection, exam: str | None = None, centre: str | None = None
) -> list[EnrolledCandidate]:
    """By exam, centre and registration number."""
    wanted = {enrolments.c.exam: exam, enrolments.c.centre: centre}
    return _enrolled(connection, *(column == value for column, value in wanted.items() if value is not None))


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


def _enrolled(connection: Connection, *conditions: ColumnElement[bool]) -> list[EnrolledCandidate]:
    query = (
        select(*candidates.c, enrolments.c.exam, enrolments.c.centre, enrolments.c.registration)
        .join(enrolments)
        .where(*conditions)
        .order_by(enrolments.c.exam, enrolments.c.centre, enrolments.c.registration)
    )
    return [EnrolledCandidate(**row._mapping) for row in connection.execute(query)]


def candidate_by_number(connection: Connection, number: str) -> str | None:
    """The opaque id of a candidate number."""
    found: str | None = connection.scalar(select(candidates.c.id).where(candidates.c.number == number))
    return found


def attendance_of(connection: Connection, exam: str, centre: str) -> dict[str, bool] | None:
    """Candidate id → present; None as long as no list has come."""
    query = select(attendance.c.candidate, attendance.c.present).where(
        attendance.c.exam == exam, attendance.c.centre == centre
    )
    marks = {row.candidate: row.present for row in connection.execute(query)}
    return marks or None


def _correctors(connection: Connection, *conditions: ColumnElement[bool]) -> list[CorrectorRow]:
    assigned = (
        select(func.count())
        .select_from(copies.join(lots))
        .where(lots.c.corrector == correctors.c.id)
        .scalar_subquery()
        .label("assigned")
    )
    query = select(correctors, assigned).where(*conditions).order_by(correctors.c.reference)
    rows = []
    for row in connection.execute(query):
        values = dict(row._mapping)
        values["has_token"] = values.pop("token_hash") is not None
        values["days"] = tuple(date.fromisoformat(day) for day in row.days)
        for name in ("schools", "companies", "exams", "never_with"):
            values[name] = tuple(values[name])
        rows.append(CorrectorRow(**values))
    return rows
