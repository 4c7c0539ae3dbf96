"""Seals: each signs one segment of the log, and names the seal before it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict

from storage.events import GENESIS, canonical

_SEGMENT = re.compile(r"log/(\d{12,})-(\d{12,})\.jsonl")
_SEAL = re.compile(r"seals/([1-9]\d*)\.json")


class Seal(BaseModel):
    """`sha256`: of the segment; `head`: hash of its last event; `previous`: SHA-256 of the seal before."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    n: int
    segment: str
    sha256: str
    first: int
    last: int
    head: str
    previous: str
    sealed_at: AwareDatetime
    signature: str = ""

    @classmethod
    def of(
        cls,
        n: int,
        first: int,
        last: int,
        *,
        segment: bytes,
        head: str,
        previous: str | None,
        at: datetime,
        key: Ed25519PrivateKey,
    ) -> Seal:
        """The seal of these bytes: the same key and facts always give the same seal."""
        seal = cls(
            n=n,
            segment=segment_key(first, last),
            sha256=hashlib.sha256(segment).hexdigest(),
            first=first,
            last=last,
            head=head,
            previous=previous or GENESIS,
            sealed_at=at,
        )
        return seal.model_copy(update={"signature": key.sign(seal._signed()).hex()})

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        try:
            key.verify(bytes.fromhex(self.signature), self._signed())
        except (InvalidSignature, ValueError):
            return False
        return True

    def to_bytes(self) -> bytes:
        """As it is kept."""
        return canonical(self.model_dump(mode="json")).encode()

    def _signed(self) -> bytes:
        return canonical(self.model_dump(mode="json", exclude={"signature"})).encode()


def segment_key(first: int, last: int) -> str:
    return f"log/{first:012}-{last:012}.jsonl"


def segment_range(key: str) -> tuple[int, int] | None:
    """First and last seq that a segment's key promises, None for a key that is no segment's."""
    match = _SEGMENT.fullmatch(key)
    return (int(match[1]), int(match[2])) if match else None


def seal_key(n: int) -> str:
    return f"seals/{n}.json"


def seal_number(key: str) -> int | None:
    match = _SEAL.fullmatch(key)
    return int(match[1]) if match else None
