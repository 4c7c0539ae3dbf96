"""Does a store hold to what massicot relies on? Each condition is tried in the bucket and the way of its use.

What stores make of conditions differs by make, by release, and by whether a bucket is versioned; what they do
not know they mostly ignore, without a word.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from storage.bucket.keys import RECEIPTS
from storage.bucket.objects import Bucket, NotFoundError, ObjectInfo, Store, StoreError

PROBE = "probe"
"""Of the audit bucket: what is written there stays, so it is written once in its life."""
_KEY = f"{RECEIPTS}.probe-"  # where nothing is taken for a drop
Trial = Callable[[Store, str], str | None]
"""What was seen where the condition does not hold; the key is the trial's own."""
_GONE = "what was written over, or deleted, is gone"
_APART = 3.0  # seconds between beginning and end: stores count whole ones


@dataclass(frozen=True)
class Condition:
    """One thing that is relied on, in a bucket, `so_that`; and what was seen if it does not hold."""

    bucket: str
    name: str
    so_that: str
    seen: str | None

    @property
    def held(self) -> bool:
        return self.seen is None


def conditions_of(store: Store) -> Iterator[Condition]:
    """Tries each. Raises StoreError for a store that does not answer."""
    for bucket, name, so_that, tried in _TRIALS:
        key = f"{_KEY}{secrets.token_hex(8)}"
        try:
            yield Condition(bucket, name, so_that, tried(store, key))
        except (BotoCoreError, NotFoundError) as error:
            raise StoreError(f"the store does not answer as it should: {error}") from error
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (401, 403):
                raise StoreError(f"the store does not answer as it should: {error}") from error
            yield Condition(bucket, name, so_that, f"refused: {error.response['Error']['Code']}")
        finally:
            for one in (store.inbox, store.vault):
                _forget(one, key)


def ends_date_parts(store: Store) -> bool:
    """Whether what is uploaded in parts bears in listings the time of its end, as SeaweedFS gives it.

    Others give that of its beginning, as S3 does. Measured, in about three seconds.
    """
    key = f"{_KEY}{secrets.token_hex(8)}"
    try:
        upload = store.inbox.begin_parts(key, "application/pdf")
        begun = store.time()
        time.sleep(_APART)
        store.inbox.put_part(key, upload, b"a part")
        store.inbox.end_parts(key, upload)
        (listed,) = store.inbox.versions(key)
        return listed.last_modified > begun + timedelta(seconds=_APART / 2)
    finally:
        _forget(store.inbox, key)


def probe(store: Store) -> None:
    """Raises StoreError for a store that lacks one: two runs could both win in it, or a file be lost."""
    lacking = [f"{c.name} (bucket {c.bucket}): {c.seen}" for c in conditions_of(store) if not c.held]
    if lacking:
        raise StoreError(
            "the store does not hold to what massicot relies on; `massicot store check` shows all of it:\n"
            + "\n".join(lacking)
        )


def _forget(bucket: Bucket, key: str) -> None:
    with suppress(BotoCoreError, ClientError):
        for info in list(bucket.versions(key)):
            bucket.delete(key, version=info.version)


def _writes_once_in(name: str) -> Trial:
    def tried(store: Store, key: str) -> str | None:
        bucket: Bucket = getattr(store, name)
        first = bucket.put(key, b"first", only_if_absent=True)
        second = bucket.put(key, b"second", only_if_absent=True)
        if not first:
            return "a first write was refused"
        return "a second write was taken" if second or bucket.get(key) != b"first" else None

    return tried


def _writes_once_among_versions(store: Store, _key: str) -> str | None:
    store.audit.put(PROBE, b"first", only_if_absent=True)
    second = store.audit.put(PROBE, b"second", only_if_absent=True)
    return "a second write was taken" if second or store.audit.get(PROBE) != b"first" else None


def _keeps_what_was_first(store: Store, _key: str) -> str | None:
    return "other bytes are there than were first written" if PROBE in store.audit.rewritten() else None


def _keeps_each_version(store: Store, key: str) -> str | None:
    store.inbox.put(key, b"first")
    store.inbox.put(key, b"second, in its place")
    store.inbox.delete(key)
    versions = list(store.inbox.versions(key))
    if [info.size for info in versions] != [5, 20]:
        return _GONE
    if store.inbox.get(key, version=versions[0].version) != b"first":
        return "another version was given"
    store.inbox.delete(key, version=versions[0].version)
    left = [info.version for info in store.inbox.versions(key)]
    return None if left == [versions[1].version] else "another version was removed"


