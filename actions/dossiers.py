"""What is done about a candidate's dossier."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from actions.context import Context
from processors.dossiers.findings import Code
from storage.events import Event
from storage.facts import DossierDecided, Pronounced
from storage.refusals import Refusal, Refused


def pronounce(
    work: Context,
    dossier: str,
    decision: Pronounced,
    grounds: Sequence[Code],
    author: str,
    reason: str,
    *,
    actor: str,
    at: datetime,
) -> Event | None:
    """What the commission decides; earlier decisions stay. Author and reason may name people: vault."""
    if not author.strip():
        raise Refused(Refusal.NO_AUTHOR)
    if not reason.strip():
        raise Refused(Refusal.NO_REASON)
    key = f"reasons/{dossier}-{secrets.token_hex(8)}.json"
    said = {"author": author.strip(), "reason": reason.strip()}
    work.register.vault.put(key, json.dumps(said, ensure_ascii=False).encode())
    facts = DossierDecided(decision=decision, grounds=tuple(grounds), reason=key)
    return work.register.record(facts, dossier, actor=actor, at=at)
