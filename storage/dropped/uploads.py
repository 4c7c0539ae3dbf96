"""Uploads through the desk: when each began and ended, by the store's own clock.

What stores say of a file that came in parts differs: one dates it by its beginning, another by its end.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, select

from storage.bucket.keys import arrival
from storage.database.register import Register
from storage.database.schema import uploads
from storage.events import Change, Facts
from storage.ids import new_id


class UploadBegun(Facts):
    """Its inbox key is in the vault, under `arrivals/<upload>.json`: file names may hold a name.

    `again_for`: the copy that it is to bring again.
    """

    action = "upload.begun"
    french = "dépôt commencé"
    exam: str
    centre: str
    begun_at: AwareDatetime
    again_for: str | None = None

    def apply(self, change: Change) -> bool:
        key = json.loads(change.vault.get(arrival(change.subject)))["key"]
        row = {"id": change.subject, "inbox_key": key, "begun_at": self.begun_at, "again_for": self.again_for}
        change.add(uploads, row)
        return True


class UploadEnded(Facts):
    """All of it came; `etag`: of the file that it made."""

    action = "upload.ended"
    french = "dépôt achevé"
    etag: str
    ended_at: AwareDatetime

    def apply(self, change: Change) -> bool:
        if change.row(uploads, change.subject).ended_at is not None:
            return False
        change.set(uploads, change.subject, etag=self.etag, ended_at=self.ended_at)
        return True


@dataclass(frozen=True)
class Upload:
    """`ended_at`: None where that was not noted, though the file may be there."""

    id: str
    begun_at: datetime
    ended_at: datetime | None
    again_for: str | None


def begin_upload(
    register: Register,
    key: str,
    exam: str,
    centre: str,
    begun_at: datetime,
    *,
    again_for: str | None = None,
    actor: str,
    at: datetime,
) -> str:
    """Takes note of it; its id."""
    upload = new_id("upld")
    register.keep(arrival(upload), {"key": key})
    facts = UploadBegun(exam=exam, centre=centre, begun_at=begun_at, again_for=again_for)
    register.record(facts, upload, actor=actor, at=at)
    return upload


def upload_of(connection: Connection, inbox_key: str, etag: str) -> Upload | None:
    """What made this very file; None for one that came by another way, or that lies in its place."""
    found = connection.execute(select(uploads).where(uploads.c.inbox_key == inbox_key)).one_or_none()
    if found is None or found.etag not in (None, etag):
        return None
    return Upload(found.id, found.begun_at, found.ended_at, found.again_for)


def keys_brought_again(connection: Connection, among: Collection[str]) -> set[str]:
    """Those of these keys of the inbox under which something was dropped to bring a copy again."""
    again = (uploads.c.inbox_key.in_(among), uploads.c.again_for.is_not(None))
    return set(connection.scalars(select(uploads.c.inbox_key).where(*again)))
