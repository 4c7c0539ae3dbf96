"""Who may come in: people's accounts and programs' tokens, given and taken back by the service."""

from __future__ import annotations

from datetime import datetime

from actions.context import Context
from storage import accounts, tokens
from storage.correctors import all_correctors
from storage.refusals import Refusal, Refused
from storage.states import Role


def invite(work: Context, role: Role, of: str, email: str, name: str, *, actor: str, at: datetime) -> str:
    """What the link of an invitation must hold; `of`: a centre's UAI, or a corrector by id or reference."""
    scope = _scope(work, role, of)
    return accounts.invite(work.register, role, scope, email, name, actor=actor, at=at)


def make_token(work: Context, role: Role, of: str, label: str, days: int, *, actor: str, at: datetime) -> str:
    """A new token of the API, seen this once."""
    scope = _scope(work, role, of)
    return tokens.make_token(work.register, role, scope, label, days, actor=actor, at=at)


def close(work: Context, account: str, *, actor: str, at: datetime) -> None:
    """Another's account."""
    if account == actor:
        raise Refused(Refusal.OWN_ACCOUNT)
    accounts.close_account(work.register, account, actor=actor, at=at)


def _scope(work: Context, role: Role, of: str) -> str | None:
    """Whose things this role is to reach: a centre's, a corrector's, everybody's."""
    if role is Role.SERVICE:
        if of:
            raise Refused(Refusal.WANTS_NO_SCOPE)
        return None
    if role is Role.CENTRE:
        if work.session.centre(of) is None:
            raise Refused(Refusal.WANTS_CENTRE)
        return of
    with work.register.reading() as connection:
        known = all_correctors(connection)
    corrector = next((one.id for one in known if of in (one.id, one.reference)), None)
    if corrector is None:
        raise Refused(Refusal.WANTS_CORRECTOR)
    return corrector
