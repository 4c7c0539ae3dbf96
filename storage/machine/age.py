"""Files encrypted in the age format (age-encryption.org/v1), for whoever has one of the identities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pyrage import (
    DecryptError,
    IdentityError,
    RecipientError,
    decrypt,
    decrypt_file,
    encrypt,
    encrypt_file,
    x25519,
)

from storage.machine.private import write_private


class AgeError(ValueError):
    """It is no key, or opens nothing; the message says which, and never shows an identity."""


class Recipients(tuple[str, ...]):
    """Public keys, `age1…` each: whoever has the identity of one of them reads what is encrypted."""

    __slots__ = ()

    def _keys(self) -> list[x25519.Recipient]:
        return [x25519.Recipient.from_str(key) for key in self]

    def encrypt(self, data: bytes) -> bytes:
        sealed: bytes = encrypt(data, self._keys())
        return sealed

    def encrypt_file(self, source: Path, to: Path) -> None:
        """Piece by piece: no file is in memory."""
        encrypt_file(str(source), str(to), self._keys())


class Identities(tuple[x25519.Identity, ...]):
    """Secret keys."""

    __slots__ = ()

    def decrypt(self, data: bytes) -> bytes:
        """Raises AgeError."""
        try:
            opened: bytes = decrypt(data, list(self))
        except DecryptError as error:
            raise AgeError(_said(error)) from None
        return opened

    def decrypt_file(self, source: Path, to: Path) -> None:
        """Piece by piece. Raises AgeError; what is at `to` then is of no use."""
        try:
            decrypt_file(str(source), str(to), list(self))
        except (DecryptError, OSError) as error:  # an altered or cut piece is an OSError without a number
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise AgeError(_said(error)) from None


def recipients_of(said: Sequence[str]) -> Recipients:
    """Of keys, or of files with a key a line as `age -R` takes them. Raises AgeError, OSError."""
    lines = [
        line.strip()
        for one in said
        for line in ([one] if one.startswith("age1") else Path(one).read_text().splitlines())
    ]
    keys = sorted({line for line in lines if line and not line.startswith("#")})
    for key in keys:
        try:
            x25519.Recipient.from_str(key)
        except RecipientError:
            raise AgeError(f"{key[:16]}… is no public key of age (age1…)") from None
    if said and not keys:
        raise AgeError(f"no public key in {', '.join(said)}")
    return Recipients(keys)


def identities_of(path: Path) -> Identities:
    """Of a file as `age-keygen` writes it. Raises AgeError, OSError."""
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines()]
    try:
        keys = [x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except IdentityError:
        raise AgeError(f"{path} is no file of identities (AGE-SECRET-KEY-1…)") from None
    if not keys:
        raise AgeError(f"no identity in {path}")
    return Identities(keys)


def make_identity(path: Path, at: datetime) -> str:
    """A new identity in a file of its own, for its owner alone to read; its public key."""
    made = x25519.Identity.generate()
    public = str(made.to_public())
    text = f"# created: {at.isoformat(timespec='seconds')}\n# public key: {public}\n{made}\n"
    write_private(path, text.encode())
    return public


def _said(error: Exception) -> str:
    return "no identity given opens it" if "No matching keys" in str(error) else "it is damaged, or cut"
