"""The service's page of deadlines: when scans of centres and dossiers of schools are due, and more time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.dropped.deadlines import extend as move
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.page import page
from processors.circular.deadlines import clock_trouble, instant, local_zone
from storage.decided.counts import counts_by_centre
from storage.dropped.deadlines import all_extensions
from storage.people import accounts
from storage.season.duties import schools_enrolled

router = APIRouter(prefix="/coordination/echeances")


@router.get("")
def deadlines(request: Request, account: ServiceAccount) -> Response:
    site = site_of(request)
    with site.register.reading() as connection:
        moved = {(one.exam, one.centre): one for one in all_extensions(connection)}
        names = {one.id: one.name for one in accounts.all_accounts(connection)}
        places = [
            (
                exam,
                uai,
                f"{centre.name}, {centre.city}",
                exam.scan_deadline,
                moved.get((exam.code, uai)),
            )
            for exam in site.session.written
            if (counts := counts_by_centre(connection, exam.code))
            for centre in site.session.centres
            if (uai := centre.uai) in counts and counts[uai].expected
        ]
        enrolled = schools_enrolled(connection)
        places += [
            (exam, school, f"Établissement {school}", exam.deposit, moved.get((exam.code, school)))
            for exam in site.session.with_dossiers
            for school, exams in enrolled.items()
            if exam.code in exams
        ]
    values = {
        "places": places,
        "names": names,
        "reasons": {place: site.store.vault.get(one.reason).decode() for place, one in moved.items()},
        "at": now(),
    }
    return page(request, "deadlines.html", values)


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
    site = site_of(request)
    code, _, uai = place.partition("/")
    until = None
    if day is not None and clock is not None:
        if clock_trouble(day, clock, local_zone()):
            raise HTTPException(409, "Cette heure n’existe pas ce jour-là, ou deux fois.")
        until = instant(day, clock.replace(second=59), local_zone())
    move(site, code, uai, until, reason, actor=account.id, at=now())
    return RedirectResponse("/coordination/echeances", 303)
