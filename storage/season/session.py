"""The session in force: which file says the rules."""

from __future__ import annotations

from storage.database.schema import session
from storage.events import Change, Facts


class SessionLoaded(Facts):
    """Subject: `session`."""

    action = "session.loaded"
    french = "session chargée"
    name: str
    sha256: str

    def apply(self, change: Change) -> bool:
        if change.has(session, sha256=self.sha256):
            return False
        change.remove(session)
        change.add(session, {"one": 1, "loaded_at": change.event.at, **self.model_dump()})
        return True
