"""A copy of one machine's store and register in a folder, and back from it into an empty place.

The order makes it whole while the flows go on: first the inbox, whose files only ever leave for the vault;
then the register, at one moment; then the vault, which holds all that the register speaks of; last the
segments of the log that the register knew to be sealed. What is there already is not copied again. The
register is its events, so it comes back by replaying them. Keys are not in it, nor panels' sheets that wait
in the inbox: they bear marks.

For recipients, everything that could tell something is encrypted: objects, and the manifest that says where
each lay. What stays in clear, for who makes the next one or prunes without being able to read any, is an
outline: sizes, and hashes under a secret, since from a bare hash a few words can be guessed.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import mimetypes
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from sqlalchemy import select

from storage.bucket.keys import BACKUP_SECRET, CERTIFICATES, RETURNS, seal_key, segment_key
from storage.bucket.objects import Bucket, NotFoundError, ObjectInfo, Store
from storage.bucket.probe import PROBE
from storage.database.register import Register, ReplayError, head, newest_revision
from storage.database.schema import segments
from storage.events import canonical
from storage.log.replay import fingerprints
from storage.log.segments import AuditError, rebuild_register, unsealed_lines
from storage.log.verify import verify
from storage.machine.age import AgeError, Identities, Recipients
from storage.machine.private import write_private
from storage.machine.scratch import scratch

_MIB = 1 << 20
_PARTS = range(5, 65)  # MiB: what clients make parts of
_SEALED = ".age"


class BackupError(RuntimeError):
    """It cannot be made, pruned or brought back; the message says why."""


class Kept(BaseModel):
    """An object of a bucket (`inbox`, `vault` or `audit`); `sha256`: of the file that holds its bytes,
    encrypted where the backup is.
    """

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


class Piece(NamedTuple):
    """A file of a backup, by its hash, and its size. `place` and `content`: hashes, under a secret, of where
    the object lay with its ETag, and of its bytes.
    """

    place: str
    content: str
    sha256: str
    size: int


class Outline(BaseModel):
    """What is said of a backup in clear. `sha256`: of its manifest's file; `seq`: the last event in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    sha256: str
    seq: int | None
    recipients: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def encrypted(self) -> bool:
        return bool(self.recipients)


class Pruned(NamedTuple):
    """Names of backups: those that are gone, those that stay, and of these the ones that lack something."""

    gone: list[str]
    kept: list[str]
    broken: list[str]


