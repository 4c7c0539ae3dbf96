"""After the jury, at the desk: what may leave for the candidates; who is called to the control épreuves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from actions.after import release as of_release
from actions.corrected import work_done as of_work
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.page import page
from processors.lists.averages import COLUMNS
from processors.lists.tables import LineProblem
from storage.after.release import SUBJECT
from storage.database.register import events_of
from storage.refusals import Refusal, Refused

router = APIRouter()
HERE = "/coordination/remise"
_MOST = 2_000_000  # characters of a list


@router.get(HERE)
def progress(request: Request, account: ServiceAccount) -> Response:
    """Counts alone."""
    return shown(request)


@router.post(f"{HERE}/moyennes")
def averages(
    request: Request,
    account: ServiceAccount,
    table: Annotated[str, Form(min_length=1, max_length=_MOST)],
) -> Response:
    """Before the jury the answer is 409, and says from when."""
    try:
        read = of_release.take_averages(site_of(request), table.encode(), actor=account.id, at=now())
    except Refused as refused:
        if refused.code is Refusal.BEFORE_JURY:
            return shown(request, refused=refused.sentence)
        raise
    return shown(request, read.problems, taken=len(read.rows))


@router.get(f"{HERE}/travaux.csv")
def work_done(request: Request, account: ServiceAccount) -> Response:
    """What each corrector gave back, with the events that prove it."""
    table = of_work.table(site_of(request))
    headers = {"Content-Disposition": 'attachment; filename="travaux.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def shown(
    request: Request,
    problems: tuple[LineProblem, ...] = (),
    taken: int = 0,
    refused: str = "",
    link: str = "",
) -> Response:
    """The page; `link`: to a copy, which somebody asked for."""
    site = site_of(request)
    results = site.session.results
    was_told = bool(site.register.ask(events_of, SUBJECT))
    values = {
        "progress": of_release.progress(site) if results else None,
        "control": results.control_exams if results else None,
        "columns": COLUMNS,
        "problems": problems,
        "taken": taken,
        "refused": refused,
        "history": f"/coordination/historique/{SUBJECT}" if was_told else "",
        "link": link,
        "exams": site.session.written,
    }
    return page(request, "release.html", values, status=409 if refused else 422 if problems else 200)
