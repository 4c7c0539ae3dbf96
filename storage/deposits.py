"""Candidates' dossiers: what is deposited, what of it counts, what was read and decided of it.

Names of files may name people: they stay in the register and the vault.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from processors.dossiers.findings import Code, Verdict
from processors.people import DepositTime, read_deposit_times
from processors.session import Exam
from processors.tables import Import
from storage.events import Event
from storage.facts import (
    DossierDeposited,
    DossierRead,
    DossiersDated,
    Pronounced,
    StatedOfDossier,
)
from storage.ids import new_id
from storage.intake import keep_file
from storage.keys import arrival as arrival_key
from storage.keys import kept_reading, stored_file
from storage.objects import ObjectInfo
from storage.register import Register
from storage.rows import DecisionRow, DossierRow
from storage.schema import (
    candidates,
    dossier_decisions,
    dossier_files,
    dossier_times,
    dossiers,
    enrolments,
)


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


@dataclass(frozen=True)
class FileRow:
    """A deposited file; `name`: personal data. `at`: as the deposit space says, else the store."""

    n: int
    name: str
    sha256: str
    size: int
    at: datetime


def deposit(
    register: Register,
    dropped: ObjectInfo,
    data: bytes,
    exam: str,
    candidate: str,
    name: str,
    *,
    actor: str,
    at: datetime,
) -> str | None:
    """Takes a file of a dossier; `candidate`: an id. The dossier's id, None when this very file is known."""
    sha256 = hashlib.sha256(data).hexdigest()
    register.vault.put(stored_file(sha256), data, only_if_absent=True)
    with register.reading() as connection:
        query = select(dossiers.c.id).where(dossiers.c.exam == exam, dossiers.c.candidate == candidate)
        dossier = connection.execute(query).scalar() or new_id("doss")
    arrival = arrival_key(f"{dossier}-{secrets.token_hex(8)}")
    register.vault.put(arrival, json.dumps({"key": dropped.key, "name": name}).encode())
    facts = DossierDeposited(
        exam=exam,
        candidate=candidate,
        arrival=arrival,
        sha256=sha256,
        size=dropped.size,
        etag=dropped.etag,
        deposited_at=dropped.last_modified,
    )
    return dossier if register.record(facts, dossier, actor=actor, at=at) else None


def date_deposits(
    register: Register, data: bytes, exam: str, *, actor: str, at: datetime
) -> Import[DepositTime]:
    """The deposit space's times, taken whole or not at all."""
    read = read_deposit_times(data)
    if not read.problems:
        register.record(DossiersDated(file=keep_file(register, data)), exam, actor=actor, at=at)
    return read


def keep_dossier_reading(
    register: Register,
    dossier: str,
    files: int,
    reading: dict[str, Any],
    *,
    actor: str,
    at: datetime,
) -> Event | None:
    """What was read of a dossier: all in the vault, codes alone in the log."""
    key = kept_reading(f"{dossier}-{secrets.token_hex(8)}")
    register.vault.put(key, json.dumps(reading, ensure_ascii=False).encode())
    stated = tuple(
        StatedOfDossier(code=found["code"], severity=found["severity"]) for found in reading["findings"]
    )
    facts = DossierRead(files=files, reading=key, verdict=reading["verdict"], findings=stated)
    return register.record(facts, dossier, actor=actor, at=at)


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


def dossier(connection: Connection, id_: str) -> DossierRow | None:
    return next(iter(dossiers_of(connection, id_=id_)), None)


def dossier_counts(connection: Connection, exam: str, centre: str | None = None) -> DossierCounts:
    """Where an épreuve's dossiers stand, in all or in one centre."""
    enrolled = select(func.count()).select_from(enrolments).where(enrolments.c.exam == exam)
    if centre is not None:
        enrolled = enrolled.where(enrolments.c.centre == centre)
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


def files_of(connection: Connection, id_: str) -> list[FileRow]:
    """Every file of a dossier in the order of its arrival."""
    query = (
        select(
            dossier_files,
            func.coalesce(dossier_times.c.deposited_at, dossier_files.c.deposited_at).label("at_"),
        )
        .join(dossiers)
        .outerjoin(
            dossier_times,
            (dossier_times.c.exam == dossiers.c.exam)
            & (dossier_times.c.candidate == dossiers.c.candidate)
            & (dossier_times.c.name == dossier_files.c.name),
        )
        .where(dossier_files.c.dossier == id_)
        .order_by(dossier_files.c.n)
    )
    return [FileRow(row.n, row.name, row.sha256, row.size, row.at_) for row in connection.execute(query)]


def in_force(files: Sequence[FileRow], exam: Exam) -> tuple[list[FileRow], list[FileRow]]:
    """The files that count, and those that came too late to: a late file never replaces one that was in time.

    What was begun in time may be completed until the end of the épreuve's `mending`. Where nothing came in
    time, the late files are the dossier, and it is late.
    """
    due, mending = exam.deposit, exam.mending
    timely = [file for file in files if due is None or due.met(file.at)]
    if timely and mending is not None:
        timely = [file for file in files if file in timely or mending.met(file.at)]
    late = [file for file in files if file not in timely]
    counting, aside = (timely, late) if timely else (late, [])
    last = {file.name: file for file in counting}
    return [file for file in counting if last[file.name] is file], aside


def fitting(files: Sequence[FileRow], room: int) -> tuple[list[FileRow], list[FileRow]]:
    """The files that have room, in bytes, together, and those that have not."""
    kept, beyond = [], []
    for file in files:
        if file.size <= room:
            room -= file.size
            kept.append(file)
        else:
            beyond.append(file)
    return kept, beyond


def companies_of(connection: Connection) -> dict[str, tuple[str, ...]]:
    """By candidate's id, the companies that the dossiers read so far name as theirs."""
    named: dict[str, set[str]] = {}
    for row in connection.execute(select(dossiers.c.candidate, dossiers.c.companies)):
        named.setdefault(row.candidate, set()).update(row.companies)
    return {candidate: tuple(sorted(companies)) for candidate, companies in named.items()}


def without_dossier(connection: Connection, exam: str) -> list[str]:
    """Ids of the candidates who are enrolled for this épreuve and have no dossier."""
    has = select(dossiers.c.candidate).where(dossiers.c.exam == exam)
    query = (
        select(candidates.c.id)
        .join(enrolments)
        .where(enrolments.c.exam == exam, candidates.c.id.not_in(has))
        .order_by(candidates.c.id)
    )
    return list(connection.execute(query).scalars())


def enrolled_with_number(connection: Connection, exam: str, number: str) -> str | None:
    """The id of the candidate of this number, if enrolled for this épreuve."""
    query = (
        select(candidates.c.id)
        .join(enrolments)
        .where(enrolments.c.exam == exam, candidates.c.number == number)
    )
    return connection.execute(query).scalar()
