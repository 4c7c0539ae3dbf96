"""Certificates: signed statements that something was destroyed, by whom and how much of it."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AwareDatetime, BaseModel, ConfigDict

from storage.log.events import canonical
from storage.log.seals import is_signature


class Certificate(BaseModel):
    """`counts`: objects by kind, `people` and so on: rows that name nobody any more.

    `purge`: SHA-256 of the tombstone in the vault; `list_sha256`: of the exact list of objects, which went
    with them. Persons by their accounts' opaque ids.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    purge: str
    session: str
    planned_by: str
    planned_at: AwareDatetime
    confirmed_by: str
    confirmed_at: AwareDatetime
    done_at: AwareDatetime
    counts: dict[str, int]
    people: int
    scans: int
    dossiers: int
    holds: int
    list_sha256: str
    signature: str = ""

    def signed(self, key: Ed25519PrivateKey) -> Certificate:
        return self.model_copy(update={"signature": key.sign(self._stated()).hex()})

    def is_signed_by(self, key: str) -> bool:
        """By this raw public key, in hexadecimal."""
        return is_signature(self.signature, key, self._stated())

    def to_bytes(self) -> bytes:
        """As it is kept."""
        return canonical(self.model_dump(mode="json")).encode()

    def own_sha256(self) -> str:
        """By which `purge.done` names it."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def _stated(self) -> bytes:
        return canonical(self.model_dump(mode="json", exclude={"signature"})).encode()
