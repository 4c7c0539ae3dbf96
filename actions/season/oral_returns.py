"""Sheets that oral panels give back, sorted for whoever hands them in. Scans of marks are not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions.isolation import isolated, run_each, run_pages
from actions.season.orals import oral, papers_of
from actions.site import Site
from papers.oral_handin import hand_in_list, missing_sheets
from papers.oral_papers import PanelPaper, panel_sheets
from processors.circular.exam import Exam
from processors.circular.session import Session
from processors.findings import Code
from processors.orals.returns import Returned, lost_page, read_codes, returned, sorted_files
from processors.orals.sheets import OralSheet, SheetKind, sheet_of, sheets_owed
from processors.orals.signatures import unsigned_cells
from processors.scans.files.dropped import inspect
from processors.scans.files.raster import BadScan
from storage.season.orals import OralSheetsBack, panels_of, plan_of, sheets_back

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


def take_sheets(site: Site, code: str, path: Path, *, actor: str, at: datetime) -> SortedSheets:
    """Notes which sheets of an épreuve came; the same file gives the same again.

    BadScan for a file that cannot be read, Refused where nothing is planned.
    """
    panels = papers_of(site, code)
    read = read_sheets(site, path, panels)
    files = isolated(sorted_files, path, read.came, read.names)
    codes = read.codes[code]
    if codes:
        site.register.record(OralSheetsBack(file=read.sha256, codes=codes), code, actor=actor, at=at)
    exam = panels[0].exam
    listed = hand_in_list(exam, read.owed, read.back, list(_address(site.session, exam)), at)
    named = {f"{_NAMES[kind]}-{code}.pdf": content for kind, content in files.items()}
    return SortedSheets(
        named | {f"bordereau-envoi-{code}.pdf": listed},
        (*read.came.told, *(one.said for one in read.unsigned)),
        tuple(missing_sheets(read.owed, read.back)),
    )


@dataclass(frozen=True)
class Unsigned:
    """`cells`: of a sheet, those of its examiners (from 1) that are surely empty."""

    page: int
    sheet: OralSheet
    cells: tuple[int, ...]

    @property
    def said(self) -> str:
        return (
            f"page {self.page} : {self.sheet.kind.said} du jury n° {self.sheet.panel} ({self.sheet.exam}), "
            f"non signée par l’examinateur {', '.join(map(str, self.cells))} ; "
            "faites-la signer avant de la remettre"
        )


@dataclass(frozen=True)
class ReadSheets:
    """A scan, read against what these panels owe.

    `back`: with what came before; `names`: birth names by grading sheet; `codes`: what came, by épreuve.
    """

    sha256: str
    pages: int
    came: Returned
    unsigned: tuple[Unsigned, ...]
    owed: tuple[OralSheet, ...]
    back: frozenset[OralSheet]
    names: Mapping[OralSheet, str]
    codes: Mapping[str, tuple[str, ...]]


def read_sheets(
    site: Site, path: Path, panels: Sequence[PanelPaper], elsewhere: Collection[OralSheet] = ()
) -> ReadSheets:
    """`elsewhere`: sheets that are owed, but not here. BadScan for a file that cannot be read."""
    owed = tuple(sheet for panel in panels for sheet in panel.sheets)
    names = {
        sheet: f"{one.family_name} {one.first_names}"
        for panel in panels
        for sheet in panel.sheets
        if sheet.kind is SheetKind.GRADING
        for one in (panel.turns[sheet.turn - 1],)
    }
    exams = sorted({sheet.exam for sheet in owed})
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    pages = isolated(inspect, path, _MAX_PAGES, MAX_BYTES)
    codes = {one.code for one in (*owed, *elsewhere)}
    read = run_pages(read_codes, path, codes, pages=pages, instead=lost_page)
    with site.register.reading() as connection:
        known = {code: file for exam in exams for code, file in sheets_back(connection, exam).items()}
    before = {sheet for one, file in known.items() if file != sha256 and (sheet := sheet_of(one))}
    came = returned(read, owed, before, elsewhere)
    return ReadSheets(
        sha256,
        pages,
        came,
        tuple(_unsigned(site, path, panels, came)),
        owed,
        frozenset(before | came.pages.keys()),
        names,
        {exam: tuple(sorted(sheet.code for sheet in came.pages if sheet.exam == exam)) for exam in exams},
    )


def said_of(bad: BadScan) -> str:
    """In French. No such file is kept, whatever a finding says of other scans."""
    if bad.code is Code.READING_FAILED:
        return f"La lecture de ce fichier a échoué ({bad.what}) : numérisez les feuilles de nouveau."
    return bad.finding.message


def _unsigned(site: Site, path: Path, panels: Sequence[PanelPaper], came: Returned) -> Iterator[Unsigned]:
    """In the order of the pages."""
    printed, columns = panel_sheets(panels, site.session.title)
    known = {column.code: column for column in columns}
    wanted = [
        (sheet, pages[0], known[sheet.code]) for sheet, pages in came.pages.items() if sheet.code in known
    ]
    calls = [(page.page, page.turn, column) for _, page, column in wanted]
    found = run_each(unsigned_cells, calls, path, printed, sizes=[1] * len(calls))
    for (sheet, page, _), cells in sorted(zip(wanted, found, strict=True), key=lambda one: one[0][1].page):
        if cells and not isinstance(cells, BadScan):
            yield Unsigned(page.page, sheet, cells)


@dataclass(frozen=True)
class SheetsProgress:
    """`owed`, `back`: how many sheets; `missing`: a French line for each panel and kind."""

    owed: int
    back: int
    missing: tuple[str, ...]


def sheets_progress(site: Site, code: str) -> SheetsProgress:
    """What of an épreuve's sheets came, by the register: it names nobody."""
    owed, back = _owed_and_back(site, oral(site, code).code)
    return SheetsProgress(len(owed), len(back), tuple(missing_sheets(owed, back)))


def hand_in(site: Site, code: str, *, at: datetime) -> bytes:
    """The list that goes with the sheets, of all that came so far."""
    exam = papers_of(site, code)[0].exam
    owed, back = _owed_and_back(site, code)
    return hand_in_list(exam, owed, back, list(_address(site.session, exam)), at)


def _owed_and_back(site: Site, code: str) -> tuple[list[OralSheet], set[OralSheet]]:
    with site.register.reading() as connection:
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
