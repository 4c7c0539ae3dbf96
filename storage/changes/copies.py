"""Copies in the register: which version counts, whose it is, and whether it may leave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from processors.findings import Code, finding
from processors.scans.readings import CopyStatus
from storage.changes.base import Change, Refused, apply
from storage.facts import CopyAnonymised, CopyDecided, CopyNotAnonymous, Decision, FoundCopy, ScanRead
from storage.schema import Life, copies, enrolments, findings


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
    if copy.lot is not None:
        raise Refused(f"{copy.id} is in a lot already")
    taken = select(copies.c.id).where(
        copies.c.exam == copy.exam,
        copies.c.anonymous_number == facts.anonymous_number,
        copies.c.id != copy.id,
    )
    if change.connection.execute(taken).first():
        raise Refused("this anonymous number is another copy's")
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
def copy_decided(facts: CopyDecided, change: Change) -> bool:
    copy = change.row(copies, change.subject)
    if copy.life != Life.CURRENT:
        raise Refused(f"{copy.id} is {copy.life}: there is nothing to decide")
    if copy.lot is not None:
        raise Refused(f"{copy.id} is in {copy.lot}: it cannot be decided anew")
    decided: dict[str, Any] = {
        "decision": facts.decision,
        "decided_by": change.event.actor,
        "reason": facts.reason,
    }
    if facts.decision is Decision.SET_ASIDE:
        set_aside(change, copies.c.id == copy.id)
    else:
        candidate = facts.candidate if facts.decision is Decision.ATTRIBUTE else copy.candidate
        if candidate is None:
            raise Refused(f"nobody knows whose {copy.id} is: attribute it")
        _must_be_enrolled(candidate, copy.exam, change)
        whole = facts.decision is Decision.ACCEPT or not copy.missing
        decided["candidate"] = candidate
        decided["status"] = CopyStatus.COMPLETE if whole else CopyStatus.INCOMPLETE
        if facts.decision is Decision.ATTRIBUTE:
            decided["attributed_by"] = ["decision"]
            if candidate != copy.candidate:  # another name must not be found in its PDF
                decided |= {"anonymous_number": None, "anonymous_sha256": None}
        if whole:
            other = _complete_copy(copy.exam, candidate, change)
            if other not in (None, copy.id):
                raise Refused(f"this candidate has a complete copy, {other}: set one of them aside first")
            _supersede(copy.exam, candidate, copy.id, change)
            change.resolve_findings(findings.c.copy == copy.id)
    change.connection.execute(update(copies).where(copies.c.id == copy.id).values(decided))
    return True


def _take(found: FoundCopy, position: int, attempt: int, exam: str, centre: str, change: Change) -> None:
    stated, status = list(found.findings), found.status
    if found.candidate is not None:
        if status is not CopyStatus.TO_DECIDE and _complete_copy(exam, found.candidate, change):
            status = CopyStatus.TO_DECIDE
            if not any(one.code is Code.DUPLICATE_COPY for one in stated):
                stated.append(finding(Code.DUPLICATE_COPY))
        if status is CopyStatus.COMPLETE:
            _supersede(exam, found.candidate, found.id, change)
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


def _supersede(exam: str, candidate: str, by: str, change: Change) -> None:
    """What this candidate's copy takes the place of: copies that were incomplete or waited.

    Of two copies said to be one candidate's, one may be another's, wrongly labelled: they wait for a person.
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
    _end(
        change,
        Life.SUPERSEDED,
        copies.c.exam == exam,
        copies.c.candidate == candidate,
        copies.c.life == Life.CURRENT,
        copies.c.status != CopyStatus.COMPLETE,
        copies.c.id != by,
        ~double,
    )


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
        raise Refused(f"{candidate} is not enrolled for {exam}")
