"""The service's page of duties: what is owed, by whom, until when, and what came."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from actions.season.duties import OPEN, livrets, owed_duties, receive, reopen, waive
from actions.site import now
from desk.calendar import feed_address
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.page import page
from processors.circular.deadlines import local_zone
from storage.refusals import Refusal, Refused

PAGE = "/coordination/obligations"
router = APIRouter(prefix=PAGE)


class Act(StrEnum):
    RECEIVE = "recevoir"
    WAIVE = "lever"
    REOPEN = "rouvrir"


@router.get("")
def duties(request: Request, account: ServiceAccount, toutes: bool = False) -> Response:
    """Those that are open; with `toutes`, all."""
    site = site_of(request)
    rows = owed_duties(site, now())
    shown = [row for row in rows if toutes or row.state in OPEN]
    values = {
        "rows": shown,
        "hidden": len(rows) - len(shown),
        "words": {row.words: site.store.vault.get(row.words).decode() for row in shown if row.words},
        "session": site.session,
        "today": now().astimezone(local_zone()).date(),
        "open": OPEN,
        "feed": feed_address(request, None),
    }
    return page(request, "duties.html", values)


@router.get("/{school}/livrets.pdf")
def of_school(request: Request, school: str, account: ServiceAccount) -> Response:
    """The list and the certificate that go with its livrets."""
    made = livrets(site_of(request), school)
    shows_identity(request, f"livrets/{school}", "livrets")
    return Response(made, media_type="application/pdf")


@router.post("")
def say(
    request: Request,
    account: ServiceAccount,
    obligation: Annotated[str, Form(max_length=200)],
    act: Annotated[Act, Form()],
    words: Annotated[str, Form(max_length=2000)] = "",
    on: Annotated[dt.date | None, Form()] = None,
    number: Annotated[int | Literal[""], Form()] = "",
) -> Response:
    """It came, is owed no longer, or is owed again."""
    site, who, at = site_of(request), account.id, now()
    if act is Act.REOPEN:
        reopen(site, obligation, actor=who, at=at)
    elif act is Act.WAIVE:
        waive(site, obligation, words, actor=who, at=at)
    elif on is None:
        raise Refused(Refusal.NO_DAY)
    else:
        receive(site, obligation, on, words, None if number == "" else number, actor=who, at=at)
    return RedirectResponse(PAGE, 303)
