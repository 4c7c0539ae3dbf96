"""What would be destroyed today: each object and each row, what is held, what is not due yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, select

from actions.site import Site
from processors.circular.retention import Held, due_at
from processors.lists.people import read_attendance, read_deposit_times
from storage.bucket.keys import (
    ANONYMOUS,
    ARRIVALS,
    ATTENDANCE,
    DOSSIERS,
    EVIDENCE,
    MARKS,
    PEOPLE,
    QUARANTINE,
    READINGS,
    REASONS,
    RECEIPTS,
    RETURNED,
    RETURNS,
    SCANS,
    folder_of,
)
from storage.bucket.objects import Bucket, ObjectInfo
from storage.database.schema import (
    accounts,
    candidates,
    copies,
    correctors,
    dossier_files,
    dossiers,
    events,
    scans,
    tokens,
    uploads,
)
from storage.dropped.deposits import DossiersDated
from storage.dropped.scans import UNFINISHED
from storage.events import Event, digest
from storage.people.accounts import all_accounts
from storage.people.candidates import AttendanceImported, CandidatesImported
from storage.people.correctors import CorrectorsImported
from storage.people.holds import Hold, all_holds
from storage.people.purged import kept_candidates, kept_correctors, left_of
from storage.people.purges import NAMELESS, Tombstone
from storage.people.tokens import all_tokens
from storage.states import Role

_OF_INBOX = {
    SCANS: Held.COPIES,
    RETURNS: Held.COPIES,
    DOSSIERS: Held.DOSSIERS,
    ATTENDANCE: Held.IDENTITIES,
}
_OF_VAULT = _OF_INBOX | {
    QUARANTINE: Held.COPIES,
    EVIDENCE: Held.COPIES,
    ANONYMOUS: Held.COPIES,
    RETURNED: Held.COPIES,
    MARKS: Held.COPIES,
    REASONS: Held.WORDS,
}


@dataclass(frozen=True, order=True)
class Item:
    """An object with all its versions. `bucket`: `inbox` or `vault`."""

    kind: Held
    bucket: str
    key: str
    etags: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """`rows`: opaque ids, as a tombstone names them. `held`, `not_due`: objects that stay.

    `due`: when each kind may be destroyed, None where the session does not say.
    """

    items: tuple[Item, ...]
    rows: Mapping[str, tuple[str, ...]]
    holds: tuple[Hold, ...]
    held: Counter[Held]
    not_due: Counter[Held]
    due: Mapping[Held, datetime | None]

    @property
    def counts(self) -> Counter[Held]:
        return Counter(item.kind for item in self.items)

    @property
    def empty(self) -> bool:
        return not any((self.items, *self.rows.values()))

    @cached_property
    def listed(self) -> list[list[object]]:
        """The exact list, as it is kept until it is done."""
        return [[item.kind.value, item.bucket, item.key, list(item.etags)] for item in self.items]

    @cached_property
    def stone(self) -> Tombstone:
        return Tombstone(
            **self.rows,
            holds=tuple((hold.candidate, hold.exam) for hold in self.holds),
            counts={kind.value: n for kind, n in sorted(self.counts.items())},
            list_sha256=digest(self.listed),
        )

    @property
    def id(self) -> str:
        return self.stone.id


def plan(site: Site, at: datetime) -> Plan:
    """`at`: by the store's clock, `work.store.time()`."""
    due = {kind: due_at(site.session.retention, site.session.results, kind) for kind in Held}
    over = {kind for kind, when in due.items() if when is not None and when <= at}
    with site.register.reading() as connection:
        held = _Holds(connection, {exam.code for exam in site.session.exams})
        serving = _serving(connection, at)
        rows = _subjects(connection, held, over, serving)
        lists = lists_of(connection)
        numbers = dict(connection.execute(select(candidates.c.id, candidates.c.number)).all())
    purged = {*rows["candidates"], *(id_ for id_, number in numbers.items() if id_ == number)}
    known = {number for id_, number in numbers.items() if id_ not in purged}
    items, stays, early = list[Item](), Counter[Held](), Counter[Held]()
    for name, bucket in buckets_of(site).items():
        for key, infos in _by_key(bucket):
            kind = _kind(name, key)
            if kind is None or key.removeprefix(PEOPLE)[:21] in serving:
                continue
            if kind not in over:
                early[kind] += 1
            elif held.holds(name, key):
                stays[kind] += 1
            elif not _is_left(bucket, key, infos, name) and (
                not key.startswith(PEOPLE) or _names(bucket, key, lists, purged, known)
            ):
                items.append(Item(kind, name, key, tuple(info.etag for info in infos)))
    return Plan(
        items=tuple(sorted(items)),
        rows={name: tuple(sorted(ids)) for name, ids in rows.items()},
        holds=tuple(held.all),
        held=stays,
        not_due=early,
        due=due,
    )


