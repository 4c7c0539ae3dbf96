"""Copies on which two people may have written, as long as somebody lacks whose sheet they could hide."""

from __future__ import annotations

from sqlalchemy import Connection, select

from processors.findings import Code, Severity
from processors.scans.readings import CopyStatus
from storage.database.schema import copies, findings, scans
from storage.decided.decisions import proposal_of
from storage.decided.findings import resolve_findings
from storage.events import Change, Facts
from storage.states import Life


class HandsSettled(Facts):
    """Nobody lacks any more: unless something else holds the copy, it goes on. Subject: the copy.

    Where the candidate has another copy, or somebody has proposed what to do, a person goes on with it.
    """

    action = "hands.settled"
    french = "personne ne manque : écriture admise"

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        theirs = (copies.c.exam == copy.exam, copies.c.candidate == copy.candidate)
        others = select(copies.c.id).where(*theirs, copies.c.life == Life.CURRENT, copies.c.id != copy.id)
        if (
            copy.life != Life.CURRENT
            or copy.candidate is None
            or change.connection.execute(others).first()
            or proposal_of(change.connection, copy.id)
        ):
            return False
        about = {"copy": copy.id, "resolved_by": None}
        if not change.has(findings, **about, code=Code.PERHAPS_TWO_HANDS):
            return False
        doubted = (findings.c.copy == copy.id, findings.c.code == Code.PERHAPS_TWO_HANDS)
        resolve_findings(change, *doubted)
        blocked = change.has(findings, **about, severity=Severity.BLOCKING)
        if copy.status == CopyStatus.TO_DECIDE and not blocked:
            change.set(copies, copy.id, status=CopyStatus.COMPLETE)
        return True


def held_while_some_lack(connection: Connection, exam: str, centre: str) -> dict[str, set[str]]:
    """By copy, who (ids) has one in its file or in one dropped before.

    Whose copy came later may be whose sheet is hidden: asked for, and scanned again.
    """
    held = (
        select(copies.c.id, scans.c.deposited_at)
        .join_from(copies, scans, scans.c.id == copies.c.scan)
        .join(findings, findings.c.copy == copies.c.id)
        .where(copies.c.exam == exam, copies.c.centre == centre, copies.c.life == Life.CURRENT)
        .where(findings.c.code == Code.PERHAPS_TWO_HANDS, findings.c.resolved_by.is_(None))
        .order_by(copies.c.id)
    )
    there = select(copies.c.candidate).join_from(copies, scans, scans.c.id == copies.c.scan)
    there = there.where(copies.c.exam == exam, copies.c.life == Life.CURRENT)
    return {
        row.id: set(connection.scalars(there.where(scans.c.deposited_at <= row.deposited_at)))
        for row in connection.execute(held).all()
    }
