"""Roster, attendance and copies of a centre and épreuve, as the register has them."""

from __future__ import annotations

from datetime import datetime

from flows.context import Context
from flows.due import scans_due
from processors.reconciliation import Reconciliation, reconcile
from storage import persons, queries
from storage.facts import CandidateFinding, ReconciliationMade


def reconciliation_of(work: Context, exam: str, centre: str) -> Reconciliation:
    """By candidate id."""
    with work.register.reading() as connection:
        enrolled = {candidate.id for candidate in persons.roster(connection, exam, centre)}
        marks = persons.attendance_of(connection, exam, centre)
        received, unattributed = queries.received(connection, exam, centre)
    return reconcile(enrolled, marks, received, unattributed)


def reconcile_centre(work: Context, exam: str, centre: str, *, actor: str, at: datetime) -> None:
    """Records what is wrong now; nothing is recorded when it is the same as before."""
    due = scans_due(work, exam, centre)
    overdue = due is not None and not due.met(at)
    found = reconciliation_of(work, exam, centre).findings(overdue=overdue)
    made = ReconciliationMade(
        exam=exam,
        centre=centre,
        findings=tuple(CandidateFinding(candidate=who, finding=what) for who, what in found),
    )
    work.register.record(made, f"{exam}/{centre}", actor=actor, at=at)
