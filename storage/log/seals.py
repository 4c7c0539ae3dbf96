"""Seals: each signs one segment of the log, and names the seal before it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict

from storage.bucket.keys import segment_key
from storage.events import GENESIS, canonical


class Seal(BaseModel):
    """`sha256`: of the segment; `head`: hash of its last event; `previous`: SHA-256 of the seal before;
    `replaces`: where a key signs for the first time, the one before it, raw and in hexadecimal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    n: int
    segment: str
    sha256: str
    first: int
    last: int
    head: str
    previous: str
    sealed_at: AwareDatetime
    replaces: str | None = None
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
        replaces: str | None = None,
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
            replaces=replaces,
        )
        return seal.model_copy(update={"signature": key.sign(seal._signed()).hex()})

    def is_signed_by(self, key: str) -> bool:
        """By this raw public key, in hexadecimal."""
        return is_signature(self.signature, key, self._signed())

    def to_bytes(self) -> bytes:
        """As it is kept."""
        return canonical(self.model_dump(mode="json", exclude_none=True)).encode()

    def own_sha256(self) -> str:
        """By which the next seal, the register and a checkpoint name this one."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def _signed(self) -> bytes:
        return canonical(self.model_dump(mode="json", exclude={"signature"}, exclude_none=True)).encode()


def signers(seals: Mapping[int, Seal], key: Ed25519PublicKey) -> dict[int, str]:
    """The key that must have signed each of these seals, raw and in hexadecimal, if `key` signs today.

    Each seal holds the hash of the one before, so that the last key vouches for all of them.
    """
    found, current = dict[int, str](), raw(key)
    for n in sorted(seals, reverse=True):
        found[n] = current
        current = seals[n].replaces or current
    return found


def raw(key: Ed25519PublicKey) -> str:
    return key.public_bytes_raw().hex()


def is_signature(signature: str, key: str, stated: bytes) -> bool:
    """Whether `signature` is one of `stated` by this raw public key; both in hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), stated)
    except (InvalidSignature, ValueError):
        return False
    return True
