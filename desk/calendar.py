"""The dates of the session: on paper, and as a feed that the calendar of a telephone subscribes to."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from actions.season.agenda import dates, title_of
from actions.site import now
from desk.entry.access import CentreAccount, ServiceAccount, site_of
from papers.agenda import agenda_feed, agenda_pdf

router = APIRouter()


def feed_address(request: Request, centre: str | None) -> str:
    """Where a calendar finds the dates of a centre, or of the service: whoever has it may read them.

    A program that subscribes cannot sign in. The feed names no candidate.
    """
    return f"{request.app.state.settings.url}/calendrier/{_signer(request).dumps(centre)}.ics"


@router.get("/calendrier/{key}.ics")
def feed(request: Request, key: str) -> Response:
    try:
        centre = _signer(request).loads(key)
    except BadSignature:
        raise HTTPException(404) from None
    site = site_of(request)
    feed = agenda_feed(dates(site, centre), site.session.name, title_of(site, centre), now())
    return Response(feed, media_type="text/calendar")


@router.get("/centre/{uai}/calendrier.pdf")
def of_centre(request: Request, uai: str, account: CentreAccount) -> Response:
    return _sheet(request, uai)


@router.get("/coordination/calendrier.pdf")
def of_service(request: Request, account: ServiceAccount) -> Response:
    return _sheet(request, None)


def _sheet(request: Request, centre: str | None) -> Response:
    site = site_of(request)
    sheet = agenda_pdf(dates(site, centre), title_of(site, centre), now())
    return Response(sheet, media_type="application/pdf")


def _signer(request: Request) -> URLSafeSerializer:
    return URLSafeSerializer(request.app.state.secret, salt="calendar")
