"""A corrector's private notes on a copy: kept beside the copies that come back, on no page but the author's.

They change nothing and are no event: the log would tell how somebody works. They go with the copy's own time.
What they say of the copy is the candidate's personal data, too: it is in the answer to an access request.
"""

from __future__ import annotations

from contextlib import suppress

from actions.site import Site
from processors.correcting.own_notes import OwnNote, OwnNotes
from storage.bucket.keys import private_notes, private_notes_on
from storage.bucket.objects import NotFoundError
from storage.corrected.lots import LotFormed, LotRow
from storage.database.register import events_of
from storage.decided.copies import CopyRow


def notes_of(site: Site, lot: LotRow, copy: CopyRow) -> OwnNotes:
    """Those of the corrector who has the lot; another who had it before keeps his or her own."""
    with suppress(NotFoundError):
        return OwnNotes.model_validate_json(
            site.store.vault.get(private_notes(lot.id, copy.id, lot.corrector))
        )
    return OwnNotes()


def keep_notes(site: Site, lot: LotRow, copy: CopyRow, notes: OwnNotes) -> None:
    """In place of the earlier ones."""
    key = private_notes(lot.id, copy.id, lot.corrector)
    site.store.vault.put(key, notes.model_dump_json().encode())


def notes_on(site: Site, copy: str) -> tuple[OwnNote, ...]:
    """Of whoever had it, in whichever lot, page by page; whose they are is not told."""
    told = site.register.ask(events_of, copy)
    lots = dict.fromkeys(event.subject for event in told if event.action == LotFormed.action)
    keys = [info.key for lot in lots for info in site.store.vault.list(private_notes_on(lot, copy))]
    kept = (OwnNotes.model_validate_json(site.store.vault.get(key)) for key in keys)
    return tuple(sorted((one for notes in kept for one in notes.notes), key=lambda one: one.page))
