"""Files deposited of candidates' dossiers: what came when, and which of it counts.

Names of files may name people: they stay in the register and the vault.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime
from sqlalchemy import Connection, func, select, update

from processors.circular.deadlines import Times, local_zone
from processors.circular.numbers import ANY, USUAL, Numbers
from processors.circular.session import Exam
from processors.lists.people import DepositTime, read_deposit_times
from processors.lists.tables import Import
from storage.bucket.keys import arrival as arrival_key
from storage.bucket.objects import ObjectInfo
from storage.database.register import Register
from storage.database.schema import candidates, dossier_files, dossier_times, dossiers
from storage.dropped.dossiers import begin_dossier, dossier_of
from storage.events import Change, Facts
from storage.ids import new_id


class DossierDeposited(Facts):
    """A file of a candidate's dossier; `arrival`: the key in the vault of its name and its inbox key."""

    action = "dossier.deposited"
    french = "pièce déposée"
    exam: str
    candidate: str
    arrival: str
    sha256: str
    size: int
    etag: str
    deposited_at: AwareDatetime

    def apply(self, change: Change) -> bool:
        arrival = json.loads(change.vault.get(self.arrival))
        drop = {"inbox_key": arrival["key"], "etag": self.etag, "deposited_at": self.deposited_at}
        if change.has(dossier_files, **drop):
            return False
        begin_dossier(change, self.exam, self.candidate)
        so_far = select(func.count()).where(dossier_files.c.dossier == change.subject)
        n = change.connection.execute(so_far).scalar_one() + 1
        file = {"name": arrival["name"], "sha256": self.sha256, "size": self.size}
        change.add(dossier_files, {"dossier": change.subject, "n": n, **file, **drop})
        return True


class DossiersDated(Facts):
    """The deposit space's own times, in a manifest that `file` names in the vault. Subject: the épreuve.

    `zone`: of clocks that state none. Replaces what is known of these files' times; their dossiers are read
    again.
    """

    action = "dossiers.dated"
    french = "dates de dépôt reçues"
    file: str
    zone: str = "Europe/Paris"

    def apply(self, change: Change) -> bool:
        exam = change.subject
        lines = read_deposit_times(change.vault.get(self.file), ZoneInfo(self.zone), ANY).rows
        rows = change.connection.execute(select(candidates.c.number, candidates.c.id))
        ids = {row.number: row.id for row in rows}
        touched = set()
        for line in lines:
            candidate = ids.get(line.number)
            if candidate is None:
                continue
            of_file = {"exam": exam, "candidate": candidate, "name": line.file}
            change.remove(dossier_times, **of_file)
            change.add(dossier_times, {**of_file, "deposited_at": line.deposited_at})
            touched.add(candidate)
        again = update(dossiers).where(dossiers.c.exam == exam, dossiers.c.candidate.in_(touched))
        change.connection.execute(again.values(read_files=None))
        return True


@dataclass(frozen=True)
class FileRow:
    """A deposited file; `name`: personal data. `at`: as the deposit space says, else the store."""

    n: int
    name: str
    sha256: str
    size: int
    at: datetime


def note_deposit(
    register: Register,
    dropped: ObjectInfo,
    sha256: str,
    exam: str,
    candidate: str,
    name: str,
    *,
    times: Times | None = None,
    actor: str,
    at: datetime,
) -> str | None:
    """Notes a file of a dossier that is in the vault, under its hash; `candidate`: an id.

    The dossier's id, None when this very file is known. `times`: where more is known than that the store has
    it since its date.
    """
    with register.transaction() as transaction:  # of two at once, both are files of one dossier
        dossier = dossier_of(transaction.connection, exam, candidate) or new_id("doss")
        arrival = register.keep(
            arrival_key(f"{dossier}-{secrets.token_hex(8)}"), {"key": dropped.key, "name": name}
        )
        facts = DossierDeposited(
            exam=exam,
            candidate=candidate,
            arrival=arrival,
            sha256=sha256,
            size=dropped.size,
            etag=dropped.etag,
            deposited_at=times.due_at if times else dropped.last_modified,
        )
        return dossier if transaction.record(facts, dossier, actor=actor, at=at) else None


def date_deposits(
    register: Register, data: bytes, exam: str, numbers: Numbers = USUAL, *, actor: str, at: datetime
) -> Import[DepositTime]:
    """The deposit space's times, taken whole or not at all."""
    read = read_deposit_times(data, local_zone(), numbers)
    if not read.problems:
        register.record(
            DossiersDated(file=register.keep_list(data), zone=local_zone().key), exam, actor=actor, at=at
        )
    return read


def files_of(connection: Connection, id_: str) -> list[FileRow]:
    """Every file of a dossier in the order of its arrival.

    The deposit space's time of a name is that of the bytes that came first under it from then on, whenever
    the same come again; other bytes of that name, which it may not know of yet, have the store's.
    """
    query = (
        select(dossier_files, dossier_times.c.deposited_at.label("said"))
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
    rows = connection.execute(query).all()
    dated: dict[str, str] = {}
    for row in rows:
        if row.said is not None and row.deposited_at >= row.said:
            dated.setdefault(row.name, row.sha256)
    return [
        FileRow(
            row.n,
            row.name,
            row.sha256,
            row.size,
            row.said if row.said and dated.get(row.name, row.sha256) == row.sha256 else row.deposited_at,
        )
        for row in rows
    ]


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
