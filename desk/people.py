"""Who may come in: people's accounts and programs' tokens, for the service to give and to take back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.context import Context, now
from desk.access import ServiceAccount, work_of
from desk.page import page
from storage import accounts, persons, tokens
from storage.refusals import Refused
from storage.states import Role

router = APIRouter(prefix="/coordination/comptes")

_Name = Annotated[str, Form(min_length=1, max_length=200)]


@router.get("")
def people(request: Request, account: ServiceAccount) -> Response:
    return _people(request)


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
    """Makes an invitation and shows its link, once."""
    work = work_of(request)
    scope = _scope(work, role, centre, corrector)
    try:
        token = accounts.invite(work.register, role, scope, email, name, actor=account.id, at=now())
    except Refused:
        raise HTTPException(409, "Cette adresse a déjà un compte d’un autre rôle.") from None
    return _people(request, link=f"{request.app.state.settings.url}/invitation/{token}")


@router.post("/{other}/fermer")
def close(request: Request, other: str, account: ServiceAccount) -> Response:
    if other == account.id:
        raise HTTPException(409, "On ne ferme pas son propre compte.")
    try:
        accounts.close_account(work_of(request).register, other, actor=account.id, at=now())
    except Refused:
        raise HTTPException(404) from None
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
    work = work_of(request)
    scope = _scope(work, role, centre, corrector)
    token = tokens.make_token(work.register, role, scope, label, days, actor=account.id, at=now())
    return _people(request, token=token)


@router.post("/jetons/{token}/revoquer")
def revoke_token(request: Request, token: str, account: ServiceAccount) -> Response:
    try:
        tokens.revoke_token(work_of(request).register, token, actor=account.id, at=now())
    except Refused:
        raise HTTPException(404) from None
    return RedirectResponse("/coordination/comptes", 303)


def _scope(work: Context, role: Role, centre: str, corrector: str) -> str | None:
    """Whose things this role is to reach: a centre's, a corrector's, everybody's."""
    if role is Role.CENTRE and work.session.centre(centre) is None:
        raise HTTPException(409, "Choisissez le centre.")
    if role is Role.CORRECTOR:
        with work.register.reading() as connection:
            known = persons.corrector(connection, corrector)
        if known is None:
            raise HTTPException(409, "Choisissez de quel correcteur il s’agit.")
    return {Role.CENTRE: centre, Role.CORRECTOR: corrector, Role.SERVICE: None}[role]


def _people(request: Request, *, link: str | None = None, token: str | None = None) -> Response:
    work = work_of(request)
    with work.register.reading() as connection:
        values = {
            "accounts": accounts.all_accounts(connection),
            "tokens": tokens.all_tokens(connection),
            "correctors": persons.all_correctors(connection),
        }
    values |= {"link": link, "token": token, "centres": work.session.centres, "at": now()}
    return page(request, "accounts.html", values)
