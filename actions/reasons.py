"""Why somebody did something, in that person's words: kept in the vault, for they may name people."""

from __future__ import annotations

from storage.keys import kept_words
from storage.log.events import Vault
from storage.refusals import Refusal, Refused


def keep_reason(vault: Vault, subject: str, text: str, *, wanted: bool = True) -> str:
    """Its key. Raises Refused when nothing was written and it is `wanted`."""
    if wanted and not text.strip():
        raise Refused(Refusal.NO_REASON)
    key = kept_words(subject, "txt")
    vault.put(key, text.strip().encode())
    return key
