"""Attendance lists on paper: printed, taken once signed; what they cannot tell is asked of the service."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from actions.season import signing
from actions.site import Site, now
from desk.entry.access import CentreAccount, ServiceAccount, shows_identity, site_of
from desk.lookup import written
from desk.page import page
from desk.posted_file import handed_in
from processors.circular.session import Exam
from processors.scans.files.raster import BadScan
from storage.decided.copies import copies_of_candidate
from storage.people.candidates import attendance_of, enrolled_as
from storage.season.signatures import Signature, says_of, to_look_at

router = APIRouter()
_CASE = "/coordination/emargement/{code}/{candidate}"


@router.get("/centre/{uai}/{code}/emargement.pdf")
def sheets(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """To be signed. Each sheet bears the number of the list, under which it is known who is on it."""
    site = site_of(request)
    rules = written(site, code)
    printed = signing.print_list(site, rules.code, uai, actor=account.id, at=now())
    shows_identity(request, f"{rules.code}/{uai}", "attendance")
    return Response(printed, media_type="application/pdf")


@router.post("/centre/{uai}/{code}/emargement/signee")
async def signed(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """The scan of signed sheets, as bytes: read at once, so that its page says what they tell."""
    site = site_of(request)
    rules = written(site, code)
    async with handed_in(request, signing.MAX_BYTES, "Ce fichier dépasse 200 Mo.") as path:
        try:
            await run_in_threadpool(
                signing.take_scan, site, rules.code, uai, path, actor=account.id, at=now()
            )
        except BadScan as bad:
            raise HTTPException(422, bad.finding.message) from None
    return Response(status_code=204)


@router.get("/coordination/emargement")
def first(request: Request, account: ServiceAccount) -> Response:
    """The first case, or that there is none."""
    waiting = _waiting(site_of(request))
    if waiting:
        return RedirectResponse(f"/coordination/emargement/{waiting[0].exam}/{waiting[0].candidate}", 303)
    return page(request, "signature.html", {"says": None})


@router.get(_CASE)
def case(request: Request, code: str, candidate: str, account: ServiceAccount, fait: str = "") -> Response:
    """`fait`: who was just answered of."""
    site = site_of(request)
    rules, says = _found(site, code, candidate)
    before = _of(site, code, fait) if fait else None
    with site.register.reading() as connection:
        people = {
            one.id: one for one in enrolled_as(connection, ids=[candidate, *([fait] if before else [])])
        }
        marks = attendance_of(connection, code, says.centre) or {}
        copies = copies_of_candidate(connection, code, candidate)
    shows_identity(request, f"{code}/{says.centre}", "attendance")
    values = {
        "says": says,
        "who": people[candidate],
        "exam": rules,
        "centre": site.session.centre(says.centre),
        "mark": marks.get(candidate),
        "copies": len(copies),
        "left": len(_waiting(site)),
        "done": before,
        "done_who": people.get(fait),
    }
    return page(request, "signature.html", values)


@router.get(f"{_CASE}/ligne.jpg")
def picture(request: Request, code: str, candidate: str, account: ServiceAccount) -> Response:
    """The row of the list, as it was scanned."""
    site = site_of(request)
    _, says = _found(site, code, candidate)
    jpeg = site.store.vault.get(says.picture)
    shows_identity(request, f"{code}/{says.centre}", "picture")
    return Response(jpeg, media_type="image/jpeg")


@router.post(_CASE)
def decide(
    request: Request, code: str, candidate: str, account: ServiceAccount, present: Annotated[bool, Form()]
) -> Response:
    """Then the next case, if there is one."""
    site = site_of(request)
    _found(site, code, candidate)
    signing.answer(site, code, candidate, present, actor=account.id, at=now())
    waiting = _waiting(site)
    after = f"{waiting[0].exam}/{waiting[0].candidate}" if waiting else f"{code}/{candidate}"
    return RedirectResponse(f"/coordination/emargement/{after}?fait={candidate}", 303)


def _found(site: Site, code: str, candidate: str) -> tuple[Exam, Signature]:
    rules, says = written(site, code), _of(site, code, candidate)
    if says is None:
        raise HTTPException(404)
    return rules, says


def _of(site: Site, code: str, candidate: str) -> Signature | None:
    return site.register.ask(says_of, code, candidate)


def _waiting(site: Site) -> list[Signature]:
    return site.register.ask(to_look_at)
