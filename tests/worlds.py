"""Massicot on the tests' store without a machine: a data directory, a register and buckets of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from actions.site import open_site
from storage.bucket.objects import Store, s3_client
from storage.bucket.probe import probe
from storage.database.register import Register
from storage.log.replay import check_against, lines_of
from storage.machine.weed import Weed

BUCKETS = ("inbox", "vault", "audit")
_trusted: set[str] = set()


def _probe_once(endpoint: str, store: Store) -> None:
    """What the tests' own server makes of conditions it makes of them in all its buckets."""
    if endpoint not in _trusted:
        probe(store)
        _trusted.add(endpoint)


@contextmanager
def own_world(weed: Weed, data: Path, endpoint: str | None = None) -> Iterator[None]:
    """The settings name them within the block, and the store by its own address or this one.

    The buckets go at its end: a server has room for 200.
    """
    mine = secrets.token_hex(4)
    access, secret = weed.keys["workflow"]
    buckets = {name: f"{name}-{mine}" for name in BUCKETS}
    settings = {
        "DATA_DIR": str(data),
        "S3_ENDPOINT": endpoint or weed.endpoint,
        "S3_ACCESS_KEY": access,
        "S3_SECRET_KEY": secret,
        "AUDIT_RETENTION_DAYS": "0",
        **{f"BUCKET_{name.upper()}": bucket for name, bucket in buckets.items()},
    }
    client = s3_client(weed.endpoint, access, secret, "us-east-1")
    Store(client, **buckets).ensure_buckets()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(f"MASSICOT_{name}", value)
        if endpoint is None:
            patch.setattr("actions.prepare.probe", partial(_probe_once, weed.endpoint))
        open_site.cache_clear()
        try:
            yield
            open_site().register.engine.dispose()
        finally:
            open_site.cache_clear()
            for bucket in buckets.values():
                client.delete_bucket(Bucket=bucket)


def check_tables(register: Register) -> list[str]:
    """What its tables hold without an event, or lack."""
    with register.reading() as connection:
        return check_against(connection, lines_of(connection), register.vault)
