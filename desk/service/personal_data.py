"""The service's page of access requests: for a candidate's number, a ZIP of all that is held."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import StreamingResponse

from actions.people.personal_data import answer
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.page import page
from desk.zipped import zipped

router = APIRouter(prefix="/coordination/acces")


@router.get("")
def ask(request: Request, account: ServiceAccount) -> Response:
    return page(request, "personal_data.html")


@router.post("")
def give(request: Request, account: ServiceAccount, number: Annotated[str, Form(max_length=20)]) -> Response:
    files = answer(site_of(request), number, actor=account.id, at=now())
    headers = {"Content-Disposition": 'attachment; filename="demande-d-acces.zip"'}
    return StreamingResponse(zipped(files), media_type="application/zip", headers=headers)
