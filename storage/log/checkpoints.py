"""Checkpoints: small signed statements of where the log stood, to be kept or published elsewhere.

Whoever holds one can tell when log and register were both put back to an earlier moment. A second key may
countersign it: a witness who says to have seen it, at an academy or a notary.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict

from storage.events import canonical
from storage.log.seals import Seal, is_signature, raw, signers


class Countersignature(BaseModel):
    """`key`: the witness's public key, raw and in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str
    signature: str


class Checkpoint(BaseModel):
    """`n`, `seal`: the last seal's number and SHA-256; `last`, `head`: the last sealed event and its hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    n: int
    seal: str
    last: int
    head: str
    made_at: AwareDatetime
    signature: str = ""
    countersignatures: tuple[Countersignature, ...] = ()

    @classmethod
    def of(cls, seal: Seal, key: Ed25519PrivateKey, *, at: datetime) -> Checkpoint:
        """That the log ends, at this time, with this seal."""
        made = cls(n=seal.n, seal=seal.own_sha256(), last=seal.last, head=seal.head, made_at=at)
        return made.model_copy(update={"signature": key.sign(made._stated()).hex()})

    def countersigned(self, key: Ed25519PrivateKey) -> Checkpoint:
        """With one more witness."""
        public = raw(key.public_key())
        witness = Countersignature(key=public, signature=key.sign(self._stated()).hex())
        return self.model_copy(update={"countersignatures": (*self.countersignatures, witness)})

    def is_witnessed_by(self, key: Ed25519PublicKey) -> bool:
        return any(
            is_signature(one.signature, one.key, self._stated())
            for one in self.countersignatures
            if one.key == raw(key)
        )

    def against(self, seals: Mapping[int, Seal], key: Ed25519PublicKey) -> list[str]:
        """What is wrong with it, or with the log that should reach as far: English sentences."""
        signed_by = signers(seals, key).get(self.n, raw(key))
        if not is_signature(self.signature, signed_by, self._stated()):
            return ["The checkpoint is forged or altered: its signature is not of this key."]
        found = seals.get(self.n)
        when = f"{self.made_at:%Y-%m-%d %H:%M:%S %Z}"
        if found is None:
            return [f"The log was put back: at {when} it had {self.n} seals and {self.last} sealed events."]
        if found.own_sha256() != self.seal:
            return [f"Seal {self.n} is not the one that stood there at {when}."]
        return []

    def to_text(self) -> str:
        """As it is printed and kept."""
        return canonical(self.model_dump(mode="json")) + "\n"

    def _stated(self) -> bytes:
        return canonical(self.model_dump(mode="json", exclude={"signature", "countersignatures"})).encode()
