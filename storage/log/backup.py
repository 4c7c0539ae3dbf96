"""A copy of one machine's store and register in a folder, and back from it into an empty place.

The order makes it whole while the flows go on: first the inbox, whose files only ever leave for the vault;
then the register, at one moment; then vault and lots, which hold all that the register speaks of; last the
segments of the log that the register knew to be sealed. Objects lie by their hash: what is there already is
not copied again. The register is its events, so it comes back by replaying them. Keys are not in it.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import select

from storage.keys import is_certificate, seal_key, segment_key
from storage.log.replay import fingerprints
from storage.log.segments import AuditError, rebuild_register, unsealed_lines
from storage.log.verify import verify
from storage.objects import Bucket, NotFoundError, ObjectInfo, Store
from storage.probe import PROBE
from storage.register import Register, ReplayError, newest_revision
from storage.schema import segments

_MIB = 1 << 20
_PARTS = range(5, 65)  # MiB: what clients make parts of


class BackupError(RuntimeError):
    """It cannot be made or brought back; the message says why."""


class Kept(BaseModel):
    """An object of a bucket (`inbox`, `vault`, `lots` or `audit`), whose bytes lie under their hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    bucket: str
    key: str
    etag: str
    size: int
    sha256: str


class Manifest(BaseModel):
    """One backup. `unsealed`: events that were in the register alone; `tables`: what each table was, with
    the columns that it has after the migration `revision`: after another, nothing can be compared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    made_at: AwareDatetime
    unsealed: tuple[str, ...]
    tables: dict[str, str]
    revision: str | None = None
    objects: tuple[Kept, ...]


@dataclass
class Backup:
    """The folder: `objects/` and one manifest for each backup. It holds identities: for its owner alone."""

    folder: Path

    def manifests(self) -> list[Path]:
        """From the first to the last."""
        return sorted(self.folder.glob("backup-*.json"))

    def latest(self) -> Manifest | None:
        paths = self.manifests()
        return Manifest.model_validate_json(paths[-1].read_bytes()) if paths else None

    def path(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256

    def make(self, store: Store, register: Register, *, at: datetime) -> tuple[Manifest, int]:
        """A new one, and how many objects were not there yet. Killed half-way, it leaves none."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = self.latest()
        known = {(k.bucket, k.key, k.etag): k.sha256 for k in before.objects} if before else {}
        kept, fresh = list[Kept](), 0

        def keep(name: str, bucket: Bucket, found: Iterable[ObjectInfo]) -> None:
            nonlocal fresh
            for info in found:
                sha256 = known.get((name, info.key, info.etag))
                if sha256 is None or not self.path(sha256).exists():
                    sha256 = self._fetch(bucket, info)
                    fresh += bool(sha256)
                if sha256:
                    kept.append(
                        Kept(bucket=name, key=info.key, etag=info.etag, size=info.size, sha256=sha256)
                    )

        keep("inbox", store.inbox, store.inbox.versions())
        with register.reading() as connection:
            unsealed = tuple(unsealed_lines(connection))
            sealed = connection.execute(select(segments).where(segments.c.seal.is_not(None))).all()
            tables = fingerprints(connection)
        keep("vault", store.vault, store.vault.list())
        keep("lots", store.lots, store.lots.list())
        of_log = {key for row in sealed for key in (seal_key(row.n), segment_key(row.first, row.last))}
        keep(
            "audit", store.audit, (i for i in store.audit.list() if i.key in of_log or is_certificate(i.key))
        )
        made = Manifest(
            made_at=at, unsealed=unsealed, tables=tables, revision=newest_revision(), objects=tuple(kept)
        )
        draft = self.folder / "draft.json"
        draft.write_text(made.model_dump_json())
        draft.chmod(0o600)
        draft.replace(self.folder / f"backup-{at:%Y%m%dT%H%M%S}.json")
        return made, fresh

    def _fetch(self, bucket: Bucket, info: ObjectInfo) -> str:
        """Its hash, once it is here. Empty for what has left the bucket, or was replaced, meanwhile."""
        draft = self.folder / "draft"
        try:
            bucket.download(info.key, draft, version=info.version, etag=info.etag)
        except NotFoundError:
            return ""
        sha256 = _sha256(draft)
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(path)
        return sha256

    def restore(self, manifest: Manifest, store: Store, register: Register, key: Ed25519PublicKey) -> int:
        """Brings it all back into buckets and a register that are empty, and verifies it; how many objects.

        Raises BackupError when they are not empty, when a byte of the backup has changed, or when what came
        back is not what was.
        """
        buckets = {"inbox": store.inbox, "vault": store.vault, "lots": store.lots, "audit": store.audit}
        for name, bucket in buckets.items():
            if any(info.key != PROBE for info in bucket.list()):
                raise BackupError(f"the bucket {name} is not empty: restore into an empty place")
        for kept in manifest.objects:
            path = self.path(kept.sha256)
            if not path.exists() or _sha256(path) != kept.sha256:
                raise BackupError(f"{path} is damaged or missing: take an earlier backup")
            _put_back(buckets[kept.bucket], kept, path)
        try:
            rebuild_register(store.audit, key, register)
            with register.transaction() as transaction:
                transaction.replay(manifest.unsealed)
        except (AuditError, ReplayError) as error:
            raise BackupError(str(error)) from None
        if manifest.revision == newest_revision():
            with register.reading() as connection:
                tables = fingerprints(connection)
            differ = sorted(name for name in tables if tables[name] != manifest.tables[name])
            if differ:
                raise BackupError(f"these tables are not what they were: {', '.join(differ)}")
        problems = verify(store.audit, key, register)
        if problems:
            raise BackupError(" ".join(problem.message for problem in problems))
        return len(manifest.objects)


def _put_back(bucket: Bucket, kept: Kept, path: Path) -> None:
    """Under its key and with its ETag, by which the register knows a dropped file."""
    digest, _, parts = kept.etag.partition("-")
    size = _part_size(path, digest, int(parts)) if parts else None
    if size:
        bucket.put_in_parts(kept.key, path, size)
    else:
        kind, _ = mimetypes.guess_type(kept.key)
        bucket.put(kept.key, path, content_type=kind or "application/octet-stream")


def _part_size(path: Path, digest: str, parts: int) -> int | None:
    """Bytes of the parts in which this file was uploaded, as its ETag tells: the MD5 of the parts' MD5."""
    total = path.stat().st_size
    for size in (mib * _MIB for mib in _PARTS if -(-total // (mib * _MIB)) == parts):
        with path.open("rb") as file:
            each = [
                hashlib.md5(chunk, usedforsecurity=False).digest()
                for chunk in iter(lambda: file.read(size), b"")  # noqa: B023 - used at once
            ]
        if hashlib.md5(b"".join(each), usedforsecurity=False).hexdigest() == digest:
            return size
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