@dataclass
class Backup:
    """The folder: `objects/`, and of each backup a manifest and an outline. For its owner alone."""

    folder: Path

    def names(self) -> list[str]:
        """Of its backups, from the first to the last."""
        return sorted({path.name.partition(".")[0] for path in self.folder.glob("backup-*.json*")})

    def manifest(self, name: str, identities: Identities) -> Manifest:
        """Raises BackupError where these identities do not open it, or nothing does."""
        path = self._manifest(name)
        if not path.exists():
            raise BackupError(f"no such backup in {self.folder}")
        data = path.read_bytes()
        if path.suffix == _SEALED:
            if not identities:
                raise BackupError(f"{name} is encrypted: say with which --identity it opens")
            try:
                data = identities.decrypt(data)
            except AgeError as error:
                raise BackupError(f"{path}: {error}") from None
        try:
            return Manifest.model_validate_json(data)
        except ValidationError:
            raise BackupError(f"{path} is damaged: take an earlier backup") from None

    def outline(self, name: str) -> Outline:
        """Raises BackupError where it cannot be told what the backup needs."""
        path = self._outline(name)
        if path.exists():
            try:
                return Outline.model_validate_json(path.read_bytes())
            except ValidationError:
                raise BackupError(f"{path} is damaged: nothing tells what this backup needs") from None
        kept = self.manifest(name, Identities()).objects  # as earlier versions wrote it
        pieces = tuple(Piece("", "", one.sha256, one.size) for one in kept)
        return Outline(name=name, sha256=self.sha256(name), seq=None, recipients=(), pieces=pieces)

    def sha256(self, name: str) -> str:
        """Of the manifest's file."""
        return _sha256(self._manifest(name))

    def encrypted(self, name: str) -> bool:
        return self._manifest(name).suffix == _SEALED

    def path(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256

    def make(
        self, store: Store, register: Register, recipients: Recipients, *, at: datetime
    ) -> tuple[Outline, int]:
        """A new one, and how many objects were not there yet. Killed half-way, it leaves none.

        For no recipients, it is in clear.
        """
        with self._alone(), scratch() as folder:
            known = _Known(store.vault, self._latest(recipients))
            kept, pieces, fresh = list[Kept](), list[Piece](), 0

            def keep(name: str, bucket: Bucket, found: Iterable[ObjectInfo]) -> None:
                nonlocal fresh
                for info in found:
                    place = known.hash(name, info.key, info.etag)
                    piece = known.places.get(place)
                    if piece is None or not self._holds(piece):
                        try:
                            piece = self._fetch(bucket, info, place, known, recipients, folder)
                        except NotFoundError:  # it has left the bucket, or was replaced, meanwhile
                            continue
                        fresh += 1
                    pieces.append(piece)
                    kept.append(
                        Kept(bucket=name, key=info.key, etag=info.etag, size=info.size, sha256=piece.sha256)
                    )

            dropped = store.inbox.versions()
            keep("inbox", store.inbox, (info for info in dropped if not info.key.startswith(RETURNS)))
            with register.reading() as connection:
                seq = head(connection).seq
                unsealed = tuple(unsealed_lines(connection))
                sealed = connection.execute(select(segments).where(segments.c.seal.is_not(None))).all()
                tables = fingerprints(connection)
            keep("vault", store.vault, store.vault.list())
            of_log = {key for row in sealed for key in (seal_key(row.n), segment_key(row.first, row.last))}
            keep("audit", store.audit, (info for info in store.audit.list() if info.key in of_log))
            keep("audit", store.audit, store.audit.list(CERTIFICATES))
            made = Manifest(
                made_at=at, unsealed=unsealed, tables=tables, revision=newest_revision(), objects=tuple(kept)
            )
            return self._write(made, seq, recipients, tuple(pieces)), fresh

    def _write(self, made: Manifest, seq: int, recipients: Recipients, pieces: tuple[Piece, ...]) -> Outline:
        """The manifest last: with it the backup is there."""
        data = made.model_dump_json().encode()
        if recipients:
            data = recipients.encrypt(data)
        name = f"backup-{made.made_at:%Y%m%dT%H%M%S%f}"
        outline = Outline(
            name=name, sha256=hashlib.sha256(data).hexdigest(), seq=seq, recipients=recipients, pieces=pieces
        )
        write_private(self._outline(name), outline.model_dump_json().encode())
        write_private(self.folder / f"{name}.json{_SEALED if recipients else ''}", data)
        return outline

    def _fetch(
        self,
        bucket: Bucket,
        info: ObjectInfo,
        place: str,
        known: _Known,
        recipients: Recipients,
        scratch: Path,
    ) -> Piece:
        """The object, once it is here. Raises NotFoundError. In clear it is never where a sealed one goes."""
        draft = self.folder / "draft"
        fetched = scratch / "object" if recipients else draft
        bucket.download(info.key, fetched, version=info.version, etag=info.etag)
        content = known.hash(_sha256(fetched))
        same = known.contents.get(content)
        if same is not None and self._holds(same):
            return same._replace(place=place)
        if recipients:
            recipients.encrypt_file(fetched, draft)
        piece = Piece(place, content, _sha256(draft), draft.stat().st_size)
        path = self.path(piece.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(path)
        known.contents[content] = piece
        return piece

    def prune(self, keep: int, gone: Callable[[Outline], None]) -> Pruned:
        """Leaves the `keep` newest whole backups and what is newer; `gone` is told of each that holds nothing
        any longer. Raises BackupError, having removed nothing, where it cannot be told what one needs.
        """
        with self._alone():
            outlines = [self.outline(name) for name in self.names()]
            whole = [one.name for one in outlines if self._is_whole(one)]
            first = whole[-keep:][0] if whole else ""
            stay = [one for one in outlines if one.name >= first]
            needed = {piece.sha256 for one in stay for piece in one.pieces}
            for path in self.folder.glob("objects/*/*"):
                if path.name not in needed:
                    path.unlink()
            over = [one for one in outlines if one.name < first]
            for one in over:
                gone(one)
                self._manifest(one.name).unlink()
                self._outline(one.name).unlink(missing_ok=True)
            names = [one.name for one in stay]
            return Pruned([one.name for one in over], names, [name for name in names if name not in whole])

    def restore(
        self,
        manifest: Manifest,
        store: Store,
        register: Register,
        key: Ed25519PublicKey,
        identities: Identities,
    ) -> int:
        """Brings it all back into buckets and a register that are empty, and verifies it; how many objects.

        `identities`: none where the backup is in clear. Raises BackupError when they are not empty, when a
        byte of the backup has changed, or when what came back is not what was.
        """
        buckets = {"inbox": store.inbox, "vault": store.vault, "audit": store.audit}
        for name, bucket in buckets.items():
            if any(info.key != PROBE for info in bucket.list()):
                raise BackupError(f"the bucket {name} is not empty: restore into an empty place")
        # Earlier releases kept each copy of a lot a second time, in a bucket of its own
        objects = [kept for kept in manifest.objects if kept.bucket in buckets]
        with scratch() as folder:
            for kept in objects:
                path = self.path(kept.sha256)
                if not path.exists() or _sha256(path) != kept.sha256:
                    raise BackupError(f"{path} is damaged or missing: take an earlier backup")
                if identities:
                    opened = folder / "object"
                    try:
                        identities.decrypt_file(path, opened)
                    except AgeError as error:
                        raise BackupError(f"{path}: {error}") from None
                    path = opened
                _put_back(buckets[kept.bucket], kept, path)
        try:
            rebuild_register(store.audit, key, register)
            with register.transaction() as transaction:
                transaction.replay(manifest.unsealed)
        except (AuditError, ReplayError) as error:
            raise BackupError(str(error)) from None
        if manifest.revision == newest_revision():
            tables = register.ask(fingerprints)
            differ = sorted(name for name in tables if tables[name] != manifest.tables[name])
            if differ:
                raise BackupError(f"these tables are not what they were: {', '.join(differ)}")
        problems = verify(store.audit, key, register)
        if problems:
            raise BackupError(" ".join(problem.message for problem in problems))
        return len(objects)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of two that make or prune, the second is sent away: it might remove what the first just laid."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"a backup is being made or pruned in {self.folder}") from None
            yield

    def _latest(self, recipients: Recipients) -> Outline | None:
        """Whose files the next one for the same recipients needs not copy again."""
        outlines = (self.outline(name) for name in reversed(self.names()))
        return next((one for one in outlines if one.recipients == tuple(recipients)), None)

    def _is_whole(self, outline: Outline) -> bool:
        return self.sha256(outline.name) == outline.sha256 and all(map(self._holds, outline.pieces))

    def _holds(self, piece: Piece) -> bool:
        path = self.path(piece.sha256)
        return path.exists() and path.stat().st_size == piece.size

    def _manifest(self, name: str) -> Path:
        sealed = self.folder / f"{name}.json{_SEALED}"
        return sealed if sealed.exists() else self.folder / f"{name}.json"

    def _outline(self, name: str) -> Path:
        return self.folder / f"outline-{name}.json"


class _Known:
    """What need not be copied again. The secret of its hashes lies in the vault, whose reader reads all."""

    def __init__(self, vault: Bucket, before: Outline | None) -> None:
        vault.put(BACKUP_SECRET, secrets.token_bytes(32), only_if_absent=True)
        self._secret = vault.get(BACKUP_SECRET)
        pieces = before.pieces if before else ()
        self.places = {piece.place: piece for piece in pieces}
        self.contents = {piece.content: piece for piece in pieces}

    def hash(self, *parts: str) -> str:
        return hmac.new(self._secret, canonical(parts).encode(), "sha256").hexdigest()


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
