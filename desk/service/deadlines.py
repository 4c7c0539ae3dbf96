"""The service's page of deadlines: when scans of centres and dossiers of schools are due, and more time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from actions.dropped.deadlines import all_owed, end_of_minute
from actions.dropped.deadlines import extend as move
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.page import page

router = APIRouter(prefix="/coordination/echeances")


@router.get("")
def deadlines(request: Request, account: ServiceAccount) -> Response:
    return page(request, "deadlines.html", {"owed": all_owed(site_of(request))})


@router.post("")
def extend(
    request: Request,
    account: ServiceAccount,
    place: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    day: Annotated[dt.date | None, Form()] = None,
    clock: Annotated[dt.time | None, Form()] = None,
) -> Response:
    """Until the end of that minute. Without a day, the session's own deadline counts again."""
    code, _, uai = place.partition("/")
    until = end_of_minute(day, clock) if day is not None and clock is not None else None
    move(site_of(request), code, uai, until, reason, actor=account.id, at=now())
    return RedirectResponse("/coordination/echeances", 303)
