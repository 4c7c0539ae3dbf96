"""Reconciliations, deadlines and lots in the register."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select, update

from processors.scans.readings import CopyStatus
from storage.changes.base import Change, Refused, apply
from storage.facts import (
    DeadlineSwept,
    LotFormed,
    LotPulled,
    LotReassigned,
    LotRecalled,
    LotReturned,
    ReconciliationMade,
)
from storage.schema import Life, LotState, copies, correctors, findings, lots, sweeps


@apply.register
def reconciliation_made(facts: ReconciliationMade, change: Change) -> bool:
    of_centre = (
        findings.c.exam == facts.exam,
        findings.c.centre == facts.centre,
        findings.c.scan.is_(None),
        findings.c.resolved_by.is_(None),
    )
    wanted = [{"candidate": one.candidate, **asdict(one.finding)} for one in facts.findings]
    stood = change.connection.execute(
        select(findings).where(*of_centre).order_by(findings.c.seq, findings.c.k)
    )
    columns = ("candidate", "code", "severity", "message", "pages", "evidence")
    if [{c: getattr(row, c) for c in columns} for row in stood] == [
        {**one, "pages": list(one["pages"]), "evidence": list(one["evidence"])} for one in wanted
    ]:
        return False
    change.resolve_findings(*of_centre)
    for one in facts.findings:
        change.state_findings([one.finding], exam=facts.exam, centre=facts.centre, candidate=one.candidate)
    return True


@apply.register
def deadline_swept(facts: DeadlineSwept, change: Change) -> bool:
    place = {"exam": facts.exam, "centre": facts.centre}
    if change.connection.execute(select(sweeps).filter_by(**place)).first():
        return False
    change.connection.execute(insert(sweeps).values(**place, swept_at=change.event.at))
    return True


@apply.register
def lot_formed(facts: LotFormed, change: Change) -> bool:
    if change.connection.execute(select(lots.c.id).where(lots.c.id == change.subject)).first():
        return False
    change.row(correctors, facts.corrector)
    change.connection.execute(
        insert(lots).values(
            id=change.subject,
            exam=facts.exam,
            number=facts.number,
            corrector=facts.corrector,
            state=LotState.ASSIGNED,
            complementary=facts.complementary,
            formed_at=change.event.at,
        )
    )
    for order, copy in enumerate(facts.copies, start=1):
        taken = change.connection.execute(
            update(copies)
            .where(
                copies.c.id == copy,
                copies.c.exam == facts.exam,
                copies.c.lot.is_(None),
                copies.c.life == Life.CURRENT,
                copies.c.status == CopyStatus.COMPLETE,
                copies.c.candidate.is_not(None),
                copies.c.anonymous_sha256.is_not(None),
            )
            .values(lot=change.subject, order_in_lot=order)
        )
        if taken.rowcount != 1:
            raise Refused(f"{copy} cannot go into a lot: it is in one already, or not ready for it")
    return True


@apply.register
def lot_reassigned(facts: LotReassigned, change: Change) -> bool:
    lot = change.row(lots, change.subject)
    if lot.corrector == facts.corrector:
        return False
    if lot.state != LotState.ASSIGNED:
        raise Refused(f"{lot.id} is {lot.state}: recall it first")
    change.row(correctors, facts.corrector)
    change.connection.execute(update(lots).where(lots.c.id == lot.id).values(corrector=facts.corrector))
    return True


@apply.register
def lot_pulled(facts: LotPulled, change: Change) -> bool:
    return _move(change, LotState.PULLED, LotState.ASSIGNED)


@apply.register
def lot_returned(facts: LotReturned, change: Change) -> bool:
    return _move(change, LotState.RETURNED, LotState.PULLED)


@apply.register
def lot_recalled(facts: LotRecalled, change: Change) -> bool:
    return _move(change, LotState.ASSIGNED, LotState.PULLED, LotState.RETURNED)


def _move(change: Change, to: LotState, *from_: LotState) -> bool:
    """False when it is there already. Raises Refused when it is in a state that does not lead there."""
    lot = change.row(lots, change.subject)
    if lot.state == to:
        return False
    if lot.state not in from_:
        raise Refused(f"{lot.id} is {lot.state}: it cannot become {to}")
    moved: dict[str, Any] = {"state": to}
    change.connection.execute(update(lots).where(lots.c.id == lot.id).values(moved))
    return True
