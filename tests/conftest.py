"""What several floors' tests need: the real store, one server a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.objects import Store, s3_client
from storage.weed import Weed, running


@pytest.fixture(scope="session")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    """The embedded server, on free ports."""
    with running(tmp_path_factory.mktemp("weed"), port=0) as server:
        yield server


@pytest.fixture(scope="session")
def store(weed: Weed) -> Store:
    """Four buckets that all tests share: keys must be a test's own."""
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    store = Store(client, inbox="inbox", vault="vault", lots="lots", audit="audit")
    store.ensure_buckets()
    return store
