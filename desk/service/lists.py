"""The service's lists over all épreuves: lots, dossiers, copies that lack something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fastapi import APIRouter, Request, Response

from actions.corrected import lots as of_lots
from actions.dropped.commission import sits_in
from actions.site import Site, now
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.listing import Column, Listing
from desk.page import LOT_STATES, page
from processors.circular.deadlines import french_day
from processors.circular.exam import Exam
from processors.circular.session import Session
from processors.dossiers.findings import VERDICTS
from processors.findings import Code, french
from storage.corrected.lots import LotRow, all_lots
from storage.decided.copies import CopyRow, incomplete_copies
from storage.decided.findings import findings_of_copies
from storage.dropped.dossiers import FRENCH_PRONOUNCED, DossierRow, dossiers_of
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.people.correctors import all_correctors

router = APIRouter(prefix="/coordination")


@router.get("/lots")
def lots(request: Request, account: ServiceAccount) -> Response:
    site = site_of(request)
    with site.register.reading() as connection:
        formed = all_lots(connection)
        holders = {one.id: one.name for one in all_correctors(connection)}
    news = dict[str, str]()
    for exam in site.session.written:
        news |= news_of_lots(site, exam, [lot for lot in formed if lot.exam == exam.code], now())
    listing = lots_listing(request, formed, holders, news)
    intro = "Les lots de toutes les épreuves. Une épreuve se choisit ici, ou sur le tableau."
    return listing.csv("lots") or page(
        request, "list.html", {"title": "Lots", "intro": intro, "listing": listing}
    )


def news_of_lots(site: Site, exam: Exam, lots: Iterable[LotRow], at: datetime) -> dict[str, str]:
    """By lot, what there is to say of one that a corrector holds."""
    silent = of_lots.idle(site, exam, at=at)
    said = {id_: f"sans nouvelle depuis le {french_day(day)}" for id_, day in silent.items()}
    for lot in lots:
        if lot.offline_until is not None and of_lots.is_offline(lot, at):
            said[lot.id] = f"hors connexion jusqu’au {french_day(lot.offline_until)}"
    return said


def lots_listing(
    request: Request, formed: list[LotRow], holders: dict[str, str], news: dict[str, str]
) -> Listing[LotRow]:
    columns = [
        Column[LotRow](
            "lot", "Lot", lambda lot: lot.name, link=lambda lot: f"/coordination/lots/{lot.exam}/{lot.id}"
        ),
        Column[LotRow]("epreuve", "Épreuve", lambda lot: lot.exam, choice=True),
        Column[LotRow]("copies", "Copies", lambda lot: lot.copies),
        Column[LotRow](
            "correcteur", "Correcteur", lambda lot: holders.get(lot.corrector, lot.corrector), choice=True
        ),
        Column[LotRow]("etat", "État", lambda lot: LOT_STATES[lot.state], choice=True),
        Column[LotRow]("nouvelles", "Nouvelles", lambda lot: news.get(lot.id)),
        Column[LotRow]("forme", "Formé", lambda lot: lot.formed_at),
    ]
    return Listing(request, "Lots formés", columns, formed)


_Line = tuple[EnrolledCandidate, DossierRow | None]


@router.get("/dossiers")
def dossiers(request: Request, account: ServiceAccount) -> Response:
    """Of every candidate who owes one."""
    site = site_of(request)
    with site.register.reading() as connection:
        rows: list[_Line] = []
        for exam in site.session.with_dossiers:
            known = {one.candidate: one for one in dossiers_of(connection, exam.code)}
            rows += [(who, known.get(who.id)) for who in enrolled_in(connection, exam.code)]
    places = centres_of(site.session)

    exams = {exam.code: exam for exam in site.session.with_dossiers}

    def link(row: _Line) -> str:
        who, dossier = row
        place = sits_in(exams[who.exam], who)
        return f"/coordination/dossiers/{who.exam}/{place}#{dossier.id if dossier else who.id}"

    def name(row: _Line) -> str:
        return f"{row[0].family_name} {row[0].first_names}"

    columns = [
        Column[_Line]("candidat", "Candidat", name, link=link),
        Column[_Line]("numero", "N° de candidat", lambda row: row[0].number),
        Column[_Line]("epreuve", "Épreuve", lambda row: row[0].exam, choice=True),
        Column[_Line]("centre", "Centre", lambda row: places.get(row[0].centre, row[0].centre), choice=True),
        Column[_Line]("etablissement", "Établissement", lambda row: row[0].school, choice=True),
        Column[_Line]("lecture", "Proposition", lambda row: _verdict(row[1]), choice=True),
        Column[_Line](
            "prononce",
            "Prononcé",
            lambda row: _pronounced(row[1]),
            choice=True,
        ),
    ]  # fmt: skip
    shows_identity(request, "dossiers", "dossiers")
    listing = Listing(request, "Dossiers", columns, rows)
    intro = "La machine propose, la commission prononce : un nom mène à la liste de sa commission."
    return listing.csv("dossiers") or page(
        request, "list.html", {"title": "Dossiers", "intro": intro, "listing": listing}
    )


def _verdict(dossier: DossierRow | None) -> str:
    if dossier is None:
        return "rien de déposé"
    return VERDICTS[dossier.verdict] if dossier.verdict else "en attente de lecture"


def _pronounced(dossier: DossierRow | None) -> str:
    if dossier is None or not dossier.decisions:
        return "pas encore"
    return FRENCH_PRONOUNCED[dossier.decisions[-1].decision]


@router.get("/incompletes")
def incomplete(request: Request, account: ServiceAccount) -> Response:
    """The copies that lack something: what their centres have to scan again. It names nobody."""
    site = site_of(request)
    with site.register.reading() as connection:
        copies = incomplete_copies(connection)
        found = findings_of_copies(connection, [copy.id for copy in copies])
    codes: dict[str, dict[Code, None]] = {}
    for one in found:
        codes.setdefault(one.copy or "", {})[one.code] = None
    places = centres_of(site.session)

    columns = [
        Column[CopyRow](
            "copie",
            "Copie",
            lambda copy: f"{copy.exam}, {copy.position}{'re' if copy.position == 1 else 'e'} de sa pile",
            link=lambda copy: f"/coordination/decisions/{copy.id}",
        ),
        Column[CopyRow]("epreuve", "Épreuve", lambda copy: copy.exam, choice=True),
        Column[CopyRow](
            "centre",
            "Centre",
            lambda copy: places.get(copy.centre, copy.centre),
            choice=True,
            link=lambda copy: f"/centre/{copy.centre}/{copy.exam}",
        ),
        Column[CopyRow](
            "candidat", "Candidat", lambda copy: "connu" if copy.candidate else "inconnu", choice=True
        ),
        Column[CopyRow]("constats", "Constats", lambda copy: ", ".join(map(french, codes.get(copy.id, ())))),
        Column[CopyRow]("lot", "Dans un lot", lambda copy: "oui" if copy.lot else "non", choice=True),
    ]
    listing = Listing(request, "Copies incomplètes", columns, copies)
    intro = "Leurs centres doivent les numériser de nouveau ; la nouvelle numérisation prend leur place."
    return listing.csv("incompletes") or page(
        request, "list.html", {"title": "Copies incomplètes", "intro": intro, "listing": listing}
    )


def centres_of(session: Session) -> dict[str, str]:
    """By UAI, how a list calls each centre."""
    return {centre.uai: f"{centre.name}, {centre.city}" for centre in session.centres}
