"""The centre's pages of dossiers: what came of each, how it was read, what lacks; and where to drop more."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from actions.dropped.dossier_files import Standing, contents_of, standings
from actions.site import Site
from desk.entry.access import CentreAccount, shows_identity, site_of
from desk.listing import Column, Listing
from desk.lookup import with_dossiers
from desk.page import page

router = APIRouter(prefix="/centre/{uai}/{code}/dossiers")


@router.get("")
def dossiers(request: Request, uai: str, code: str, account: CentreAccount) -> Response:
    """Of every candidate of the épreuve here."""
    site = site_of(request)
    exam = with_dossiers(site, code)
    here = f"/centre/{uai}/{exam.code}/dossiers"
    columns = [
        Column[Standing]("candidat", "Candidat", _name, link=lambda one: f"{here}/{one.person.id}"),
        Column[Standing]("numero", "N° de candidat", lambda one: one.person.number),
        Column[Standing]("etablissement", "Établissement", lambda one: one.person.school, choice=True),
        Column[Standing]("fichiers", "Fichiers", lambda one: len(one.files)),
        Column[Standing]("dernier", "Dernier dépôt", lambda one: one.last_at),
        Column[Standing]("etat", "État", lambda one: one.said, choice=True),
    ]
    shows_identity(request, f"{exam.code}/{uai}", "dossiers")
    listing = Listing(request, "dossiers", columns, standings(site, exam.code, uai))
    intro = f"Dossiers dus {exam.deposit}. Un nom mène à ce qui est arrivé, et au dépôt d’autres fichiers."
    title = f"Dossiers {exam.code}"
    return listing.csv(f"dossiers-{exam.code}") or page(
        request, "list.html", {"title": title, "intro": intro, "listing": listing}
    )


@router.get("/{who}")
def dossier(request: Request, uai: str, code: str, who: str, account: CentreAccount) -> Response:
    return page(request, "dossier.html", _values(request, uai, code, who))


@router.get("/{who}/etat")
def state(request: Request, uai: str, code: str, who: str, account: CentreAccount) -> Response:
    """The part of the page that changes by itself."""
    request.state.by_itself = True
    return page(request, "dossier_state.html", _values(request, uai, code, who))


def _values(request: Request, uai: str, code: str, who: str) -> dict[str, Any]:
    site = site_of(request)
    exam = with_dossiers(site, code)
    found = _of(site, exam.code, uai, who)
    shows_identity(request, f"{exam.code}/{uai}", "dossiers")
    held = contents_of(site, found)
    return {"centre": site.session.centre(uai), "exam": exam, "one": found, "held": held}


def _of(site: Site, exam: str, uai: str, who: str) -> Standing:
    found = standings(site, exam, uai, whose=who)
    if not found:
        raise HTTPException(404)
    return found[0]


def _name(one: Standing) -> str:
    return f"{one.person.family_name} {one.person.first_names}"
