"""A lot as its corrector takes it along: its copies, their sheet, and what she noted of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from actions.corrected.lots import pdf_of, pull
from actions.corrected.own_notes import notes_of
from actions.site import Site
from papers.lot_sheet import LotSheet, lot_sheet_pdf
from papers.tables import csv_of
from processors.circular.session import Exam
from processors.correcting.marks import COLUMNS
from processors.correcting.own_notes import said_of, with_notes
from storage.corrected.lots import LotRow, all_lots
from storage.decided.copies import CopyRow, copies_of_lot
from storage.refusals import Refused
from storage.states import LotState


def archive(site: Site, lot: LotRow, exam: Exam, *, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Its files by their paths: one PDF a copy, named by its anonymous number, the sheet, an empty table.

    The table is for the corrector's own use: no mark is taken before the harmonisation. Copies that bear
    private notes are there with them as well, and a table of these. Raises StoreError as `pdf_of` does.
    """
    copies, noted = _in_hand(site, lot), f"{lot.name}/mes annotations"
    numbers = [copy.anonymous_number or "" for copy in copies]
    yield f"{lot.name}/bordereau.pdf", _sheet(site, lot, exam, copies, at)
    yield f"{lot.name}/notes.csv", csv_of(COLUMNS, ((number, "") for number in numbers))
    for number, copy in zip(numbers, copies, strict=True):
        yield f"{lot.name}/{number}.pdf", pdf_of(site, copy)
    lines = []
    for number, copy in zip(numbers, copies, strict=True):
        if notes := notes_of(site, lot, copy).notes:
            yield f"{noted}/{number}.pdf", with_notes(pdf_of(site, copy), notes)
            lines += [(number, str(one.page), one.text) for one in notes if one.text]
    if lines:
        yield f"{noted}/annotations.csv", csv_of(("numero", "page", "annotation"), lines)


def sheet_of(site: Site, lot: LotRow, exam: Exam, *, at: datetime) -> bytes:
    """The sheet that goes with its copies, as a PDF, with what their corrector noted of them."""
    return _sheet(site, lot, exam, _in_hand(site, lot), at)


def pull_all(site: Site, corrector: str, to: Path, *, at: datetime) -> list[Path]:
    """A corrector's lots that are neither returned nor recalled, and whose window is open: a folder each.

    A lot is marked as pulled before it is fetched; she can fetch it again.
    """
    lots = site.register.ask(all_lots, corrector=corrector)
    folders = []
    for lot in lots:
        exam = site.session.exam(lot.exam)
        in_hand = lot.state in (LotState.ASSIGNED, LotState.PULLED)
        if not in_hand or exam is None or not exam.in_window(at):
            continue
        with suppress(Refused):  # reassigned since somebody looked
            pull(site, lot, at=at)
            for name, data in archive(site, lot, exam, at=at):
                path = to / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            folders.append(to / lot.name)
    return folders


def _in_hand(site: Site, lot: LotRow) -> list[CopyRow]:
    return [copy for copy in site.register.ask(copies_of_lot, lot.id) if copy.ready]


def _sheet(site: Site, lot: LotRow, exam: Exam, copies: Sequence[CopyRow], at: datetime) -> bytes:
    listed = [
        (copy.anonymous_number or "", len(copy.pages), said_of(notes_of(site, lot, copy).notes))
        for copy in copies
    ]
    return lot_sheet_pdf(LotSheet(lot.name, exam.code, exam.title, listed, exam.closes_at or at, at))
