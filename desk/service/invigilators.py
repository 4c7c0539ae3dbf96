"""The service's page of invigilators: the lists that schools send, and who sends too few."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from actions.people.invigilators import lacking
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.page import page
from processors.lists.invigilation import INVIGILATOR_COLUMNS, Invigilator
from processors.lists.tables import Import
from storage.people.invigilators import import_invigilators

PAGE = "/coordination/surveillants"
router = APIRouter(prefix=PAGE)


@router.get("")
def invigilators(request: Request, account: ServiceAccount) -> Response:
    return _shown(request)


@router.post("")
def name(
    request: Request,
    account: ServiceAccount,
    table: Annotated[str, Form(min_length=1, max_length=1_000_000)],
) -> Response:
    """A list. As long as one line is wrong, nothing of it is taken."""
    site = site_of(request)
    read = import_invigilators(site.register, table.encode(), site.session, actor=account.id, at=now())
    return _shown(request, read) if read.problems else RedirectResponse(PAGE, 303)


def _shown(request: Request, read: Import[Invigilator] | None = None) -> Response:
    site = site_of(request)
    values = {
        "lacking": lacking(site, now()),
        "read": read,
        "columns": INVIGILATOR_COLUMNS,
        "session": site.session,
    }
    return page(request, "invigilators.html", values, status=422 if read else 200)
