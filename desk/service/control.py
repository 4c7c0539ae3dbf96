"""The control épreuves, at the desk: choices, hours, marks, and which mark counts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from actions.after import control as of_control
from actions.site import now
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.page import page
from processors.lists.tables import LineProblem
from processors.orals.control import CHOICE_COLUMNS, MARK_COLUMNS, name_in_control
from storage.after.control import SUBJECT

HERE = "/coordination/controle"
router = APIRouter(prefix=HERE)
Table = Annotated[str, Form(min_length=1, max_length=2_000_000)]


@router.get("")
def progress(request: Request, account: ServiceAccount) -> Response:
    """Counts alone."""
    return _page(request)


@router.post("/choix")
def choices(request: Request, account: ServiceAccount, table: Table) -> Response:
    read = of_control.take_choices(site_of(request), table.encode(), actor=account.id, at=now())
    return _page(request, read.problems, "Les choix sont pris")


@router.post("/notes")
def marks(request: Request, account: ServiceAccount, table: Table) -> Response:
    """Before that day the answer is 409, and says from when."""
    read = of_control.take_marks(site_of(request), table.encode(), actor=account.id, at=now())
    return _page(request, read.problems, "Les notes sont prises")


@router.get("/horaires.csv")
def hours(request: Request, account: ServiceAccount) -> Response:
    table = of_control.hours(site_of(request))
    shows_identity(request, SUBJECT, "control")
    return _csv(table, "horaires-controle.csv")


@router.get("/notes.csv")
def better(request: Request, account: ServiceAccount) -> Response:
    """Both marks, and the better one."""
    table = of_control.better_marks(site_of(request))
    shows_identity(request, SUBJECT, "control")
    return _csv(table, "notes-controle.csv")


def _csv(table: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def _page(request: Request, problems: tuple[LineProblem, ...] = (), taken: str = "") -> Response:
    site = site_of(request)
    results = site.session.results
    control = results.control_exams if results else None
    exams = [exam for code in (control.exams if control else ()) if (exam := site.session.exam(code))]
    values = {
        "progress": of_control.progress(site) if results else None,
        "control": control,
        "exams": [(name_in_control(exam), exam.title) for exam in exams],
        "columns": {"choix": CHOICE_COLUMNS, "notes": MARK_COLUMNS},
        "problems": problems,
        "taken": "" if problems else taken,
    }
    return page(request, "control.html", values, status=422 if problems else 200)