@dataclass(frozen=True)
class KeptList:
    """Lists in the vault that events name. `exam`: of attendance and times; `ids`: of the lines."""

    action: str
    exam: str
    ids: tuple[str, ...]


def lists_of(connection: Connection) -> dict[str, KeptList]:
    """By their keys."""
    kinds = (CandidatesImported, CorrectorsImported, DossiersDated, AttendanceImported)
    found = {}
    for kind in kinds:
        mark = f'%"action":"{kind.action}"%'
        query = select(events.c.line).where(events.c.line.like(mark)).execution_options(yield_per=100)
        for event in map(Event.parse, connection.scalars(query)):
            if event.action == kind.action:
                exam = event.facts.get("exam") or event.subject
                ids = tuple(event.facts.get("ids", ()))
                found[event.facts["file"]] = KeptList(event.action, exam, ids)
    return found


class _Holds:
    """What is held, and what may be: a copy of nobody in an épreuve in which somebody is held."""

    def __init__(self, connection: Connection, exams: set[str]) -> None:
        self.all = all_holds(connection)
        self._pairs = {(hold.candidate, hold.exam) for hold in self.all}
        self.people = {hold.candidate for hold in self.all}
        self.exams = {hold.exam for hold in self.all}
        self._known = exams
        self._ids = set[str]()  # of scans, copies, dossiers, lots, candidates
        self._hashes = set[str]()
        self._numbers = set[tuple[str, str]]()
        self._all_numbers = set[tuple[str, str]]()
        self._read(connection)

    def _read(self, connection: Connection) -> None:
        of_scans = defaultdict(list)
        for copy in connection.execute(select(copies)):
            of_scans[copy.scan].append(copy)
        for scan in connection.execute(select(scans)):
            found = of_scans[scan.id]
            of_held = bool(self.all) and (scan.exam is None or scan.exam in self.exams)
            if scan.state in UNFINISHED or (of_held and not found) or any(map(self._holds_copy, found)):
                self._ids.add(scan.id)
                self._hashes.add(scan.sha256)
                self._ids.update(copy.id for copy in found)
                self._ids.update(copy.lot for copy in found if copy.lot)
                self._numbers.update((copy.exam, copy.anonymous_number) for copy in found)
            self._all_numbers.update((copy.exam, copy.anonymous_number) for copy in found)
        theirs = {
            row.id for row in connection.execute(select(dossiers)) if (row.candidate, row.exam) in self._pairs
        }
        files = select(dossier_files.c.sha256).where(dossier_files.c.dossier.in_(theirs))
        self._hashes.update(connection.scalars(files))
        begun = {row.id for row in connection.execute(select(uploads)) if self.holds_path(row.inbox_key)}
        self._ids |= theirs | begun | self.people

    def _holds_copy(self, copy: Row[Any]) -> bool:
        exam, who = copy.exam, copy.candidate
        return (who, exam) in self._pairs or (who is None and exam in self.exams)

    def holds_id(self, id_: str) -> bool:
        return id_ in self._ids

    def holds_path(self, key: str) -> bool:
        """Of an épreuve in which somebody is held, or of none that is known."""
        named = set(key.split("/")) & self._known
        return bool(named & self.exams) if named else bool(self.all)

    def holds(self, bucket: str, key: str) -> bool:
        if bucket == "inbox":
            return self.holds_path(key)
        folder = folder_of(key)
        name = key.removeprefix(folder)
        if folder == ATTENDANCE:
            return self.holds_path(key)
        stem = name.rpartition("/")[2].partition(".")[0]
        if folder == ANONYMOUS:
            exam = name.partition("/")[0]
            known = (exam, stem) in self._all_numbers
            return (exam, stem) in self._numbers if known else exam in self.exams
        if folder in (SCANS, DOSSIERS, QUARANTINE):
            return stem in self._hashes or (folder == QUARANTINE and bool(self.all))
        if folder in (RETURNED, MARKS):  # of a lot; or marks of a whole épreuve
            of = name.partition("/")[0]
            return self.holds_id(of) or of in self.exams
        id_ = name.partition("/")[0] if folder == EVIDENCE else stem[:21]
        return self.holds_id(id_)


