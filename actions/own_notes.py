"""A corrector's private notes on a copy: kept beside the copies that come back, for nobody else to read.

They change nothing and are no event: the log would tell how somebody works. They go with the copy's own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from actions.context import Context
from actions.lots import pdf_of
from papers.tables import csv_of
from processors.own_notes import OwnNotes, with_notes
from storage.copies import CopyRow
from storage.keys import private_notes
from storage.lots import LotRow
from storage.objects import NotFoundError


def notes_of(work: Context, lot: LotRow, copy: CopyRow) -> OwnNotes:
    """Those of the corrector who has the lot; another who had it before keeps his or her own."""
    with suppress(NotFoundError):
        return OwnNotes.model_validate_json(
            work.store.vault.get(private_notes(lot.id, copy.id, lot.corrector))
        )
    return OwnNotes()


def keep_notes(work: Context, lot: LotRow, copy: CopyRow, notes: OwnNotes) -> None:
    """In place of the earlier ones."""
    key = private_notes(lot.id, copy.id, lot.corrector)
    work.store.vault.put(key, notes.model_dump_json().encode())


def exported(work: Context, lot: LotRow, copies: Iterable[CopyRow]) -> Iterator[tuple[str, bytes]]:
    """What goes into a lot's archive: each copy that bears notes, with them, and a table of all."""
    lines = []
    for copy in copies:
        notes, number = notes_of(work, lot, copy).notes, copy.anonymous_number or ""
        if notes:
            yield f"mes annotations/{number}.pdf", with_notes(pdf_of(work, lot, copy), notes)
            lines += [(number, str(one.page), one.text) for one in notes if one.text]
    if lines:
        yield "mes annotations/annotations.csv", csv_of(("numero", "page", "annotation"), lines)
