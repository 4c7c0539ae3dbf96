"""The queue: what the machine left to a person, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from actions.context import Context, now
from desk.access import ServiceAccount, work_of
from desk.listing import Column, Listing
from desk.lists import centres_of
from desk.page import page
from desk.questions import QUESTIONS
from processors.findings import Code, french
from storage import accounts
from storage.copies import CopyRow, copies_of_scan
from storage.decisions import (
    Proposal,
    Waiting,
    copies_to_decide,
    count_to_decide,
    decided_lately,
    proposals_of,
    waiting_to_decide,
)
from storage.findings import FindingRow, findings_of_copies, open_codes, open_findings
from storage.scans import all_scans
from storage.signatures import count_to_look_at

router = APIRouter(prefix="/coordination/decisions")

_FOREIGN_SHOWN = 30
_LATELY = 8


@router.get("")
def queue(request: Request, account: ServiceAccount) -> Response:
    """Most urgent first: what a corrector waits for, then the épreuves by when their lots open."""
    work = work_of(request)
    with work.register.reading() as connection:
        signed = count_to_look_at(connection)
        deposits = {scan.id: scan.deposited_at for scan in all_scans(connection)}
        listing = Listing(
            request,
            "copies à décider",
            _columns(work, deposits, cache(lambda: open_codes(connection))),
            _Queue(connection, by_urgency(work)),
        )
        if (table := listing.csv("a-decider")) is not None:
            return table
        ids = [one.id for one in listing.shown]
        stated, proposals = findings_of_copies(connection, ids), proposals_of(connection, ids)
        foreign = open_findings(connection, code=Code.FOREIGN_PAGE)[:_FOREIGN_SHOWN]
        beside = {f.scan: copies_of_scan(connection, f.scan) for f in foreign if f.scan}
        lately = decided_lately(connection, _LATELY)
        names = {one.id: one.name for one in accounts.all_accounts(connection)}
    values = {
        "listing": listing,
        "stated": {id_: [one for one in stated if one.copy == id_] for id_ in ids},
        "proposals": proposals,
        "foreign": [(f, f.copy or beside[f.scan or ""][0].id) for f in foreign if beside[f.scan or ""]],
        "to_look_at": signed,
        "centres": {centre.uai: centre for centre in work.session.centres},
        "lately": lately,
        "names": names,
    }
    return page(request, "queue.html", values)


class _Queue(Sequence[Waiting]):
    """The copies that wait, of which a page reads no more than it shows."""

    def __init__(self, connection: Connection, exams: list[str]) -> None:
        self._connection = connection
        self._exams = exams

    def __len__(self) -> int:
        return count_to_decide(self._connection)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(waiting_to_decide(self._connection, self._exams))

    def __getitem__(self, part: Any) -> Any:
        limit = part.stop - part.start
        return waiting_to_decide(self._connection, self._exams, limit, part.start)


def _columns(
    work: Context,
    deposits: Mapping[str, datetime],
    codes: Callable[[], Mapping[str, tuple[Code, ...]]],
) -> list[Column[Waiting]]:
    places, exams = centres_of(work.session), tuple(exam.code for exam in work.session.written)
    return [
        Column("epreuve", "Épreuve", lambda one: one.exam, choice=exams),
        Column(
            "centre",
            "Centre",
            lambda one: places.get(one.centre, one.centre),
            choice=tuple(sorted(places.values())),
        ),
        Column("copie", "Rang dans la pile", lambda one: one.position),
        Column("constat", "Constat", lambda one: _asks(one, codes()), choice=_KINDS),
        Column("depot", "Dépôt du fichier", lambda one: deposits.get(one.scan)),
        Column("lot", "Dans un lot", lambda one: "oui" if one.in_lot else "non", choice=("non", "oui")),
    ]


def _asks(one: Waiting, codes: Mapping[str, tuple[Code, ...]]) -> str:
    """What its page asks of it first."""
    stated = (*codes.get(one.id, ()), *((Code.COPY_OF_ABSENT,) if one.absent else ()))
    return _first_of(stated)


@cache
def _first_of(stated: tuple[Code, ...]) -> str:
    return french(min(stated, key=_ASKED.index)) if stated else _NOBODYS


_ASKED = [*QUESTIONS, *(code for code in Code if code not in QUESTIONS)]
_NOBODYS = "à attribuer"
_KINDS = (*sorted(map(french, QUESTIONS)), _NOBODYS)


def waiting_copies(
    work: Context, limit: int, offset: int
) -> tuple[int, list[tuple[CopyRow, list[FindingRow], Proposal | None]]]:
    """How many wait; of these the most urgent, what was found of each, and what one person has proposed."""
    with work.register.reading() as connection:
        count = count_to_decide(connection)
        shown = copies_to_decide(connection, by_urgency(work), limit, offset)
        ids = [copy.id for copy in shown]
        stated = findings_of_copies(connection, ids)
        proposals = proposals_of(connection, ids)
    found = {id_: [one for one in stated if one.copy == id_] for id_ in ids}
    return count, [(copy, found[copy.id], proposals.get(copy.id)) for copy in shown]


def by_urgency(work: Context) -> list[str]:
    """Codes of the written épreuves, by when their lots open."""
    return [exam.code for exam in sorted(work.session.written, key=lambda exam: exam.opens_at or now())]
