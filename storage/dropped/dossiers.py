"""Candidates' dossiers: what was read of each, and what the commission pronounced."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, func, or_, select

from processors.dossiers.findings import FRENCH_GROUND, GROUNDS, Code, Verdict, absent
from processors.dossiers.persons import Owner
from processors.findings import Severity
from storage.bucket.keys import kept_reading
from storage.database.register import Register
from storage.database.schema import candidates, dossier_decisions, dossier_files, dossiers, enrolments
from storage.database.tables import matching
from storage.events import Change, Event, Facts
from storage.refusals import Refusal, Refused
from storage.states import Pronounced


class StatedOfDossier(BaseModel):
    """What was found, without its evidence, which may name somebody."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: Code
    severity: Severity


class DossierRead(Facts):
    """`files`: how many the dossier had then; `reading`: the key in the vault of all that was read."""

    action = "dossier.read"
    french = "dossier lu"
    files: int
    reading: str
    verdict: Verdict
    findings: tuple[StatedOfDossier, ...]

    def apply(self, change: Change) -> bool:
        if change.row(dossiers, change.subject).reading == self.reading:
            return False
        change.set(
            dossiers,
            change.subject,
            verdict=self.verdict.value,
            findings=[found.model_dump(mode="json") for found in self.findings],
            read_files=self.files,
            reading=self.reading,
            companies=_companies(json.loads(change.vault.get(self.reading))),
        )
        return True


class DossierAbsent(Facts):
    """At the deadline, nothing had been deposited. Once for each candidate and épreuve."""

    action = "dossier.absent"
    french = "dossier absent à l’échéance"
    exam: str
    candidate: str

    def apply(self, change: Change) -> bool:
        if not begin_dossier(change, self.exam, self.candidate):
            return False
        said = [{"code": found.code.value, "severity": found.severity.value} for found in absent()]
        change.set(dossiers, change.subject, verdict=Verdict.PROPOSED_NON_CONFORM.value, findings=said)
        return True


class DossiersNotified(Facts):
    """These candidates (ids) were told what they can still mend. Subject: the épreuve and the centre."""

    action = "dossiers.notified"
    french = "candidats prévenus"
    candidates: tuple[str, ...]


class DossierDecided(Facts):
    """`reason`: the key in the vault of who pronounced and why. The last decision counts, all are kept."""

    action = "dossier.decided"
    french = "décision de la commission"
    decision: Pronounced
    grounds: tuple[Code, ...]
    reason: str

    def apply(self, change: Change) -> bool:
        change.row(dossiers, change.subject)
        if set(self.grounds) - GROUNDS or (self.decision is Pronounced.NON_CONFORM) != bool(self.grounds):
            raise Refused(Refusal.BAD_GROUNDS)
        by = {"seq": change.event.seq, "author": change.event.actor, "decided_at": change.event.at}
        change.add(dossier_decisions, {"dossier": change.subject, **self.model_dump(), **by})
        return True


@dataclass(frozen=True)
class DecisionRow:
    decision: Pronounced
    grounds: tuple[Code, ...]
    reason: str
    author: str
    at: datetime

    @property
    def said(self) -> str:
        """In French, with its grounds."""
        grounds = ", ".join(FRENCH_GROUND[ground] for ground in self.grounds)
        return FRENCH_PRONOUNCED[self.decision] + (f" ({grounds})" if grounds else "")


FRENCH_PRONOUNCED: dict[str, str] = {Pronounced.CONFORM: "conforme", Pronounced.NON_CONFORM: "non conforme"}


@dataclass(frozen=True)
class DossierRow:
    """`findings`: codes and severities; `decisions` from the first to the last, which counts."""

    id: str
    exam: str
    candidate: str
    centre: str | None
    read_files: int | None
    reading: str | None
    verdict: Verdict | None
    findings: tuple[StatedOfDossier, ...]
    decisions: tuple[DecisionRow, ...]


@dataclass(frozen=True)
class DossierCounts:
    """Candidates of an épreuve, and their dossiers by what is proposed."""

    exam: str
    expected: int
    deposited: int
    conform: int
    proposed_non_conform: int
    to_examine: int
    pronounced: int


def begin_dossier(change: Change, exam: str, candidate: str) -> bool:
    """Whether the dossier was not there yet. Raises Refused when the candidate has another one."""
    known = dossier_of(change.connection, exam, candidate)
    if known is not None:
        if known != change.subject:
            raise Refused(Refusal.OTHER_DOSSIER)
        return False
    row = {"id": change.subject, "exam": exam, "candidate": candidate, "findings": [], "companies": []}
    change.add(dossiers, row)
    return True


def dossier_of(connection: Connection, exam: str, candidate: str) -> str | None:
    """The id of this candidate's dossier."""
    query = select(dossiers.c.id).where(dossiers.c.exam == exam, dossiers.c.candidate == candidate)
    return connection.execute(query).scalar()


