"""The session, candidates, correctors and attendance lists in the register."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Table, delete, insert, select, update

from processors.people import read_candidates, read_correctors
from processors.tables import Import
from storage.changes.base import Change, apply
from storage.facts import (
    AttendanceImported,
    CandidatesImported,
    CorrectorsImported,
    SessionLoaded,
    TokenIssued,
)
from storage.ids import in_parts
from storage.refusals import Refusal, Refused
from storage.schema import attendance, candidates, correctors, enrolments, session

T = TypeVar("T")


@apply.register
def session_loaded(facts: SessionLoaded, change: Change) -> bool:
    row = change.connection.execute(select(session)).one_or_none()
    if row is not None and row.sha256 == facts.sha256:
        return False
    change.connection.execute(delete(session))
    change.connection.execute(
        insert(session).values(one=1, name=facts.name, sha256=facts.sha256, loaded_at=change.event.at)
    )
    return True


@apply.register
def candidates_imported(facts: CandidatesImported, change: Change) -> bool:
    rows = _whole(read_candidates(change.vault.get(facts.file)))
    for part in in_parts(zip(facts.ids, rows, strict=True)):
        ids = [id_ for id_, _ in part]
        _put(
            change,
            candidates,
            set(change.connection.scalars(select(candidates.c.id).where(candidates.c.id.in_(ids)))),
            [
                {
                    "id": id_,
                    "number": line.number,
                    "family_name": line.family_name,
                    "first_names": line.first_names,
                    "birth_date": line.birth_date,
                    "school": line.school,
                    "option": line.option,
                    "category": line.category,
                }
                for id_, line in part
            ],
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


def _put(change: Change, table: Table, known: set[Any], rows: list[dict[str, Any]]) -> None:
    """Adds these rows, or changes those whose keys (values, a tuple where there are several) are known."""
    keys = [column.name for column in table.primary_key]

    def key_of(row: dict[str, Any]) -> Any:
        return row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)

    new = {key_of(row): row for row in rows if key_of(row) not in known}
    if new:
        change.connection.execute(insert(table), list(new.values()))
    for row in rows:
        if key_of(row) in known:
            change.connection.execute(
                update(table).where(*(table.c[key] == row[key] for key in keys)).values(row)
            )


@apply.register
def correctors_imported(facts: CorrectorsImported, change: Change) -> bool:
    rows = _whole(read_correctors(change.vault.get(facts.file)))
    known = set(change.connection.scalars(select(correctors.c.id)))
    for id_, line in zip(facts.ids, rows, strict=True):
        person = {
            "reference": line.id,
            "name": line.name,
            "email": line.email,
            "schools": line.schools,
            "companies": line.companies,
            "exams": line.exams,
            "quota": line.quota,
            "days": [day.isoformat() for day in line.days],
            "never_with": line.never_with,
        }
        if id_ in known:
            change.connection.execute(update(correctors).where(correctors.c.id == id_).values(person))
        else:
            change.connection.execute(insert(correctors).values(id=id_, **person))
    return True


@apply.register
def token_issued(facts: TokenIssued, change: Change) -> bool:
    change.row(correctors, change.subject)
    change.connection.execute(
        update(correctors).where(correctors.c.id == change.subject).values(token_hash=facts.hash)
    )
    return True


@apply.register
def attendance_imported(facts: AttendanceImported, change: Change) -> bool:
    of_list = (attendance.c.exam == facts.exam, attendance.c.centre == facts.centre)
    rows = change.connection.execute(select(attendance.c.candidate, attendance.c.present).where(*of_list))
    if {row.candidate: row.present for row in rows} == facts.marks:
        return False
    change.connection.execute(delete(attendance).where(*of_list))
    change.connection.execute(
        insert(attendance),
        [
            {"exam": facts.exam, "centre": facts.centre, "candidate": candidate, "present": present}
            for candidate, present in facts.marks.items()
        ],
    )
    return True


def _whole(imported: Import[T]) -> tuple[T, ...]:
    if imported.problems:
        raise Refused(Refusal.BAD_LINES)
    return imported.rows
