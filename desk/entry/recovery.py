"""Recovery codes: what gets somebody of the service in whose second factor is lost."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response

from actions.site import now
from desk.entry.access import AnyAccount, ServiceAccount, site_of
from desk.entry.signin import count, slow_down
from desk.page import page
from storage.people import recovery
from storage.refusals import Refused

router = APIRouter(prefix="/coordination/secours")

_WRONG = "Le code de l’application n’est pas le bon, ou il a déjà servi : attendez le suivant."


@router.get("")
def show(request: Request, _: ServiceAccount, account: AnyAccount) -> Response:
    """How many are left; none of them is ever shown again."""
    return page(request, "recovery.html", {"codes": ()})


@router.post("")
def make(
    request: Request, _: ServiceAccount, account: AnyAccount, code: Annotated[str, Form()] = ""
) -> Response:
    """New ones, against a code of the second factor: an open page alone makes nobody a way in."""
    slow_down(request, account.id)
    at = now()
    step = request.app.state.factors.step_of(code, account.totp, at) if account.totp else None
    if step is None:
        count(request, account.id)
        raise HTTPException(422, _WRONG)
    try:
        codes = recovery.make_codes(site_of(request).register, account, step, at=at)
    except Refused:
        raise HTTPException(422, _WRONG) from None
    return page(request, "recovery.html", {"codes": codes})
