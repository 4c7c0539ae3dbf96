"""The centre's page (le guichet du centre): what was dropped, what must be scanned again, by when."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.decided.reconciling import left_over, reconciliation_of
from actions.dropped.pictures import picture_of
from actions.dropped.receipts import issue
from actions.dropped.withdrawing import restore, withdraw
from actions.people.invigilators import lacking
from actions.season import attendance as lists
from actions.season.duties import owed_duties
from actions.season.signing import progress_of
from actions.site import now
from desk.calendar import feed_address
from desk.centre.dropped import page_of
from desk.entry.access import CentreAccount, shows_identity, site_of
from desk.lookup import scan_of, written
from desk.page import page
from papers.cover_sheet import cover_sheet_pdf
from papers.labels import label_sheet
from papers.receipt_sheet import receipt_pdf
from papers.receipts import render_html
from processors.findings import Evidence
from processors.lists.tables import LineProblem
from storage.decided.counts import exam_counts
from storage.dropped.deadlines import scans_due
from storage.dropped.dossiers import dossier_counts
from storage.people.candidates import attendance_of, enrolled_in
from storage.people.invigilators import names_sent
from storage.season.signatures import last_set_aside
from storage.states import Role

router = APIRouter(prefix="/centre/{uai}")


@router.get("")
def centre(request: Request, uai: str, account: CentreAccount) -> Response:
    """The épreuves for which somebody is enrolled here."""
    site = site_of(request)
    shown = []
    with site.register.reading() as connection:
        for exam in site.session.written:
            counts = exam_counts(connection, exam.code, uai)
            if counts.expected:
                known = reconciliation_of(connection, exam.code, uai)
                theirs = {left_over(connection, exam.code, uai, known)}  # a copy to decide, counted as that
                without = len(set(known.present_without_copy) - theirs)
                shown.append((exam, counts, without, scans_due(connection, site.session, exam.code, uai)))
        dossiers = [
            (exam, counted.expected, counted.deposited)
            for exam in site.session.with_dossiers
            if (counted := dossier_counts(connection, exam.code, uai)).expected
        ]
    owed = owed_duties(site, now(), party=uai)
    values = {
        "centre": site.session.centre(uai),
        "exams": shown,
        "dossiers": dossiers,
        "owed": owed,
        "session": site.session,
        "feed": feed_address(request, uai),
        "lacking": lacking(site, now(), uai),
        "sent": names_sent(site.register, uai),
    }
    return page(request, "centre.html", values)


@router.get("/{code}")
def exam(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    site = site_of(request)
    rules = written(site, code)
    known = page_of(request, site, uai, rules)
    table: Response | None = known["table"]
    if table is not None:
        shows_identity(request, f"{rules.code}/{uai}", "centre")
        return table
    return _shown(request, "centre_exam.html", known)


@router.get("/{code}/etat")
def state(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """The part of the page that changes by itself: nobody need be there, and the visit goes on no longer."""
    site = site_of(request)
    request.state.by_itself = True
    rules = written(site, code)
    return _shown(request, "centre_state.html", page_of(request, site, uai, rules))


def _shown(request: Request, template: str, known: dict[str, Any]) -> Response:
    shows_identity(request, f"{known['exam'].code}/{known['centre'].uai}", "centre")
    for scan in known["told"]:
        shows_identity(request, scan, "report")
    return page(request, template, {**known, "place_of": place_of})


@router.get("/{code}/recepisse/{scan}.pdf")
def receipt_sheet(request: Request, uai: str, code: str, scan: str, account: CentreAccount) -> Response:
    """The receipt, to be printed and kept with the paper."""
    site = site_of(request)
    rules = written(site, code)
    sheet = receipt_pdf(issue(site, scan_of(site, uai, rules, scan), at=now()))
    shows_identity(request, scan, "receipt")
    return Response(sheet, media_type="application/pdf")


@router.get("/{code}/recepisse/{scan}")
def receipt(request: Request, uai: str, code: str, scan: str, account: CentreAccount) -> Response:
    """The receipt, as it also lies beside the file."""
    site = site_of(request)
    rules = written(site, code)
    html = render_html(issue(site, scan_of(site, uai, rules, scan), at=now()))
    shows_identity(request, scan, "receipt")
    # its own style sheet is inside it; its pictures too
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": policy})


@router.get("/{code}/preuve/{scan}/{place}.jpg")
def evidence(
    request: Request, uai: str, code: str, scan: str, place: str, account: CentreAccount
) -> Response:
    """The picture of a finding."""
    site = site_of(request)
    rules = written(site, code)
    scan_of(site, uai, rules, scan)
    region = region_of(place)
    jpeg = picture_of(site, scan, region) if region else None
    if jpeg is None:
        raise HTTPException(404)
    shows_identity(request, scan, "picture")
    return Response(jpeg, media_type="image/jpeg")


@router.post("/{code}/fichiers/{scan}/retirer")
def take_back(
    request: Request,
    uai: str,
    code: str,
    scan: str,
    account: CentreAccount,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """A file dropped by mistake, whole."""
    site = site_of(request)
    rules = written(site, code)
    found = scan_of(site, uai, rules, scan)
    by_centre = account.role is Role.CENTRE
    withdraw(site, found.id, reason, by_centre=by_centre, actor=account.id, at=now())
    return RedirectResponse(f"/centre/{uai}/{rules.code}", 303)


@router.post("/{code}/fichiers/{scan}/remettre")
def put_back(request: Request, uai: str, code: str, scan: str, account: CentreAccount) -> Response:
    """It counts again, as when it was dropped."""
    site = site_of(request)
    rules = written(site, code)
    restore(site, scan_of(site, uai, rules, scan).id, actor=account.id, at=now())
    return RedirectResponse(f"/centre/{uai}/{rules.code}", 303)


@router.get("/{code}/emargement")
def attendance(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """The attendance list, to be ticked or dropped."""
    return _attendance(request, uai, code)


def _attendance(
    request: Request,
    uai: str,
    code: str,
    problems: tuple[LineProblem, ...] = (),
    looked: lists.Taken | None = None,
    table: str = "",
    saved: lists.Taken | None = None,
) -> Response:
    """`looked`, of `table`: what a list would change; `saved`: what one has changed."""
    site = site_of(request)
    rules = written(site, code)
    with site.register.reading() as connection:
        people = enrolled_in(connection, rules.code, uai)
        marks = attendance_of(connection, rules.code, uai) or {}
        paper = progress_of(site, connection, rules.code, uai)
        aside = last_set_aside(connection, rules.code, uai)
    shows_identity(request, f"{rules.code}/{uai}", "attendance")
    values = {
        "centre": site.session.centre(uai),
        "exam": rules,
        "people": people,
        "paper": paper.sentences(),
        "aside": aside,
        "marks": marks,
        "problems": problems,
        "looked": looked,
        "table": table,
        "saved": saved,
        "called": {who.id: f"{who.family_name} {who.first_names}" for who in people},
    }
    return page(request, "attendance.html", values, status=422 if problems else 200)


@router.post("/{code}/emargement")
def mark(
    request: Request,
    uai: str,
    code: str,
    account: CentreAccount,
    absent: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Everybody is present but those who are ticked. The page says what that changed."""
    site = site_of(request)
    rules = written(site, code)
    saved = lists.mark(site, rules.code, uai, set(absent or ()), actor=account.id, at=now())
    return _attendance(request, uai, code, saved=saved)


