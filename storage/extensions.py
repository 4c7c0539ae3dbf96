"""When scans are due: deadlines that the service has moved for a centre count in place of the session's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from processors.deadlines import Deadline, Rule
from processors.session import Session
from storage.schema import extensions


@dataclass(frozen=True)
class Extension:
    """`reason`: the key in the vault of why; `author`: an account."""

    exam: str
    centre: str
    deadline: Deadline
    reason: str
    author: str


def scans_due(
    connection: Connection, session: Session, exam: str | None, centre: str | None
) -> Deadline | None:
    """When a centre's scans of an épreuve are due: as the session says, or as the service has moved it.

    None for an épreuve without copies, or a place that is none.
    """
    rules = session.exam(exam) if exam else None
    if rules is None or rules.scan_deadline is None or centre is None:
        return None
    moved = extension(connection, rules.code, centre)
    return moved.deadline if moved else rules.scan_deadline.deadline


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
