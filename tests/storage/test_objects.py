"""The store, against the real embedded server."""

import secrets
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from storage.bucket.objects import NotFoundError, Store, s3_client
from storage.machine.weed import Weed


@pytest.fixture
def prefix():
    """Keys of one's own in buckets that are shared."""
    return f"test-{secrets.token_hex(6)}/"


def test_what_is_put_is_got_and_told(store, prefix, tmp_path):
    key = prefix + "scans/0130051K/U4/pile n° 1 (été).pdf"
    assert store.inbox.put(key, b"%PDF")
    assert store.inbox.get(key) == b"%PDF"
    told = store.inbox.head(key)
    assert (told.key, told.size) == (key, 4)
    assert told.last_modified.utcoffset() is not None
    assert [item.etag for item in store.inbox.list(prefix)] == [told.etag]
    store.inbox.download(key, tmp_path / "a.pdf", etag=told.etag)
    assert (tmp_path / "a.pdf").read_bytes() == b"%PDF"


def test_a_file_is_streamed_in_and_copied_without_passing_here(store, prefix, tmp_path):
    big = tmp_path / "big.pdf"
    big.write_bytes(secrets.token_bytes(9 << 20))
    store.inbox.put(prefix + "big", big)
    store.vault.copy_from(store.inbox, prefix + "big", prefix + "copied")
    store.vault.download(prefix + "copied", tmp_path / "back.pdf")
    assert (tmp_path / "back.pdf").read_bytes() == big.read_bytes()


def test_what_is_not_there(store, prefix, tmp_path):
    assert store.vault.head(prefix + "no") is None
    assert list(store.vault.list(prefix)) == []
    with pytest.raises(NotFoundError) as caught:
        store.vault.get(prefix + "no")
    assert prefix not in str(caught.value)
    with pytest.raises(NotFoundError):
        store.vault.download(prefix + "no", tmp_path / "no")
    with pytest.raises(NotFoundError):
        store.vault.copy_from(store.inbox, prefix + "no", prefix + "copy")
    store.vault.delete(prefix + "no")


def test_only_one_of_many_writes_to_a_free_key_wins(store, prefix):
    won = []
    start = threading.Barrier(8)

    def write(k):
        start.wait()
        if store.vault.put(prefix + "one", b"%d" % k, only_if_absent=True):
            won.append(b"%d" % k)

    threads = [threading.Thread(target=write, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.vault.get(prefix + "one")] == won


def test_what_is_written_over_or_deleted_in_the_inbox_is_there_until_it_is_removed_itself(
    store, prefix, tmp_path
):
    key = prefix + "scan.pdf"
    for data in (b"first", b"second", b"first"):
        store.inbox.put(key, data)
    store.inbox.put(key + "x", b"of another key")
    store.inbox.delete(key)
    first, second, again = (info for info in store.inbox.versions(key) if info.key == key)
    assert (first.size, second.size, first.etag) == (5, 6, again.etag)
    assert [info.version for info in store.inbox.versions_of(key, first.etag)] == [
        first.version,
        again.version,
    ]
    store.inbox.download(key, tmp_path / "scan.pdf", version=first.version)
    assert (tmp_path / "scan.pdf").read_bytes() == b"first"
    store.vault.copy_from(store.inbox, key, key, version=second.version)
    assert store.vault.get(key) == store.inbox.get(key, version=second.version) == b"second"
    store.inbox.delete(key, version=first.version)
    with pytest.raises(NotFoundError):
        store.inbox.get(key, version=first.version)
    store.inbox.put_alone(key, b"alone", content_type="text/plain")
    assert [(info.key, info.size) for info in store.inbox.versions(key)] == [(key, 5), (key + "x", 14)]


def test_what_came_in_parts_before_there_were_versions_is_the_same_among_them(weed: Weed, tmp_path: Path):
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    name = f"inbox-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=name)
    store = Store(client, inbox=name, vault="vault", audit="audit")
    path = tmp_path / "scan.pdf"
    path.write_bytes(secrets.token_bytes(6 << 20))
    store.inbox.put_in_parts("scans/scan.pdf", path, 5 << 20)
    noted = store.inbox.head("scans/scan.pdf")
    store.ensure_buckets()
    (now,) = store.inbox.versions("scans/")
    assert (now.etag, now.size, now.version) == (noted.etag, noted.size, "null")
    store.inbox.delete(now.key, version=now.version)
    assert list(store.inbox.versions()) == []
    client.delete_bucket(Bucket=name)


def test_a_centre_drops_and_reads_receipts_and_nothing_else(weed: Weed, store, prefix):
    client = s3_client(weed.endpoint, *weed.keys["centre"], "us-east-1")
    centre = Store(client, inbox="inbox", vault="vault", audit="audit")
    store.inbox.put("receipts/" + prefix + "a.html", b"recu")
    store.inbox.put(prefix + "other centre.pdf", b"%PDF")
    assert centre.inbox.put(prefix + "mine.pdf", b"%PDF")
    assert centre.inbox.get("receipts/" + prefix + "a.html") == b"recu"
    for forbidden in (
        lambda: centre.inbox.get(prefix + "other centre.pdf"),
        lambda: list(centre.inbox.list()),
        lambda: list(centre.vault.list()),
        lambda: centre.vault.put(prefix + "x", b""),
        lambda: centre.audit.put("log/x", b""),
        lambda: centre.inbox.copy_from(store.vault, prefix + "secret", prefix + "stolen"),
    ):
        with pytest.raises(ClientError, match=r"AccessDenied|Forbidden"):
            forbidden()


def test_buckets_can_be_ensured_again_and_audit_keeps_what_is_overwritten(weed: Weed, audit):
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    again = Store(client, inbox="inbox", vault="vault", audit=audit.name)
    again.ensure_buckets()
    audit.put("log/a", b"the original")
    audit.put("log/a", b"altered")
    audit.delete("log/a")
    versions = client.list_object_versions(Bucket=audit.name)["Versions"]
    kept = [
        client.get_object(Bucket=audit.name, Key="log/a", VersionId=version["VersionId"])["Body"].read()
        for version in versions
    ]
    assert sorted(kept) == [b"altered", b"the original"]


def test_what_is_locked_cannot_be_removed(weed: Weed):
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    name = f"audit-{secrets.token_hex(6)}"
    locked = Store(client, inbox="inbox", vault="vault", audit=name, retention_days=1)
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)  # and no more: its maker has died
    locked.ensure_buckets()
    locked.ensure_buckets()
    locked.audit.put("log/a", b"the original")
    version = client.list_object_versions(Bucket=name)["Versions"][0]["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=name, Key="log/a", VersionId=version)
