"""Passwords (argon2id)."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH, MOST_LENGTH = 12, 1000
_hasher = PasswordHasher()
_NOBODYS = _hasher.hash("of no account: a wrong address takes as long as a wrong password")
_at_once = BoundedSemaphore(4)  # each takes 64 MiB: a crowd waits, it does not fill the memory


def hashed(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def matches(password: str, known: str | None) -> bool:
    """Takes as long when there is no such account."""
    try:
        with _at_once:
            return _hasher.verify(known or _NOBODYS, password) and known is not None
    except (VerificationError, InvalidHashError):
        return False
