"""Accounts of the desk: who may sign in, as what, what was shown. Names are in register and vault alone."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Connection, select

from processors.plain import plain
from storage.bucket.keys import kept_person
from storage.database.register import Register, events_of
from storage.database.schema import accounts
from storage.database.tables import rows_of
from storage.events import Change, Facts
from storage.ids import new_id, token_hash
from storage.refusals import Refusal, Refused
from storage.states import Role

_INVITED_FOR = timedelta(days=7)
_FAILURES = 5  # in a row, and the account is locked
_LOCKED = timedelta(minutes=15)
NOBODY = "nobody"
"""Who failed to sign in where that must change no account: the log alone keeps it."""


class AccountInvited(Facts):
    """`person`: the key in the vault of name and e-mail; `invitation`: SHA-256 of what the link holds.

    An account that is there is invited anew: whoever has the link chooses another password. `shown_to`: who
    saw the link and may have taken it up; None when it went to the invited person alone.
    """

    action = "account.invited"
    french = "invitation à ouvrir un compte"
    role: Role
    scope: str | None
    person: str
    invitation: str
    until: AwareDatetime
    shown_to: str | None = None

    def apply(self, change: Change) -> bool:
        person = json.loads(change.vault.get(self.person))
        of_address = account_of_email(change.connection, person["email"])
        if of_address and of_address.id != change.subject:
            raise Refused(Refusal.ADDRESS_TAKEN)
        values = {
            "role": self.role,
            "scope": self.scope,
            "email": person["email"],
            "name": person["name"],
            "invitation": self.invitation,
            "invited_until": self.until,
            "link_seen_by": self.shown_to,
            "closed": False,
        }
        if account(change.connection, change.subject):
            change.set(accounts, change.subject, **values)
        else:
            change.add(accounts, {"id": change.subject, "epoch": 0, "failures": 0, **values})
        return True


class AccountOpened(Facts):
    """The invitation was taken up; `secret`: the key in the vault of password hash and second factor."""

    action = "account.opened"
    french = "compte ouvert"
    secret: str

    def apply(self, change: Change) -> bool:
        row = change.row(accounts, change.subject)
        if row.invitation is None or row.invited_until < change.event.at:
            raise Refused(Refusal.INVITATION_OVER)
        secret = json.loads(change.vault.get(self.secret))
        free = {"invitation": None, "invited_until": None, "failures": 0, "locked_until": None}
        change.set(accounts, row.id, **secret, **free, totp_step=None, recovery=None, epoch=row.epoch + 1)
        return True


class AccountClosed(Facts):
    action = "account.closed"
    french = "compte fermé"

    def apply(self, change: Change) -> bool:
        row = change.row(accounts, change.subject)
        if row.closed:
            return False
        nothing = {"invitation": None, "password": None, "totp": None, "recovery": None}
        change.set(accounts, row.id, closed=True, **nothing, epoch=row.epoch + 1)
        return True


class SignedIn(Facts):
    """`step`: of the second factor's code, which is not taken again."""

    action = "account.signed_in"
    french = "connexion"
    step: int | None

    def apply(self, change: Change) -> bool:
        row = change.row(accounts, change.subject)
        if self.step is not None and row.totp_step is not None and self.step <= row.totp_step:
            raise Refused(Refusal.CODE_USED)
        step = self.step or row.totp_step
        change.set(accounts, row.id, failures=0, locked_until=None, totp_step=step)
        return True


class SignedOut(Facts):
    """Wherever the account was signed in."""

    action = "account.signed_out"
    french = "déconnexion"

    def apply(self, change: Change) -> bool:
        row = change.row(accounts, change.subject)
        change.set(accounts, row.id, epoch=row.epoch + 1)
        return True


class SignInFailed(Facts):
    """Subject: the account, or `nobody` for an address without one, and for one that is locked."""

    action = "account.sign_in_failed"
    french = "connexion refusée"

    def apply(self, change: Change) -> bool:
        if change.subject == NOBODY:
            return True
        row = change.row(accounts, change.subject)
        failures = row.failures + 1
        locked_until = row.locked_until if failures % _FAILURES else change.event.at + _LOCKED
        change.set(accounts, row.id, failures=failures, locked_until=locked_until)
        return True


class IdentityShown(Facts):
    """Somebody was shown whose this is: `what` says on which page. Subject: what was shown."""

    action = "identity.shown"
    french = "identité montrée"
    what: str


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
    link_seen_by: str | None
    recovery: list[str] | None = None  # SHA-256 of the recovery codes that are left
    notices_off: list[str] | None = None  # those that it does not want

    @property
    def actor(self) -> str:
        """What the log calls whoever signs in: a corrector by the corrector's own id, as everywhere."""
        return self.scope if self.role is Role.CORRECTOR and self.scope else self.id

    def locked(self, at: datetime) -> bool:
        return self.locked_until is not None and at < self.locked_until


def invite(
    register: Register,
    role: Role,
    scope: str | None,
    email: str,
    name: str,
    *,
    shown_to: str | None = None,
    actor: str,
    at: datetime,
) -> str:
    """An invitation for a week; what its link must hold. An account of this address is invited anew.

    Raises Refused when the address is that of an account with another role or scope, or of one that somebody
    of another name used: what was done with it bears its name.
    """
    email = email.strip().lower()
    with register.reading() as connection:
        known = account_of_email(connection, email)
        used = known is not None and was_used(connection, known.id)
    account = known.id if known and (known.role, known.scope) == (role, scope) else new_id("acct")
    if known and known.id == account and used and plain(known.name) != plain(name):
        raise Refused(Refusal.OTHERS_ACCOUNT)
    person = register.keep(kept_person(f"{account}-{secrets.token_hex(8)}"), {"email": email, "name": name})
    token = secrets.token_urlsafe(24)
    invited = AccountInvited(
        role=role,
        scope=scope,
        person=person,
        invitation=token_hash(token),
        until=at + _INVITED_FOR,
        shown_to=shown_to,
    )
    register.record(invited, account, actor=actor, at=at)
    return token


def open_account(
    register: Register, account: Account, password: str, totp: str | None, *, at: datetime
) -> None:
    """Takes up the invitation; `password`: its argon2id hash. Raises Refused when it no longer counts."""
    secret = {"password": password, "totp": totp}
    key = register.keep(kept_person(f"{account.id}-{secrets.token_hex(8)}"), secret)
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


def was_used(connection: Connection, id_: str) -> bool:
    """Whether somebody took up its invitation, or came by a provider; it may be closed since."""
    ways = (AccountOpened.action, SignedIn.action)
    return any(event.action in ways for event in events_of(connection, id_))


def may_be_one_person(connection: Connection, one: str, other: str) -> bool:
    """Whether one person may have both: who saw the link that opened an account may have taken it up."""
    return one == other or not _who_may_have(connection, one).isdisjoint(_who_may_have(connection, other))


def _who_may_have(connection: Connection, id_: str | None) -> set[str]:
    """This account, the one that saw its link, the one that saw that one's, and so on; not the machine."""
    found = set[str]()
    while id_ is not None and id_ not in found and (row := account(connection, id_)):
        found.add(id_)
        id_ = row.link_seen_by
    return found


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
    query = select(accounts).where(*conditions).order_by(accounts.c.role, accounts.c.name)
    return rows_of(connection, query, Account)
