"""Another key for the log: when somebody left, or may have seen the old one."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from storage.bucket.objects import Bucket
from storage.database.register import Register
from storage.log.seals import raw
from storage.log.segments import KeyReplacedError, ship
from storage.log.signing import load_or_make_key
from storage.log.signing_key import SIGNING_KEY, SigningKeyReplaced, replacements


def replace_key(register: Register, bucket: Bucket, path: Path, *, actor: str, at: datetime) -> None:
    """Makes a new key in the place of this one, and ships the log with it. Cut short, it is done again.

    The old key seals what came before, then is gone; the new one's seals vouch for what it signed. Another
    machine that ships must be given the new key: with the old one it is refused.
    """
    old, draft = load_or_make_key(path), path.with_stem(f"{path.stem}-next")
    new = load_or_make_key(draft)
    facts = SigningKeyReplaced(old=raw(old.public_key()), new=raw(new.public_key()))
    with register.transaction() as transaction:
        if facts not in replacements(transaction.connection).values():
            transaction.record(facts, SIGNING_KEY, actor=actor, at=at)
    with suppress(KeyReplacedError):
        ship(register, bucket, old, at=at)
    draft.with_suffix(".pub").replace(path.with_suffix(".pub"))
    draft.replace(path)
    ship(register, bucket, new, at=at)
