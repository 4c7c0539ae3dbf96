from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import World

from storage.objects import Bucket, Store, s3_client
from storage.register import Register, make_engine, open_register
from storage.weed import Weed


@pytest.fixture(scope="session")
def new_register(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Path:
    """A register without an event, closed, to be copied: making one takes its time."""
    path = tmp_path_factory.mktemp("new") / "register.sqlite"
    open_register(f"sqlite:///{path}", store.vault).engine.dispose()
    return path


@pytest.fixture
def world(tmp_path: Path, store: Store, new_register: Path) -> Iterator[World]:
    own = shutil.copy(new_register, tmp_path / "register.sqlite")
    register = Register(make_engine(f"sqlite:///{own}"), store.vault)
    yield World(register)
    register.engine.dispose()


@pytest.fixture(scope="module")
def audit_bucket(weed: Weed) -> Bucket:
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    own = Store(client, inbox="inbox", vault="vault", lots="lots", audit=f"audit-{secrets.token_hex(6)}")
    own.ensure_buckets()
    return own.audit


@pytest.fixture
def audit(audit_bucket: Bucket) -> Iterator[Bucket]:
    """An audit bucket, empty."""
    yield audit_bucket
    for item in list(audit_bucket.list()):
        audit_bucket.delete(item.key)
