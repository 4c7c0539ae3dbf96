"""Lists in bulk: candidates, correctors, centres. What one would change is shown before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from actions.people import rosters
from actions.people.invitations import Invited, correctors_without_account, invite_all
from actions.people.rosters import Differences, Roster
from actions.site import now
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.page import page
from processors.lists import centre_people, people
from storage.people.correctors import import_correctors

router = APIRouter(prefix="/coordination/listes")

_MOST = 6_000_000  # characters
_COLUMNS = {
    Roster.CANDIDATES: (people.CANDIDATE_COLUMNS, people.OPTIONAL_CANDIDATE_COLUMNS),
    Roster.CORRECTORS: (people.CORRECTOR_COLUMNS, people.OPTIONAL_CORRECTOR_COLUMNS),
    Roster.CENTRES: (centre_people.COLUMNS, ()),
}
_NAMED = 200
"""Names of a kind that the page shows; of more it says how many."""


@router.get("")
def lists(request: Request, account: ServiceAccount) -> Response:
    return _page(request)


@router.post("/invitations")
def invite_correctors(request: Request, account: ServiceAccount) -> Response:
    """All correctors of the list who have no account."""
    site = site_of(request)
    whom = correctors_without_account(site)
    url = request.app.state.settings.url
    return _page(request, invited=invite_all(site, whom, desk=url, actor=account.id, at=now()))


@router.post("/{roster}")
def take(
    request: Request,
    roster: Roster,
    account: ServiceAccount,
    table: Annotated[str, Form(min_length=1, max_length=_MOST)],
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """As long as one line is wrong, nothing of it is taken; nor before somebody is sure."""
    site, data = site_of(request), table.encode()
    looked = rosters.look(site, roster, data)
    shows_identity(request, roster, "roster")
    if looked.problems or not sure:
        return _page(request, roster, looked, table)
    invited: list[Invited] = []
    if roster is Roster.CANDIDATES:
        rosters.take_candidates(site, data, actor=account.id, at=now())
    elif roster is Roster.CORRECTORS:
        import_correctors(site.register, data, site.session, actor=account.id, at=now())
    else:
        url = request.app.state.settings.url
        invited = invite_all(site, looked.addresses, desk=url, actor=account.id, at=now())
    return _page(request, roster, looked, taken=True, invited=invited)


def _page(
    request: Request,
    roster: Roster | None = None,
    looked: Differences | None = None,
    table: str = "",
    *,
    taken: bool = False,
    invited: Sequence[Invited] = (),
) -> Response:
    site = site_of(request)
    values: dict[str, Any] = {
        "rosters": Roster,
        "columns": _COLUMNS,
        "roster": roster,
        "looked": looked,
        "table": table,
        "taken": taken,
        "invited": invited,
        "without": correctors_without_account(site),
        "by_mail": site.settings.smtp_host is not None,
        "most": _NAMED,
    }
    return page(request, "rosters.html", values, status=422 if looked and looked.problems else 200)
