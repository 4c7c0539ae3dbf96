"""The queue: what the machine left to a person, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from actions.dropped.piles import name_of_file
from actions.site import Site, now
from desk.entry.access import ServiceAccount, site_of
from desk.listing import Column, Listing, instant
from desk.page import page
from desk.questions import ASKED, QUESTIONS
from desk.service.lists import centres_of
from processors.findings import Code, french
from storage.decided.copies import CopyRow, first_copies
from storage.decided.decisions import (
    Proposal,
    copies_to_decide,
    count_to_decide,
    decided_lately,
    proposals_of,
)
from storage.decided.findings import FindingRow, findings_of_copies, open_findings
from storage.decided.queue import Waiting, waiting_to_decide
from storage.dropped.scans import deposits, scans_in
from storage.people import accounts
from storage.season.signatures import count_to_look_at

router = APIRouter(prefix="/coordination/decisions")

_FOREIGN_SHOWN = 30
_LATELY = 8


@router.get("")
def queue(request: Request, account: ServiceAccount) -> Response:
    """Most urgent first: what a corrector waits for, then the épreuves by when their lots open."""
    site = site_of(request)
    with site.register.reading() as connection:
        waiting = waiting_to_decide(connection, by_urgency(site), ASKED)
        listing = Listing(request, "copies à décider", _columns(site, connection), waiting)
        if (table := listing.csv("a-decider")) is not None:
            return table
        ids = [one.id for one in listing.shown]
        stated, proposals = findings_of_copies(connection, ids), proposals_of(connection, ids)
        foreign = open_findings(connection, code=Code.FOREIGN_PAGE, limit=_FOREIGN_SHOWN)
        beside = first_copies(connection, {f.scan for f in foreign if f.scan and not f.copy})
        signed = count_to_look_at(connection)
        lately = decided_lately(connection, _LATELY)
        names = {one.id: one.name for one in accounts.all_accounts(connection)}
        files = scans_in(connection, {one.scan for one in listing.shown} | {one.scan for one in lately})
    values = {
        "listing": listing,
        "stated": {id_: [one for one in stated if one.copy == id_] for id_ in ids},
        "proposals": proposals,
        "foreign": [(f, copy) for f in foreign if (copy := f.copy or beside.get(f.scan or ""))],
        "to_look_at": signed,
        "centres": {centre.uai: centre for centre in site.session.centres},
        "lately": lately,
        "names": names,
        "files": {scan.id: name_of_file(scan) for scan in files},
    }
    return page(request, "queue.html", values)


def _columns(site: Site, connection: Connection) -> list[Column[Waiting]]:
    places, exams = centres_of(site.session), tuple(exam.code for exam in site.session.written)

    @cache
    def deposited() -> Mapping[str, str]:
        return {scan: instant(at) for scan, at in deposits(connection).items()}

    return [
        Column(
            "epreuve", "Épreuve", choice=exams, of="exam", said=lambda: dict(zip(exams, exams, strict=True))
        ),
        Column("centre", "Centre", choice=tuple(sorted(places.values())), of="centre", said=lambda: places),
        Column("copie", "Rang dans la pile", of="position"),
        Column("constat", "Constat", choice=_KINDS, of="first", said=lambda: _SAID),
        Column("depot", "Dépôt du fichier", of="scan", said=deposited),
        Column("lot", "Dans un lot", choice=("non", "oui"), of="in_lot", said=lambda: _IN_LOT),
    ]


_NOBODYS = "à attribuer"
_SAID: dict[int | None, str] = {None: _NOBODYS, **{place: french(code) for place, code in enumerate(ASKED)}}
"""What the page of a copy asks first, by its place among all that may be open of it."""
_KINDS = (*sorted(map(french, QUESTIONS)), _NOBODYS)
_IN_LOT = {True: "oui", False: "non"}


def waiting_copies(
    site: Site, limit: int, offset: int
) -> tuple[int, list[tuple[CopyRow, list[FindingRow], Proposal | None]]]:
    """How many wait; of these the most urgent, what was found of each, and what one person has proposed."""
    with site.register.reading() as connection:
        count = count_to_decide(connection)
        shown = copies_to_decide(connection, by_urgency(site), limit, offset)
        ids = [copy.id for copy in shown]
        stated = findings_of_copies(connection, ids)
        proposals = proposals_of(connection, ids)
    found = {id_: [one for one in stated if one.copy == id_] for id_ in ids}
    return count, [(copy, found[copy.id], proposals.get(copy.id)) for copy in shown]


def by_urgency(site: Site) -> list[str]:
    """Codes of the written épreuves, by when their lots open."""
    return [exam.code for exam in sorted(site.session.written, key=lambda exam: exam.opens_at or now())]
