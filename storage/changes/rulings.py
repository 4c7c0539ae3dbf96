"""What people rule at the desk, in the register: see `storage/rulings.py`."""

from __future__ import annotations

import json

from sqlalchemy import delete, insert, select, update

from processors.deadlines import Deadline
from processors.findings import Code, finding
from processors.scans.readings import CopyStatus
from storage.changes.base import Change, apply
from storage.refusals import Refusal, Refused
from storage.rulings import CopyArranged, CopyProposed, DeadlineExtended, FindingJudged
from storage.schema import copies, events, extensions, findings, proposals, scans, sweeps
from storage.states import Life


@apply.register
def copy_proposed(facts: CopyProposed, change: Change) -> bool:
    copy = change.row(copies, change.subject)
    if copy.life == Life.SUPERSEDED:
        raise Refused(Refusal.SUPERSEDED)
    stated = {"decision": facts.decision, "candidate": facts.candidate, "author": change.event.actor}
    if change.connection.execute(select(proposals).filter_by(copy=copy.id, **stated)).first():
        return False
    change.connection.execute(delete(proposals).where(proposals.c.copy == copy.id))
    change.connection.execute(
        insert(proposals).values(copy=copy.id, seq=change.event.seq, reason=facts.reason, **stated)
    )
    return True


@apply.register
def copy_arranged(facts: CopyArranged, change: Change) -> bool:
    """Its anonymous PDF, if there is one, is made again of these pages."""
    copy = change.row(copies, change.subject)
    if copy.life != Life.CURRENT:
        raise Refused(Refusal.SUPERSEDED if copy.life == Life.SUPERSEDED else Refusal.SET_ASIDE)
    if copy.lot is not None and copy.status == CopyStatus.COMPLETE:
        raise Refused(Refusal.IN_A_LOT)
    pages = [page.model_dump(mode="json") for page in facts.pages]
    if not pages or len({page["page"] for page in pages}) < len(pages):
        raise Refused(Refusal.NO_PAGES)
    if [page["page"] for page in copy.pages] == [page["page"] for page in pages]:
        return False
    change.connection.execute(
        update(copies)
        .where(copies.c.id == copy.id)
        .values(pages=pages, anonymous_number=None, anonymous_sha256=None)
    )
    return True


@apply.register
def finding_judged(facts: FindingJudged, change: Change) -> bool:
    """Only what was seen on a scan; what centre and roster say is found anew whenever one of them changes."""
    this = (findings.c.seq == facts.finding, findings.c.k == facts.k, findings.c.scan.is_not(None))
    found = change.connection.execute(select(findings).where(*this)).first()
    if found is None:
        raise Refused(Refusal.UNKNOWN, f"{facts.finding}.{facts.k}")
    if (found.resolved_by is not None) is facts.settled:
        return False
    if not facts.settled:
        by = change.connection.scalar(select(events.c.line).where(events.c.seq == found.resolved_by))
        if by is None or json.loads(by)["action"] != facts.action:
            raise Refused(Refusal.NOT_JUDGED)
    settled = change.event.seq if facts.settled else None
    change.connection.execute(update(findings).where(*this).values(resolved_by=settled))
    return True


@apply.register
def deadline_extended(facts: DeadlineExtended, change: Change) -> bool:
    """Scans are late, or no longer, by the new instant; the sweep comes again when that has passed."""
    place = {"exam": facts.exam, "centre": facts.centre}
    due = {"until": facts.until, "rule": facts.rule}
    if change.connection.execute(select(extensions).filter_by(**place, **due)).first():
        return False
    change.connection.execute(delete(extensions).filter_by(**place))
    change.connection.execute(
        insert(extensions).values(**place, **due, reason=facts.reason, author=change.event.actor)
    )
    deadline = Deadline(facts.until, facts.rule)
    if deadline.met(change.event.at):
        change.connection.execute(delete(sweeps).filter_by(**place))
    late = select(findings.c.scan).where(findings.c.code == Code.LATE, findings.c.resolved_by.is_(None))
    known = set(change.connection.scalars(late))
    for scan in change.connection.execute(
        select(scans).filter_by(**place).where(scans.c.read_attempt.is_not(None)).order_by(scans.c.id)
    ):
        in_time = deadline.met(scan.deposited_at)
        if in_time and scan.id in known:
            change.resolve_findings(findings.c.scan == scan.id, findings.c.code == Code.LATE)
        elif not in_time and scan.id not in known:
            change.state_findings([finding(Code.LATE, what=str(deadline))], scan=scan.id, **place)
    return True
