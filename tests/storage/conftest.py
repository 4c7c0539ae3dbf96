from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import World

from storage.objects import Bucket, Store, s3_client
from storage.register import open_register
from storage.weed import Weed


@pytest.fixture
def world(tmp_path: Path, store: Store) -> Iterator[World]:
    register = open_register(f"sqlite:///{tmp_path / 'register.sqlite'}", store.vault)
    yield World(register)
    register.engine.dispose()


@pytest.fixture
def audit(weed: Weed) -> Bucket:
    """An audit bucket of one's own."""
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    own = Store(client, inbox="inbox", vault="vault", lots="lots", audit=f"audit-{secrets.token_hex(6)}")
    own.ensure_buckets()
    return own.audit
