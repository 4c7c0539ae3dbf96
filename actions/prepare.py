"""Makes store and register ready: buckets, migrations, the session noted. `python -m actions.prepare`."""

from __future__ import annotations

import hashlib

from actions.site import open_site
from storage.bucket.probe import probe
from storage.season.session import SessionLoaded


def prepare() -> None:
    """Can be repeated at any time. Raises StoreError for a store that cannot be trusted, SessionError."""
    site = open_site()
    site.store.ensure_buckets()
    probe(site.store)
    session_file = site.settings.session_file.read_bytes()
    loaded = SessionLoaded(sha256=hashlib.sha256(session_file).hexdigest(), name=site.session.name)
    site.register.record(loaded, "session", actor="service", at=site.clock())


if __name__ == "__main__":
    prepare()
