"""Attendance lists on paper: what was printed, which sheets were read, what they say, and what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, and_, func, not_, select

from processors.attendance.agreed import OWN_INK
from processors.attendance.reader import PageTrouble
from processors.attendance.seen import Why
from processors.attendance.sheet import list_number, sheets_of
from storage.database.schema import attendance
from storage.database.schema_season import (
    attendance_files,
    attendance_lists,
    attendance_sheets,
    signatures,
)
from storage.database.tables import matching, rows_of
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused


class AttendancePrinted(Facts):
    """A list of these candidates, in this order; its number follows. Subject, as of all: `exam/centre`."""

    action = "attendance.printed"
    french = "liste d’émargement imprimée"
    exam: str
    centre: str
    candidates: tuple[str, ...]

    def apply(self, change: Change) -> bool:
        id_ = list_number(self.exam, self.centre, self.candidates)
        if change.has(attendance_lists, id=id_):
            return False
        change.add(attendance_lists, {"id": id_, **self.model_dump(mode="json"), "seq": change.event.seq})
        return True


class ReadSheet(BaseModel):
    """`page`: of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    list: str
    sheet: int
    page: int


class PaperSays(BaseModel):
    """Of a candidate; None: it cannot be told. `asked`: why a person is; `stated`: what was said otherwise.

    `picture`: key in the vault.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    candidate: str
    signed: bool | None
    asked: Why | None
    stated: bool | None
    picture: str


class SetAside(BaseModel):
    """A page that gave nothing, or nothing new."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    page: int
    trouble: PageTrouble

    @property
    def said(self) -> str:
        return self.trouble.said.format(page=self.page)


class AttendanceScanned(Facts):
    """`file`: SHA-256 of the scan; `rows`: what is new, or asked anew."""

    action = "attendance.scanned"
    french = "liste d’émargement numérisée"
    exam: str
    centre: str
    file: str
    sheets: tuple[ReadSheet, ...]
    rows: tuple[PaperSays, ...]
    troubles: tuple[SetAside, ...]

    def apply(self, change: Change) -> bool:
        place = {"exam": self.exam, "centre": self.centre}
        if change.has(attendance_files, **place, sha256=self.file):
            return False
        told = [one.model_dump(mode="json") for one in self.troubles]
        file = {**place, "seq": change.event.seq, "sha256": self.file, "troubles": told}
        change.add(attendance_files, file)
        for sheet in self.sheets:
            change.add(attendance_sheets, {**sheet.model_dump(), "file": self.file})
        for says in self.rows:
            change.remove(signatures, exam=self.exam, candidate=says.candidate)
            change.add(signatures, {**place, **says.model_dump(mode="json")})
        return True


class AttendanceContradicted(Facts):
    """A list was brought that says otherwise than paper, of these candidates: what it says, by their ids."""

    action = "attendance.contradicted"
    french = "émargement contredit"
    exam: str
    centre: str
    stated: dict[str, bool]

    def apply(self, change: Change) -> bool:
        changed = False
        for candidate, present in sorted(self.stated.items()):
            row = says_of(change.connection, self.exam, candidate)
            if row is None or (row.asked is not None and row.stated is present):
                continue
            asked = row.asked or Why.DIFFERENT
            values = {"asked": asked.value, "stated": present}
            change.connection.execute(
                signatures.update().filter_by(exam=self.exam, candidate=candidate).values(**values)
            )
            changed = True
        return changed


class AttendanceAnswered(Facts):
    """Somebody looked: the candidate was present, or was not."""

    action = "attendance.answered"
    french = "émargement tranché"
    exam: str
    centre: str
    candidate: str
    present: bool

    def apply(self, change: Change) -> bool:
        row = says_of(change.connection, self.exam, self.candidate)
        if row is None:
            raise Refused(Refusal.UNKNOWN, self.candidate)
        if row.asked is None and row.signed is self.present:
            return False
        values = {"signed": self.present, "asked": None, "stated": None}
        change.connection.execute(
            signatures.update().filter_by(exam=self.exam, candidate=self.candidate).values(**values)
        )
        return True


