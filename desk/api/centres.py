"""A centre: where its épreuve stands, its receipts, its attendance list."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from actions.dropped.receipts import issue
from actions.season import attendance as lists
from actions.site import now
from desk.api.shapes import (
    Absent,
    Candidate,
    CentreState,
    CopyInPile,
    Done,
    ExamCode,
    File,
    Found,
    ScanId,
    Uai,
)
from desk.centre.dropped import DroppedFile, state_of
from desk.entry.access import CentreAccount, shows_identity, site_of
from desk.lookup import scan_of, written
from papers.receipts import ReceiptCopy, render_json
from processors.findings import Finding
from storage.people.candidates import attendance_of, enrolled_in

router = APIRouter(prefix="/centres/{uai}/{code}", tags=["centres"])


@router.get("")
def state(request: Request, uai: Uai, code: ExamCode, account: CentreAccount) -> CentreState:
    """What was dropped, what must be scanned again, by when."""
    site = site_of(request)
    exam = written(site, code)
    shows_identity(request, f"{code}/{uai}", "centre")
    known = state_of(site, uai, exam)
    return CentreState(
        exam=code,
        centre=uai,
        deadline=known["due"].at if known["due"] else None,
        overdue=known["overdue"],
        counts=known["counts"],
        files=[_file(file) for file in known["files"]],
        without_copy=[who.number for who in known["lacking"]],
    )


@router.get("/receipts/{scan}", response_model=dict[str, Any])
def receipt(request: Request, uai: Uai, code: ExamCode, scan: ScanId, account: CentreAccount) -> Response:
    site = site_of(request)
    found = scan_of(site, uai, written(site, code), scan)
    shows_identity(request, scan, "receipt")
    return Response(render_json(issue(site, found, at=now())), media_type="application/json")


@router.get("/attendance")
def attendance(request: Request, uai: Uai, code: ExamCode, account: CentreAccount) -> list[Candidate]:
    site = site_of(request)
    written(site, code)
    with site.register.reading() as connection:
        people = enrolled_in(connection, code, uai)
        marks = attendance_of(connection, code, uai) or {}
    shows_identity(request, f"{code}/{uai}", "attendance")
    return [
        Candidate(
            id=who.id,
            number=who.number,
            family_name=who.family_name,
            first_names=who.first_names,
            present=marks.get(who.id),
        )
        for who in people
    ]


@router.put("/attendance")
def mark(request: Request, uai: Uai, code: ExamCode, account: CentreAccount, marked: Absent) -> Done:
    """In place of an earlier list."""
    site = site_of(request)
    exam = written(site, code)
    lists.mark(site, exam.code, uai, marked.absent, actor=account.id, at=now())
    return Done()


def _file(file: DroppedFile) -> File:
    return File(
        scan=file.scan.id,
        name=file.name,
        deposited_at=file.scan.deposited_at,
        state=file.scan.state,
        copies=[_copy(copy) for copy in file.copies],
        findings=[_found(one) for one in file.findings],
    )


def _copy(copy: ReceiptCopy) -> CopyInPile:
    return CopyInPile(
        position=copy.position,
        candidate=copy.who,
        pages=list(copy.pages),
        to_do=[_found(one) for one in copy.to_do],
        to_check=[_found(one) for one in copy.to_check],
    )


def _found(one: Finding) -> Found:
    return Found(code=one.code, severity=one.severity, message=one.message, pages=list(one.pages))
