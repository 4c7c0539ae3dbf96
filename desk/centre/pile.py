"""The centre checks its pile: a line for each candidate, each page of its copies, where the paper lies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.dropped.delivery import of_centre
from actions.dropped.piles import Line, lines_of, place_of_paper, shelve
from actions.dropped.receipts import receipt_copy
from actions.kept_scan import copy_as_scanned
from actions.site import now
from desk.centre.dropped import NamedFile
from desk.entry.access import CentreAccount, shows_identity, site_of
from desk.listing import Column, Listing
from desk.lookup import copy_of_centre, scan_of, written
from desk.page import page
from papers.delivery import delivery_pdf
from storage.decided.findings import findings_of_copies
from storage.dropped.scans import all_scans, scan_by_id
from storage.people.candidates import enrolled_as

router = APIRouter(prefix="/centre/{uai}/{code}")


@router.get("/pile")
def pile(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """Whose copy came, in which file and where in it; who was absent; whose copy lacks."""
    site = site_of(request)
    exam = written(site, code)
    with site.register.reading() as connection:
        lines = list(lines_of(connection, exam.code, uai))
        scans = all_scans(connection, exam.code, uai)
    papers = {scan.id: place_of_paper(site, scan) for scan in scans}
    files = [NamedFile(scan, papers[scan.id]) for scan in scans]

    def link(line: Line) -> str:
        return (
            f"/centre/{uai}/{code}/copies/{line.copy.id}" if line.copy else f"/centre/{uai}/{code}/emargement"
        )

    columns = [
        Column[Line](
            "candidat",
            "Candidat",
            lambda line: f"{line.who.family_name} {line.who.first_names}" if line.who else "sans nom",
            link=link,
        ),
        Column[Line]("inscription", "Inscription", lambda line: line.who.registration if line.who else None),
        Column[Line]("etat", "État", lambda line: line.state, choice=True),
        Column[Line]("pages", "Pages", lambda line: line.copy.pages if line.copy else None),
        Column[Line]("fichier", "Fichier", lambda line: _name(line), choice=True),
        Column[Line]("rang", "Rang dans la pile", lambda line: line.copy.position if line.copy else None),
        Column[Line]("papier", "Papier", lambda line: papers[line.scan.id] if line.scan else "", choice=True),
    ]
    shows_identity(request, f"{exam.code}/{uai}", "centre")
    listing = Listing(request, "Candidats et copies", columns, lines)
    values = {"centre": site.session.centre(uai), "exam": exam, "listing": listing, "files": files}
    return listing.csv(f"pile-{exam.code}") or page(request, "pile.html", values)


@router.get("/remise.pdf")
def delivery(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """How many copies this centre handed over, when and by whom; it names no candidate."""
    site = site_of(request)
    exam, centre = written(site, code), site.session.centre(uai)
    assert centre is not None, "whoever came here was let into it"
    return Response(delivery_pdf(of_centre(site, exam, centre, at=now())), media_type="application/pdf")


def _name(line: Line) -> str | None:
    return NamedFile(line.scan).name if line.scan else None


@router.get("/copies/{copy_id}.pdf")
def pages(request: Request, uai: str, code: str, copy_id: str, account: CentreAccount) -> Response:
    """Its pages as they were scanned, upright and in order."""
    site = site_of(request)
    found = copy_of_centre(site, uai, written(site, code), copy_id)
    pdf = copy_as_scanned(site, found)
    if pdf is None:
        raise HTTPException(404)
    shows_identity(request, copy_id, "picture")
    return Response(pdf, media_type="application/pdf")


@router.get("/copies/{copy_id}")
def copy(request: Request, uai: str, code: str, copy_id: str, account: CentreAccount) -> Response:
    """Every page of it, as it was scanned: the centre holds the paper. It may be scanned again from here."""
    site = site_of(request)
    exam = written(site, code)
    found = copy_of_centre(site, uai, exam, copy_id)
    with site.register.reading() as connection:
        ids = [found.candidate] if found.candidate else []
        people = {who.id: who for who in enrolled_as(connection, ids=ids)}
        findings = findings_of_copies(connection, [found.id])
        scan = scan_by_id(connection, found.scan)
        lines = [one.copy.id for one in lines_of(connection, exam.code, uai) if one.copy]
    assert scan is not None, "a copy is of a scan"
    shows_identity(request, found.id, "centre")
    rank = lines.index(found.id) if found.id in lines else None
    values = {
        "centre": site.session.centre(uai),
        "exam": exam,
        "copy": found,
        "told": receipt_copy(found, people, findings),
        "file": NamedFile(scan),
        "paper": place_of_paper(site, scan),
        "before": lines[rank - 1] if rank else None,
        "after": lines[rank + 1] if rank is not None and rank + 1 < len(lines) else None,
    }
    return page(request, "pile_copy.html", values)


@router.post("/fichiers/{scan}/papier")
def say_where(
    request: Request,
    uai: str,
    code: str,
    scan: str,
    account: CentreAccount,
    paper: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The box or the shelf where the paper of this file lies."""
    site = site_of(request)
    exam = written(site, code)
    shelve(site, scan_of(site, uai, exam, scan).id, paper, actor=account.id, at=now())
    return RedirectResponse(f"/centre/{uai}/{exam.code}/pile#papier", 303)
