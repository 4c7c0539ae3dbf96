"""The service's page of what is kept, held and destroyed: one plans, another confirms."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from actions.people import purge as acts
from actions.people.purge_plan import plan
from actions.site import now
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.page import page
from processors.circular.retention import Held, due_at
from storage.log.seals import raw
from storage.log.signing import load_or_make_key
from storage.people.candidates import enrolled_as
from storage.people.holds import all_holds
from storage.people.purges import all_purges, is_person

PAGE = "/coordination/conservation"
router = APIRouter(prefix=PAGE)


class Act(StrEnum):
    PLAN = "preparer"
    CONFIRM = "confirmer"
    HOLD = "geler"
    LIFT = "lever"


_DONE = {
    Act.PLAN: "La destruction est préparée : une autre personne la confirme, à son propre compte.",
    Act.CONFIRM: "La destruction est confirmée : un technicien l’exécute, sur la machine.",
    Act.HOLD: "Le gel est posé.",
    Act.LIFT: "Le gel est levé.",
}


@router.get("")
def retention(
    request: Request, account: ServiceAccount, etat: bool = False, fait: Act | None = None
) -> Response:
    """With `etat`, all that is held is counted, which takes its time. `fait`: what was just done."""
    site = site_of(request)
    with site.register.reading() as connection:
        holds, purges = all_holds(connection), all_purges(connection)
        people = {who.id: who for who in enrolled_as(connection, ids={one.candidate for one in holds})}
    for candidate in people:
        shows_identity(request, candidate, "hold")
    kept, results = site.session.retention, site.session.results
    values = {
        "rows": [(row, due_at(kept, results, row.kind)) for row in kept],
        "plan": plan(site, site.store.time()) if etat else None,
        "done": _DONE[fait] if fait else "",
        "holds": holds,
        "people": people,
        "reasons": {one.reason: site.store.vault.get(one.reason).decode() for one in holds},
        "purges": [(one, acts.counts_of(site, one.id)) for one in reversed(purges)],
        "kinds": {kind.value: kind.french for kind in Held},
        "exams": site.session.exams,
        "me": account.id,
        "is_person": is_person,
    }
    return page(request, "retention.html", values)


@router.post("")
def act(
    request: Request,
    account: ServiceAccount,
    act: Annotated[Act, Form()],
    purge: Annotated[str, Form(max_length=64)] = "",
    number: Annotated[str, Form(max_length=20)] = "",
    exam: Annotated[str, Form(max_length=10)] = "",
    words: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Plans, confirms, places a hold or lifts it."""
    site, who = site_of(request), account.id
    if act is Act.PLAN:
        acts.propose(site, actor=who)
    elif act is Act.CONFIRM:
        acts.confirm(site, purge, actor=who)
    else:
        hold_or_lift = acts.hold if act is Act.HOLD else acts.lift
        hold_or_lift(site, number, exam, words, actor=who, at=now())
    return RedirectResponse(f"{PAGE}?fait={act}", 303)


@router.get("/{purge}.pdf")
def certificate(request: Request, account: ServiceAccount, purge: str) -> Response:
    """That it is destroyed, on paper."""
    site = site_of(request)
    key = load_or_make_key(site.settings.signing_key_path)
    found = acts.certificate(site, purge, raw(key.public_key()))
    return Response(acts.printed_certificate(site, found), media_type="application/pdf")
