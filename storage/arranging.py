"""The pages of a copy, put in order by a person: from all those of its scan, in a copy or in none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage import audit, queries
from storage.changes import Refused
from storage.events import Event
from storage.facts import PlacedPage, ScanRead
from storage.intake import keep_reason
from storage.register import Register, Vault
from storage.rows import CopyRow
from storage.rulings import CopyArranged
from storage.states import Life


def arrange(
    register: Register, copy: CopyRow, pages: Sequence[int], reason: str, *, actor: str, at: datetime
) -> Event | None:
    """The copy is these pages of its scan, in this order. Raises Refused when one is another copy's, too."""
    with register.reading() as connection:
        known = pages_of(connection, register.vault, copy.scan)
        free = {page.page for page in (*copy.pages, *loose(connection, register.vault, copy.scan))}
    if not set(pages) <= free:
        raise Refused("a page is another copy's, or of another scan")
    key = keep_reason(register, copy.id, reason)
    facts = CopyArranged(pages=tuple(known[page] for page in pages), reason=key)
    return register.record(facts, copy.id, actor=actor, at=at)


def loose(connection: Connection, vault: Vault, scan: str) -> list[PlacedPage]:
    """The pages of a scan that stand in none of its copies, in the order of the file."""
    copies = queries.copies_of_scan(connection, scan)
    taken = {page.page for copy in copies if copy.life is not Life.SET_ASIDE for page in copy.pages}
    return [page for number, page in pages_of(connection, vault, scan).items() if number not in taken]


def pages_of(connection: Connection, vault: Vault, scan: str) -> dict[int, PlacedPage]:
    """Every page of the reading in force, by its number in the file; frames of those that had a copy."""
    row = queries.scan(connection, scan)
    if row is None or row.reading is None:
        return {}
    told = json.loads(vault.get(row.reading)).get("pages", [])
    names = ("page", "image", "half", "turn", "area")
    pages = {page["page"]: PlacedPage(**{name: page.get(name) for name in names}) for page in told}
    for event in audit.history(connection, scan):
        if event.action == ScanRead.action and event.facts["attempt"] == row.read_attempt:
            copies = ScanRead.model_validate(event.facts).copies
            pages |= {page.page: page for copy in copies for page in copy.pages}
    return dict(sorted(pages.items()))
