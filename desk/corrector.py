"""The corrector's page: lots, their copies, what is wrong with one. Nothing here tells who wrote a copy."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from actions.corrected import lots as of_lots
from actions.corrected import marks as of_marks
from actions.corrected import returned as of_returned
from actions.corrected.archive import archive, sheet_of
from actions.decided import copies as of_copies
from actions.dropped.delivery import of_lot
from actions.site import Site, now
from desk.entry.access import Corrector, site_of
from desk.lookup import copy_in, own_lot
from desk.marks import marks_in
from desk.page import page
from desk.zipped import zipped
from papers.delivery import delivery_pdf
from processors.circular.deadlines import local_zone
from processors.circular.session import Exam
from storage.corrected.lots import LotRow, all_lots
from storage.corrected.returned import documents_of_lot
from storage.decided.copies import CopyRow, copies_of_lot
from storage.people.correctors import CorrectorRow
from storage.states import Trouble

router = APIRouter(prefix="/lots")


@router.get("")
def lots(request: Request, corrector: Corrector) -> Response:
    site = site_of(request)
    values = {
        "lots": shown_lots(site, corrector),
        "days": corrector.days,
        "at": now(),
        "why_recalled": partial(of_lots.why_recalled, site),
        "marks_open": of_marks.is_open(site),
    }
    return page(request, "lots.html", values)


@router.get("/{lot_id}")
def lot(request: Request, lot_id: str, corrector: Corrector) -> Response:
    site = site_of(request)
    mine, exam = own_lot(site, corrector, lot_id)
    with site.register.reading() as connection:
        copies = copies_of_lot(connection, mine.id)
        documents = documents_of_lot(connection, mine.id)
    at = now()
    values = {
        "lot": mine,
        "exam": exam,
        "copies": copies,
        "documents": {copy.id: documents[copy.id] for copy in copies if copy.id in documents},
        "offline": of_lots.is_offline(mine, at),
        "today": at.astimezone(local_zone()).date(),
        "marks_in": marks_in(site),
        "opens": site.session.results and of_marks.opens_at(site),
    }
    return page(request, "lot.html", values)


@router.get("/{lot_id}/lot.zip")
def lot_archive(request: Request, lot_id: str, corrector: Corrector) -> Response:
    """Every copy and the sheet. Times in it are all the same: they tell nothing of when a copy came."""
    site = site_of(request)
    mine, exam = own_lot(site, corrector, lot_id)
    of_lots.pull(site, mine, at=now())
    files = archive(site, mine, exam, at=now())
    headers = {"Content-Disposition": f'attachment; filename="{mine.name}.zip"'}
    return StreamingResponse(zipped(files), media_type="application/zip", headers=headers)


@router.get("/{lot_id}/rendre")
def ask_to_give_back(request: Request, lot_id: str, corrector: Corrector) -> Response:
    """What giving back the lot would do, before it is done."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot_id)
    with site.register.reading() as connection:
        copies = copies_of_lot(connection, mine.id)
        documents = documents_of_lot(connection, mine.id)
    without = [copy for copy in copies if copy.ready and copy.id not in documents]
    return page(request, "return_lot.html", {"lot": mine, "copies": copies, "without": without})


@router.get("/{lot_id}/bordereau.pdf")
def sheet(request: Request, lot_id: str, corrector: Corrector) -> Response:
    """The lot's copies by their numbers, with room for observations: to be printed."""
    site = site_of(request)
    mine, exam = own_lot(site, corrector, lot_id)
    return Response(sheet_of(site, mine, exam, at=now()), media_type="application/pdf")


@router.get("/{lot_id}/recu.pdf")
def delivery(request: Request, lot_id: str, corrector: Corrector) -> Response:
    """What she was given and gave back, and on which days."""
    site = site_of(request)
    mine, exam = own_lot(site, corrector, lot_id)
    told = of_lot(site, mine, exam, to_corrector=True, at=now())
    return Response(delivery_pdf(told), media_type="application/pdf")


