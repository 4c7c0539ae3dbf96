"""Sheets that oral panels give back, sorted for whoever hands them in. Scans of marks are not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions.context import Context
from actions.isolation import isolated, run_each, run_pages
from actions.orals import papers_of
from papers.oral_handin import hand_in_list, missing_sheets
from papers.oral_papers import PanelPaper, sheets_to_sign
from processors.exam import Exam
from processors.oral_returns import Returned, lost_page, read_codes, returned, sorted_files
from processors.oral_sheets import OralSheet, SheetKind, sheet_of, sheets_owed
from processors.oral_signatures import unsigned_cells
from processors.scans.dropped import inspect
from processors.scans.raster import BadScan
from processors.session import Session
from storage.orals import OralSheetsBack, panels_of, plan_of, sheets_back

MAX_BYTES, _MAX_PAGES = 200 * 10**6, 1000
_NAMES = {
    SheetKind.GRADING: "fiches",
    SheetKind.MARKS: "bordereaux",
    SheetKind.CANDIDATES: "emargement-candidats",
    SheetKind.EXAMINERS: "emargement-examinateurs",
}


@dataclass(frozen=True)
class SortedSheets:
    """`files`: by name; `told`: in French, what is to be done about pages; `missing`: what is still owed."""

    files: dict[str, bytes]
    told: tuple[str, ...]
    missing: tuple[str, ...]


def take_sheets(work: Context, code: str, path: Path, *, actor: str, at: datetime) -> SortedSheets:
    """Notes which sheets came; the same file gives the same again.

    BadScan for a file that cannot be read, Refused where nothing is planned.
    """
    panels = papers_of(work, code)
    owed = [sheet for panel in panels for sheet in panel.sheets]
    names = {
        sheet: f"{one.family_name} {one.first_names}"
        for panel in panels
        for sheet in panel.sheets
        if sheet.kind is SheetKind.GRADING
        for one in (panel.turns[sheet.turn - 1],)
    }
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    pages = isolated(inspect, path, _MAX_PAGES, MAX_BYTES)
    read = run_pages(read_codes, path, {one.code for one in owed}, pages=pages, instead=lost_page)
    with work.register.reading() as connection:
        known = sheets_back(connection, code)
    before = {sheet for one, file in known.items() if file != sha256 and (sheet := sheet_of(one))}
    came = returned(read, code, owed, before)
    unsigned = _unsigned(work, path, panels, came)
    files = isolated(sorted_files, path, came, names)
    codes = tuple(sorted(sheet.code for sheet in came.pages))
    if codes:
        work.register.record(OralSheetsBack(file=sha256, codes=codes), code, actor=actor, at=at)
    exam, back = panels[0].exam, before | came.pages.keys()
    listed = hand_in_list(exam, owed, back, list(_address(work.session, exam)), at)
    named = {f"{_NAMES[kind]}-{code}.pdf": content for kind, content in files.items()}
    return SortedSheets(
        named | {f"bordereau-envoi-{code}.pdf": listed},
        (*came.told, *unsigned),
        tuple(missing_sheets(owed, back)),
    )


def _unsigned(work: Context, path: Path, panels: Sequence[PanelPaper], came: Returned) -> list[str]:
    """A French sentence for each sheet on which an examiner's cell is surely empty."""
    printed, columns = sheets_to_sign(panels, work.session.title)
    known = {column.code: column for column in columns}
    wanted = [
        (sheet, pages[0], known[sheet.code]) for sheet, pages in came.pages.items() if sheet.code in known
    ]
    calls = [(page.page, page.turn, column) for _, page, column in wanted]
    found = run_each(unsigned_cells, calls, path, printed, sizes=[1] * len(calls))
    return [
        f"page {page.page} : {sheet.kind.said} du jury n° {sheet.panel}, non signée par l’examinateur "
        f"{', '.join(map(str, cells))} ; faites-la signer avant de la remettre"
        for (sheet, page, _), cells in sorted(zip(wanted, found, strict=True), key=lambda one: one[0][1].page)
        if cells and not isinstance(cells, BadScan)
    ]


@dataclass(frozen=True)
class SheetsStanding:
    """`owed`, `back`: how many sheets; `missing`: a French line for each panel and kind."""

    owed: int
    back: int
    missing: tuple[str, ...]


def sheets_standing(work: Context, code: str) -> SheetsStanding:
    """What of an épreuve's sheets came, by the register: it names nobody."""
    owed, back = _owed_and_back(work, code)
    return SheetsStanding(len(owed), len(back), tuple(missing_sheets(owed, back)))


def hand_in(work: Context, code: str, *, at: datetime) -> bytes:
    """The list that goes with the sheets, of all that came so far."""
    exam = papers_of(work, code)[0].exam
    owed, back = _owed_and_back(work, code)
    return hand_in_list(exam, owed, back, list(_address(work.session, exam)), at)


def _owed_and_back(work: Context, code: str) -> tuple[list[OralSheet], set[OralSheet]]:
    with work.register.reading() as connection:
        owed = sheets_owed(code, plan_of(panels_of(connection, code)))
        known = sheets_back(connection, code)
    return owed, {sheet for sheet in owed if sheet.code in known}


def _address(session: Session, exam: Exam) -> Iterator[str]:
    """Of what juries owe of this épreuve, as the session says."""
    for duty in session.duties:
        if exam.code in duty.exams and duty.papers:
            place = next((one for one in session.places if one.code == duty.address), None)
            yield f"À {duty.owed_to}"
            if place is not None:
                yield ", ".join(filter(None, (place.name, place.address, place.city)))
