"""The second factor's secrets, which are kept encrypted, and its codes (TOTP, RFC 6238)."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken

_STEP = 30  # seconds


def new_key() -> bytes:
    return secrets.token_bytes(32)


def new_secret() -> str:
    """Base32."""
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


class SecondFactors:
    """Who reads register, vault or a backup without this key (32 bytes) makes no code."""

    def __init__(self, key: bytes) -> None:
        self._key = Fernet(base64.urlsafe_b64encode(key))

    def sealed(self, secret: str) -> str:
        """As it is kept."""
        return self._key.encrypt(secret.encode()).decode()

    def step_of(self, code: str, kept: str, at: datetime) -> int | None:
        """As `step_of`, of a secret as it is kept: in clear by an account opened before version 0.2.

        None, too, where it was sealed with another key.
        """
        try:
            return step_of(code, kept if is_secret(kept) else self._key.decrypt(kept).decode(), at)
        except InvalidToken:
            return None
