"""What waits for a person: copies to decide of, most urgent first, and what one person has proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select, tuple_

from processors.findings import Code
from processors.scans.readings import CopyStatus
from storage import queries
from storage.facts import Decision
from storage.rows import CopyRow
from storage.schema import copies, findings, proposals, scans
from storage.states import Life

_OF_ABSENT = select(findings.c.exam, findings.c.candidate).where(
    findings.c.code == Code.COPY_OF_ABSENT, findings.c.resolved_by.is_(None)
)
_WAITS = (
    copies.c.life == Life.CURRENT,
    (copies.c.status == CopyStatus.TO_DECIDE)
    | (
        (copies.c.status == CopyStatus.COMPLETE)
        & copies.c.lot.is_(None)
        & copies.c.decision.is_(None)
        & tuple_(copies.c.exam, copies.c.candidate).in_(_OF_ABSENT)
    ),
)


@dataclass(frozen=True)
class Proposal:
    """`author`: the account that proposes; `reason`: the key in the vault of why."""

    copy: str
    seq: int
    decision: Decision
    candidate: str | None
    reason: str
    author: str


def count(connection: Connection) -> int:
    """How many copies wait for a person."""
    return connection.execute(select(func.count()).select_from(copies).where(*_WAITS)).scalar_one()


def copies_to_decide(
    connection: Connection, exams: Sequence[str], limit: int, offset: int = 0
) -> list[CopyRow]:
    """Those that a corrector waits for, then by épreuve in this order, then as their scans came."""
    urgency = case({exam: rank for rank, exam in enumerate(exams)}, value=copies.c.exam, else_=len(exams))
    ids = (
        select(copies.c.id)
        .join(scans, scans.c.id == copies.c.scan)
        .where(*_WAITS)
        .order_by(copies.c.lot.is_(None), urgency, scans.c.deposited_at, copies.c.scan, copies.c.position)
        .limit(limit)
        .offset(offset)
    )
    return queries.copies_in(connection, list(connection.scalars(ids)))


def proposal(connection: Connection, copy: str) -> Proposal | None:
    """What somebody proposes of this copy, as long as nobody has confirmed it or decided otherwise."""
    return next(iter(_proposals(connection, [copy])), None)


def proposals_of(connection: Connection, ids: Sequence[str]) -> dict[str, Proposal]:
    """By copy."""
    return {one.copy: one for one in _proposals(connection, ids)}


def _proposals(connection: Connection, ids: Sequence[str]) -> list[Proposal]:
    rows = connection.execute(select(proposals).where(proposals.c.copy.in_(ids)))
    return [Proposal(**{**row._mapping, "decision": Decision(row.decision)}) for row in rows]
