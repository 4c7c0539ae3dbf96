"""Does a store hold to what massicot relies on? Each condition is tried in the bucket and the way of its use.

What stores make of conditions differs by make, by release, and by whether a bucket is versioned; what they do
not know they mostly ignore, without a word.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from storage.objects import Bucket, NotFoundError, Store, StoreError

PROBE = "probe"
"""Of the audit bucket: what is written there stays, so it is written once in its life."""
_KEY = "receipts/.probe-"  # where nothing is taken for a drop


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
        bucket.delete(key)


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


def _removes_what_was_seen_alone(store: Store, key: str) -> str | None:
    store.inbox.put(key, b"first")
    seen = store.inbox.head(key)
    store.inbox.put(key, b"second, in its place")
    removed = store.inbox.delete(key, etag=seen.etag if seen else "")
    return "a newer object was removed" if removed or store.inbox.head(key) is None else None


def _gives_what_was_seen_alone(store: Store, key: str) -> str | None:
    store.inbox.put(key, b"first")
    seen = store.inbox.head(key)
    store.inbox.put(key, b"second, in its place")
    with tempfile.TemporaryDirectory() as folder:
        try:
            store.inbox.download(key, Path(folder) / "probe", etag=seen.etag if seen else "")
        except NotFoundError:
            return None
    return "a newer object was given"


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


_TRIALS: tuple[tuple[str, str, str, Callable[[Store, str], str | None]], ...] = (
    ("vault", "written only if absent", "of two runs one wins", _writes_once),
    ("audit", "written only if absent", "no segment is written twice", _writes_once_among_versions),
    ("audit", "the first version stays", "what is overwritten is seen", _keeps_what_was_first),
    ("inbox", "removed only if it is the one", "no newer file goes unread", _removes_what_was_seen_alone),
    ("inbox", "given only if it is the one", "what is read is what was noted", _gives_what_was_seen_alone),
    ("inbox", "listed as soon as it is there", "no drop is overlooked", _lists_at_once),
    ("inbox", "uploads in parts", "a browser goes on after a cut", _takes_parts),
    ("lots", "copied within the store", "lots need no bytes here", _copies),
)  # fmt: skip
