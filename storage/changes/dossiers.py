"""A candidate's dossier in the register: deposited, dated, read, absent, decided."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from processors.dossiers.findings import GROUNDS, Verdict, absent
from processors.dossiers.persons import Owner
from processors.people import read_deposit_times
from storage.changes.base import Change, apply
from storage.facts import (
    DossierAbsent,
    DossierDecided,
    DossierDeposited,
    DossierRead,
    DossiersDated,
    DossiersNotified,
    Pronounced,
)
from storage.refusals import Refusal, Refused
from storage.schema import candidates, dossier_decisions, dossier_files, dossier_times, dossiers


@apply.register
def deposited(facts: DossierDeposited, change: Change) -> bool:
    arrival = json.loads(change.vault.get(facts.arrival))
    known = select(dossier_files.c.n).where(
        dossier_files.c.inbox_key == arrival["key"],
        dossier_files.c.etag == facts.etag,
        dossier_files.c.deposited_at == facts.deposited_at,
    )
    if change.connection.execute(known).first():
        return False
    _make(change, facts.exam, facts.candidate)
    so_far = select(func.count()).where(dossier_files.c.dossier == change.subject)
    change.connection.execute(
        insert(dossier_files).values(
            dossier=change.subject,
            n=change.connection.execute(so_far).scalar_one() + 1,
            name=arrival["name"],
            inbox_key=arrival["key"],
            etag=facts.etag,
            sha256=facts.sha256,
            size=facts.size,
            deposited_at=facts.deposited_at,
        )
    )
    return True


@apply.register
def dated(facts: DossiersDated, change: Change) -> bool:
    """Replaces what is known of these files' times; their dossiers are read again."""
    exam = change.subject
    lines = read_deposit_times(change.vault.get(facts.file)).rows
    ids = {
        row.number: row.id for row in change.connection.execute(select(candidates.c.number, candidates.c.id))
    }
    touched = set()
    for line in lines:
        candidate = ids.get(line.number)
        if candidate is None:
            continue
        here = (
            (dossier_times.c.exam == exam)
            & (dossier_times.c.candidate == candidate)
            & (dossier_times.c.name == line.file)
        )
        change.connection.execute(delete(dossier_times).where(here))
        row = {"exam": exam, "candidate": candidate, "name": line.file, "deposited_at": line.deposited_at}
        change.connection.execute(insert(dossier_times).values(row))
        touched.add(candidate)
    again = update(dossiers).where(dossiers.c.exam == exam, dossiers.c.candidate.in_(touched))
    change.connection.execute(again.values(read_files=None))
    return True


@apply.register
def dossier_read(facts: DossierRead, change: Change) -> bool:
    row = change.row(dossiers, change.subject)
    if row.reading == facts.reading:
        return False
    _state(change, facts.verdict, [found.model_dump(mode="json") for found in facts.findings])
    values = {
        "read_files": facts.files,
        "reading": facts.reading,
        "companies": _companies(json.loads(change.vault.get(facts.reading))),
    }
    change.connection.execute(update(dossiers).where(dossiers.c.id == change.subject).values(values))
    return True


@apply.register
def dossier_absent(facts: DossierAbsent, change: Change) -> bool:
    if not _make(change, facts.exam, facts.candidate):
        return False
    said = [{"code": found.code.value, "severity": found.severity.value} for found in absent()]
    _state(change, Verdict.PROPOSED_NON_CONFORM, said)
    return True


@apply.register
def dossiers_notified(facts: DossiersNotified, change: Change) -> bool:
    """Kept by the log alone."""
    return True


@apply.register
def dossier_decided(facts: DossierDecided, change: Change) -> bool:
    change.row(dossiers, change.subject)
    if set(facts.grounds) - GROUNDS or (facts.decision is Pronounced.NON_CONFORM) != bool(facts.grounds):
        raise Refused(Refusal.BAD_GROUNDS, ", ".join(sorted(GROUNDS)))
    change.connection.execute(
        insert(dossier_decisions).values(
            seq=change.event.seq,
            dossier=change.subject,
            decision=facts.decision,
            grounds=list(facts.grounds),
            reason=facts.reason,
            author=change.event.actor,
            decided_at=change.event.at,
        )
    )
    return True


def _make(change: Change, exam: str, candidate: str) -> bool:
    """Whether the dossier was not there yet. Raises Refused when the candidate has another one."""
    query = select(dossiers.c.id).where(dossiers.c.exam == exam, dossiers.c.candidate == candidate)
    known = change.connection.execute(query).scalar()
    if known is not None:
        if known != change.subject:
            raise Refused(Refusal.OTHER_DOSSIER)
        return False
    row = {"id": change.subject, "exam": exam, "candidate": candidate, "findings": [], "companies": []}
    change.connection.execute(insert(dossiers).values(row))
    return True


def _companies(reading: dict[str, Any]) -> list[str]:
    """Where the candidate was a trainee or works: by every piece but another person's."""
    said = (piece["facts"] for piece in reading["pieces"])
    return sorted({facts["company"] for facts in said if facts["company"] and facts["owner"] != Owner.OTHER})


def _state(change: Change, verdict: Verdict, findings: list[dict[str, str]]) -> None:
    values = {"verdict": verdict.value, "findings": findings}
    change.connection.execute(update(dossiers).where(dossiers.c.id == change.subject).values(values))
