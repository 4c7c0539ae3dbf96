"""How a page is made: the templates, and what each of them may use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from desk.access import visit_of, visits_of
from papers.receipts import plural
from processors.deadlines import WEEKDAYS, french_day, french_instant
from processors.dossiers.findings import VERDICTS
from processors.findings import french, french_pages
from storage.states import LotState

STATIC = Path(__file__).parent / "static"

_templates = Environment(
    loader=PackageLoader("desk"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(
    time=french_instant,
    day=lambda day: f"{WEEKDAYS[day.weekday()]} {french_day(day)}",
    spans=lambda pages: french_pages(sorted(pages)),
    french=french,
    percent=lambda share: f"{100 * share:.0f} %" if share >= 0.005 else "moins de 1 %",
    said=lambda text: str(text).replace("'", "’"),
)
_templates.globals.update(
    plural=plural,
    verdicts=VERDICTS,
    lot_states={
        LotState.ASSIGNED: "affecté",
        LotState.PULLED: "retiré",
        LotState.RETURNED: "rendu",
        LotState.CLOSED: "clos",
    },
)


def page(
    request: Request, template: str, values: Mapping[str, Any] | None = None, *, status: int = 200
) -> HTMLResponse:
    """The template with these values, the visit's account and its form token."""
    visit = visit_of(request)
    shared = {
        "request": request,
        "account": visit.account,
        "form_token": visits_of(request).form_token(visit),
        "session_name": request.app.state.work.session.title,
    }
    html = _templates.get_template(template).render({**shared, **(values or {})})
    return HTMLResponse(html, status)
