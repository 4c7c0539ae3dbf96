"""A corrector's own lots. Nothing here tells who wrote a copy."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from desk import actions
from desk.access import Corrector, CorrectorAccount, work_of
from desk.api.shapes import AnonymousNumber, Done, LotId, OwnCopy, OwnLot, Report, Returned
from desk.corrector import shown_lots
from desk.lookup import copy_in, own_lot
from flows.context import now
from storage import queries

router = APIRouter(prefix="/my/lots", tags=["corrector"])


@router.get("")
def lots(request: Request, corrector: Corrector) -> list[OwnLot]:
    at = now()
    return [
        OwnLot(
            id=lot.id,
            name=lot.name,
            exam=lot.exam,
            state=lot.state,
            copies=lot.copies,
            open=exam.in_window(at),
        )
        for lot, exam, _ in shown_lots(work_of(request), corrector)
    ]


@router.get("/{lot}")
def lot(request: Request, lot: LotId, corrector: Corrector) -> list[OwnCopy]:
    """Its copies, in their order."""
    work = work_of(request)
    mine, _ = own_lot(work, corrector, lot)
    with work.register.reading() as connection:
        copies = queries.lot_copies(connection, mine.id)
    return [
        OwnCopy(number=c.anonymous_number, pages=len(c.pages), ready=c.ready, returned=c.returned)
        for c in copies
    ]


@router.get(
    "/{lot}/copies/{number}",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def copy(
    request: Request, lot: LotId, number: AnonymousNumber, corrector: Corrector, account: CorrectorAccount
) -> Response:
    """The copy, as PDF. From the first one on, the lot is pulled."""
    work = work_of(request)
    mine, _ = own_lot(work, corrector, lot)
    found = copy_in(work, mine, number)
    actions.pulled(work, mine, actor=account.id)
    return Response(actions.pdf_of(work, mine, found), media_type="application/pdf")


@router.post("/{lot}/copies/{number}/report")
def report(
    request: Request,
    lot: LotId,
    number: AnonymousNumber,
    corrector: Corrector,
    account: CorrectorAccount,
    reported: Report,
) -> Done:
    """Something is wrong with it: it waits, and the others go on."""
    work = work_of(request)
    mine, _ = own_lot(work, corrector, lot)
    actions.report(work, copy_in(work, mine, number), reported.trouble, reported.said, actor=account.id)
    return Done()


@router.post("/{lot}/copies/{number}/return")
def give_back_one(
    request: Request,
    lot: LotId,
    number: AnonymousNumber,
    corrector: Corrector,
    account: CorrectorAccount,
    said: Returned,
) -> Done:
    """This copy is marked, or is not after all."""
    work = work_of(request)
    mine, _ = own_lot(work, corrector, lot)
    actions.give_back_one(work, copy_in(work, mine, number), said.returned, actor=account.id)
    return Done()


@router.post("/{lot}/return")
def give_back(request: Request, lot: LotId, corrector: Corrector, account: CorrectorAccount) -> Done:
    """All that is in hand is marked; what was reported stays to come."""
    work = work_of(request)
    mine, _ = own_lot(work, corrector, lot)
    actions.give_back(work, mine, actor=account.id)
    return Done()
