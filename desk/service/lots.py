"""The service's pages of lots: the plan, who may not take what and why; form, reassign, recall, close."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from actions.corrected import lots as of_lots
from actions.dropped.delivery import of_lot
from actions.site import now
from desk.entry.access import ServiceAccount, site_of
from desk.lookup import lot_of, written
from desk.page import page
from desk.service.lists import lots_listing, news_of_lots
from papers.delivery import delivery_pdf
from storage.corrected.lots import all_lots
from storage.corrected.returned import documents_of_lot
from storage.decided.copies import copies_of_lot
from storage.people.correctors import all_correctors, corrector_by_id

router = APIRouter(prefix="/coordination/lots/{code}")


@router.get("")
def lots(request: Request, code: str, account: ServiceAccount) -> Response:
    site = site_of(request)
    exam = written(site, code)
    plan = of_lots.plan_for(site, exam)
    with site.register.reading() as connection:
        formed = all_lots(connection, exam.code)
        correctors = {c.id: c for c in all_correctors(connection, exam.code)}
    news = news_of_lots(site, exam, formed, now())
    listing = lots_listing(request, formed, {c.id: c.name for c in correctors.values()}, news)
    if (table := listing.csv(f"lots-{exam.code}")) is not None:
        return table
    values = {
        "exam": exam,
        "plan": plan,
        "listing": listing,
        "correctors": correctors,
        "barred": of_lots.barred_for(site, exam),
        "open": exam.in_window(now()),
        "idle": sum(said.startswith("sans") for said in news.values()),
    }
    return page(request, "lots_of_exam.html", values)


@router.post("/former")
def form(request: Request, code: str, account: ServiceAccount) -> Response:
    site = site_of(request)
    exam = written(site, code)
    of_lots.form(site, exam, at=now(), actor=account.id)
    return RedirectResponse(f"/coordination/lots/{exam.code}", 303)


@router.get("/{lot}")
def lot(request: Request, code: str, lot: str, account: ServiceAccount) -> Response:
    """One lot: its copies by their numbers, who has it, who else may, and why not the others."""
    site = site_of(request)
    exam = written(site, code)
    found = lot_of(site, exam, lot)
    with site.register.reading() as connection:
        copies = copies_of_lot(connection, found.id)
        holder = corrector_by_id(connection, found.corrector)
        documents = documents_of_lot(connection, found.id)
    values = {
        "exam": exam,
        "lot": found,
        "returned": sum(copy.returned for copy in copies),
        "documents": documents,
        "offline": of_lots.is_offline(found, now()),
        "shut_out": of_lots.is_shut_out(found, exam, now()),
        "recalled_for": of_lots.why_recalled(site, found),
        "copies": copies,
        "holder": holder,
        "others": of_lots.who_may_take(site, found),
    }
    return page(request, "lot_of_exam.html", values)


@router.get("/{lot}/recu.pdf")
def delivery(request: Request, code: str, lot: str, account: ServiceAccount) -> Response:
    """To whom the lot went and when, and what came back."""
    site = site_of(request)
    exam = written(site, code)
    told = of_lot(site, lot_of(site, exam, lot), exam, to_corrector=False, at=now())
    return Response(delivery_pdf(told), media_type="application/pdf")


@router.post("/{lot}/reaffecter")
def reassign(
    request: Request, code: str, lot: str, account: ServiceAccount, corrector: Annotated[str, Form()]
) -> Response:
    site = site_of(request)
    exam = written(site, code)
    found = lot_of(site, exam, lot)
    of_lots.reassign(site, found, corrector, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/lots/{exam.code}/{found.id}", 303)


@router.post("/{lot}/rappeler")
def recall(
    request: Request,
    code: str,
    lot: str,
    account: ServiceAccount,
    reason: Annotated[str, Form(max_length=2000)] = "",
    anyway: Annotated[bool, Form()] = False,
) -> Response:
    """Out of its corrector's hands, who reads why, even when it is closed."""
    site = site_of(request)
    found = lot_of(site, written(site, code), lot)
    of_lots.recall(site, found, reason, anyway=anyway, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/lots/{code}/{found.id}", 303)


@router.post("/{lot}/clore")
def close(request: Request, code: str, lot: str, account: ServiceAccount) -> Response:
    site = site_of(request)
    found = lot_of(site, written(site, code), lot)
    of_lots.close(site, found.id, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/lots/{code}/{found.id}", 303)
