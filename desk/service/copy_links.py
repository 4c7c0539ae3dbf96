"""A copy for its candidate, on request: the service makes a link; whoever has it takes the copy, once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from actions.after import copy_links
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.page import page
from desk.service import release
from storage.refusals import Refused

router = APIRouter()
Link = Annotated[str, Path(max_length=64)]


@router.post(f"{release.HERE}/demandes")
def ask(
    request: Request,
    account: ServiceAccount,
    number: Annotated[str, Form(max_length=20)],
    exam: Annotated[str, Form(max_length=10)],
    reason: Annotated[str, Form(max_length=2000)],
) -> Response:
    """The link is shown this once."""
    token = copy_links.ask(site_of(request), number, exam, reason, actor=account.id, at=now())
    return release.shown(request, link=f"{request.app.state.settings.url}/copie/{token}")


@router.get("/copie/{link}")
def look(request: Request, link: Link) -> Response:
    """Programs that look at links use up nothing: the copy is behind a button. It names nobody."""
    try:
        found = copy_links.look(site_of(request), link)
    except Refused as refused:
        return page(request, "copy_link.html", {"refused": refused.sentence}, status=409)
    exam = site_of(request).session.exam(found.exam)
    return page(request, "copy_link.html", {"refused": "", "exam": exam, "until": found.until})


@router.post("/copie/{link}")
def fetch(request: Request, link: Link) -> Response:
    try:
        exam, made = copy_links.fetch(site_of(request), link)
    except Refused as refused:
        return page(request, "copy_link.html", {"refused": refused.sentence}, status=409)
    headers = {"Content-Disposition": f'attachment; filename="copie-{exam}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)
