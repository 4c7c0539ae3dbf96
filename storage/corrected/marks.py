"""Marks in the register: that they came, how many, and their hash. The vault alone holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import AwareDatetime
from sqlalchemy import Connection, func, select

from storage.database.schema import lots
from storage.database.schema_results import mark_exports, marks
from storage.database.tables import row_of, rows_of
from storage.events import Change, Facts, digest
from storage.people.accounts import may_be_one_person
from storage.people.purges import is_person
from storage.refusals import Refusal, Refused
from storage.states import LotState


class MarksRefused(Facts):
    """Somebody came with a lot's marks before the harmonisation, `until`: nothing of them was kept."""

    action = "marks.refused"
    french = "notes refusées avant l’harmonisation"
    until: AwareDatetime


class MarksKept(Facts):
    """A lot's marks, in place of earlier ones. `file`: key in the vault; `sha256`: of that file, which is
    salted, so that no mark can be guessed by it. `reason`: key in the vault, where they had been exported.
    """

    action = "marks.kept"
    french = "notes déposées"
    file: str
    sha256: str
    marked: int
    absent: int
    unmarked: int
    reason: str | None = None

    def apply(self, change: Change) -> bool:
        lot = change.row(lots, change.subject)
        if lot.state in (LotState.ASSIGNED, LotState.RECALLED):
            raise Refused(Refusal.NEVER_PULLED)
        if self.reason is None and last_export(change.connection, lot.exam) is not None:
            raise Refused(Refusal.MARKS_EXPORTED)
        change.remove(marks, lot=lot.id)
        kept = {"lot": lot.id, "seq": change.event.seq, "author": change.event.actor}
        change.add(marks, kept | self.model_dump(exclude={"reason"}))
        return True


class MarksExportProposed(Facts):
    """What one person would export, until another confirms it. Subject: `marks/` and the épreuve.

    `basis`: digest of the marks; `reason`: key in the vault of why they were corrected since the last export.
    """

    action = "marks.export_proposed"
    french = "export des notes proposé"
    exam: str
    basis: str
    reason: str | None

    def apply(self, change: Change) -> bool:
        _must_be_new(change, self.exam, self.basis, self.reason)
        open_now = proposed_export(change.connection, self.exam)
        if open_now is not None and (open_now.basis, open_now.author) == (self.basis, change.event.actor):
            return False
        change.remove(mark_exports, exam=self.exam, done=False)
        _add(change, self.exam, self.basis, self.reason, None)
        return True


class MarksExported(Facts):
    """Marks by candidate left for the other application: once, and once more for each correction.

    `file`: key in the vault; `sha256`: of that file, which is salted; `confirms`: the event in which another
    person proposed it. Subject: as above.
    """

    action = "marks.exported"
    french = "notes exportées"
    exam: str
    basis: str
    reason: str | None
    file: str
    sha256: str
    confirms: int | None = None

    def apply(self, change: Change) -> bool:
        _must_be_new(change, self.exam, self.basis, self.reason)
        proposed = proposed_export(change.connection, self.exam)
        if self.confirms is not None:
            who = change.event.actor
            if proposed is None or (proposed.seq, proposed.basis) != (self.confirms, self.basis):
                raise Refused(Refusal.OTHER_PROPOSAL)
            if not is_person(who) or not is_person(proposed.author) or who == proposed.author:
                raise Refused(Refusal.ANOTHER_PERSON)
            if may_be_one_person(change.connection, who, proposed.author):
                raise Refused(Refusal.MAYBE_SAME_PERSON)
        if proposed is not None:
            change.remove(mark_exports, seq=proposed.seq)
        _add(change, self.exam, self.basis, self.reason, self.file)
        return True


@dataclass(frozen=True)
class MarksRow:
    """`file`: key in the vault; `seq`: of the event."""

    lot: str
    seq: int
    file: str
    sha256: str
    marked: int
    absent: int
    unmarked: int
    author: str


@dataclass(frozen=True)
class ExportRow:
    """`file`: key in the vault, None while it waits for another person."""

    seq: int
    exam: str
    basis: str
    reason: str | None
    author: str
    file: str | None
    done: bool


def marks_by_lot(connection: Connection, exam: str) -> dict[str, MarksRow]:
    query = select(marks).join(lots, lots.c.id == marks.c.lot).where(lots.c.exam == exam)
    return {row.lot: row for row in rows_of(connection, query, MarksRow)}


def marks_of_lot(connection: Connection, lot: str) -> MarksRow | None:
    return row_of(connection, select(marks).filter_by(lot=lot), MarksRow)


def exports_of(connection: Connection, exam: str) -> list[ExportRow]:
    """Those that were made, the first one first."""
    made = select(mark_exports).filter_by(exam=exam, done=True).order_by(mark_exports.c.seq)
    return rows_of(connection, made, ExportRow)


def last_export(connection: Connection, exam: str) -> int | None:
    """The event of it."""
    made = select(func.max(mark_exports.c.seq)).where(mark_exports.c.exam == exam, mark_exports.c.done)
    seq: int | None = connection.scalar(made)
    return seq


def proposed_export(connection: Connection, exam: str) -> ExportRow | None:
    """The one that waits for another person."""
    return row_of(connection, select(mark_exports).filter_by(exam=exam, done=False), ExportRow)


def basis_of(rows: Sequence[MarksRow]) -> str:
    """Other marks, another basis."""
    return digest(sorted((row.lot, row.sha256) for row in rows))


def subject_of(exam: str) -> str:
    return f"marks/{exam}"


def _must_be_new(change: Change, exam: str, basis: str, reason: str | None) -> None:
    """Marks as they are now; none that left already. Raises Refused."""
    rows = list(marks_by_lot(change.connection, exam).values())
    if basis_of(rows) != basis:
        raise Refused(Refusal.OTHER_PROPOSAL)
    last = last_export(change.connection, exam)
    if last is not None and not any(row.seq > last for row in rows):
        raise Refused(Refusal.NOTHING_CORRECTED)
    if last is not None and reason is None:
        raise Refused(Refusal.NO_REASON)


def _add(change: Change, exam: str, basis: str, reason: str | None, file: str | None) -> None:
    row = {"seq": change.event.seq, "exam": exam, "basis": basis, "reason": reason}
    row |= {"author": change.event.actor, "file": file, "done": file is not None}
    change.add(mark_exports, row)
