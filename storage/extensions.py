"""Scan deadlines that the service has moved for a centre: they count in place of the session's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from processors.deadlines import Deadline, Rule
from storage.events import Event
from storage.intake import keep_reason
from storage.register import Register
from storage.rulings import DeadlineExtended
from storage.schema import extensions


@dataclass(frozen=True)
class Extension:
    """`reason`: the key in the vault of why; `author`: an account."""

    exam: str
    centre: str
    deadline: Deadline
    reason: str
    author: str


def extend(
    register: Register, exam: str, centre: str, due: Deadline, reason: str, *, actor: str, at: datetime
) -> Event | None:
    """From now on, this is the deadline. None when it is already."""
    subject = f"{exam}/{centre}"
    key = keep_reason(register, subject, reason)
    facts = DeadlineExtended(exam=exam, centre=centre, until=due.at, rule=due.rule, reason=key)
    return register.record(facts, subject, actor=actor, at=at)


def extension(connection: Connection, exam: str, centre: str) -> Extension | None:
    found = _extensions(connection, extensions.c.exam == exam, extensions.c.centre == centre)
    return next(iter(found), None)


def all_extensions(connection: Connection) -> list[Extension]:
    """By épreuve and centre."""
    return _extensions(connection)


def _extensions(connection: Connection, *conditions: ColumnElement[bool]) -> list[Extension]:
    query = select(extensions).where(*conditions).order_by(extensions.c.exam, extensions.c.centre)
    return [
        Extension(row.exam, row.centre, Deadline(row.until, Rule(row.rule)), row.reason, row.author)
        for row in connection.execute(query)
    ]
