"""All copies of a centre and épreuve that ask for something: a new scan, a decision, or a look."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from actions.dropped.piles import name_of_file
from desk.centre.counter import place_of
from desk.centre.dropped import copies_shown
from desk.entry.access import CentreAccount, shows_identity, site_of
from desk.listing import Column, Listing
from desk.lookup import written
from desk.page import page
from desk.questions import ASKED
from papers.receipts import SCAN_AGAIN
from processors.findings import french
from storage.dropped.piles import Asks, ToMend, copies_to_mend, files_of, names_of_owners
from storage.dropped.scans import scans_in

router = APIRouter(prefix="/centre/{uai}/{code}")

_ASKS = {
    Asks.SCAN.value: "à numériser de nouveau",
    Asks.DECISION.value: "le service décide",
    Asks.LOOK.value: "à vérifier",
}
_SAID: dict[int | None, str] = {None: "", **{place: french(code) for place, code in enumerate(ASKED)}}


@router.get("/a-reprendre")
def to_mend(request: Request, uai: str, code: str, account: CentreAccount, quoi: str = "") -> Response:
    """By the page. What may only be looked at is shown where it is asked for (`quoi`)."""
    site = site_of(request)
    exam = written(site, code)
    shows_identity(request, f"{exam.code}/{uai}", "centre")
    checking = quoi == _ASKS[Asks.LOOK]
    least = Asks.LOOK if checking else Asks.DECISION
    with site.register.reading() as connection:
        rows = copies_to_mend(connection, exam.code, uai, ASKED, SCAN_AGAIN, least)
        columns = _columns(connection, exam.code, uai)
        listing = Listing(request, "copies à reprendre ou à décider", columns, rows)
        if (table := listing.csv(f"a-reprendre-{exam.code}")) is not None:
            return table
        ids = {row.scan for row in listing.shown}
        scans = {scan.id: scan for scan in scans_in(connection, ids)}
        shown = copies_shown(site, connection, listing.shown, scans)
    for one in shown:
        if one.told:
            shows_identity(request, one.scan.id, "report")
    values = {
        "centre": site.session.centre(uai),
        "exam": exam,
        "listing": listing,
        "shown": shown,
        "checking": checking,
        "place_of": place_of,
    }
    return page(request, "mending.html", values)


def _columns(connection: Connection, exam: str, uai: str) -> list[Column[ToMend]]:
    @cache
    def files() -> dict[str, str]:
        return {scan.id: name_of_file(scan) for scan in files_of(connection, exam, uai)}

    @cache
    def names() -> dict[str | None, str]:
        return {None: "sans nom"} | names_of_owners(connection, exam, uai)

    return [
        Column("copie", "Rang dans la pile", of="position"),
        Column("fichier", "Fichier", of="scan", said=files),
        Column("candidat", "Candidat", of="candidate", said=names),
        Column("quoi", "À faire", choice=tuple(_ASKS.values()), of="asks", said=lambda: _ASKS),
        Column("constat", "Constat", of="first", said=lambda: _SAID),
    ]
