"""Accounts and tokens of the desk in the register: who may come in, who came, who no longer may."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from storage.account_facts import (
    AccountClosed,
    AccountInvited,
    AccountOpened,
    IdentityShown,
    SignedIn,
    SignedOut,
    SignInFailed,
    TokenMade,
    TokenRevoked,
)
from storage.changes.base import Change, apply
from storage.refusals import Refusal, Refused
from storage.schema import accounts, tokens

_FAILURES = 5  # in a row, and the account is locked
_LOCKED = timedelta(minutes=15)
NOBODY = "nobody"
"""Who failed to sign in where that must change no account: the log alone keeps it."""


@apply.register
def account_invited(facts: AccountInvited, change: Change) -> bool:
    person = json.loads(change.vault.get(facts.person))
    taken = select(accounts.c.id).where(accounts.c.email == person["email"], accounts.c.id != change.subject)
    if change.connection.execute(taken).first():
        raise Refused(Refusal.ADDRESS_TAKEN)
    values = {
        "role": facts.role,
        "scope": facts.scope,
        "email": person["email"],
        "name": person["name"],
        "invitation": facts.invitation,
        "invited_until": facts.until,
        "closed": False,
    }
    known = select(accounts.c.id).where(accounts.c.id == change.subject)
    if change.connection.execute(known).first():
        _set(change, **values)
    else:
        row = {"id": change.subject, "epoch": 0, "failures": 0, **values}
        change.connection.execute(insert(accounts).values(row))
    return True


@apply.register
def account_opened(facts: AccountOpened, change: Change) -> bool:
    row = change.row(accounts, change.subject)
    if row.invitation is None or row.invited_until < change.event.at:
        raise Refused(Refusal.INVITATION_OVER)
    secret = json.loads(change.vault.get(facts.secret))
    free = {"invitation": None, "invited_until": None, "failures": 0, "locked_until": None}
    _set(change, **secret, **free, totp_step=None, epoch=row.epoch + 1)
    return True


@apply.register
def account_closed(facts: AccountClosed, change: Change) -> bool:
    row = change.row(accounts, change.subject)
    if row.closed:
        return False
    _set(change, closed=True, invitation=None, password=None, totp=None, epoch=row.epoch + 1)
    return True


@apply.register
def signed_in(facts: SignedIn, change: Change) -> bool:
    row = change.row(accounts, change.subject)
    if facts.step is not None and row.totp_step is not None and facts.step <= row.totp_step:
        raise Refused(Refusal.CODE_USED)
    _set(change, failures=0, locked_until=None, totp_step=facts.step or row.totp_step)
    return True


@apply.register
def signed_out(facts: SignedOut, change: Change) -> bool:
    _set(change, epoch=change.row(accounts, change.subject).epoch + 1)
    return True


@apply.register
def sign_in_failed(facts: SignInFailed, change: Change) -> bool:
    if change.subject == NOBODY:
        return True
    row = change.row(accounts, change.subject)
    failures = row.failures + 1
    locked = failures % _FAILURES == 0
    _set(change, failures=failures, locked_until=change.event.at + _LOCKED if locked else row.locked_until)
    return True


@apply.register
def token_made(facts: TokenMade, change: Change) -> bool:
    label = json.loads(change.vault.get(facts.label))["label"]
    known = facts.model_dump(include={"role", "scope", "hash", "until"})
    row = {"id": change.subject, "label": label, "revoked": False, **known}
    change.connection.execute(insert(tokens).values(row))
    return True


@apply.register
def token_revoked(facts: TokenRevoked, change: Change) -> bool:
    if change.row(tokens, change.subject).revoked:
        return False
    change.connection.execute(update(tokens).where(tokens.c.id == change.subject).values(revoked=True))
    return True


@apply.register
def identity_shown(facts: IdentityShown, change: Change) -> bool:
    """Kept by the log alone."""
    return True


def _set(change: Change, **values: Any) -> None:
    change.connection.execute(update(accounts).where(accounts.c.id == change.subject).values(values))
