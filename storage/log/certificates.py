"""Certificates: signed statements that something was destroyed, by whom and how much of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from storage.bucket.keys import certificate_key
from storage.bucket.objects import Bucket, NotFoundError
from storage.events import canonical
from storage.log.seals import is_signature, raw
from storage.log.signing_key import replacements
from storage.people.purges import all_purges


class HoldingBackup(BaseModel):
    """One that stood when it began, and may hold what was destroyed until it is pruned."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    sha256: str
    noted_at: AwareDatetime
    encrypted: bool


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
    backups: tuple[HoldingBackup, ...]
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


def check_certificates(
    bucket: Bucket, key: Ed25519PublicKey, connection: Connection
) -> Iterator[tuple[str, str]]:
    """Where one is missing or is not what was signed, and an English sentence."""
    keys = {raw(key), *(facts.old for facts in replacements(connection).values())}
    for row in all_purges(connection):
        if row.certificate is None:
            continue
        where = certificate_key(row.id)
        try:
            data = bucket.get(where)
            found = Certificate.model_validate_json(data)
        except NotFoundError:
            yield where, "The certificate of this purge is missing."
        except ValidationError:
            yield where, "The certificate of this purge is altered: it cannot be read."
        else:
            if hashlib.sha256(data).hexdigest() != row.certificate or not any(map(found.is_signed_by, keys)):
                yield where, "The certificate of this purge is altered: it is not what was signed."
