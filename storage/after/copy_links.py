"""Links to a released copy: one for each request that somebody noted, good once and for some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, select, update

from storage.database.schema import candidates
from storage.database.schema_results import copy_links
from storage.database.tables import row_of
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused


class CopyAsked(Facts):
    """`words`: key in the vault of who asked, and how; `hash`: SHA-256 of what the link holds.

    Subject: the candidate.
    """

    action = "copy.asked"
    french = "copie demandée"
    exam: str
    words: str
    hash: str
    until: AwareDatetime

    def apply(self, change: Change) -> bool:
        who = change.row(candidates, change.subject).id
        change.add(copy_links, {"candidate": who, "fetched": False, **self.model_dump()})
        return True


class CopyFetched(Facts):
    """The link was used, and is worth nothing any more. Subject: the candidate."""

    action = "copy.fetched"
    french = "copie retirée par son lien"
    hash: str

    def apply(self, change: Change) -> bool:
        row = link_of_hash(change.connection, self.hash)
        if row is None or not row.good(change.event.at):
            raise Refused(Refusal.LINK_OVER)
        change.connection.execute(
            update(copy_links).where(copy_links.c.hash == self.hash).values(fetched=True)
        )
        return True


@dataclass(frozen=True)
class CopyLink:
    """`candidate`: an id; `words`: key in the vault."""

    hash: str
    candidate: str
    exam: str
    words: str
    until: datetime
    fetched: bool

    def good(self, at: datetime) -> bool:
        return not self.fetched and at <= self.until


def link_of_hash(connection: Connection, hash_: str) -> CopyLink | None:
    return row_of(connection, select(copy_links).filter_by(hash=hash_), CopyLink)