@router.get("/{lot_id}/{number}/rendu.pdf")
def document(request: Request, lot_id: str, number: str, corrector: Corrector) -> Response:
    """What she gave back of a copy, as it is kept."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot_id)
    data = of_returned.document(site, mine, copy_in(site, mine, number))
    return Response(data, media_type="application/pdf")


@router.post("/{lot_id}/hors-connexion")
def work_offline(
    request: Request,
    lot_id: str,
    corrector: Corrector,
    until: Annotated[date | None, Form()] = None,
) -> Response:
    """The lot is read from its archive until then; without a day, no longer."""
    site = site_of(request)
    mine, exam = own_lot(site, corrector, lot_id)
    of_lots.work_offline(site, mine, exam, until, at=now())
    return RedirectResponse(f"/lots/{mine.id}", 303)


@router.get("/{lot_id}/{number}.pdf")
def copy_pdf(request: Request, lot_id: str, number: str, corrector: Corrector) -> Response:
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot_id)
    copy = copy_in(site, mine, number)
    of_lots.pull(site, mine, at=now())
    return Response(of_lots.pdf_of(site, copy), media_type="application/pdf")


@router.get("/{lot_id}/{number}")
def read(request: Request, lot_id: str, number: str, corrector: Corrector) -> Response:
    """The copy, in the browser."""
    site = site_of(request)
    mine, exam = own_lot(site, corrector, lot_id)
    copy_in(site, mine, number)
    shown = [c for c in site.register.ask(copies_of_lot, mine.id) if c.ready]
    ready = [c.anonymous_number for c in shown]
    rank = ready.index(number)
    values = {
        "lot": mine,
        "exam": exam,
        "number": number,
        "rank": rank + 1,
        "count": len(ready),
        "before": ready[rank - 1] if rank else None,
        "after": ready[rank + 1] if rank + 1 < len(ready) else None,
        "returned": shown[rank].returned,
        "pages": len(shown[rank].pages),
        "annexes": sum(page.annex for page in shown[rank].pages),
        "troubles": Trouble,
    }
    return page(request, "read.html", values)


@router.post("/{lot_id}/rendre")
def give_back(request: Request, lot_id: str, corrector: Corrector) -> Response:
    """All that is in hand is marked; what was reported stays to come."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot_id)
    of_lots.give_back(site, mine, at=now())
    return RedirectResponse(f"/lots/{mine.id}", 303)


@router.post("/{lot_id}/{number}/rendre")
def give_back_one(
    request: Request,
    lot_id: str,
    number: str,
    corrector: Corrector,
    returned: Annotated[bool, Form()],
) -> Response:
    """This copy is marked, or is not after all."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot_id)
    of_copies.give_back(site, copy_in(site, mine, number).id, returned, actor=corrector.id, at=now())
    return RedirectResponse(f"/lots/{mine.id}", 303)


@router.post("/{lot_id}/{number}/signaler")
def report(
    request: Request,
    lot_id: str,
    number: str,
    corrector: Corrector,
    trouble: Annotated[Trouble, Form()],
    said: Annotated[str, Form(max_length=2000)] = "",
    order: Annotated[list[int] | None, Form()] = None,
) -> Response:
    """The copy goes back to the service and waits there; the others go on.

    `order`: its pages, by their ranks, as they should follow each other.
    """
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot_id)
    copy = copy_in(site, mine, number)
    of_copies.report(site, copy.id, trouble, said, order=order or (), actor=corrector.id, at=now())
    return RedirectResponse(f"/lots/{mine.id}", 303)


@router.post("/{lot_id}/{number}/ne-plus-signaler")
def take_report_back(request: Request, lot_id: str, number: str, corrector: Corrector) -> Response:
    """It is read on as it is."""
    site = site_of(request)
    mine, _ = own_lot(site, corrector, lot_id)
    copy = copy_in(site, mine, number, ready=False)
    of_copies.take_report_back(site, copy.id, actor=corrector.id, at=now())
    return RedirectResponse(f"/lots/{mine.id}/{number}", 303)


def shown_lots(site: Site, corrector: CorrectorRow) -> list[tuple[LotRow, Exam, list[CopyRow]]]:
    """All of this corrector's, with their copies in their order."""
    with site.register.reading() as connection:
        mine = all_lots(connection, corrector=corrector.id)
        copies = {lot.id: copies_of_lot(connection, lot.id) for lot in mine}
    exams = {exam.code: exam for exam in site.session.written}
    return [(lot, exams[lot.exam], copies[lot.id]) for lot in mine]
