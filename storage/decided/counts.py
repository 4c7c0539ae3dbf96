"""How many: where an épreuve stands, in all and centre by centre, each counted in one pass over a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Connection, FromClause, Table, case, exists, func, select

from processors.scans.readings import CopyStatus
from storage.database.schema import attendance, copies, enrolments, lots, scans
from storage.decided.decisions import IS_OF_ABSENT
from storage.states import Life, LotState, ScanState


@dataclass(frozen=True)
class ExamCounts:
    """Of one exam. Only current copies count: complete, incomplete or to decide, each in one of the three.

    `to_decide`: as the queue has them, whole ones of somebody marked absent, too. `present`: None as long as
    no attendance list has come. `lacking`: who came and has no copy, less the copies that are nobody's yet.
    `in_lots` holds those pulled and returned, too.
    """

    exam: str
    expected: int
    present: int | None
    lacking: int
    scans: int
    waiting_scans: int
    copies: int
    complete: int
    incomplete: int
    to_decide: int
    in_lots: int
    pulled: int
    returned: int


def exam_counts(connection: Connection, exam: str, centre: str | None = None) -> ExamCounts:
    """Where an exam stands, in all or in one centre."""
    return _exam_counts(exam, sum(_numbers(connection, exam, centre).values(), Counter()))


def counts_by_centre(connection: Connection, exam: str) -> dict[str, ExamCounts]:
    """Where an exam stands in each of the centres that have to do with it."""
    return {centre: _exam_counts(exam, numbers) for centre, numbers in _numbers(connection, exam).items()}


def _exam_counts(exam: str, numbers: Counter[str]) -> ExamCounts:
    names = {field.name for field in fields(ExamCounts)} - {"exam", "present"}
    present = numbers["present"] if numbers["listed"] else None
    return ExamCounts(exam=exam, present=present, **{name: numbers[name] for name in names})


def _numbers(connection: Connection, exam: str, centre: str | None = None) -> dict[str, Counter[str]]:
    """By centre, what ExamCounts tells, and how many marks of attendance are `listed`."""

    def number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    waiting = scans.c.state.in_([ScanState.ARRIVED, ScanState.PROCESSING])
    with_lots = copies.outerjoin(lots, lots.c.id == copies.c.lot)
    counted: tuple[tuple[Table, FromClause, dict[str, ColumnElement[int]]], ...] = (
        (enrolments, enrolments, {"expected": func.count()}),
        (
            attendance,
            attendance,
            {
                "listed": func.count(),
                "present": number_of(attendance.c.present),
                "without": number_of(attendance.c.present & ~_HAS_COPY),
            },
        ),
        (scans, scans, {"scans": func.count(), "waiting_scans": number_of(waiting)}),
        (
            copies,
            with_lots,
            {
                "copies": func.count(),
                "nobodys": number_of(copies.c.candidate.is_(None)),
                "complete": number_of((copies.c.status == CopyStatus.COMPLETE) & ~IS_OF_ABSENT),
                "incomplete": number_of(copies.c.status == CopyStatus.INCOMPLETE),
                "to_decide": number_of((copies.c.status == CopyStatus.TO_DECIDE) | IS_OF_ABSENT),
                "in_lots": number_of(copies.c.lot.is_not(None)),
                "pulled": number_of((lots.c.state == LotState.PULLED) & copies.c.returned.is_(False)),
                "returned": number_of(copies.c.returned),
            },
        ),
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for table, source, numbers in counted:
        columns = (number.label(name) for name, number in numbers.items())
        query = select(table.c.centre, *columns).select_from(source).group_by(table.c.centre)
        query = query.where(table.c.exam == exam)
        if centre is not None:
            query = query.where(table.c.centre == centre)
        if table is copies:
            query = query.where(copies.c.life == Life.CURRENT)
        for row in connection.execute(query):
            found[row.centre].update({name: row._mapping[name] for name in numbers})
    for number in found.values():
        number["lacking"] = max(0, number["without"] - number["nobodys"])
    return found


_HAS_COPY = exists().where(
    copies.c.exam == attendance.c.exam,
    copies.c.candidate == attendance.c.candidate,
    copies.c.life == Life.CURRENT,
)


def scans_by_state(connection: Connection) -> dict[str, int]:
    """Every state, with how many scans are in it."""
    counted = select(scans.c.state, func.count()).group_by(scans.c.state)
    found = {row.state: row[1] for row in connection.execute(counted)}
    return {state.value: found.get(state, 0) for state in ScanState}
