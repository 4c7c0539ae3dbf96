"""A store that ignores a condition that massicot relies on is named, and not used."""

import re
import secrets

import pytest

from storage.bucket.objects import Store, StoreError, s3_client
from storage.bucket.probe import PROBE, conditions_of, ends_date_parts, probe
from storage.machine.weed import Weed


@pytest.fixture
def own(weed: Weed):
    """A store with an audit bucket of its own, and its client."""
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    name = f"audit-{secrets.token_hex(6)}"
    store = Store(client, inbox="inbox", vault="vault", audit=name)
    store.ensure_buckets()
    yield store, client
    client.delete_bucket(Bucket=name)


def test_the_embedded_store_holds_to_all_and_little_is_left_there(own):
    store, _ = own
    for _ in range(2):  # what stays from the first time is not in the way
        assert [(one.name, one.seen) for one in conditions_of(store) if not one.held] == []
        probe(store)
    assert [info.key for info in store.audit.list()] == [PROBE]
    for bucket in (store.inbox, store.vault):
        assert not list(bucket.versions("receipts/.probe-"))


def ignoring(client, header: str, bucket: str) -> None:
    """From now on the store never hears of this condition in these buckets."""

    def forget(params, **_):
        if re.search(bucket, params["url"]):
            params["headers"].pop(header, None)

    client.meta.events.register("before-call.s3", forget)


@pytest.mark.parametrize(
    ("header", "bucket", "lacking"),
    [
        ("If-None-Match", "/vault/", {("vault", "a second write was taken")}),
        (
            "If-None-Match",
            "/audit-",
            {
                ("audit", "a second write was taken"),
                ("audit", "other bytes are there than were first written"),
            },
        ),
        ("If-None-Match", "/inbox/", {("inbox", "a second write was taken")}),
        ("If-Match", "/inbox/", {("inbox", "another object is given than was listed")}),
        ("If-Match", "/vault/", {("vault", "another object is given than was listed")}),
        ("If-Match", "/audit-", {("audit", "another object is given than was listed")}),
    ],
)
def test_a_store_that_ignores_a_condition_is_refused(own, header: str, bucket: str, lacking: set):
    store, client = own
    ignoring(client, header, bucket)
    assert {(one.bucket, one.seen) for one in conditions_of(store) if not one.held} == lacking
    with pytest.raises(StoreError, match="massicot store check"):
        probe(store)


def test_a_store_that_copies_another_version_than_was_named_is_refused(own):
    store, client = own

    def forget(params, **_):
        if source := params["headers"].get("x-amz-copy-source"):
            params["headers"]["x-amz-copy-source"] = source.partition("?")[0]

    client.meta.events.register("before-call.s3.CopyObject", forget)
    lacking = [(one.bucket, one.seen) for one in conditions_of(store) if not one.held]
    assert lacking == [("vault", "another version was copied")]


def test_a_store_that_refuses_what_it_listed_is_refused(own):
    store, client = own

    def another(params, **_):
        if "If-Match" in params["headers"]:
            params["headers"]["If-Match"] = '"0"'

    client.meta.events.register("before-call.s3.GetObject", another)
    lacking = {(one.bucket, one.seen) for one in conditions_of(store) if not one.held}
    assert lacking == {(name, "what was listed is refused") for name in ("inbox", "vault", "audit")}


def test_a_store_that_keeps_a_version_that_was_to_go_is_refused(own):
    store, client = own

    def forget(params, **_):
        params["url"] = params["url"].partition("?")[0]

    client.meta.events.register("before-call.s3.DeleteObject", forget)
    lacking = [(one.bucket, one.seen) for one in conditions_of(store) if not one.held]
    assert lacking == [("inbox", "another version was removed"), ("inbox", "something of it is left")]
    client.meta.events.unregister("before-call.s3.DeleteObject", forget)
    for info in list(store.inbox.list("receipts/.probe-")) + list(store.inbox.versions("receipts/.probe-")):
        store.inbox.erase(info.key)


def test_a_store_whose_inbox_keeps_no_versions_is_refused(own):
    store, client = own
    name = f"inbox-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=name)
    without = Store(client, inbox=name, vault="vault", audit=store.audit.name)
    lacking = [one for one in conditions_of(without) if not one.held]
    assert [(one.bucket, one.seen) for one in lacking] == [
        ("inbox", "what was written over, or deleted, is gone"),
        ("vault", "another version was copied"),
        ("inbox", "what was written over, or deleted, is gone"),
    ]
    client.delete_bucket(Bucket=name)


def test_uploads_in_parts_are_dated_by_the_embedded_store_when_they_end(own):
    assert ends_date_parts(own[0])
    assert not list(own[0].inbox.versions("receipts/.probe-"))


def test_a_wrong_secret_is_no_lacking_condition(weed: Weed):
    client = s3_client(weed.endpoint, weed.keys["workflow"][0], "not the secret", "us-east-1")
    wrong = Store(client, inbox="inbox", vault="vault", audit="audit")
    with pytest.raises(StoreError, match="does not answer"):
        probe(wrong)
