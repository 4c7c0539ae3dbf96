"""The coordination service's pages: where everything stands, dossiers."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.dropped import dossiers as of_dossiers
from actions.dropped.commission import commissions, line_of, lines_of, write_report
from actions.season.orals import place_called
from actions.site import now
from desk import charts
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.listing import Column, Listing
from desk.lookup import commission_of, dossier_of, with_dossiers
from desk.page import page
from processors.circular.deadlines import Deadline, local_zone
from processors.circular.session import Centre, Exam
from processors.dossiers.findings import FRENCH_GROUND, Code
from storage.decided.counts import ExamCounts, counts_by_centre, exam_counts
from storage.decided.decisions import count_to_decide
from storage.dropped.deadlines import scans_due
from storage.dropped.dossiers import dossier_counts
from storage.dropped.scans import all_scans
from storage.machine.scratch import scratch
from storage.people.correctors import all_correctors
from storage.states import Pronounced

router = APIRouter(prefix="/coordination")


@dataclass(frozen=True)
class Place:
    """Where an épreuve stands in a centre."""

    exam: Exam
    centre: Centre
    counts: ExamCounts
    due: Deadline | None
    overdue: bool

    @property
    def state(self) -> str:
        if not self.overdue:
            return "à venir"
        counts = self.counts
        if counts.copies < counts.expected if counts.present is None else counts.lacking:
            return "il en manque"
        whole = counts.complete == counts.copies
        return "en ordre" if whole else "à reprendre"


_COLUMNS: list[Column[Place]] = [
    Column(
        "centre",
        "Centre",
        lambda one: f"{one.centre.name}, {one.centre.city}",
        choice=True,
        link=lambda one: f"/centre/{one.centre.uai}/{one.exam.code}",
    ),
    Column("epreuve", "Épreuve", lambda one: one.exam.code, choice=True),
    Column("echeance", "Échéance", lambda one: one.due.at.replace(second=0) if one.due else None),
    Column("etat", "État", lambda one: one.state, choice=True),
    Column("inscrits", "Inscrits", lambda one: one.counts.expected),
    Column("presents", "Présents", lambda one: one.counts.present),
    Column("recues", "Reçues", lambda one: one.counts.copies),
    Column("manquantes", "Manquantes", lambda one: one.counts.lacking),
    Column("completes", "Complètes", lambda one: one.counts.complete),
    Column("incompletes", "Incomplètes", lambda one: one.counts.incomplete),
    Column("a_decider", "À décider", lambda one: one.counts.to_decide),
]


@router.get("")
def board(request: Request, account: ServiceAccount) -> Response:
    site = site_of(request)
    at = now()
    with site.register.reading() as connection:
        exams = [(exam, exam_counts(connection, exam.code)) for exam in site.session.written]
        centres = [
            Place(exam, centre, counts[centre.uai], due, due is not None and not due.met(at))
            for exam in site.session.written
            if (counts := counts_by_centre(connection, exam.code))
            for centre in site.session.centres
            if centre.uai in counts and counts[centre.uai].expected
            for due in [scans_due(connection, site.session, exam.code, centre.uai)]
        ]
        dossiers = [(exam, dossier_counts(connection, exam.code)) for exam in site.session.with_dossiers]
        to_decide = count_to_decide(connection)
        arrivals = [scan.deposited_at for scan in all_scans(connection)]
        loads = [(c.name, c.assigned) for c in all_correctors(connection)]
    listing = Listing(request, "Par centre", _COLUMNS, centres)
    if (table := listing.csv("tableau")) is not None:
        return table
    values = {
        "exams": exams,
        "listing": listing,
        "dossiers": dossiers,
        "waiting": to_decide,
        "arrivals": charts.over_time(arrivals, timedelta(minutes=10), local_zone()),
        "loads": charts.bars(loads),
        "at": at,
    }
    return page(request, "board.html", values)


@router.get("/dossiers/{code}/{uai}")
def dossiers(request: Request, code: str, uai: str, account: ServiceAccount) -> Response:
    """The commission's list."""
    site = site_of(request)
    exam = with_dossiers(site, code)
    before = commission_of(site, exam, uai)
    shows_identity(request, f"{exam.code}/{uai}", "dossiers")
    titles = {one.code: one.title for one in site.session.nonconformity}
    values = {
        "exam": exam,
        "uai": uai,
        "places": [(one, place_called(site.session, one)) for one in commissions(site, exam)],
        "lines": lines_of(site, exam.code, before, pictures=False),
        "grounds": [(ground, titles.get(ground, name)) for ground, name in FRENCH_GROUND.items()],
    }
    return page(request, "dossiers.html", values)


@router.get("/dossiers/{code}/{uai}/commission.pdf")
def report(request: Request, code: str, uai: str, account: ServiceAccount) -> Response:
    site = site_of(request)
    exam = with_dossiers(site, code)
    before = commission_of(site, exam, uai)
    shows_identity(request, f"{exam.code}/{uai}", "dossiers")
    with scratch() as folder:
        pdf, _ = write_report(site, exam.code, before, folder, at=now())
        return Response(pdf.read_bytes(), media_type="application/pdf")


@router.get("/dossiers/{code}/{uai}/{dossier}/preuves")
def evidence(request: Request, code: str, uai: str, dossier: str, account: ServiceAccount) -> Response:
    """What shows the findings of a dossier: a part of its page."""
    site = site_of(request)
    exam = with_dossiers(site, code)
    line = line_of(site, exam.code, commission_of(site, exam, uai), dossier)
    if line is None:
        raise HTTPException(404)
    shows_identity(request, dossier, "evidence")
    shown = [(one.caption, base64.b64encode(one.picture).decode()) for one in line.pictures]
    return page(request, "evidence.html", {"person": line.person, "shown": shown})


@router.post("/dossiers/{code}/{uai}/{dossier}")
def pronounce(
    request: Request,
    code: str,
    uai: str,
    dossier: str,
    account: ServiceAccount,
    decision: Annotated[Pronounced, Form()],
    author: Annotated[str, Form(min_length=1, max_length=200)],
    reason: Annotated[str, Form(min_length=1, max_length=2000)],
    ground: Annotated[list[Code] | None, Form()] = None,
) -> Response:
    """What the commission pronounces; earlier decisions stay."""
    site = site_of(request)
    exam = with_dossiers(site, code)
    found = dossier_of(site, exam, uai, dossier)
    grounds = tuple(ground or ())
    of_dossiers.pronounce(site, found.id, decision, grounds, author, reason, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/dossiers/{exam.code}/{uai}#{dossier}", 303)
