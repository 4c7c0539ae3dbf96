"""Findings: what is wrong with a scan, a copy or a centre's roster, until it is settled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Update, bindparam, func, select, tuple_, update

from processors.findings import Code, Evidence, Finding, Severity
from processors.scans.readings import CopyStatus
from storage.database.schema import copies, events, findings
from storage.database.tables import matching, rows_of
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused
from storage.states import Life


class CandidateFinding(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    candidate: str | None
    finding: Finding


class ReconciliationMade(Facts):
    """Replaces what was found of this exam and centre. Subject: `exam/centre`."""

    action = "reconciliation.made"
    french = "rapprochement"
    exam: str
    centre: str
    findings: tuple[CandidateFinding, ...]

    def apply(self, change: Change) -> bool:
        of_centre = (
            findings.c.exam == self.exam,
            findings.c.centre == self.centre,
            findings.c.scan.is_(None),
            findings.c.resolved_by.is_(None),
        )
        known = [(row.candidate, *_said(row)) for row in _findings(change.connection, *of_centre)]
        if known == [(one.candidate, *_said(one.finding)) for one in self.findings]:
            return False
        resolve_findings(change, *of_centre)
        place = {"exam": self.exam, "centre": self.centre}
        state_each(change, [(one.finding, {**place, "candidate": one.candidate}) for one in self.findings])
        return True


class FindingJudged(Facts):
    """The `k`-th finding of event `finding`: nothing is left to do about it, or there is after all.

    Only what was seen on a scan is judged; what centre and roster say is found anew whenever one of them
    changes. Subject: the copy or the scan that it is about.
    """

    action = "finding.judged"
    french = "constat réglé, ou rouvert"
    finding: int
    k: int
    settled: bool
    reason: str

    def apply(self, change: Change) -> bool:
        this = (findings.c.seq == self.finding, findings.c.k == self.k, findings.c.scan.is_not(None))
        found = change.connection.execute(select(findings).where(*this)).first()
        if found is None:
            raise Refused(Refusal.UNKNOWN, f"{self.finding}.{self.k}")
        if (found.resolved_by is not None) is self.settled:
            return False
        if not self.settled:
            by = change.connection.scalar(select(events.c.line).where(events.c.seq == found.resolved_by))
            if by is None or json.loads(by)["action"] != self.action:
                raise Refused(Refusal.NOT_JUDGED)
        settled = change.event.seq if self.settled else None
        change.connection.execute(update(findings).where(*this).values(resolved_by=settled))
        return True


@dataclass(frozen=True)
class FindingRow:
    """The k-th finding of event `seq`; `resolved_by`: the seq of the event that settled it."""

    seq: int
    k: int
    exam: str | None
    centre: str | None
    scan: str | None
    copy: str | None
    candidate: str | None
    code: Code
    severity: Severity
    message: str
    pages: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    resolved_by: int | None


def state_findings(change: Change, stated: Iterable[Finding], **about: str | None) -> None:
    """Notes findings; `about`: exam, centre, scan, copy, candidate."""
    state_each(change, [(found, about) for found in stated])


def state_each(change: Change, stated: Sequence[tuple[Finding, dict[str, str | None]]]) -> None:
    """Notes findings of several things, each with what it is about."""
    if not stated:
        return
    seq = change.event.seq
    first = change.connection.execute(_STATED_BY, {"event": seq}).scalar_one()
    rows = [{"seq": seq, "k": first + k, **asdict(found), **about} for k, (found, about) in enumerate(stated)]
    change.add(findings, *rows)


_STATED_BY = select(func.count()).select_from(findings).where(findings.c.seq == bindparam("event"))


def resolve_findings(change: Change, *conditions: Any) -> None:
    """Marks as settled, by this event, what is still open and meets the conditions."""
    change.connection.execute(settling(*conditions), {"event": change.event.seq})


def settling(*conditions: Any) -> Update:
    """By the parameter `event`: a statement, for who settles often what meets these conditions."""
    still_open = update(findings).where(findings.c.resolved_by.is_(None), *conditions)
    return still_open.values(resolved_by=bindparam("event"))


def findings_of_copies(connection: Connection, ids: Sequence[str]) -> list[FindingRow]:
    """What is open of these copies; that the candidate is marked absent, too."""
    return _of_copies(connection, findings.c.copy.in_(ids)) + _absences(connection, copies.c.id.in_(ids))


def findings_of_place(connection: Connection, exam: str, centre: str) -> list[FindingRow]:
    """The same of all copies of an épreuve that a centre scanned."""
    of_place = (copies.c.exam == exam, copies.c.centre == centre)
    theirs = select(copies.c.id).where(*of_place, copies.c.life == Life.CURRENT)
    return _of_copies(connection, findings.c.copy.in_(theirs)) + _absences(connection, *of_place)


def _of_copies(connection: Connection, *conditions: ColumnElement[bool]) -> list[FindingRow]:
    return _findings(connection, *conditions, findings.c.resolved_by.is_(None))


def _absences(connection: Connection, *conditions: ColumnElement[bool]) -> list[FindingRow]:
    """That a candidate is marked absent, stated of the candidate's complete copy among these."""
    whose = (copies.c.exam == findings.c.exam) & (copies.c.candidate == findings.c.candidate)
    absent = (
        select(findings.c.seq, findings.c.k, copies.c.id, copies.c.scan)
        .join(copies, whose)
        .where(*conditions, copies.c.life == Life.CURRENT, copies.c.status == CopyStatus.COMPLETE)
        .where(findings.c.code == Code.COPY_OF_ABSENT, findings.c.resolved_by.is_(None))
    )
    told = connection.execute(absent).all()
    places = tuple_(findings.c.seq, findings.c.k).in_([(row.seq, row.k) for row in told])
    rows = {(row.seq, row.k): row for row in _findings(connection, places)} if told else {}
    return [replace(rows[row.seq, row.k], copy=row.id, scan=row.scan) for row in told]


