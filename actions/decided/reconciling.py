"""Roster, attendance and copies of a centre and épreuve, as the register has them, and what follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from actions.site import Site
from processors.attendance.agreed import OWN_INK
from processors.reconciliation import Reconciliation, reconcile
from processors.scans.copies.swallowed import Excused
from storage.database.register import Transaction
from storage.decided.copies import CopyRow, copies_received, surely_received
from storage.decided.decisions import kept_though_absent
from storage.decided.findings import CandidateFinding, ReconciliationMade
from storage.decided.hands import HandsSettled, held_while_some_lack
from storage.dropped.deadlines import scans_due
from storage.dropped.scans import is_reading
from storage.people.candidates import attendance_of, enrolled_as, enrolled_ids, enrolled_in
from storage.season.signatures import AttendanceSettled, signatures_of


def reconciliation_of(connection: Connection, exam: str, centre: str) -> Reconciliation:
    """By candidate id."""
    enrolled = enrolled_ids(connection, exam, centre)
    marks = attendance_of(connection, exam, centre)
    received, unattributed = copies_received(connection, exam, centre)
    absent = {who for who, present in (marks or {}).items() if not present} & received
    kept = kept_though_absent(connection, exam, absent)
    return reconcile(enrolled, marks, received, unattributed, kept)


def left_over(
    connection: Connection, exam: str, centre: str, known: Reconciliation | None = None
) -> str | None:
    """Whose the only copy of nobody may be, by elimination, once every file is read; the candidate's id.

    `known`: their reconciliation, where that is at hand.
    """
    if is_reading(connection, exam, centre):
        return None
    return (known or reconciliation_of(connection, exam, centre)).left_over


def excused_in(site: Site, exam: str, centre: str) -> Excused:
    """Of whom no copy is awaited in a file of this centre and épreuve, by candidate number."""
    with site.register.reading() as connection:
        numbers = {candidate.id: candidate.number for candidate in enrolled_in(connection, exam, centre)}
        known = reconciliation_of(connection, exam, centre)
    without = (numbers[who] for who in (*known.absent, *known.received) if who in numbers)
    return Excused(frozenset(without), listed=known.present is not None)


def reconcile_centre(site: Site, exam: str, centre: str, *, actor: str, at: datetime) -> None:
    """Records what is wrong now; nothing is recorded when it is the same as before."""
    with site.register.transaction() as transaction:
        reconcile_in(transaction, site, exam, centre, actor=actor, at=at)


def reconcile_in(
    transaction: Transaction, site: Site, exam: str, centre: str, *, actor: str, at: datetime
) -> None:
    """The same, of what this transaction has changed."""
    _settle(transaction, exam, centre, actor=actor, at=at)
    due = scans_due(transaction.connection, site.session, exam, centre)
    overdue = due is not None and not due.met(at)
    known = reconciliation_of(transaction.connection, exam, centre)
    owing = set(known.enrolled) - set(known.absent)
    for copy, there in held_while_some_lack(transaction.connection, exam, centre).items():
        if owing <= there:
            transaction.record(HandsSettled(), copy, actor=actor, at=at)
    found = known.findings(overdue=overdue)
    made = ReconciliationMade(
        exam=exam,
        centre=centre,
        findings=tuple(CandidateFinding(candidate=who, finding=what) for who, what in found),
    )
    transaction.record(made, f"{exam}/{centre}", actor=actor, at=at)


def reconcile_about(
    transaction: Transaction, site: Site, copies: Iterable[CopyRow], *, actor: str, at: datetime
) -> None:
    """Wherever these copies count: where each was scanned, and where its candidate sits the épreuve."""
    scanned = list(copies)
    whose = {(copy.candidate, copy.exam) for copy in scanned}
    sitting = enrolled_as(transaction.connection, ids=[who for who, _ in whose if who])
    places = {(copy.exam, copy.centre) for copy in scanned}
    places |= {(who.exam, who.centre) for who in sitting if (who.id, who.exam) in whose}
    for exam, centre in sorted(places):
        reconcile_in(transaction, site, exam, centre, actor=actor, at=at)


def _settle(transaction: Transaction, exam: str, centre: str, *, actor: str, at: datetime) -> None:
    """Ink in doubt is the candidate's whose copy is here, as long as it counts and no list says otherwise."""
    asked = [
        row for row in signatures_of(transaction.connection, exam, centre).values() if row.asked in OWN_INK
    ]
    if not asked:
        return
    sure = surely_received(transaction.connection, exam, centre)
    now = {row.candidate for row in asked if row.candidate in sure and row.stated is not False}
    before = {row.candidate for row in asked if row.settled}
    facts = AttendanceSettled(
        exam=exam, centre=centre, present=tuple(sorted(now - before)), again=tuple(sorted(before - now))
    )
    transaction.record(facts, f"{exam}/{centre}", actor=actor, at=at)
