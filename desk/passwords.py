"""Passwords (argon2id) and the second factor's codes (TOTP, RFC 6238)."""

from __future__ import annotations

from datetime import datetime
from threading import BoundedSemaphore

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH, MOST_LENGTH = 12, 1000
_hasher = PasswordHasher()
_NOBODYS = _hasher.hash("of no account: a wrong address takes as long as a wrong password")
_STEP = 30  # seconds
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


def new_secret() -> str:
    """Of a second factor, base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether it is one of ours, which a form carried there and back."""
    return len(text) == 32 and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """The time step whose code this is, the last one and the next allowed for; None for a wrong code."""
    code = "".join(code.split())
    now = int(at.timestamp()) // _STEP
    totp = pyotp.TOTP(secret)
    return next((s for s in (now, now - 1, now + 1) if code.isdigit() and totp.at(s * _STEP) == code), None)


def picture_of(secret: str, email: str) -> str:
    """A QR code for an authenticator, as a data URI."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="massicot")
    return segno.make(address, error="m").svg_data_uri(scale=4, border=2)
