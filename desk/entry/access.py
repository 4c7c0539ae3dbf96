"""Who may come to which page and to which part of the API: the one place where it is decided.

Every route names one of these; a test goes through all routes, all roles, and one's own and others' objects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import Depends, HTTPException, Request

from actions.site import Site, now
from desk.entry.visits import Visit, Visits
from storage.people.accounts import Account, note_identity
from storage.people.correctors import CorrectorRow, corrector_by_id
from storage.states import Role

_ONE_ACCESS = 3600  # seconds


class SignInNeeded(Exception):  # noqa: N818 - nothing is broken
    """Nobody is signed in: the page of sign-in is shown instead."""


class Caller(Protocol):
    """Who asks: somebody's account, or a program's token. `id` is what the log calls it."""

    @property
    def id(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def scope(self) -> str | None: ...


def visit_of(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


def visits_of(request: Request) -> Visits:
    visits: Visits = request.app.state.visits
    return visits


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def _role(*roles: Role) -> Callable[[Request], Caller]:
    def check(request: Request) -> Caller:
        caller: Caller | None = request.state.caller
        if caller is None:
            raise SignInNeeded
        if caller.role not in roles:
            raise HTTPException(404)  # what others have is not even there
        return caller

    return check


def _account(request: Request) -> Account:
    account = visit_of(request).account
    if account is None:
        raise SignInNeeded
    return account


def _centre(request: Request, uai: str) -> Caller:
    """A centre's own people, and the service."""
    caller = _role(Role.CENTRE, Role.SERVICE)(request)
    if caller.role is Role.CENTRE and caller.scope != uai:
        raise HTTPException(404)
    if site_of(request).session.centre(uai) is None:
        raise HTTPException(404)
    return caller


def _corrector(request: Request) -> CorrectorRow:
    caller = _role(Role.CORRECTOR)(request)
    corrector = site_of(request).register.ask(corrector_by_id, caller.scope or "")
    if corrector is None:
        raise HTTPException(404)
    return corrector


AnyAccount = Annotated[Account, Depends(_account)]
ServiceAccount = Annotated[Caller, Depends(_role(Role.SERVICE))]
CentreAccount = Annotated[Caller, Depends(_centre)]
Corrector = Annotated[CorrectorRow, Depends(_corrector)]


def shows_identity(request: Request, subject: str, what: str) -> None:
    """Before somebody is shown whose this is: it goes to the log.

    A page that asks for its own news every few seconds, or for its pictures, is one access an hour.
    """
    caller: Caller = request.state.caller
    at = now()
    noted: dict[tuple[str, str, str], float] = request.app.state.identities_shown
    key = (caller.id, subject, what)
    if noted.get(key, 0) + _ONE_ACCESS < at.timestamp():
        note_identity(site_of(request).register, subject, what, actor=caller.id, at=at)
        noted[key] = at.timestamp()
