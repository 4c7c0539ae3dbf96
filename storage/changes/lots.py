"""Reconciliations, deadlines and lots in the register."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import case, insert, select, update

from processors.scans.readings import CopyStatus
from storage.changes.base import Change, apply
from storage.facts import (
    DeadlineSwept,
    LotFormed,
    LotPulled,
    LotReassigned,
    LotRecalled,
    LotReturned,
    ReconciliationMade,
)
from storage.ids import in_parts
from storage.refusals import Refusal, Refused
from storage.rulings import CopyReturned, LotClosed
from storage.schema import copies, correctors, findings, lots, sweeps
from storage.states import Life, LotState

_NOT_IN_HAND = {
    LotState.ASSIGNED: Refusal.NEVER_PULLED,
    LotState.RETURNED: Refusal.RETURNED,
    LotState.CLOSED: Refusal.CLOSED,
}


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
    order = {copy: place for place, copy in enumerate(facts.copies, start=1)}
    state = [copies.c[name] for name in ("exam", "lot", "life", "status", "candidate", "anonymous_sha256")]
    taken = 0
    for part in in_parts(facts.copies):
        # By id alone: given more conditions, SQLite would go through all copies that are alike
        found = change.connection.execute(select(copies.c.id, *state).where(copies.c.id.in_(part)))
        ready = [
            row.id
            for row in found
            if (row.exam, row.lot, row.life, row.status)
            == (facts.exam, None, Life.CURRENT, CopyStatus.COMPLETE)
            and None not in (row.candidate, row.anonymous_sha256)
        ]
        place = case({copy: order[copy] for copy in part}, value=copies.c.id)
        into = update(copies).where(copies.c.id.in_(ready)).values(lot=change.subject, order_in_lot=place)
        change.connection.execute(into)
        taken += len(ready)
    if taken != len(facts.copies):
        raise Refused(Refusal.NOT_READY)
    return True


@apply.register
def lot_reassigned(facts: LotReassigned, change: Change) -> bool:
    lot = change.row(lots, change.subject)
    if lot.corrector == facts.corrector:
        return False
    if lot.state != LotState.ASSIGNED:
        raise Refused(Refusal.PULLED)
    change.row(correctors, facts.corrector)
    change.connection.execute(update(lots).where(lots.c.id == lot.id).values(corrector=facts.corrector))
    return True


@apply.register
def lot_pulled(facts: LotPulled, change: Change) -> bool:
    if facts.corrector not in (None, change.row(lots, change.subject).corrector):
        raise Refused(Refusal.NOT_YOURS)
    return _move(change, LotState.PULLED, LotState.ASSIGNED)


@apply.register
def lot_returned(facts: LotReturned, change: Change) -> bool:
    """All that is in the corrector's hands; one that was reported comes back to a lot that is still open."""
    lot = change.row(lots, change.subject)
    if lot.state == LotState.RETURNED:
        return False
    if lot.state != LotState.PULLED:
        raise Refused(_NOT_IN_HAND[lot.state])
    given = change.connection.execute(
        update(copies)
        .where(copies.c.lot == lot.id, copies.c.status == CopyStatus.COMPLETE, copies.c.returned.is_(False))
        .values(returned=True)
    )
    return _end_if_all_returned(lot.id, change) or given.rowcount > 0


@apply.register
def copy_returned(facts: CopyReturned, change: Change) -> bool:
    copy = change.row(copies, change.subject)
    lot = change.row(lots, copy.lot or "")
    if copy.returned is facts.returned:
        return False
    if lot.state != LotState.PULLED:
        raise Refused(_NOT_IN_HAND[lot.state])
    if copy.status != CopyStatus.COMPLETE:
        raise Refused(Refusal.NOT_IN_HAND)
    change.connection.execute(update(copies).where(copies.c.id == copy.id).values(returned=facts.returned))
    _end_if_all_returned(lot.id, change)
    return True


def _end_if_all_returned(lot: str, change: Change) -> bool:
    left = select(copies.c.id).where(copies.c.lot == lot, copies.c.returned.is_(False))
    if change.connection.execute(left).first():
        return False
    return _move(change, LotState.RETURNED, LotState.PULLED, lot=lot)


@apply.register
def lot_closed(facts: LotClosed, change: Change) -> bool:
    return _move(change, LotState.CLOSED, LotState.RETURNED)


@apply.register
def lot_recalled(facts: LotRecalled, change: Change) -> bool:
    change.connection.execute(update(copies).where(copies.c.lot == change.subject).values(returned=False))
    return _move(change, LotState.ASSIGNED, LotState.PULLED, LotState.RETURNED, LotState.CLOSED)


def _move(change: Change, to: LotState, *from_: LotState, lot: str | None = None) -> bool:
    """False when it is there already. Raises Refused when it is in a state that does not lead there."""
    moving = change.row(lots, lot or change.subject)
    if moving.state == to:
        return False
    if moving.state not in from_:
        raise Refused(_NOT_IN_HAND.get(moving.state, Refusal.OTHER_STATE))
    moved: dict[str, Any] = {"state": to}
    change.connection.execute(update(lots).where(lots.c.id == moving.id).values(moved))
    return True
