"""Codes that stand in for a lost second factor: shown once, kept as hashes, each good for one sign-in."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from storage.database.register import Register
from storage.database.schema import accounts
from storage.events import Change, Facts
from storage.ids import token_hash
from storage.people.accounts import Account
from storage.refusals import Refusal, Refused

_CODES = 10
_BYTES = 10  # 80 bits: their hashes give nothing away, though they stand in the log


class RecoveryCodesMade(Facts):
    """In place of all earlier ones; `hashes`: SHA-256. `step`: of the second factor's code that it took."""

    action = "account.recovery_codes_made"
    french = "codes de secours établis"
    hashes: tuple[str, ...]
    step: int

    def apply(self, change: Change) -> bool:
        row = change.row(accounts, change.subject)
        if row.totp_step is not None and self.step <= row.totp_step:
            raise Refused(Refusal.CODE_USED)
        change.set(accounts, row.id, recovery=list(self.hashes), totp_step=self.step)
        return True


class Recovered(Facts):
    """Signed in with a recovery code, which is not taken again."""

    action = "account.recovered"
    french = "connexion par un code de secours"
    hash: str

    def apply(self, change: Change) -> bool:
        row = change.row(accounts, change.subject)
        left = [one for one in row.recovery or () if one != self.hash]
        if len(left) == len(row.recovery or ()):
            raise Refused(Refusal.CODE_USED)
        change.set(accounts, row.id, recovery=left, failures=0, locked_until=None)
        return True


def make_codes(register: Register, account: Account, step: int, *, at: datetime) -> list[str]:
    """Ten codes, `ABCD-EFGH-IJKL-MNOP`, seen this once. Raises Refused for a step that was taken before."""
    drawn = [base64.b32encode(secrets.token_bytes(_BYTES)).decode() for _ in range(_CODES)]
    facts = RecoveryCodesMade(hashes=tuple(map(token_hash, drawn)), step=step)
    register.record(facts, account.id, actor=account.actor, at=at)
    return ["-".join(code[k : k + 4] for k in range(0, len(code), 4)) for code in drawn]


def is_of(code: str, account: Account) -> bool:
    """Whether it is one of the account's that are left, however it is spaced."""
    return _hash(code) in (account.recovery or ())


def note_recovery(register: Register, account: Account, code: str, *, at: datetime) -> None:
    """Raises Refused when the code was taken before."""
    register.record(Recovered(hash=_hash(code)), account.id, actor=account.actor, at=at)


def _hash(code: str) -> str:
    return token_hash("".join(code.upper().replace("-", " ").split()))
