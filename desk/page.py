"""How a page is made: the templates, and what each of them may use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from desk.entry.access import visit_of, visits_of
from papers.html import templates, typeset_html
from processors.circular.deadlines import WEEKDAYS, clocks, french_day
from processors.dossiers.findings import VERDICTS
from processors.findings import french
from storage.states import LotState

STATIC = Path(__file__).parent / "static"

LOT_STATES = {
    LotState.ASSIGNED: "affecté",
    LotState.PULLED: "ouvert",
    LotState.RETURNED: "rendu",
    LotState.CLOSED: "clos",
    LotState.RECALLED: "rappelé",
}

_templates = templates("desk")
_templates.filters.update(
    day=lambda day: f"{WEEKDAYS[day.weekday()]} {french_day(day)}",
    french=french,
    percent=lambda share: f"{100 * share:.0f} %" if share >= 0.005 else "moins de 1 %",
)
_templates.globals.update(
    verdicts=VERDICTS,
    lot_states=LOT_STATES,
    clocks=clocks,
)


def page(
    request: Request, template: str, values: Mapping[str, Any] | None = None, *, status: int = 200
) -> HTMLResponse:
    """The template with these values, the visit's account and its form token."""
    visit, session = visit_of(request), request.app.state.site.session
    shared = {
        "request": request,
        "account": visit.account,
        "form_token": visits_of(request).form_token(visit),
        "session_name": session.title,
        "number_pattern": session.candidate_number,
        "number_digits": session.numbers.cells["candidate_number"],
    }
    html = _templates.get_template(template).render({**shared, **(values or {})})
    return HTMLResponse(typeset_html(html), status)
