"""The session in force: which file says the rules."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from storage.database.schema import session
from storage.events import Change, Facts


class SessionLoaded(Facts):
    """Subject: `session`."""

    action = "session.loaded"
    french = "session chargée"
    name: str
    sha256: str

    def apply(self, change: Change) -> bool:
        row = change.connection.execute(select(session)).one_or_none()
        if row is not None and row.sha256 == self.sha256:
            return False
        change.connection.execute(delete(session))
        loaded = {"one": 1, "name": self.name, "sha256": self.sha256, "loaded_at": change.event.at}
        change.connection.execute(insert(session).values(loaded))
        return True