@router.post("/{code}/emargement/liste")
def drop_attendance(
    request: Request,
    uai: str,
    code: str,
    account: CentreAccount,
    table: Annotated[str, Form(min_length=1, max_length=1_000_000)],
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """A CSV of candidate numbers and oui or non. As long as one line is wrong, nothing of it is taken.

    What it would change is shown first, and nothing is written until somebody is sure.
    """
    site = site_of(request)
    rules = written(site, code)
    if not sure:
        looked = lists.look(site, rules.code, uai, table.encode())
        if looked.problems:
            return _attendance(request, uai, code, looked.problems)
        return _attendance(request, uai, code, looked=looked, table=table)
    taken = lists.take(site, rules.code, uai, table.encode(), actor=account.id, at=now())
    if taken.problems:
        return _attendance(request, uai, code, taken.problems)
    return _attendance(request, uai, code, saved=taken)


@router.get("/{code}/etiquettes.pdf")
def labels(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """A label for each candidate, to be stuck on the first page."""
    site = site_of(request)
    rules = written(site, code)
    people = [one for one in site.register.ask(enrolled_in, rules.code, uai) if one.named]
    if not people:
        raise HTTPException(
            409, "Personne n’est inscrit ici, ou les identités ont été détruites à leur terme."
        )
    shows_identity(request, f"{rules.code}/{uai}", "labels")
    sheet = label_sheet(people, rules.code, rules.title, uai, site.form_of(rules.code))
    return Response(sheet, media_type="application/pdf")


@router.get("/{code}/bordereau.pdf")
def cover_sheet(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """What lies on the pile until it is scanned."""
    site = site_of(request)
    rules = written(site, code)
    centre = site.session.centre(uai)
    assert centre is not None, "whoever came here was let into it"
    with site.register.reading() as connection:
        counts = exam_counts(connection, rules.code, uai)
        due = scans_due(connection, site.session, rules.code, uai)
    assert due is not None, "copies of a written épreuve are due"
    sheet = cover_sheet_pdf(site.session, rules, centre, due, counts.expected, counts.present)
    return Response(sheet, media_type="application/pdf")


def place_of(region: Evidence) -> str:
    """As it stands in a picture's address: `12`, or `12_8.0_10.0_194.0_58.0`."""
    return "_".join((str(region.page), *(f"{side:.1f}" for side in region.box or ())))


def region_of(place: str) -> Evidence | None:
    """Its reverse; None for anything else."""
    found = re.fullmatch(r"(\d{1,5})(?:_(\d+\.\d)_(\d+\.\d)_(\d+\.\d)_(\d+\.\d))?", place)
    if found is None:
        return None
    page, *box = found.groups()
    if box[0] is None:
        return Evidence(int(page))
    x, y, width, height = map(float, box)
    return Evidence(int(page), (x, y, width, height))
