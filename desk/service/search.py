"""The service's one field: a candidate, a number, a copy's anonymous number, a file, a lot, and so on.

Each result says what it is and leads to its page. Whoever is named in one is noted, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from actions.dropped.commission import sits_in
from actions.dropped.piles import name_of_file
from actions.site import Site
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.listing import folded
from desk.lookup import page_of_file
from desk.page import LOT_STATES, page
from desk.service.lists import centres_of
from processors.circular.exam import Exam
from processors.wording import plural
from storage.corrected.lots import all_lots
from storage.database.register import events_of
from storage.decided.copies import copies_numbered, copies_of_candidate
from storage.dropped.dossiers import dossier_of
from storage.dropped.scans import scans_named
from storage.people.candidates import EnrolledCandidate, enrolled_as, names_of_candidates
from storage.people.correctors import all_correctors

router = APIRouter(prefix="/coordination/recherche")

_LEAST, _MOST = 3, 40
_ID = re.compile(r"(copy|scan|lot|doss|cand|corr|acct)_\w{8,}")
_STATES = {"complete": "complète", "incomplete": "incomplète", "to_decide": "à décider"}


@dataclass(frozen=True)
class Found:
    """`kind`: what it is; `whose`: the candidate that it names, if any."""

    kind: str
    name: str
    said: str
    link: str
    whose: str | None = None


@router.get("")
def search(request: Request, account: ServiceAccount, q: str = "") -> Response:
    asked = " ".join(q.split())[:100]
    found: list[Found] = []
    if len(asked) >= _LEAST:
        site = site_of(request)
        with site.register.reading() as connection:
            found = list(islice(_results(site, connection, asked), _MOST + 1))
    for who in dict.fromkeys(one.whose for one in found[:_MOST] if one.whose):
        shows_identity(request, who, "search")
    values = {"q": asked, "results": found[:_MOST], "more": len(found) > _MOST}
    return page(request, "search.html", values)


def _results(site: Site, connection: Connection, asked: str) -> Iterator[Found]:
    """What is exact before what is alike."""
    places = centres_of(site.session)
    if _ID.fullmatch(asked) and events_of(connection, asked):
        yield Found("Identifiant", asked, "son histoire", f"/coordination/historique/{asked}")
    lots = {lot.id: lot for lot in all_lots(connection)}
    holders = {one.id: one for one in all_correctors(connection)}
    plain = folded(asked)
    for lot in lots.values():
        if folded(lot.name).startswith(plain):
            held = holders[lot.corrector].name if lot.corrector in holders else lot.corrector
            said = f"{LOT_STATES[lot.state]}, {plural(lot.copies, 'copie', 'copies')}, {held}"
            yield Found("Lot", lot.name, said, f"/coordination/lots/{lot.exam}/{lot.id}")
    for copy in copies_numbered(connection, asked.upper()):
        where = f"lot {lots[copy.lot].name}" if copy.lot in lots else "dans aucun lot"
        said = f"{copy.exam}, {places.get(copy.centre, copy.centre)}, {where}"
        yield Found(
            "Numéro d’anonymat", copy.anonymous_number or "", said, f"/coordination/decisions/{copy.id}"
        )
    for scan in scans_named(connection, re.sub(r"\.pdf$", "", asked, flags=re.IGNORECASE)):
        place = f"{scan.exam or '?'}, {places.get(scan.centre or '', scan.centre or '?')}"
        yield Found("Fichier", name_of_file(scan), place, page_of_file(site, scan))
    for one in holders.values():
        if all(word in folded(one.name) for word in plain.split()):
            yield Found(
                "Correcteur",
                one.name,
                ", ".join(one.exams),
                f"/coordination/lots?{urlencode({'q': one.name})}",
            )
    for uai, name in places.items():
        if plain in folded(f"{uai} {name}"):
            yield Found("Centre", name, uai, f"/centre/{uai}")
    yield from _candidates(connection, places, {e.code: e for e in site.session.with_dossiers}, plain)


def _candidates(
    connection: Connection, places: dict[str, str], with_dossiers: dict[str, Exam], plain: str
) -> Iterator[Found]:
    """Each enrolment of who is called so, with what there is of it."""
    words = plain.split()
    ids = [
        who
        for who, number, name in names_of_candidates(connection)
        if number.startswith(plain) or all(word in folded(name) for word in words)
    ]
    for who in enrolled_as(connection, ids=ids[:_MOST]):
        name = f"{who.family_name} {who.first_names}, n° {who.number}"
        said, link = _of_enrolment(connection, who, with_dossiers)
        yield Found(
            "Candidat", f"{name} : {who.exam}", f"{places.get(who.centre, who.centre)}, {said}", link, who.id
        )


def _of_enrolment(
    connection: Connection, who: EnrolledCandidate, with_dossiers: dict[str, Exam]
) -> tuple[str, str]:
    """What there is of it, in words, and where."""
    copies = copies_of_candidate(connection, who.exam, who.id)
    if copies:
        said = ", ".join(f"copie {_STATES[one.status]}{', dans un lot' if one.lot else ''}" for one in copies)
        return said, f"/coordination/decisions/{copies[0].id}"
    if who.exam in with_dossiers:
        dossier = dossier_of(connection, who.exam, who.id)
        said = "dossier" if dossier else "pas de dossier"
        place = sits_in(with_dossiers[who.exam], who)
        return said, f"/coordination/dossiers/{who.exam}/{place}#{dossier or who.id}"
    return "pas de copie", f"/centre/{who.centre}/{who.exam}"
