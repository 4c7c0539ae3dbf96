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

from storage.objects import Bucket, NotFoundError, Store, StoreError

PROBE = "probe"
"""Of the audit bucket: what is written there stays, so it is written once in its life."""
_KEY = "receipts/.probe-"  # where nothing is taken for a drop
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
            for one in (store.inbox, store.vault, store.lots):
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


def _writes_once(store: Store, key: str) -> str | None:
    first = store.vault.put(key, b"first", only_if_absent=True)
    second = store.vault.put(key, b"second", only_if_absent=True)
    if not first:
        return "a first write was refused"
    return "a second write was taken" if second or store.vault.get(key) != b"first" else None


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
        return "what was written over, or deleted, is gone"
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


def _copies(store: Store, key: str) -> str | None:
    store.vault.put(key, b"first")
    store.lots.copy_from(store.vault, key, key)
    return None if store.lots.get(key) == b"first" else "the copy has other bytes"


def _copies_a_version(store: Store, key: str) -> str | None:
    store.inbox.put(key, b"first")
    store.inbox.put(key, b"second, in its place")
    first = next(store.inbox.versions(key))
    store.vault.copy_from(store.inbox, key, key, version=first.version)
    return None if store.vault.get(key) == b"first" else "another version was copied"


_TRIALS: tuple[tuple[str, str, str, Callable[[Store, str], str | None]], ...] = (
    ("vault", "written only if absent", "of two runs one wins", _writes_once),
    ("audit", "written only if absent", "no segment is written twice", _writes_once_among_versions),
    ("audit", "the first version stays", "what is overwritten is seen", _keeps_what_was_first),
    ("inbox", "keeps each version apart", "what is dropped over a file replaces none", _keeps_each_version),
    ("inbox", "listed as soon as it is there", "no drop is overlooked", _lists_at_once),
    ("inbox", "uploads in parts", "a browser goes on after a cut", _takes_parts),
    ("vault", "copies the version named", "what is kept is what was noted", _copies_a_version),
    ("lots", "copied within the store", "lots need no bytes here", _copies),
)  # fmt: skip
