"""Seals: each signs one segment of the log, and names the seal before it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict

from storage.keys import segment_key
from storage.log.events import GENESIS, canonical


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

    def own_sha256(self) -> str:
        """By which the next seal, the register and a checkpoint name this one."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def _signed(self) -> bytes:
        return canonical(self.model_dump(mode="json", exclude={"signature"})).encode()
