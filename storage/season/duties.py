"""What became of each obligation: received, waived, reminded of. One of which nothing was said has no row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from storage.database.schema import candidates, enrolments
from storage.database.schema_season import duties
from storage.events import Change, Facts


class DutyReceived(Facts):
    """`on`: the day it came; `by`: key in the vault of who brought it; `number`: of pieces, where counted.

    Subject: `duty/` and what is owed.
    """

    action = "duty.received"
    french = "obligation remplie"
    on: date
    by: str
    number: int | None = None

    def apply(self, change: Change) -> bool:
        return _say(change, received_on=self.on, words=self.by, waived=False, number=self.number)


class DutyWaived(Facts):
    """`reason`: key in the vault. Subject: as above."""

    action = "duty.waived"
    french = "obligation levée"
    reason: str

    def apply(self, change: Change) -> bool:
        return _say(change, received_on=None, words=self.reason, waived=True)


class DutyReopened(Facts):
    """What was said of it was a mistake: it is owed as before. Subject: as above."""

    action = "duty.reopened"
    french = "obligation de nouveau due"

    def apply(self, change: Change) -> bool:
        return _say(change, received_on=None, words=None, waived=False)


class DutyReminded(Facts):
    """Once a day at most. Subject: as above."""

    action = "duty.reminded"
    french = "rappel envoyé"
    on: date

    def apply(self, change: Change) -> bool:
        row = _row(change)
        if row is not None and row.reminded_on is not None and row.reminded_on >= self.on:
            return False
        _put(change, reminded_on=self.on)
        return True


@dataclass(frozen=True)
class Said:
    """`words`: key in the vault of who brought it, or why it is waived."""

    received_on: date | None
    waived: bool
    words: str | None
    reminded_on: date | None
    number: int | None = None


def said_of_duties(connection: Connection) -> dict[str, Said]:
    """By obligation."""
    return {
        row.id: Said(row.received_on, row.waived, row.words, row.reminded_on, row.number)
        for row in connection.execute(select(duties))
    }


def schools_enrolled(connection: Connection) -> Mapping[str, list[str]]:
    """The épreuves that each school's candidates are enrolled for."""
    query = select(candidates.c.school, enrolments.c.exam).join(enrolments).distinct()
    found: dict[str, list[str]] = {}
    for school, exam in connection.execute(query.order_by(candidates.c.school, enrolments.c.exam)):
        found.setdefault(school, []).append(exam)
    return found


def candidates_by_school(connection: Connection) -> Mapping[str, int]:
    query = select(candidates.c.school, func.count()).group_by(candidates.c.school)
    return dict(connection.execute(query).all())


def subject_of(obligation: str) -> str:
    return f"duty/{obligation}"


def _say(
    change: Change, *, received_on: date | None, words: str | None, waived: bool, number: int | None = None
) -> bool:
    """False where it was so already: a receipt twice is one."""
    row = _row(change)
    before = (row.received_on, row.waived, row.number) if row is not None else (None, False, None)
    if before == (received_on, waived, number):
        return False
    _put(change, received_on=received_on, words=words, waived=waived, number=number)
    return True


def _row(change: Change) -> Any:
    return change.connection.execute(select(duties).where(duties.c.id == _of(change))).one_or_none()


def _put(change: Change, **values: Any) -> None:
    if _row(change) is None:
        change.add(duties, {"id": _of(change), "waived": False, **values})
    else:
        change.set(duties, _of(change), **values)


def _of(change: Change) -> str:
    return change.subject.removeprefix("duty/")
