"""Dropped files: arrived, claimed, stored, read, processed, or set aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Connection, Select, Update, bindparam, func, or_, select, update

from processors.circular.deadlines import Times
from processors.findings import Finding
from storage.bucket.keys import arrival
from storage.bucket.objects import ObjectInfo
from storage.database.register import Register
from storage.database.schema import copies, findings, scans
from storage.database.tables import matching
from storage.decided.copies import TO_ANONYMISE
from storage.decided.findings import resolve_findings, state_findings
from storage.decided.versions import end_copies
from storage.events import Change, Facts
from storage.ids import in_parts, new_id
from storage.refusals import Refusal, Refused
from storage.states import Life, ScanState

UNFINISHED = (ScanState.ARRIVED, ScanState.PROCESSING)
_LIVE = (*UNFINISHED, ScanState.PROCESSED)
_TAKEN_UP = (ScanState.QUARANTINED, ScanState.WITHDRAWN)  # when the same is dropped again


class ScanArrived(Facts):
    """Its inbox key is in the vault, under `arrivals/<scan>.json`: file names may hold a name.

    `deposited_at`: when it was there, whole; `begun_at`: where that is known. `counted_at`: which of them
    deadlines are judged by; None for the first.
    """

    action = "scan.arrived"
    french = "fichier arrivé"
    exam: str | None
    centre: str | None
    etag: str
    size: int
    deposited_at: AwareDatetime
    begun_at: AwareDatetime | None = None
    counted_at: AwareDatetime | None = None

    def apply(self, change: Change) -> bool:
        key = json.loads(change.vault.get(arrival(change.subject)))["key"]
        drop = {"scan": change.subject, "key": key, "tag": self.etag}
        if change.connection.execute(_KNOWN, drop).first():
            return False
        place = {"exam_": self.exam, "centre_": self.centre}
        last = _last_of(self.exam is not None, self.centre is not None)
        so_far = change.connection.execute(last, place).scalar()
        arrived = {
            "id": change.subject,
            "exam": self.exam,
            "centre": self.centre,
            "n": (so_far or 0) + 1,
            "inbox_key": key,
            "etag": self.etag,
            "size": self.size,
            "begun_at": self.begun_at,
            "deposited_at": self.deposited_at,
            "counted_at": self.counted_at,
            "state": ScanState.ARRIVED,
            "attempt": 0,
        }
        change.add(scans, arrived)
        return True


_KNOWN = select(scans.c.id).where(
    or_(
        scans.c.id == bindparam("scan"),
        (scans.c.inbox_key == bindparam("key")) & (scans.c.etag == bindparam("tag")),
    )
)


class ScanClaimed(Facts):
    """`attempt`: one more than the scan has had. One claim wins."""

    action = "scan.claimed"
    french = "lecture commencée"
    attempt: int

    def apply(self, change: Change) -> bool:
        claimed = {"attempt": self.attempt, "claimed_at": change.event.at}
        return _move(change, _CLAIM, before=self.attempt - 1, **claimed)


class ScanReleased(Facts):
    """The attempt has died; the scan waits again. `reason`: what the machine saw, without personal data."""

    action = "scan.released"
    french = "lecture interrompue, à reprendre"
    attempt: int
    reason: str

    def apply(self, change: Change) -> bool:
        held = (scans.c.state == ScanState.PROCESSING, scans.c.attempt == self.attempt)
        return _move(change, _moving(ScanState.ARRIVED, *held), claimed_at=None)


class ScanReopened(Facts):
    """Done or gone, it waits again: a person decided of one of its copies, or it was dropped once more.

    `deposited_at`: of the new drop, which begins afresh. `counts_as_before`: but by when it first came.
    """

    action = "scan.reopened"
    french = "fichier repris"
    deposited_at: AwareDatetime | None = None
    counts_as_before: bool = False

    def apply(self, change: Change) -> bool:
        if self.deposited_at is None:
            return _move(change, _moving(ScanState.ARRIVED, scans.c.state == ScanState.PROCESSED))
        older = (scans.c.state.in_(_TAKEN_UP), scans.c.deposited_at < self.deposited_at)
        anew: dict[str, Any] = dict.fromkeys(("sha256", "read_attempt", "reading"))
        anew["deposited_at"] = self.deposited_at
        if self.counts_as_before:
            anew["counted_at"] = func.coalesce(scans.c.counted_at, scans.c.deposited_at)
        if not _move(change, _moving(ScanState.ARRIVED, *older, **anew)):
            return False
        resolve_findings(change, findings.c.scan == change.subject)
        return True


class ScanStored(Facts):
    """Its bytes are in the vault, under this hash, and are no other live scan's of this exam and centre.

    `counts_as`: a scan of the same bytes that was set aside, by whose time deadlines are judged.
    """

    action = "scan.stored"
    french = "fichier mis à l’abri"
    sha256: str
    counts_as: str | None = None

    def apply(self, change: Change) -> bool:
        scan = change.row(scans, change.subject)
        of_place = {"sha256_": self.sha256, "exam_": scan.exam, "centre_": scan.centre}
        known = _with_bytes(scan.exam is not None, scan.centre is not None)
        if change.connection.execute(known, of_place).first():  # itself, when this is a repetition
            return False
        if scan.state != ScanState.PROCESSING:
            raise Refused(Refusal.NOT_PROCESSING)
        change.set(scans, scan.id, sha256=self.sha256)
        if self.counts_as is not None:
            first = change.row(scans, self.counts_as)
            change.set(scans, scan.id, counted_at=first.counted_at or first.deposited_at)
        return True


class ScanDuplicate(Facts):
    action = "scan.duplicate"
    french = "fichier déjà reçu"
    sha256: str
    of: str

    def apply(self, change: Change) -> bool:
        change.row(scans, self.of)
        other = (scans.c.id != self.of, scans.c.state.in_(UNFINISHED))
        said = {"sha256": self.sha256, "duplicate_of": self.of}
        return _move(change, _moving(ScanState.DUPLICATE, *other), **said)


class ScanQuarantined(Facts):
    action = "scan.quarantined"
    french = "fichier écarté"
    sha256: str | None
    findings: tuple[Finding, ...]

    def apply(self, change: Change) -> bool:
        scan = change.row(scans, change.subject)
        aside = _moving(ScanState.QUARANTINED, scans.c.state.in_(UNFINISHED))
        if not _move(change, aside, sha256=self.sha256 or scan.sha256):
            return False
        in_no_lot = (copies.c.life == Life.CURRENT, copies.c.scan == scan.id, copies.c.lot.is_(None))
        end_copies(change, Life.SET_ASIDE, *in_no_lot)
        state_findings(change, self.findings, scan=scan.id, exam=scan.exam, centre=scan.centre)
        return True


class ScanProcessed(Facts):
    """Nothing is left to do with this file; its receipt is written."""

    action = "scan.processed"
    french = "fichier traité, récépissé écrit"

    def apply(self, change: Change) -> bool:
        return _move(change, _END)


@dataclass(frozen=True)
class ScanRow:
    """`inbox_key` may hold personal data. `deposited_at`: when it was there, whole. `n`: its rank there."""

    id: str
    exam: str | None
    centre: str | None
    n: int
    inbox_key: str
    etag: str
    size: int
    begun_at: datetime | None
    deposited_at: datetime
    counted_at: datetime | None
    state: ScanState
    attempt: int
    claimed_at: datetime | None
    sha256: str | None
    duplicate_of: str | None
    read_attempt: int | None
    reading: str | None
    paper: str | None

    @property
    def due_at(self) -> datetime:
        """What its deadline is judged by."""
        return self.counted_at or self.deposited_at


def arrive(
    register: Register,
    dropped: ObjectInfo,
    exam: str | None,
    centre: str | None,
    *,
    times: Times | None = None,
    actor: str,
    at: datetime,
) -> str | None:
    """Takes note of a dropped file. Its new scan id, or None when this very drop is known already.

    `exam` and `centre` are those of the session, None when the key names none: keys may hold anything.
    `times`: where more is known than that the store has it since its date.
    """
    with register.reading() as connection:
        if scan_of_drop(connection, dropped.key, dropped.etag):
            return None
    times = times or Times(dropped.last_modified)
    scan = new_id("scan")
    register.keep(arrival(scan), {"key": dropped.key})
    facts = ScanArrived(
        exam=exam,
        centre=centre,
        etag=dropped.etag,
        size=dropped.size,
        deposited_at=times.ended_at,
        begun_at=times.begun_at,
        counted_at=times.counted_at,
    )
    return scan if register.record(facts, scan, actor=actor, at=at) else None


def scan_by_id(connection: Connection, id_: str) -> ScanRow | None:
    return next(iter(_scans(connection, scans.c.id == id_)), None)


def scans_in(connection: Connection, ids: Iterable[str]) -> list[ScanRow]:
    return [row for part in in_parts(ids) for row in _scans(connection, scans.c.id.in_(part))]


def all_scans(connection: Connection, exam: str | None = None, centre: str | None = None) -> list[ScanRow]:
    return _scans(connection, *matching(scans, exam=exam, centre=centre))


def deposits(connection: Connection) -> dict[str, datetime]:
    """By scan, when it was there, whole."""
    return {row.id: row.deposited_at for row in connection.execute(select(scans.c.id, scans.c.deposited_at))}


def is_reading(connection: Connection, exam: str, centre: str) -> bool:
    """Whether a file of theirs waits to be read, or is being read."""
    unread = (scans.c.exam == exam, scans.c.centre == centre, scans.c.state.in_(UNFINISHED))
    return connection.execute(select(scans.c.id).where(*unread).limit(1)).first() is not None


def scans_named(connection: Connection, text: str) -> list[ScanRow]:
    """Those in whose path in the inbox this stands."""
    return _scans(connection, scans.c.inbox_key.icontains(text, autoescape=True))


def scans_of_content(connection: Connection, of: ScanRow) -> list[ScanRow]:
    """That scan, the one that it is a duplicate of, and all other duplicates of it."""
    first = of.duplicate_of or of.id
    return _scans(connection, (scans.c.id == first) | (scans.c.duplicate_of == first))


def latest_drop(connection: Connection, inbox_key: str) -> str | None:
    """The id of the scan that came last under this key."""
    query = select(scans.c.id).where(scans.c.inbox_key == inbox_key)
    return connection.scalar(query.order_by(scans.c.deposited_at.desc(), scans.c.n.desc()).limit(1))


def scan_of_drop(connection: Connection, inbox_key: str, etag: str) -> ScanRow | None:
    """The scan of this very drop."""
    return next(iter(_scans(connection, scans.c.inbox_key == inbox_key, scans.c.etag == etag)), None)


def scans_with_copies_to_anonymise(connection: Connection) -> list[ScanRow]:
    """Scans that are done, with a copy that may be made anonymous since."""
    made = connection.scalars(select(copies.c.scan).where(*TO_ANONYMISE)).all()
    found = [row for part in in_parts(made) for row in _scans(connection, scans.c.id.in_(part))]
    return [row for row in found if row.state is ScanState.PROCESSED]


def arrivals_to_process(connection: Connection) -> list[ScanRow]:
    """Scans that nobody has claimed, oldest first."""
    return _scans(connection, scans.c.state == ScanState.ARRIVED)


def stale_claims(connection: Connection, claimed_before: datetime) -> list[ScanRow]:
    """Scans said to be processed since before this instant."""
    return _scans(connection, scans.c.state == ScanState.PROCESSING, scans.c.claimed_at < claimed_before)


def set_aside_before(connection: Connection, scan: ScanRow, sha256: str) -> ScanRow | None:
    """The first scan of the same exam and centre with the same bytes that was set aside."""
    of_place = (scans.c.exam == scan.exam, scans.c.centre == scan.centre)
    same = (scans.c.sha256 == sha256, scans.c.state == ScanState.QUARANTINED, scans.c.id != scan.id)
    return min(_scans(connection, *of_place, *same), key=lambda scan: scan.due_at, default=None)


def twin_of(connection: Connection, scan: ScanRow, sha256: str) -> ScanRow | None:
    """Another live scan of the same exam and centre with the same bytes."""
    of_place = {"sha256_": sha256, "exam_": scan.exam, "centre_": scan.centre}
    found = connection.scalars(_with_bytes(scan.exam is not None, scan.centre is not None), of_place)
    return next((scan_by_id(connection, id_) for id_ in found if id_ != scan.id), None)


def _moving(to: ScanState, *conditions: ColumnElement[bool], **values: Any) -> Update:
    """Of the scan `scan_`, if it meets the conditions: to this state."""
    return update(scans).where(scans.c.id == bindparam("scan_"), *conditions).values(state=to, **values)


_CLAIM = _moving(
    ScanState.PROCESSING, scans.c.state == ScanState.ARRIVED, scans.c.attempt == bindparam("before")
)
_END = _moving(ScanState.PROCESSED, scans.c.state == ScanState.PROCESSING)


def _move(change: Change, moving: Update, **values: Any) -> bool:
    """Whether the scan met the conditions, and has moved."""
    return change.connection.execute(moving, {"scan_": change.subject, **values}).rowcount == 1


@cache
def _last_of(exam: bool, centre: bool) -> Select[int]:
    """The greatest `n` of `exam_` and `centre_`, where each is said."""
    return select(func.max(scans.c.n)).where(*_of_place(exam, centre))


@cache
def _with_bytes(exam: bool, centre: bool) -> Select[str]:
    """Live scans of the bytes `sha256_`, of that place."""
    same = (scans.c.sha256 == bindparam("sha256_"), scans.c.state.in_(_LIVE))
    return select(scans.c.id).where(*same, *_of_place(exam, centre))


def _of_place(exam: bool, centre: bool) -> Iterator[ColumnElement[bool]]:
    # None becomes IS NULL, which, unlike IS NOT DISTINCT FROM, PostgreSQL looks up in an index
    yield scans.c.exam == (bindparam("exam_") if exam else None)
    yield scans.c.centre == (bindparam("centre_") if centre else None)


def _scans(connection: Connection, *conditions: ColumnElement[bool]) -> list[ScanRow]:
    query = select(scans).where(*conditions).order_by(scans.c.deposited_at, scans.c.n, scans.c.id)
    return [scan_row(row) for row in connection.execute(query)]


def scan_row(row: Sequence[Any]) -> ScanRow:
    """Of the columns of the table, in their order."""
    values = dict(zip(scans.c.keys(), row, strict=True))
    return ScanRow(**{**values, "state": ScanState(values["state"])})
