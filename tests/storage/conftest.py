from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from invented import World

from storage.bucket.objects import Bucket, s3_client
from storage.database.register import Register
from storage.machine.weed import Weed


@pytest.fixture
def world(new_register: Callable[[], Register]) -> World:
    return World(new_register())


@pytest.fixture(scope="module")
def audit_bucket(weed: Weed) -> Bucket:
    """Without versions: what is removed or written over in it leaves no trace in the store."""
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    name = f"audit-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=name)
    return Bucket(client, name)


@pytest.fixture
def audit(audit_bucket: Bucket) -> Iterator[Bucket]:
    """An audit bucket, empty."""
    yield audit_bucket
    for item in list(audit_bucket.list()):
        audit_bucket.delete(item.key)


@pytest.fixture
def peopled(world):
    world.people()
    return world
