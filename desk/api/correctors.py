"""A corrector's own lots. Nothing here tells who wrote a copy."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from actions.corrected import lots as of_lots
from actions.corrected import marks as of_marks
from actions.corrected import own_notes as of_notes
from actions.corrected import returned as of_returned
from actions.decided import copies as of_copies
from actions.site import now
from desk.api.shapes import (
    AnonymousNumber,
    Done,
    KeptMarks,
    LotId,
    MarkTable,
    Offline,
    OwnCopy,
    OwnLot,
    Problem,
    Report,
    Returned,
    ReturnedFile,
    Taken,
)
from desk.corrector import shown_lots
from desk.entry.access import Corrector, site_of
from desk.lookup import copy_in, own_lot
from desk.posted_file import handed_in
from processors.correcting.own_notes import OwnNotes
from storage.decided.copies import copies_of_lot

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
        for lot, exam, _ in shown_lots(site_of(request), corrector)
    ]


@router.get("/{lot}")
def lot(request: Request, lot: LotId, corrector: Corrector) -> list[OwnCopy]:
    """Its copies, in their order."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    copies = site.register.ask(copies_of_lot, mine.id)
    return [
        OwnCopy(number=c.anonymous_number, pages=len(c.pages), ready=c.ready, returned=c.returned)
        for c in copies
    ]


@router.get(
    "/{lot}/copies/{number}",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def copy(request: Request, lot: LotId, number: AnonymousNumber, corrector: Corrector) -> Response:
    """The copy, as PDF. From the first one on, the lot is pulled."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    found = copy_in(site, mine, number)
    of_lots.pull(site, mine, at=now())
    return Response(of_lots.pdf_of(site, found), media_type="application/pdf")


@router.get("/{lot}/copies/{number}/notes")
def own_notes(request: Request, lot: LotId, number: AnonymousNumber, corrector: Corrector) -> OwnNotes:
    """What she noted of the copy for herself; nobody else reads it."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    return of_notes.notes_of(site, mine, copy_in(site, mine, number))


@router.put("/{lot}/copies/{number}/notes")
def keep_own_notes(
    request: Request, lot: LotId, number: AnonymousNumber, corrector: Corrector, said: OwnNotes
) -> Done:
    """In place of the earlier ones. They are laid over the pages, and change nothing of the copy."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    of_notes.keep_notes(site, mine, copy_in(site, mine, number), said)
    return Done()


@router.post("/{lot}/copies/{number}/report")
def report(
    request: Request,
    lot: LotId,
    number: AnonymousNumber,
    corrector: Corrector,
    reported: Report,
) -> Done:
    """Something is wrong with it: it waits, and the others go on."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    of_copies.report(
        site,
        copy_in(site, mine, number).id,
        reported.trouble,
        reported.said,
        order=reported.order,
        actor=corrector.id,
        at=now(),
    )
    return Done()


@router.post("/{lot}/copies/{number}/report/take-back")
def take_report_back(request: Request, lot: LotId, number: AnonymousNumber, corrector: Corrector) -> Done:
    """It is read on as it is, as long as the service has done nothing about it."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    copy = copy_in(site, mine, number, ready=False)
    of_copies.take_report_back(site, copy.id, actor=corrector.id, at=now())
    return Done()


@router.post("/{lot}/copies/{number}/return")
def give_back_one(
    request: Request,
    lot: LotId,
    number: AnonymousNumber,
    corrector: Corrector,
    said: Returned,
) -> Done:
    """This copy is marked, or is not after all."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    of_copies.give_back(site, copy_in(site, mine, number).id, said.returned, actor=corrector.id, at=now())
    return Done()


@router.post("/{lot}/return")
def give_back(request: Request, lot: LotId, corrector: Corrector) -> Done:
    """All that is in hand is marked; what was reported stays to come."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot)
    of_lots.give_back(site, mine, at=now())
    return Done()


@router.post("/{lot}/offline")
def work_offline(request: Request, lot: LotId, corrector: Corrector, said: Offline) -> Done:
    """The lot is read from its archive until then: it is not recalled meanwhile, nor called idle."""
    site = site_of(request)
    mine, exam = own_lot(site, corrector, lot)
    of_lots.work_offline(site, mine, exam, said.until, at=now())
    return Done()


@router.post(
    "/{lot}/documents",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
    responses={413: {"model": Problem}},
)
async def bring_documents(
    request: Request,
    lot: LotId,
    corrector: Corrector,
    x_file_name: Annotated[
        str, Header(max_length=600, description="NUMBER.pdf, or an archive's, percent-encoded.")
    ] = "",
) -> list[ReturnedFile]:
    """A copy that was annotated offline, named by its anonymous number, or a ZIP of several: the bytes alone.

    What became of each, in place of earlier ones.
    """
    site = site_of(request)
    mine, _ = await run_in_threadpool(own_lot, site, corrector, lot)
    name = "".join(letter for letter in unquote(x_file_name) if letter.isprintable())[-80:]
    too_large = "Ce fichier dépasse 512 Mio : rendez les copies par petits groupes."
    async with handed_in(request, of_returned.MOST, too_large) as path:
        found = await run_in_threadpool(of_returned.take, site, mine, name, path, at=now())
    return [
        ReturnedFile(
            name=one.name,
            number=one.number,
            taken=one.fault is None,
            sure=one.sure,
            code=one.fault and one.fault.value,
            message=one.sentence,
        )
        for one in found
    ]


@router.get("/{lot}/notes")
def marks(request: Request, lot: LotId, corrector: Corrector) -> KeptMarks:
    """The marks that she brought. 409, with the hour, before the harmonisation."""
    site = site_of(request)
    mine = of_marks.own(site, corrector.id, lot)
    return KeptMarks(marks=of_marks.marks_in(site, mine.id, by=corrector.id))


@router.post("/{lot}/notes")
def bring_marks(request: Request, lot: LotId, corrector: Corrector, brought: MarkTable) -> Taken:
    """A lot's marks, in place of earlier ones. 409, with the hour, before the harmonisation."""
    site = site_of(request)
    mine = of_marks.own(site, corrector.id, lot)
    read = of_marks.take(site, mine, brought.table.encode(), actor=corrector.id, at=now())
    said = "" if read.problems else of_marks.summary(read.rows)
    return Taken(taken=not read.problems, said=said, lines=list(read.problems))
