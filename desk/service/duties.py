"""The service's page of duties: what is owed, by whom, until when, and what came."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from actions.context import now
from actions.duties import OPEN, livrets, receive, reopen, standings, waive
from desk.calendar import feed_address
from desk.entry.access import ServiceAccount, shows_identity, work_of
from desk.page import page
from processors.circular.deadlines import here
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
    work = work_of(request)
    rows = standings(work, now())
    shown = [row for row in rows if toutes or row.state in OPEN]
    values = {
        "rows": shown,
        "hidden": len(rows) - len(shown),
        "words": {row.words: work.store.vault.get(row.words).decode() for row in shown if row.words},
        "session": work.session,
        "today": now().astimezone(here()).date(),
        "open": OPEN,
        "feed": feed_address(request, None),
    }
    return page(request, "duties.html", values)


@router.get("/{school}/livrets.pdf")
def of_school(request: Request, school: str, account: ServiceAccount) -> Response:
    """The list and the certificate that go with its livrets."""
    made = livrets(work_of(request), school)
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
    work, who, at = work_of(request), account.id, now()
    if act is Act.REOPEN:
        reopen(work, obligation, actor=who, at=at)
    elif act is Act.WAIVE:
        waive(work, obligation, words, actor=who, at=at)
    elif on is None:
        raise Refused(Refusal.NO_DAY)
    else:
        receive(work, obligation, on, words, None if number == "" else number, actor=who, at=at)
    return RedirectResponse(PAGE, 303)