def _lists_at_once(store: Store, key: str) -> str | None:
    store.inbox.put(key, b"first")
    listed = next((one for one in store.inbox.list(key)), None)
    head = store.inbox.head(key)
    if listed is None or head is None:
        return "an object just written is not listed"
    if (listed.etag, listed.size) != (head.etag, head.size):
        return "a listing and a header tell of different objects"
    return None


def _takes_parts(store: Store, key: str) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe"
        path.write_bytes(bytes(6 << 20))
        store.inbox.put_in_parts(key, path, 5 << 20)
    there = store.inbox.head(key)
    return None if there is not None and there.size == 6 << 20 else "the parts made no whole"


def _copies_a_version(store: Store, key: str) -> str | None:
    store.inbox.put(key, b"first")
    store.inbox.put(key, b"second, in its place")
    first = next(store.inbox.versions(key))
    store.vault.copy_from(store.inbox, key, key, version=first.version)
    return None if store.vault.get(key) == b"first" else "another version was copied"


def _gives_as_listed(name: str) -> Trial:
    """As a backup fetches from a bucket without versions."""

    def tried(store: Store, key: str) -> str | None:
        bucket: Bucket = getattr(store, name)
        bucket.put(key, b"first")
        (first,) = bucket.list(key)
        bucket.put(key, b"second, in its place")
        (second,) = bucket.list(key)
        return _obeys(bucket, second, first.etag)

    return tried


def _gives_the_probe_as_listed(store: Store, _key: str) -> str | None:
    (listed,) = (info for info in store.audit.list(PROBE) if info.key == PROBE)
    return _obeys(store.audit, listed, "0" * 32)


def _gives_a_version_as_listed(store: Store, key: str) -> str | None:
    store.inbox.put(key, b"first")
    store.inbox.put(key, b"second, in its place")
    versions = list(store.inbox.versions(key))
    if len(versions) != 2:
        return _GONE
    return _obeys(store.inbox, versions[0], versions[1].etag)


def _obeys(bucket: Bucket, listed: ObjectInfo, other: str) -> str | None:
    """Whether it is given by its etag, and by no other."""

    def given(etag: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            try:
                bucket.download(listed.key, Path(folder) / "probe", version=listed.version, etag=etag)
            except NotFoundError:
                return False
            return True

    if not given(listed.etag):
        return "what was listed is refused"
    return "another object is given than was listed" if given(other) else None


def _erases(name: str) -> Trial:
    def tried(store: Store, key: str) -> str | None:
        bucket: Bucket = getattr(store, name)
        bucket.put(key, b"first")
        bucket.put(key, b"second, in its place")
        bucket.delete(key)
        bucket.put(key, b"third")
        bucket.erase(key)
        left = bucket.head(key) is not None or any(info.key == key for info in bucket.versions(key))
        return "something of it is left" if left else None

    return tried


_TRIALS: tuple[tuple[str, str, str, Trial], ...] = (
    ("vault", "written only if absent", "of two runs one wins", _writes_once_in("vault")),
    ("audit", "written only if absent", "no segment is written twice", _writes_once_among_versions),
    ("audit", "the first version stays", "what is overwritten is seen", _keeps_what_was_first),
    ("inbox", "keeps each version apart", "what is dropped over a file replaces none", _keeps_each_version),
    ("inbox", "listed as soon as it is there", "no drop is overlooked", _lists_at_once),
    ("inbox", "uploads in parts", "a browser goes on after a cut", _takes_parts),
    ("vault", "copies the version named", "what is kept is what was noted", _copies_a_version),
    ("inbox", "written only if absent", "`massicot drop` overwrites nothing", _writes_once_in("inbox")),
    ("inbox", "a version given as listed", "a backup holds what its list says", _gives_a_version_as_listed),
    ("vault", "given as listed", "a backup holds what its list says", _gives_as_listed("vault")),
    ("audit", "given as listed", "a backup holds what its list says", _gives_the_probe_as_listed),
    ("inbox", "erased with all versions", "a purge leaves nothing", _erases("inbox")),
    ("vault", "erased with all versions", "a purge leaves nothing", _erases("vault")),
)  # fmt: skip
