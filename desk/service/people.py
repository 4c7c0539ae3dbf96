"""Who may come in: people's accounts and programs' tokens, for the service to give and to take back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from actions.people import accounts as of_accounts
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.listing import Column, Listing
from desk.page import page
from desk.service.lists import centres_of
from storage.people import accounts, tokens
from storage.people.correctors import all_correctors
from storage.states import Role

router = APIRouter(prefix="/coordination/comptes")

_Name = Annotated[str, Form(min_length=1, max_length=200)]


@router.get("")
def people(request: Request, account: ServiceAccount) -> Response:
    with site_of(request).register.reading() as connection:
        listing = _listing(request, accounts.all_accounts(connection), _holders(connection))
    return listing.csv("comptes") or _people(request)


@router.post("")
def invite(
    request: Request,
    account: ServiceAccount,
    role: Annotated[Role, Form()],
    email: Annotated[str, Form(min_length=3, max_length=200)],
    name: _Name,
    centre: Annotated[str, Form()] = "",
    corrector: Annotated[str, Form()] = "",
) -> Response:
    """Makes an invitation; its link goes to the person by mail, or is shown here, once."""
    site = site_of(request)
    of = {Role.CENTRE: centre, Role.CORRECTOR: corrector}.get(role, "")
    url = request.app.state.settings.url
    link = of_accounts.invite(site, role, of, email, name, desk=url, actor=account.id, at=now())
    return _people(request, link=link, mailed=None if link else email)


@router.post("/{other}/fermer")
def close(request: Request, other: str, account: ServiceAccount) -> Response:
    of_accounts.close(site_of(request), other, actor=account.id, at=now())
    return RedirectResponse("/coordination/comptes", 303)


@router.post("/jetons")
def make_token(
    request: Request,
    account: ServiceAccount,
    role: Annotated[Role, Form()],
    label: _Name,
    days: Annotated[int, Form(ge=1, le=366)],
    centre: Annotated[str, Form()] = "",
    corrector: Annotated[str, Form()] = "",
) -> Response:
    """Makes a token of the API and shows it, once."""
    site = site_of(request)
    of = {Role.CENTRE: centre, Role.CORRECTOR: corrector}.get(role, "")
    token = of_accounts.make_token(site, role, of, label, days, actor=account.id, at=now())
    return _people(request, token=token)


@router.post("/jetons/{token}/revoquer")
def revoke_token(request: Request, token: str, account: ServiceAccount) -> Response:
    tokens.revoke_token(site_of(request).register, token, actor=account.id, at=now())
    return RedirectResponse("/coordination/comptes", 303)


def _people(
    request: Request, *, link: str | None = None, mailed: str | None = None, token: str | None = None
) -> Response:
    site = site_of(request)
    with site.register.reading() as connection:
        values: dict[str, Any] = {
            "listing": _listing(request, accounts.all_accounts(connection), _holders(connection)),
            "tokens": tokens.all_tokens(connection),
            "correctors": all_correctors(connection),
        }
    values |= {"link": link, "mailed": mailed, "token": token, "centres": site.session.centres, "at": now()}
    return page(request, "accounts.html", values)


def _holders(connection: Connection) -> dict[str, str]:
    return {one.id: one.name for one in all_correctors(connection)}


def _listing(
    request: Request, known: Sequence[accounts.Account], correctors: dict[str, str]
) -> Listing[accounts.Account]:
    places = centres_of(site_of(request).session)
    roles = {Role.CENTRE: "centre", Role.SERVICE: "service", Role.CORRECTOR: "correcteur"}

    def of(one: accounts.Account) -> str:
        return (places | correctors).get(one.scope or "", one.scope or "")

    columns: list[Column[accounts.Account]] = [
        Column("nom", "Nom", lambda one: one.name),
        Column("adresse", "Adresse", lambda one: one.email),
        Column("role", "Rôle", lambda one: roles[one.role], choice=True),
        Column("de", "De", of),
        Column(
            "etat",
            "État",
            lambda one: "fermé" if one.closed else "ouvert" if one.password else "invité",
            choice=True,
        ),
    ]
    return Listing(request, "comptes", columns, known)
