"""Bearer tokens of the API: what a program may do, for as long as it was told. Kept as hashes."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Connection, select

from storage.bucket.keys import kept_person
from storage.database.register import Register
from storage.database.schema import tokens
from storage.database.tables import rows_of
from storage.events import Change, Event, Facts
from storage.ids import new_id, token_hash
from storage.states import Role

_BEGINS = "massicot_"
"""So that one that was left in a file is recognised as what it is."""


class TokenMade(Facts):
    """A bearer token of the API; `label`: the key in the vault of what people call it. Subject: its id."""

    action = "token.made"
    french = "jeton d’accès créé"
    role: Role
    scope: str | None
    label: str
    hash: str
    until: AwareDatetime

    def apply(self, change: Change) -> bool:
        label = json.loads(change.vault.get(self.label))["label"]
        known = self.model_dump(include={"role", "scope", "hash", "until"})
        change.add(tokens, {"id": change.subject, "label": label, "revoked": False, **known})
        return True


class TokenRevoked(Facts):
    action = "token.revoked"
    french = "jeton d’accès révoqué"

    def apply(self, change: Change) -> bool:
        if change.row(tokens, change.subject).revoked:
            return False
        change.set(tokens, change.subject, revoked=True)
        return True


@dataclass(frozen=True)
class ApiToken:
    """`scope` as an account's; `label`: what people call it."""

    id: str
    role: Role
    scope: str | None
    label: str
    until: datetime
    revoked: bool

    def good(self, at: datetime) -> bool:
        return not self.revoked and at <= self.until


def make_token(
    register: Register, role: Role, scope: str | None, label: str, days: int, *, actor: str, at: datetime
) -> str:
    """A new token, seen this once."""
    id_ = new_id("tokn")
    key = register.keep(kept_person(id_), {"label": label})
    token = _BEGINS + secrets.token_urlsafe(24)
    until = at + timedelta(days=days)
    made = TokenMade(role=role, scope=scope, label=key, hash=token_hash(token), until=until)
    register.record(made, id_, actor=actor, at=at)
    return token


def revoke_token(register: Register, id_: str, *, actor: str, at: datetime) -> Event | None:
    """From now on it is worth nothing; None when it was so. Raises Refused when there is none of this id."""
    return register.record(TokenRevoked(), id_, actor=actor, at=at)


def token_of(connection: Connection, text: str, at: datetime) -> ApiToken | None:
    """Whose text this is, if it still counts."""
    found = next(iter(_tokens(connection, tokens.c.hash == token_hash(text))), None)
    return found if found and found.good(at) else None


def all_tokens(connection: Connection) -> list[ApiToken]:
    """By role and label."""
    return _tokens(connection)


def _tokens(connection: Connection, *conditions: ColumnElement[bool]) -> list[ApiToken]:
    query = select(tokens).where(*conditions).order_by(tokens.c.role, tokens.c.label, tokens.c.id)
    return rows_of(connection, query, ApiToken)
