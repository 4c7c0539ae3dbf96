"""Why somebody did something, in that person's words: kept in the vault, for they may name people."""

from __future__ import annotations

import secrets

from storage.refusals import Refusal, Refused
from storage.register import Vault


def keep_reason(vault: Vault, subject: str, text: str) -> str:
    """Its key. Raises Refused when nothing was written."""
    if not text.strip():
        raise Refused(Refusal.NO_REASON)
    return keep_words(vault, subject, text)


def keep_words(vault: Vault, subject: str, text: str) -> str:
    """The key of what somebody wrote, if only of nothing."""
    key = f"reasons/{subject.replace('/', '-')}-{secrets.token_hex(8)}.txt"
    vault.put(key, text.strip().encode())
    return key