def findings_whenever_of(
    connection: Connection, *, candidate: str | None = None, copy: str | None = None
) -> list[FindingRow]:
    """All that was ever found of a candidate, or of a copy, settled or not."""
    return _findings(connection, *matching(findings, candidate=candidate, copy=copy))


def findings_of_scan(connection: Connection, scan_id: str) -> list[FindingRow]:
    """All that was found of a scan and its copies; `copy` is None for what concerns the whole."""
    return _findings(connection, findings.c.scan == scan_id)


def findings_of_files(connection: Connection, ids: Sequence[str]) -> list[FindingRow]:
    """What is open of these scans as wholes."""
    of_whole = (findings.c.scan.in_(ids), findings.c.copy.is_(None), findings.c.resolved_by.is_(None))
    return _findings(connection, *of_whole)


def open_findings(
    connection: Connection,
    *,
    exam: str | None = None,
    centre: str | None = None,
    code: Code | None = None,
    limit: int | None = None,
) -> list[FindingRow]:
    """What nobody has settled, in the order in which it was stated; the first of it."""
    wanted = matching(findings, exam=exam, centre=centre, code=code)
    return _findings(connection, findings.c.resolved_by.is_(None), *wanted, limit=limit)


def finding_at(connection: Connection, seq: int, k: int) -> FindingRow | None:
    """The k-th that this event stated."""
    return next(iter(_findings(connection, findings.c.seq == seq, findings.c.k == k)), None)


def count_open_findings(connection: Connection) -> Counter[tuple[str, str, Code, Severity]]:
    """By exam and centre ("" where it is of none), code and severity."""
    kind = (findings.c.exam, findings.c.centre, findings.c.code, findings.c.severity)
    query = select(*kind, func.count()).where(findings.c.resolved_by.is_(None)).group_by(*kind)
    return Counter(
        {
            (row.exam or "", row.centre or "", Code(row.code), Severity(row.severity)): row[-1]
            for row in connection.execute(query)
        }
    )


def _said(found: Finding | FindingRow) -> tuple[Any, ...]:
    return found.code, found.severity, found.message, found.pages, found.evidence


def _findings(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[FindingRow]:
    query = select(findings).where(*conditions).order_by(findings.c.seq, findings.c.k).limit(limit)
    return rows_of(connection, query, FindingRow)
