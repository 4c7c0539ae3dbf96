"""A story, verified as it is told: each event against its own hash, the event before it, and its seal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError
from sqlalchemy import Connection, Row, select

from storage.bucket.keys import seal_key
from storage.bucket.objects import Bucket, NotFoundError
from storage.database.register import Register, events_of
from storage.database.schema import events, segments
from storage.events import GENESIS, Event
from storage.log.seals import Seal, raw
from storage.log.signing_key import SigningKeyReplaced, replacements


class Proof(StrEnum):
    """What vouches for an event."""

    SEALED = "sealed"  # the signed log says the same
    CHAINED = "chained"  # the register's chain alone, its seal is still to come
    BROKEN = "broken"  # it is not what was written


@dataclass(frozen=True)
class CheckedEvent:
    event: Event
    proof: Proof


def story(register: Register, bucket: Bucket, key: Ed25519PublicKey, subject: str) -> list[CheckedEvent]:
    """Every event that touched this candidate, corrector, scan, copy, lot or dossier, oldest first."""
    with register.reading() as connection:
        log = _Log(bucket, key, replacements(connection))
        return [
            CheckedEvent(event, _proof(event, connection, log)) for event in events_of(connection, subject)
        ]


def _proof(event: Event, connection: Connection, log: _Log) -> Proof:
    before = connection.scalar(select(events.c.line).where(events.c.seq == event.seq - 1))
    previous = Event.parse(before).hash if before else GENESIS
    if not event.is_whole() or event.previous != previous:
        return Proof.BROKEN
    query = select(segments).where(
        segments.c.first <= event.seq, segments.c.last >= event.seq, segments.c.seal.is_not(None)
    )
    segment = connection.execute(query).first()
    if segment is None:
        return Proof.CHAINED
    return Proof.SEALED if event.line() in log.lines(segment) else Proof.BROKEN


class _Log:
    """Sealed segments, each read and checked once."""

    def __init__(
        self, bucket: Bucket, key: Ed25519PublicKey, replaced: Mapping[int, SigningKeyReplaced]
    ) -> None:
        self._bucket = bucket
        self._key = key
        self._replaced = replaced
        self._read: dict[int, frozenset[str]] = {}

    def lines(self, segment: Row[tuple[int, ...]]) -> frozenset[str]:
        """Of this segment; none when anything about it or its seal is not as it was."""
        if segment.n not in self._read:
            self._read[segment.n] = frozenset(self._checked(segment))
        return self._read[segment.n]

    def _checked(self, segment: Row[tuple[int, ...]]) -> Iterator[str]:
        try:
            stated = self._bucket.get(seal_key(segment.n))
            seal = Seal.model_validate_json(stated)
            data = self._bucket.get(seal.segment)
        except (NotFoundError, ValidationError):
            return
        if (
            seal.is_signed_by(self._signer(segment))
            and _sha256(stated) == segment.seal
            and _sha256(data) == seal.sha256
            and (seal.n, seal.first, seal.last) == (segment.n, segment.first, segment.last)
        ):
            yield from data.decode().split("\n")[:-1]

    def _signer(self, segment: Row[tuple[int, ...]]) -> str:
        """The key that the next replacement after it calls the old one."""
        later = (facts.old for seq, facts in self._replaced.items() if seq > segment.first)
        return next(later, raw(self._key))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