class AttendanceSettled(Facts):
    """Whose doubtful ink a copy settles: present. Whose no longer: a person is asked `again`. Their ids."""

    action = "attendance.settled"
    french = "émargement et copies rapprochés"
    exam: str
    centre: str
    present: tuple[str, ...]
    again: tuple[str, ...]

    def apply(self, change: Change) -> bool:
        for candidate in (*self.present, *self.again):
            row = says_of(change.connection, self.exam, candidate)
            if row is None:
                raise Refused(Refusal.UNKNOWN, candidate)
            theirs = {"exam": self.exam, "candidate": candidate}
            settled = candidate in self.present
            change.connection.execute(
                signatures.update().filter_by(**theirs).values(signed=True if settled else None)
            )
            change.remove(attendance, **theirs)
            if settled or row.stated:  # what a list said of them before stands again
                change.add(attendance, {**theirs, "centre": self.centre, "present": True})
        return bool(self.present or self.again)


_WAITS = and_(
    signatures.c.asked.is_not(None),
    not_(and_(signatures.c.signed.is_(True), signatures.c.asked.in_(OWN_INK))),
)


@dataclass(frozen=True)
class Signature:
    """A row: see `PaperSays`. Of ink in doubt that a copy settles, `asked` stays, and `signed` is True."""

    exam: str
    candidate: str
    centre: str
    signed: bool | None
    asked: Why | None
    stated: bool | None
    picture: str

    @property
    def settled(self) -> bool:
        """Whether a copy alone says that the ink in doubt is the candidate's."""
        return self.signed is True and self.asked in OWN_INK

    @property
    def waits(self) -> bool:
        """Whether a person is asked."""
        return self.asked is not None and not self.settled


@dataclass(frozen=True)
class PrintedList:
    """`sheets`: who is on each, from the first; `read`: the numbers of those that came back."""

    id: str
    sheets: tuple[tuple[str, ...], ...]
    read: frozenset[int]


def lists_printed(connection: Connection, exam: str, centre: str, rows: int) -> list[PrintedList]:
    """In the order in which they were printed first; so many rows a sheet."""
    query = select(attendance_lists).filter_by(exam=exam, centre=centre).order_by(attendance_lists.c.seq)
    found = connection.execute(query).all()
    read = connection.execute(
        select(attendance_sheets).where(attendance_sheets.c.list.in_([row.id for row in found]))
    ).all()
    return [
        PrintedList(
            row.id,
            tuple(tuple(part) for part in sheets_of(row.candidates, rows)),
            frozenset(sheet.sheet for sheet in read if sheet.list == row.id),
        )
        for row in found
    ]


def signatures_of(connection: Connection, exam: str, centre: str) -> dict[str, Signature]:
    """By candidate."""
    return {row.candidate: row for row in _rows(connection, exam=exam, centre=centre)}


def says_of(connection: Connection, exam: str, candidate: str) -> Signature | None:
    return next(iter(_rows(connection, exam=exam, candidate=candidate)), None)


def to_look_at(connection: Connection) -> list[Signature]:
    """What waits for a person, by épreuve, centre and candidate."""
    return [row for row in _rows(connection) if row.waits]


def count_to_look_at(connection: Connection) -> int:
    query = select(func.count()).select_from(signatures).where(_WAITS)
    return connection.execute(query).scalar_one()


def set_aside_in(connection: Connection, exam: str, centre: str, sha256: str) -> tuple[SetAside, ...] | None:
    """What gave nothing in this scan; None if it was never taken."""
    query = select(attendance_files.c.troubles).filter_by(exam=exam, centre=centre, sha256=sha256)
    found = connection.execute(query).one_or_none()
    return None if found is None else tuple(SetAside(**one) for one in found.troubles)


def last_set_aside(connection: Connection, exam: str, centre: str) -> tuple[SetAside, ...]:
    """Of the last scan that was taken."""
    query = select(attendance_files.c.troubles).filter_by(exam=exam, centre=centre)
    found = connection.execute(query.order_by(attendance_files.c.seq.desc()).limit(1)).first()
    return tuple(SetAside(**one) for one in found.troubles) if found else ()


def _rows(connection: Connection, **wanted: str | None) -> Sequence[Signature]:
    query = select(signatures).where(*matching(signatures, **wanted))
    order = (signatures.c.exam, signatures.c.centre, signatures.c.picture, signatures.c.candidate)
    return rows_of(connection, query.order_by(*order), Signature)