def keep_dossier_reading(
    register: Register,
    dossier: str,
    files: int,
    reading: dict[str, Any],
    *,
    still: Callable[[Connection], bool] = lambda _: True,
    actor: str,
    at: datetime,
) -> Event | None:
    """What was read of a dossier: all in the vault, codes alone in the log.

    Nothing, unless it is `still` what its files say: what made it be read again may have come meanwhile.
    """
    key = register.keep(kept_reading(f"{dossier}-{secrets.token_hex(8)}"), reading)
    stated = tuple(
        StatedOfDossier(code=found["code"], severity=found["severity"]) for found in reading["findings"]
    )
    facts = DossierRead(files=files, reading=key, verdict=reading["verdict"], findings=stated)
    with register.transaction() as transaction:
        if not still(transaction.connection):
            return None
        return transaction.record(facts, dossier, actor=actor, at=at)


def dossiers_of(
    connection: Connection, exam: str | None = None, centre: str | None = None, id_: str | None = None
) -> list[DossierRow]:
    """All dossiers, of an épreuve and a centre if these are given, by their ids."""
    query = (
        select(dossiers, enrolments.c.centre)
        .outerjoin(
            enrolments,
            (enrolments.c.candidate == dossiers.c.candidate) & (enrolments.c.exam == dossiers.c.exam),
        )
        .order_by(dossiers.c.id)
    )
    if exam is not None:
        query = query.where(dossiers.c.exam == exam)
    if centre is not None:
        query = query.where(enrolments.c.centre == centre)
    if id_ is not None:
        query = query.where(dossiers.c.id == id_)
    pronounced = select(dossier_decisions).order_by(dossier_decisions.c.seq)
    if id_ is not None:
        pronounced = pronounced.where(dossier_decisions.c.dossier == id_)
    decided: dict[str, list[DecisionRow]] = {}
    for row in connection.execute(pronounced):
        decided.setdefault(row.dossier, []).append(
            DecisionRow(
                Pronounced(row.decision),
                tuple(map(Code, row.grounds)),
                row.reason,
                row.author,
                row.decided_at,
            )
        )
    return [
        DossierRow(
            row.id,
            row.exam,
            row.candidate,
            row.centre,
            row.read_files,
            row.reading,
            Verdict(row.verdict) if row.verdict else None,
            tuple(StatedOfDossier.model_validate(found) for found in row.findings),
            tuple(decided.get(row.id, ())),
        )
        for row in connection.execute(query)
    ]


def dossier_by_id(connection: Connection, id_: str) -> DossierRow | None:
    return next(iter(dossiers_of(connection, id_=id_)), None)


def dossier_counts(connection: Connection, exam: str, centre: str | None = None) -> DossierCounts:
    """Where an épreuve's dossiers stand; in this centre, if one is given."""
    here = matching(enrolments, exam=exam, centre=centre)
    enrolled = select(func.count()).select_from(enrolments).where(*here)
    known = dossiers_of(connection, exam, centre)
    with_files = select(dossier_files.c.dossier).distinct()
    deposited = set(connection.execute(with_files).scalars())
    by_verdict = Counter(row.verdict for row in known)
    return DossierCounts(
        exam=exam,
        expected=connection.execute(enrolled).scalar_one(),
        deposited=sum(row.id in deposited for row in known),
        pronounced=sum(bool(row.decisions) for row in known),
        **{verdict.value: by_verdict[verdict] for verdict in Verdict},
    )


def dossiers_to_read(connection: Connection) -> list[tuple[str, str, int]]:
    """Dossiers with a file that no reading has seen: id, épreuve, and how many files they have."""
    count = func.count(dossier_files.c.n)
    query = (
        select(dossiers.c.id, dossiers.c.exam, count)
        .join(dossier_files)
        .group_by(dossiers.c.id, dossiers.c.exam, dossiers.c.read_files)
        .having(or_(dossiers.c.read_files.is_(None), dossiers.c.read_files != count))
        .order_by(dossiers.c.id)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def companies_of(connection: Connection) -> dict[str, tuple[str, ...]]:
    """By candidate's id, the companies that the dossiers read so far name as theirs."""
    named: dict[str, set[str]] = {}
    for row in connection.execute(select(dossiers.c.candidate, dossiers.c.companies)):
        named.setdefault(row.candidate, set()).update(row.companies)
    return {candidate: tuple(sorted(companies)) for candidate, companies in named.items()}


def without_dossier(connection: Connection, exam: str) -> dict[str, str]:
    """Of the candidates who are enrolled for this épreuve and have no dossier, by id, the school."""
    has = select(dossiers.c.candidate).where(dossiers.c.exam == exam)
    query = (
        select(candidates.c.id, candidates.c.school)
        .join(enrolments)
        .where(enrolments.c.exam == exam, candidates.c.id.not_in(has))
        .order_by(candidates.c.id)
    )
    return dict(connection.execute(query).all())


def _companies(reading: dict[str, Any]) -> list[str]:
    """Where the candidate was a trainee or works: by every piece but another person's."""
    said = (piece["facts"] for piece in reading["pieces"])
    return sorted({facts["company"] for facts in said if facts["company"] and facts["owner"] != Owner.OTHER})