def _serving(connection: Connection, at: datetime) -> set[str]:
    """Accounts of the service that are open, and tokens that are good."""
    people = (one.id for one in all_accounts(connection) if one.role is Role.SERVICE and not one.closed)
    return {*people, *(one.id for one in all_tokens(connection) if one.good(at))}


def _subjects(
    connection: Connection, held: _Holds, over: set[Held], serving: set[str]
) -> dict[str, set[str]]:
    """Of which rows nothing personal is to be left."""
    kinds = ("candidates", "correctors", "accounts", "tokens", "scans", "uploads", "dossiers")
    found: dict[str, set[str]] = {kind: set() for kind in kinds}
    if Held.IDENTITIES in over:
        named = connection.scalars(select(candidates.c.id).where(candidates.c.number != candidates.c.id))
        found["candidates"] = set(named) - held.people
        named = connection.scalars(select(correctors.c.id).where(correctors.c.reference != correctors.c.id))
        found["correctors"] = set(named)
    if Held.ACCOUNTS in over:
        named = connection.scalars(select(accounts.c.id).where(accounts.c.email != accounts.c.id))
        found["accounts"] = set(named) - serving
        named = connection.scalars(select(tokens.c.id).where(tokens.c.label != NAMELESS))
        found["tokens"] = set(named) - serving
    if Held.COPIES in over:
        named = connection.scalars(select(scans.c.id).where(scans.c.inbox_key.not_like("purged/%")))
        found["scans"] = {id_ for id_ in named if not held.holds_id(id_)}
        rows = connection.execute(select(uploads).where(uploads.c.inbox_key.not_like("purged/%")))
        found["uploads"] = {row.id for row in rows if not held.holds_path(row.inbox_key)}
    if Held.DOSSIERS in over:
        named = connection.scalars(
            select(dossier_files.c.dossier).where(dossier_files.c.inbox_key.not_like("purged/%"))
        )
        found["dossiers"] = {id_ for id_ in named if not held.holds_id(id_)}
    return found


def buckets_of(site: Site) -> dict[str, Bucket]:
    return {"inbox": site.store.inbox, "vault": site.store.vault}


def _by_key(bucket: Bucket) -> Iterator[tuple[str, list[ObjectInfo]]]:
    """Every object with its versions, the last one last."""
    found: dict[str, list[ObjectInfo]] = {}
    for info in bucket.versions():
        found.setdefault(info.key, []).append(info)
    yield from found.items()


def _kind(bucket: str, key: str) -> Held | None:
    """None: it is nothing of candidates."""
    folder = folder_of(key)
    rest = key.removeprefix(folder)
    if bucket == "inbox":
        of = folder_of(rest) if folder == RECEIPTS else folder
        return _OF_INBOX.get(of, Held.COPIES if folder == RECEIPTS else None)
    if folder in (ARRIVALS, READINGS):
        return Held.DOSSIERS if rest.startswith("doss_") else Held.COPIES
    if folder == PEOPLE:
        return Held.IDENTITIES if rest.endswith(".csv") else Held.ACCOUNTS
    return _OF_VAULT.get(folder)


def _is_left(bucket: Bucket, key: str, infos: Iterable[ObjectInfo], name: str) -> bool:
    """Whether an earlier purge left it so."""
    left, (*before, last) = left_of(key) if name == "vault" else None, infos
    return left is not None and not before and last.size == len(left) and bucket.get(key) == left


def _names(
    bucket: Bucket,
    key: str,
    lists: Mapping[str, KeptList],
    purged: set[str],
    known: set[str],
) -> bool:
    """Whether the list names somebody of whom nothing is to be left; one that no event names goes."""
    found = lists.get(key)
    if found is None:
        return True
    data = bucket.get(key)
    if found.action == CandidatesImported.action:
        lines = zip(found.ids, kept_candidates(data), strict=True)
        return any(id_ in purged and line.number != id_ for id_, line in lines)
    if found.action == CorrectorsImported.action:
        return any(id_ != line.id for id_, line in zip(found.ids, kept_correctors(data), strict=True))
    return bool(_numbers_in(found.action, data) - known)


def _numbers_in(action: str, data: bytes) -> set[str]:
    read = read_deposit_times if action == DossiersDated.action else read_attendance
    return {line.number for line in read(data).rows}
