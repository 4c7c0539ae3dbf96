"""When a centre's scans of an épreuve are due: the session's deadline, or what the service made of it."""

from __future__ import annotations

from flows.context import Context
from processors.deadlines import Deadline
from storage.extensions import extension


def scans_due(work: Context, exam: str | None, centre: str | None) -> Deadline | None:
    """None for an épreuve without copies, or a place that is none."""
    rules = work.session.exam(exam) if exam else None
    if rules is None or rules.scan_deadline is None or centre is None:
        return None
    with work.register.reading() as connection:
        moved = extension(connection, rules.code, centre)
    return moved.deadline if moved else rules.scan_deadline.deadline
