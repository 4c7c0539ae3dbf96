"""A dropped file in the register: arrived, claimed, stored, read, processed, or set aside."""

from __future__ import annotations

import json

from sqlalchemy import func, insert, or_, select, update

from storage.changes.base import Change, apply
from storage.changes.copies import set_aside, take_reading
from storage.facts import (
    ScanArrived,
    ScanClaimed,
    ScanDuplicate,
    ScanProcessed,
    ScanQuarantined,
    ScanRead,
    ScanReleased,
    ScanReopened,
    ScanStored,
)
from storage.keys import arrival
from storage.refusals import Refusal, Refused
from storage.schema import copies, findings, scans
from storage.states import ScanState


@apply.register
def scan_arrived(facts: ScanArrived, change: Change) -> bool:
    key = json.loads(change.vault.get(arrival(change.subject)))["key"]
    known = select(scans.c.id).where(
        or_(scans.c.id == change.subject, (scans.c.inbox_key == key) & (scans.c.etag == facts.etag))
    )
    if change.connection.execute(known).first():
        return False
    so_far = select(func.max(scans.c.n)).where(
        *(column == value for column, value in ((scans.c.exam, facts.exam), (scans.c.centre, facts.centre)))
    )  # None becomes IS NULL, which, unlike IS NOT DISTINCT FROM, PostgreSQL looks up in an index
    change.connection.execute(
        insert(scans).values(
            id=change.subject,
            exam=facts.exam,
            centre=facts.centre,
            n=(change.connection.execute(so_far).scalar() or 0) + 1,
            inbox_key=key,
            etag=facts.etag,
            size=facts.size,
            deposited_at=facts.deposited_at,
            state=ScanState.ARRIVED,
            attempt=0,
        )
    )
    return True


@apply.register
def scan_claimed(facts: ScanClaimed, change: Change) -> bool:
    claim = (
        update(scans)
        .where(
            scans.c.id == change.subject,
            scans.c.state == ScanState.ARRIVED,
            scans.c.attempt == facts.attempt - 1,
        )
        .values(state=ScanState.PROCESSING, attempt=facts.attempt, claimed_at=change.event.at)
    )
    return change.connection.execute(claim).rowcount == 1


@apply.register
def scan_released(facts: ScanReleased, change: Change) -> bool:
    release = (
        update(scans)
        .where(
            scans.c.id == change.subject,
            scans.c.state == ScanState.PROCESSING,
            scans.c.attempt == facts.attempt,
        )
        .values(state=ScanState.ARRIVED, claimed_at=None)
    )
    return change.connection.execute(release).rowcount == 1


@apply.register
def scan_reopened(facts: ScanReopened, change: Change) -> bool:
    here = scans.c.id == change.subject
    if facts.deposited_at is None:
        reopen = (
            update(scans).where(here, scans.c.state == ScanState.PROCESSED).values(state=ScanState.ARRIVED)
        )
        return change.connection.execute(reopen).rowcount == 1
    anew = {"sha256": None, "read_attempt": None, "reading": None, "deposited_at": facts.deposited_at}
    again = (
        update(scans)
        .where(here, scans.c.state == ScanState.QUARANTINED, scans.c.deposited_at < facts.deposited_at)
        .values(state=ScanState.ARRIVED, **anew)
    )
    if change.connection.execute(again).rowcount != 1:
        return False
    change.resolve_findings(findings.c.scan == change.subject)
    return True


@apply.register
def scan_stored(facts: ScanStored, change: Change) -> bool:
    scan = change.row(scans, change.subject)
    twin = select(scans.c.id).where(
        scans.c.sha256 == facts.sha256,
        scans.c.exam == scan.exam,
        scans.c.centre == scan.centre,
        scans.c.state.in_([ScanState.ARRIVED, ScanState.PROCESSING, ScanState.PROCESSED]),
    )
    if change.connection.execute(twin).first():  # itself, when this is a repetition
        return False
    if scan.state != ScanState.PROCESSING:
        raise Refused(Refusal.NOT_PROCESSING)
    change.connection.execute(update(scans).where(scans.c.id == change.subject).values(sha256=facts.sha256))
    return True


@apply.register
def scan_duplicate(facts: ScanDuplicate, change: Change) -> bool:
    change.row(scans, facts.of)
    duplicate = (
        update(scans)
        .where(
            scans.c.id == change.subject,
            scans.c.id != facts.of,
            scans.c.state.in_([ScanState.ARRIVED, ScanState.PROCESSING]),
        )
        .values(state=ScanState.DUPLICATE, sha256=facts.sha256, duplicate_of=facts.of)
    )
    return change.connection.execute(duplicate).rowcount == 1


@apply.register
def scan_quarantined(facts: ScanQuarantined, change: Change) -> bool:
    scan = change.row(scans, change.subject)
    if scan.state not in (ScanState.ARRIVED, ScanState.PROCESSING):
        return False
    set_aside(change, copies.c.scan == scan.id, copies.c.lot.is_(None))
    change.connection.execute(
        update(scans)
        .where(scans.c.id == scan.id)
        .values(state=ScanState.QUARANTINED, sha256=facts.sha256 or scan.sha256)
    )
    change.state_findings(facts.findings, scan=scan.id, exam=scan.exam, centre=scan.centre)
    return True


@apply.register
def scan_read(facts: ScanRead, change: Change) -> bool:
    scan = change.row(scans, change.subject)
    if scan.sha256 != facts.sha256:
        raise Refused(Refusal.OTHER_BYTES)
    if scan.read_attempt == facts.attempt:
        return False
    if scan.state != ScanState.PROCESSING or scan.attempt != facts.attempt:
        raise Refused(Refusal.ATTEMPT_OVER)
    if not take_reading(facts, scan.exam, scan.centre, change):
        return False
    change.resolve_findings(
        findings.c.scan == scan.id, findings.c.copy.is_(None), findings.c.seq < change.event.seq
    )
    change.state_findings(facts.findings, scan=scan.id, exam=scan.exam, centre=scan.centre)
    change.connection.execute(
        update(scans).where(scans.c.id == scan.id).values(read_attempt=facts.attempt, reading=facts.reading)
    )
    return True


@apply.register
def scan_processed(facts: ScanProcessed, change: Change) -> bool:
    processed = (
        update(scans)
        .where(scans.c.id == change.subject, scans.c.state == ScanState.PROCESSING)
        .values(state=ScanState.PROCESSED)
    )
    return change.connection.execute(processed).rowcount == 1
