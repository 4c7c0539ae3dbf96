"""The service's pages of oral épreuves: who examines whom, where and when; convocations and sheets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from actions.season import oral_drops as of_drops
from actions.season import oral_returns as of_returns
from actions.season import orals as of_orals
from actions.site import now
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.page import page
from desk.posted_file import handed_in
from desk.zipped import zipped
from processors.orals.panels import OralPlan
from processors.scans.files.raster import BadScan

PAGE = "/coordination/oraux"
router = APIRouter(prefix=PAGE)
Code = Annotated[str, Path(max_length=8)]


@router.get("")
def orals(request: Request, account: ServiceAccount) -> Response:
    site = site_of(request)
    return page(request, "orals.html", {"exams": of_orals.progress_of_all(site)})


@router.get("/{code}")
def panels(request: Request, code: Code, account: ServiceAccount) -> Response:
    return _shown(request, code)


@router.post("/{code}")
def form(request: Request, code: Code, account: ServiceAccount) -> Response:
    """Forms the panels anew, and says who is before none, and why."""
    return _shown(request, code, of_orals.form(site_of(request), code, actor=account.id, at=now()))


@router.post("/{code}/deplacer")
def move(
    request: Request,
    code: Code,
    account: ServiceAccount,
    number: Annotated[str, Form(max_length=20)],
    panel: Annotated[int, Form(ge=1)],
) -> Response:
    """One candidate before another panel, at its first free hour."""
    at = of_orals.move(site_of(request), code, number, panel, actor=account.id, at=now())
    return _shown(request, code, moved=at)


@router.get("/{code}/papiers.zip")
def papers(request: Request, code: Code, account: ServiceAccount) -> Response:
    shows_identity(request, f"orals/{code}", "orals")
    files = of_orals.all_papers(site_of(request), code)
    name = {"content-disposition": f'attachment; filename="oraux-{code}.zip"'}
    return StreamingResponse(zipped(files.items()), media_type="application/zip", headers=name)


@router.get("/{code}/bordereau.pdf")
def hand_in(request: Request, code: Code, account: ServiceAccount) -> Response:
    """What goes with the sheets; it names nobody."""
    return Response(of_returns.hand_in(site_of(request), code, at=now()), media_type="application/pdf")


@router.post("/{code}/feuilles")
async def sheets(request: Request, code: Code, account: ServiceAccount) -> Response:
    """The scan alone, as bytes; its sheets come back sorted. Nothing of it is kept, but which came."""
    site = site_of(request)
    too_large = "Ce fichier dépasse 200 Mo : rendez les feuilles par jury."
    async with handed_in(request, of_returns.MAX_BYTES, too_large) as path:
        try:
            came = await run_in_threadpool(
                of_returns.take_sheets, site, code, path, actor=account.id, at=now()
            )
        except BadScan as bad:
            raise HTTPException(422, of_returns.said_of(bad)) from None
    await run_in_threadpool(shows_identity, request, f"orals/{code}", "orals")
    lines = [*came.told, *(f"manque : {line}" for line in came.missing)] or ["Rien ne manque."]
    files = {"a-lire.txt": "\r\n".join(lines).encode("utf-8-sig"), **came.files}
    name = {"content-disposition": f'attachment; filename="feuilles-{code}.zip"'}
    return StreamingResponse(zipped(files.items()), media_type="application/zip", headers=name)


def _shown(
    request: Request, code: str, plan: OralPlan | None = None, moved: datetime | None = None
) -> Response:
    site = site_of(request)
    values = {
        "progress": of_orals.progress(site, code),
        "panels": of_orals.panels_with_names(site, code),
        "plan": plan,
        "moved": moved,
        "back": of_returns.sheets_progress(site, code),
        "dropped": of_drops.scans_dropped(site, code),
        "place": lambda place: of_orals.place_called(site.session, place),
    }
    return page(request, "orals_of_exam.html", values)
