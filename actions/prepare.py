"""Makes store and register ready: buckets, migrations, the session noted. `python -m actions.prepare`."""

from __future__ import annotations

import hashlib

from actions.context import context
from storage.probe import probe
from storage.session import SessionLoaded


def prepare() -> None:
    """Can be repeated at any time. Raises StoreError for a store that cannot be trusted, SessionError."""
    work = context()
    work.store.ensure_buckets()
    probe(work.store)
    session_file = work.settings.session_file.read_bytes()
    loaded = SessionLoaded(sha256=hashlib.sha256(session_file).hexdigest(), name=work.session.name)
    work.register.record(loaded, "session", actor="service", at=work.clock())


if __name__ == "__main__":
    prepare()
