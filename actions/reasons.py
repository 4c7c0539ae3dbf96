"""Why somebody did something, in that person's words: kept in the vault, for they may name people."""

from __future__ import annotations

import json

from storage.bucket.keys import REASONS, kept_words
from storage.events import Event, Vault
from storage.refusals import Refusal, Refused


def keep_reason(vault: Vault, subject: str, text: str, *, wanted: bool = True) -> str:
    """Its key. Raises Refused when nothing was written and it is `wanted`."""
    if wanted and not text.strip():
        raise Refused(Refusal.NO_REASON)
    key = kept_words(subject, "txt")
    vault.put(key, text.strip().encode())
    return key


def words_of(vault: Vault, event: Event) -> str:
    """What somebody wrote in it, of a commission's decision without who pronounced it. It may name people."""
    keys = (fact for fact in event.facts.values() if isinstance(fact, str) and fact.startswith(REASONS))
    return " ".join(text_of(vault, key) for key in keys).strip()


def text_of(vault: Vault, key: str) -> str:
    """What was written, by its key."""
    kept = vault.get(key)
    return str(json.loads(kept)["reason"]) if key.endswith(".json") else kept.decode()
