"""Accounts of the desk: who may sign in, as what. Names and addresses are in register and vault alone."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select

from storage.account_facts import (
    AccountClosed,
    AccountInvited,
    AccountOpened,
    IdentityShown,
    SignedIn,
    SignedOut,
    SignInFailed,
)
from storage.changes.accounts import NOBODY
from storage.ids import new_id
from storage.intake import token_hash
from storage.keys import kept_person
from storage.register import Register
from storage.schema import accounts
from storage.states import Role

_INVITED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Account:
    """`scope`: a centre's UAI, a corrector's id, None for the service. Holds personal data."""

    id: str
    role: Role
    scope: str | None
    email: str
    name: str
    invited_until: datetime | None
    password: str | None
    totp: str | None
    totp_step: int | None
    epoch: int
    locked_until: datetime | None
    closed: bool

    @property
    def actor(self) -> str:
        """What the log calls whoever signs in: a corrector by the corrector's own id, as everywhere."""
        return self.scope if self.role is Role.CORRECTOR and self.scope else self.id

    def locked(self, at: datetime) -> bool:
        return self.locked_until is not None and at < self.locked_until


def invite(
    register: Register, role: Role, scope: str | None, email: str, name: str, *, actor: str, at: datetime
) -> str:
    """An invitation for a week; what its link must hold. An account of this address is invited anew.

    Raises Refused when the address is that of an account with another role or scope.
    """
    email = email.strip().lower()
    with register.reading() as connection:
        known = account_of_email(connection, email)
    account = known.id if known and (known.role, known.scope) == (role, scope) else new_id("acct")
    person = kept_person(f"{account}-{secrets.token_hex(8)}")
    register.vault.put(person, json.dumps({"email": email, "name": name}, ensure_ascii=False).encode())
    token = secrets.token_urlsafe(24)
    invited = AccountInvited(
        role=role, scope=scope, person=person, invitation=token_hash(token), until=at + _INVITED_FOR
    )
    register.record(invited, account, actor=actor, at=at)
    return token


def open_account(
    register: Register, account: Account, password: str, totp: str | None, *, at: datetime
) -> None:
    """Takes up the invitation; `password`: its argon2id hash. Raises Refused when it no longer counts."""
    key = kept_person(f"{account.id}-{secrets.token_hex(8)}")
    register.vault.put(key, json.dumps({"password": password, "totp": totp}).encode())
    register.record(AccountOpened(secret=key), account.id, actor=account.actor, at=at)


def close_account(register: Register, account: str, *, actor: str, at: datetime) -> None:
    register.record(AccountClosed(), account, actor=actor, at=at)


def note_sign_in(register: Register, account: Account, step: int | None, *, at: datetime) -> None:
    """Raises Refused when the second factor's code was taken before."""
    register.record(SignedIn(step=step), account.id, actor=account.actor, at=at)


def note_failure(register: Register, account: Account | None, *, at: datetime) -> None:
    """It takes as long, and leaves a trace, for an address without an account and for one that is locked."""
    counts = account is not None and not account.closed and not account.locked(at)
    register.record(SignInFailed(), account.id if account and counts else NOBODY, actor="desk", at=at)


def note_sign_out(register: Register, account: Account, *, at: datetime) -> None:
    register.record(SignedOut(), account.id, actor=account.actor, at=at)


def note_identity(register: Register, subject: str, what: str, *, actor: str, at: datetime) -> None:
    """Before somebody is shown whose this is."""
    register.record(IdentityShown(what=what), subject, actor=actor, at=at)


def account(connection: Connection, id_: str) -> Account | None:
    return _one(connection, accounts.c.id == id_)


def account_of_email(connection: Connection, email: str) -> Account | None:
    return _one(connection, accounts.c.email == email.strip().lower())


def account_invited(connection: Connection, token: str, at: datetime) -> Account | None:
    """Whom this link invites, if it still does."""
    found = _one(connection, accounts.c.invitation == token_hash(token))
    return found if found and found.invited_until and at <= found.invited_until else None


def all_accounts(connection: Connection) -> list[Account]:
    """By role and name."""
    return _accounts(connection)


def _one(connection: Connection, *conditions: ColumnElement[bool]) -> Account | None:
    return next(iter(_accounts(connection, *conditions)), None)


def _accounts(connection: Connection, *conditions: ColumnElement[bool]) -> list[Account]:
    names = [accounts.c[name] for name in Account.__dataclass_fields__]
    query = select(*names).where(*conditions).order_by(accounts.c.role, accounts.c.name)
    return [Account(**{**row._mapping, "role": Role(row.role)}) for row in connection.execute(query)]
