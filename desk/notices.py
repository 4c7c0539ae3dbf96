"""What one wants to be told by e-mail: a centre, a corrector, each for itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.season.notices import choose, wanted_by
from actions.site import now
from desk.entry.access import AnyAccount, site_of
from desk.page import page
from storage.season.notices import Notice

router = APIRouter(prefix="/avis")


@router.get("")
def notices(request: Request, account: AnyAccount, fait: bool = False) -> Response:
    values = {
        "notices": _of(account),
        "wanted": wanted_by(account),
        "by_mail": site_of(request).settings.smtp_host is not None,
        "done": fait,
    }
    return page(request, "notices.html", values)


@router.post("")
def choose_notices(
    request: Request, account: AnyAccount, wanted: Annotated[list[Notice] | None, Form()] = None
) -> Response:
    _of(account)
    choose(site_of(request), account, wanted or (), at=now())
    return RedirectResponse("/avis?fait=1", 303)


def _of(account: AnyAccount) -> list[Notice]:
    """Those of its role; the service is told by alerts, and has none to choose."""
    notices = [one for one in Notice if one.role is account.role]
    if not notices:
        raise HTTPException(404)
    return notices
