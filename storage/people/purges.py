"""Purges: what two persons destroyed once its time was over, and what stands for it in register and vault.

`purge.begun` empties the register of identities by a tombstone, which lies in the vault and names nobody.
Whether the lists in the vault are then what they were, or what `storage/people/purged.py` put in their place,
a replay comes to the same rows: the log verifies, and the register can be rebuilt, at any instant of a purge.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Table, delete, literal, select, update

from storage.bucket.keys import tombstone
from storage.database.schema import (
    accounts,
    candidates,
    correctors,
    dossier_files,
    dossier_times,
    dossiers,
    enrolments,
    holds,
    purges,
    scans,
    tokens,
    uploads,
)
from storage.database.tables import row_of, rows_of
from storage.events import Change, Facts, canonical
from storage.ids import in_parts
from storage.people.accounts import may_be_one_person
from storage.refusals import Refusal, Refused

NAMELESS = "PURGE"
PURGED = "purged/"
"""What the key of a file begins with that is gone."""
NO_DAY = date(1900, 1, 1)
NO_CORRECTOR: Mapping[str, Any] = {
    "name": NAMELESS,
    "email": "",
    **dict.fromkeys(("schools", "companies", "days", "never_with", "away"), ()),
}
"""Of a corrector, beside the reference, which becomes the opaque id."""


class Tombstone(BaseModel):
    """Of whom and of what nothing is left but what makes counts: opaque ids. `list_sha256`: of what went.

    `holds`: what was held when it was planned; one that was placed since stops it. `counts`: objects by kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    candidates: tuple[str, ...]
    scans: tuple[str, ...]
    uploads: tuple[str, ...]
    dossiers: tuple[str, ...]
    holds: tuple[tuple[str, str], ...]
    counts: dict[str, int]
    list_sha256: str
    correctors: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        return canonical(self.model_dump(mode="json")).encode()

    @property
    def id(self) -> str:
        """Of the purge: another list, another id."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


class PurgePlanned(Facts):
    """Subject: `purge/` and the SHA-256 of its tombstone, which holds that of the exact list."""

    action = "purge.planned"
    french = "destruction préparée"

    def apply(self, change: Change) -> bool:
        row = _row(change)
        planned = {"planned_by": change.event.actor, "planned_at": change.event.at}
        if row is None:
            change.add(purges, {"id": purge_of(change.subject), **planned})
        elif row.confirmed_at or is_person(row.planned_by) or not is_person(change.event.actor):
            return False
        else:  # what a program planned, a person takes up
            change.set(purges, row.id, **planned)
        return True


class PurgeConfirmed(Facts):
    """By another person than the one who planned it. Subject: as above."""

    action = "purge.confirmed"
    french = "destruction confirmée"

    def apply(self, change: Change) -> bool:
        row, who = change.row(purges, purge_of(change.subject)), change.event.actor
        if row.confirmed_at is not None:
            return False
        if not is_person(who) or not is_person(row.planned_by) or who == row.planned_by:
            raise Refused(Refusal.ANOTHER_PERSON)
        if may_be_one_person(change.connection, who, row.planned_by):
            raise Refused(Refusal.MAYBE_SAME_PERSON)
        change.set(purges, row.id, confirmed_by=who, confirmed_at=change.event.at)
        return True


class PurgeBegun(Facts):
    """The register is emptied of what the tombstone names. Subject: as above."""

    action = "purge.begun"
    french = "destruction commencée"

    def apply(self, change: Change) -> bool:
        row = change.row(purges, purge_of(change.subject))
        if row.confirmed_at is None:
            raise Refused(Refusal.NOT_CONFIRMED)
        if row.begun_at is not None:
            return False
        data = change.vault.get(tombstone(row.id))
        if hashlib.sha256(data).hexdigest() != row.id:
            raise Refused(Refusal.OTHER_BYTES)
        stone = Tombstone.model_validate_json(data)
        now = {(one.candidate, one.exam) for one in change.connection.execute(select(holds))}
        if now - set(stone.holds):
            raise Refused(Refusal.HELD)
        _empty(change.connection, stone)
        change.set(purges, row.id, begun_at=change.event.at)
        return True


class PurgeDone(Facts):
    """All of it is gone; `certificate`: SHA-256 of the signed one in the audit bucket. Subject: as above."""

    action = "purge.done"
    french = "destruction achevée"
    certificate: str

    def apply(self, change: Change) -> bool:
        row = change.row(purges, purge_of(change.subject))
        if row.certificate is not None:
            return False
        if row.begun_at is None:
            raise Refused(Refusal.NOT_CONFIRMED)
        change.set(purges, row.id, certificate=self.certificate)
        return True


@dataclass(frozen=True)
class PurgeRow:
    """`certificate`: SHA-256, None until all is gone."""

    id: str
    planned_by: str
    planned_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    begun_at: datetime | None
    certificate: str | None


def all_purges(connection: Connection) -> list[PurgeRow]:
    """The oldest first."""
    query = select(purges).order_by(purges.c.planned_at, purges.c.id)
    return rows_of(connection, query, PurgeRow)


def purge_by_id(connection: Connection, id_: str) -> PurgeRow | None:
    return row_of(connection, select(purges).filter_by(id=id_), PurgeRow)


def subject_of(purge: str) -> str:
    return f"purge/{purge}"


def purge_of(subject: str) -> str:
    return subject.removeprefix("purge/")


def is_person(actor: str) -> bool:
    """Whether somebody has this account: programs and the command line are nobody in particular."""
    return actor.startswith("acct_")


def _row(change: Change) -> PurgeRow | None:
    return purge_by_id(change.connection, purge_of(change.subject))


def _empty(connection: Connection, stone: Tombstone) -> None:
    """No name, number, birth date or file name of these; whatever the vault holds of them by now."""
    nobody = {"family_name": NAMELESS, "first_names": NAMELESS, "birth_date": NO_DAY}
    for ids in in_parts(stone.candidates):
        these = candidates.c.id.in_(ids)
        connection.execute(update(candidates).where(these).values(number=candidates.c.id, **nobody))
        connection.execute(update(enrolments).where(enrolments.c.candidate.in_(ids)).values(registration=""))
        connection.execute(delete(dossier_times).where(dossier_times.c.candidate.in_(ids)))
    for table, gone in ((scans, stone.scans), (uploads, stone.uploads)):
        for ids in in_parts(gone):
            _rename(connection, table, ids)
    for ids in in_parts(stone.dossiers):
        _empty_dossiers(connection, ids)
    no_corrector = {name: list(value) if value == () else value for name, value in NO_CORRECTOR.items()}
    no_account = dict.fromkeys(("invitation", "invited_until", "password", "totp", "recovery"))
    for table, gone, nothing in (
        (correctors, stone.correctors, {"reference": correctors.c.id, "token_hash": None, **no_corrector}),
        (accounts, stone.accounts, {"email": accounts.c.id, "name": NAMELESS, "closed": True, **no_account}),
        (tokens, stone.tokens, {"label": NAMELESS, "revoked": True}),
    ):
        for ids in in_parts(gone):
            connection.execute(update(table).where(table.c.id.in_(ids)).values(nothing))


def _rename(connection: Connection, table: Table, ids: list[str]) -> None:
    renamed = literal(PURGED) + table.c.id
    connection.execute(update(table).where(table.c.id.in_(ids)).values(inbox_key=renamed))


def _empty_dossiers(connection: Connection, ids: list[str]) -> None:
    whose = connection.execute(select(dossiers).where(dossiers.c.id.in_(ids))).all()
    for row in whose:
        times = dossier_times.c
        theirs = (times.exam == row.exam, times.candidate == row.candidate)
        connection.execute(delete(dossier_times).where(*theirs))
        files = connection.scalars(select(dossier_files.c.n).where(dossier_files.c.dossier == row.id)).all()
        for n in files:
            one = update(dossier_files).where(dossier_files.c.dossier == row.id, dossier_files.c.n == n)
            connection.execute(one.values(name=f"piece-{n}", inbox_key=f"purged/{row.id}/{n}"))
        # as if read, whatever the list of times that went had changed: nothing is left to be read
        read = {"read_files": len(files), "companies": []}
        connection.execute(update(dossiers).where(dossiers.c.id == row.id).values(**read))
