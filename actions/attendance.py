"""Who was there: the list of a centre and épreuve, in place of an earlier one."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import datetime

from actions.context import Context
from actions.reconciling import reconcile_in
from processors.people import ATTENDANCE_COLUMNS, Attendance, read_attendance
from processors.tables import Import
from storage.candidates import AttendanceImported, enrolled_in
from storage.refusals import Refusal, Refused


def mark(
    work: Context, exam: str, centre: str, absent: Collection[str], *, actor: str, at: datetime
) -> Import[Attendance]:
    """Everybody is present but these candidates, by their ids or their numbers."""
    with work.register.reading() as connection:
        people = enrolled_in(connection, exam, centre)
    if set(absent) - {name for who in people for name in (who.id, who.number)}:
        raise Refused(Refusal.NOT_ON_LIST)
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    table.writerow(ATTENDANCE_COLUMNS)
    table.writerows((who.number, "non" if {who.id, who.number} & set(absent) else "oui") for who in people)
    return take(work, exam, centre, out.getvalue().encode(), actor=actor, at=at)


def take(
    work: Context, exam: str, centre: str, table: bytes, *, actor: str, at: datetime
) -> Import[Attendance]:
    """A CSV of candidate numbers and oui or non. As long as one line is wrong, nothing of it is taken.

    A copy of who is absent is held, and one that was held for it let go, in the same transaction.
    """
    if work.session.centre(centre) is None or exam not in {e.code for e in work.session.written}:
        raise Refused(Refusal.NOT_HERE, f"{centre} {exam}")
    with work.register.reading() as connection:
        enrolled = {who.number: who.id for who in enrolled_in(connection, exam, centre)}
    taken = read_attendance(table, enrolled)
    if taken.problems:
        return taken
    marks = {enrolled[row.number]: row.present for row in taken.rows}
    facts = AttendanceImported(file=work.register.keep_list(table), exam=exam, centre=centre, marks=marks)
    with work.register.transaction() as transaction:
        transaction.record(facts, f"{exam}/{centre}", actor=actor, at=at)
        reconcile_in(transaction, work, exam, centre, actor=actor, at=at)
    return taken
