"""Documents: copies as their correctors give them back, annotated; their versions by their hashes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from processors.scans.readings import CopyStatus
from storage.corrected.lots import NOT_IN_HAND
from storage.database.schema import copies, lots
from storage.database.schema_results import returned_documents
from storage.database.tables import row_of, rows_of
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused
from storage.states import LotState


class DocumentReturned(Facts):
    """In place of an earlier one. `sha256`, `size`: of what is kept of it.

    `sure`: its pages are known to be those that were handed out; else its name alone says so.
    """

    action = "document.returned"
    french = "copie annotée rendue"
    lot: str
    sha256: str
    size: int
    sure: bool

    def apply(self, change: Change) -> bool:
        copy, lot = change.row(copies, change.subject), change.row(lots, self.lot)
        if lot.state != LotState.PULLED:
            raise Refused(NOT_IN_HAND[lot.state])
        if copy.lot != lot.id or copy.status != CopyStatus.COMPLETE:
            raise Refused(Refusal.NOT_IN_HAND)
        theirs = {"copy": copy.id, "corrector": lot.corrector}
        if change.has(returned_documents, **theirs, sha256=self.sha256):
            return False
        change.remove(returned_documents, copy=copy.id)
        change.add(returned_documents, theirs | self.model_dump())
        return True


@dataclass(frozen=True)
class DocumentRow:
    """`sure`: its pages are known to be those that were handed out; else its name alone says so."""

    copy: str
    lot: str
    corrector: str
    sha256: str
    size: int
    sure: bool


def documents_of_lot(connection: Connection, lot: str) -> dict[str, DocumentRow]:
    """By copy."""
    query = select(returned_documents).filter_by(lot=lot)
    return {row.copy: row for row in rows_of(connection, query, DocumentRow)}


def document_of(connection: Connection, copy: str) -> DocumentRow | None:
    return row_of(connection, select(returned_documents).filter_by(copy=copy), DocumentRow)
