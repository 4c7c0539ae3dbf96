"""Copies in the register: which version counts, whose it is, and whether it may leave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from processors.findings import Code, finding
from processors.scans.readings import CopyStatus
from storage.changes.base import Change, apply
from storage.facts import (
    CopyAnonymised,
    CopyDecided,
    CopyNotAnonymous,
    Decision,
    FoundCopy,
    ScanRead,
)
from storage.refusals import Refusal, Refused
from storage.rulings import CopyReported
from storage.schema import copies, enrolments, findings, proposals
from storage.states import Life

_OF_NO_LOT: dict[str, Any] = {"lot": None, "order_in_lot": None}


def take_reading(facts: ScanRead, exam: str, centre: str, change: Change) -> bool:
    """The copies of a scan, in place of an earlier reading of it. False when those have gone further already.

    A second copy of a candidate whose complete copy is there waits for a person. A complete one takes the
    place of those that were not; they stay, superseded.
    """
    earlier = (copies.c.scan == change.subject, copies.c.life == Life.CURRENT)
    gone_further = copies.c.lot.is_not(None) | copies.c.decision.is_not(None)
    if change.connection.execute(select(copies.c.id).where(*earlier, gone_further)).first():
        return False
    _end(change, Life.SUPERSEDED, *earlier)
    for position, found in enumerate(facts.copies, start=1):
        _take(found, position, facts.attempt, exam, centre, change)
    return True


def set_aside(change: Change, *conditions: Any) -> None:
    _end(change, Life.SET_ASIDE, copies.c.life == Life.CURRENT, *conditions)


@apply.register
def copy_anonymised(facts: CopyAnonymised, change: Change) -> bool:
    copy = change.row(copies, change.subject)
    if copy.anonymous_sha256 == facts.sha256 and copy.anonymous_number == facts.anonymous_number:
        return False
    if copy.lot is not None and copy.anonymous_sha256 is not None:
        raise Refused(Refusal.IN_A_LOT)
    taken = select(copies.c.id).where(
        copies.c.exam == copy.exam,
        copies.c.anonymous_number == facts.anonymous_number,
        copies.c.id != copy.id,
    )
    if change.connection.execute(taken).first():
        raise Refused(Refusal.NUMBER_TAKEN)
    change.connection.execute(
        update(copies)
        .where(copies.c.id == copy.id)
        .values(anonymous_number=facts.anonymous_number, anonymous_sha256=facts.sha256)
    )
    return True


@apply.register
def copy_not_anonymous(facts: CopyNotAnonymous, change: Change) -> bool:
    copy = change.row(copies, change.subject)
    codes = [found.code for found in facts.findings]
    noted = select(findings.c.seq).where(
        findings.c.copy == copy.id, findings.c.code.in_(codes), findings.c.resolved_by.is_(None)
    )
    if change.connection.execute(noted).first():
        return False
    change.connection.execute(
        update(copies).where(copies.c.id == copy.id).values(status=CopyStatus.TO_DECIDE)
    )
    _state_of_copy(facts.findings, copy, change)
    return True


@apply.register
def copy_reported(facts: CopyReported, change: Change) -> bool:
    copy = change.row(copies, change.subject)
    if (copy.life, copy.status) != (Life.CURRENT, CopyStatus.COMPLETE) or copy.lot is None:
        raise Refused(Refusal.NOT_IN_HAND)
    change.connection.execute(
        update(copies).where(copies.c.id == copy.id).values(status=CopyStatus.TO_DECIDE)
    )
    _state_of_copy([finding(Code.REPORTED, what=facts.trouble.said)], copy, change)
    return True


@apply.register
def copy_decided(facts: CopyDecided, change: Change) -> bool:
    copy = change.row(copies, change.subject)
    back = (copy.life, copy.decision) == (Life.SET_ASIDE, Decision.SET_ASIDE)  # a person's, so a person may
    if copy.life != Life.CURRENT and not (back and facts.decision is not Decision.SET_ASIDE):
        raise Refused(Refusal.SUPERSEDED if copy.life == Life.SUPERSEDED else Refusal.SET_ASIDE)
    if copy.lot is not None and copy.status == CopyStatus.COMPLETE:
        raise Refused(Refusal.IN_A_LOT)
    _take_proposal(facts, change)
    decided: dict[str, Any] = {
        "decision": facts.decision,
        "decided_by": change.event.actor,
        "reason": facts.reason,
    }
    if facts.decision is Decision.SET_ASIDE:
        set_aside(change, copies.c.id == copy.id)
        decided |= _OF_NO_LOT
    else:
        candidate = facts.candidate if facts.decision is Decision.ATTRIBUTE else copy.candidate
        if candidate is None:
            raise Refused(Refusal.NOBODYS)
        _must_be_enrolled(candidate, copy.exam, change)
        whole = facts.decision is Decision.ACCEPT or not copy.missing
        decided |= {"candidate": candidate, "life": Life.CURRENT}
        decided["status"] = CopyStatus.COMPLETE if whole else CopyStatus.INCOMPLETE
        if facts.decision is Decision.ATTRIBUTE:
            decided["attributed_by"] = ["decision"]
            if candidate != copy.candidate:  # another name must not be found in its PDF
                decided |= {"anonymous_number": None, "anonymous_sha256": None, **_OF_NO_LOT}
        if whole:
            other = _complete_copy(copy.exam, candidate, change)
            if other not in (None, copy.id):
                raise Refused(Refusal.OTHER_COPY)
            decided |= _supersede(copy.exam, candidate, copy.id, change)
            change.resolve_findings(findings.c.copy == copy.id)
    change.connection.execute(update(copies).where(copies.c.id == copy.id).values(decided))
    return True


def _take_proposal(facts: CopyDecided, change: Change) -> None:
    """What was proposed of the copy is over. Raises Refused if it is said to be confirmed, and is not."""
    proposed = change.connection.execute(select(proposals).where(proposals.c.copy == change.subject)).first()
    if facts.confirms is not None and (
        proposed is None
        or proposed.author == change.event.actor
        or (proposed.seq, proposed.decision, proposed.candidate)
        != (facts.confirms, facts.decision, facts.candidate)
    ):
        raise Refused(Refusal.OTHER_PROPOSAL)
    change.connection.execute(delete(proposals).where(proposals.c.copy == change.subject))


def _take(found: FoundCopy, position: int, attempt: int, exam: str, centre: str, change: Change) -> None:
    stated, status, place = list(found.findings), found.status, dict[str, Any]()
    if found.candidate is not None:
        if status is not CopyStatus.TO_DECIDE and _complete_copy(exam, found.candidate, change):
            status = CopyStatus.TO_DECIDE
            if not any(one.code is Code.DUPLICATE_COPY for one in stated):
                stated.append(finding(Code.DUPLICATE_COPY))
        if status is CopyStatus.COMPLETE:
            place = _supersede(exam, found.candidate, found.id, change)
    copy = {
        "id": found.id,
        "scan": change.subject,
        "exam": exam,
        "centre": centre,
        "candidate": found.candidate,
    }
    change.connection.execute(
        insert(copies).values(
            **copy,
            **place,
            attempt=attempt,
            position=position,
            attributed_by=found.attributed_by,
            status=status,
            life=Life.CURRENT,
            pages=[page.model_dump(mode="json") for page in found.pages],
            missing=found.missing,
            guesses=[guess.model_dump(mode="json") for guess in found.guesses],
        )
    )
    change.state_findings(stated, exam=exam, centre=centre, scan=change.subject, copy=found.id)


def _state_of_copy(stated: Any, copy: Any, change: Change) -> None:
    change.state_findings(stated, exam=copy.exam, centre=copy.centre, scan=copy.scan, copy=copy.id)


def _supersede(exam: str, candidate: str, by: str, change: Change) -> dict[str, Any]:
    """What this candidate's copy takes the place of: copies that were incomplete or waited.

    Of two copies said to be one candidate's, one may be another's, wrongly labelled: they wait for a person.
    One that a corrector reported gives its place in the lot: it is what is returned.
    """
    double = (
        select(findings.c.seq)
        .where(
            findings.c.copy == copies.c.id,
            findings.c.code == Code.DUPLICATE_COPY,
            findings.c.resolved_by.is_(None),
        )
        .exists()
    )
    theirs = (
        copies.c.exam == exam,
        copies.c.candidate == candidate,
        copies.c.life == Life.CURRENT,
        copies.c.status != CopyStatus.COMPLETE,
        copies.c.id != by,
        ~double,
    )
    reported = select(copies.c.id, copies.c.lot, copies.c.order_in_lot).where(
        *theirs, copies.c.lot.is_not(None)
    )
    row = change.connection.execute(reported).first()
    if row is not None:
        change.connection.execute(update(copies).where(copies.c.id == row.id).values(_OF_NO_LOT))
    _end(change, Life.SUPERSEDED, *theirs)
    return {} if row is None else {"lot": row.lot, "order_in_lot": row.order_in_lot}


def _end(change: Change, life: Life, *conditions: Any) -> None:
    ended = list(change.connection.scalars(select(copies.c.id).where(*conditions)))
    if ended:
        change.connection.execute(update(copies).where(copies.c.id.in_(ended)).values(life=life))
        change.resolve_findings(findings.c.copy.in_(ended))


def _complete_copy(exam: str, candidate: str, change: Change) -> str | None:
    query = select(copies.c.id).where(
        copies.c.exam == exam,
        copies.c.candidate == candidate,
        copies.c.life == Life.CURRENT,
        copies.c.status == CopyStatus.COMPLETE,
    )
    found: str | None = change.connection.execute(query).scalar()
    return found


def _must_be_enrolled(candidate: str, exam: str, change: Change) -> None:
    query = select(enrolments.c.candidate).where(
        enrolments.c.candidate == candidate, enrolments.c.exam == exam
    )
    if change.connection.execute(query).first() is None:
        raise Refused(Refusal.NOT_ENROLLED)
