"""Marks at the desk: a corrector brings a lot's after the harmonisation; the service exports them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from actions.corrected import lots as of_lots
from actions.corrected import marks as of_marks
from actions.site import Site, now
from desk.entry.access import Corrector, ServiceAccount, shows_identity, site_of
from desk.lookup import written
from desk.page import page
from processors.circular.session import Exam
from processors.correcting.marks import COLUMNS
from processors.lists.tables import LineProblem
from storage.corrected.lots import LotRow
from storage.people.accounts import all_accounts
from storage.refusals import Refusal, Refused

router = APIRouter()
SERVICE = "/coordination/notes"
_MOST = 200_000  # characters of a table: a lot has some dozens of lines


@router.get("/lots/{lot_id}/notes")
def marks(request: Request, lot_id: str, corrector: Corrector) -> Response:
    """What may be brought, and from when. Before that hour the answer is 409, and says where marks go."""
    site = site_of(request)
    return _marks(request, of_marks.own(site, corrector.id, lot_id))


@router.post("/lots/{lot_id}/notes")
def bring(
    request: Request,
    lot_id: str,
    corrector: Corrector,
    table: Annotated[str, Form(min_length=1, max_length=_MOST)],
) -> Response:
    site = site_of(request)
    mine = of_marks.own(site, corrector.id, lot_id)
    try:
        read = of_marks.take(site, mine, table.encode(), actor=corrector.id, at=now())
    except Refused as refused:
        if refused.code is Refusal.BEFORE_HARMONISATION:
            return _marks(request, mine, refused=refused.sentence)
        raise
    said = "" if read.problems else of_marks.summary(read.rows)
    return _marks(request, mine, problems=read.problems, said=said)


def _marks(
    request: Request,
    lot: LotRow,
    problems: tuple[LineProblem, ...] = (),
    said: str = "",
    refused: str = "",
) -> Response:
    site = site_of(request)
    exam = written(site, lot.exam)
    opens = of_marks.opens_at(site)
    is_open = of_marks.is_open(site)
    values = {
        "lot": lot,
        "exam": exam,
        "opens": opens,
        "is_open": is_open,
        "marks_in": marks_in(site),
        "columns": COLUMNS,
        "progress": of_marks.progress(site, exam),
        "problems": problems,
        "said": said,
        "refused": refused,
    }
    return page(request, "notes.html", values, status=409 if not is_open else 422 if problems else 200)


@router.get(SERVICE)
def board(request: Request, account: ServiceAccount) -> Response:
    """Which lots have their marks, what was exported. Counts alone."""
    return _board(request)


@router.post(f"{SERVICE}/{{code}}")
def export(
    request: Request,
    code: str,
    account: ServiceAccount,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """The marks by candidate, once; or what one proposes until another person does the same."""
    site = site_of(request)
    exam = written(site, code)
    table = of_marks.export(site, exam, reason, actor=account.id, at=now())
    return RedirectResponse(f"{SERVICE}#{exam.code}", 303) if table is None else _file(request, exam, table)


@router.get(f"{SERVICE}/{{code}}.csv")
def again(request: Request, code: str, account: ServiceAccount) -> Response:
    """The last export, the same bytes again."""
    site = site_of(request)
    exam = written(site, code)
    return _file(request, exam, of_marks.exported(site, exam))


def _board(request: Request) -> Response:
    site = site_of(request)
    names = {one.id: one.name for one in site.register.ask(all_accounts)}
    results = site.session.results
    values = {
        "opens": of_marks.opens_at(site) if results else None,
        "is_open": of_marks.is_open(site),
        "marks_in": marks_in(site),
        "exams": [of_marks.progress(site, exam) for exam in site.session.written],
        "without_copy": lambda exam: of_marks.without_marked_copy(site, exam),
        "names": names,
        "second_person": site.session.second_person,
        "shut_out": lambda one: [lot for lot in one.missing if of_lots.is_shut_out(lot, one.exam, now())],
    }
    return page(request, "marks.html", values)


def marks_in(site: Site) -> object:
    """The application that marks are entered in, as the session file names it; or None."""
    return site.session.results.marks_in if site.session.results else None


def _file(request: Request, exam: Exam, table: bytes) -> Response:
    shows_identity(request, f"marks/{exam.code}", "marks")
    headers = {"Content-Disposition": f'attachment; filename="notes-{exam.code}.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
