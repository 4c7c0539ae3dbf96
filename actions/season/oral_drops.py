"""Sheets of oral panels that a place drops in the inbox, of all its épreuves: sorted, told, kept nowhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions.season.oral_returns import ReadSheets, Unsigned, read_sheets
from actions.season.orals import papers_of, place_called, places_called, words_for
from actions.site import Site
from papers.oral_handin import missing_sheets
from papers.oral_papers import PanelPaper
from processors.orals.returns import Aside, Trouble, in_order
from processors.orals.sheets import OralSheet, SheetKind, sheet_of
from processors.wording import plural
from storage.bucket.keys import RETURNS
from storage.database.register import Transaction, events_of
from storage.refusals import Refusal, Refused
from storage.season.orals import OralScanSorted, OralSheetsBack, panels_of

NOT_KEPT = "Cette numérisation n’est gardée nulle part, parce qu’elle porte des notes"
_SORTED_AT = (
    f"{NOT_KEPT} : gardez votre fichier. Le PDF trié se fait au guichet (« Oraux », l’épreuve, « Déposer la "
    "numérisation des feuilles »), ou par la commande massicot orals sort."
)


@dataclass(frozen=True)
class SortedScan:
    """`order`: by épreuve and kind, pages of the file as its sheets are handed in; `missing`: in French."""

    sheets: int
    order: tuple[tuple[str, SheetKind, tuple[int, ...]], ...]
    aside: tuple[Aside, ...]
    unsigned: tuple[Unsigned, ...]
    missing: tuple[str, ...]

    def answer(self) -> dict[str, object]:
        """In French; it names nobody, and tells no mark."""
        return {
            "taken": True,
            "message": f"{plural(self.sheets, 'feuille rendue', 'feuilles rendues')}. {_SORTED_AT}",
            "order": [
                {"exam": exam, "what": kind.said, "pages": list(pages)} for exam, kind, pages in self.order
            ],
            "set_aside": [{"page": one.page, "code": one.trouble, "message": one.said} for one in self.aside],
            "unsigned": [{"page": one.page, "message": one.said} for one in self.unsigned],
            "missing": list(self.missing),
        }


def take_returns(site: Site, place: str, path: Path, *, actor: str, at: datetime) -> SortedScan:
    """A scan of sheets of this place; what came is noted, once, and the same file gives the same again.

    BadScan for a file that cannot be read, Refused where no panel sits.
    """
    every = [panel for exam in site.session.exams if exam.orals for panel in _planned(site, exam.code)]
    places = {place_called(site.session, one) for one in places_called(site.session, place)}
    panels = [panel for panel in every if panel.place in places]
    if not panels:
        raise Refused(Refusal.NO_PANEL_THERE)
    others = {sheet for panel in every if panel.place not in places for sheet in panel.sheets}
    read = read_sheets(site, path, panels, others)
    with site.register.transaction() as transaction:
        for exam, codes in read.codes.items():
            if codes:
                transaction.record(OralSheetsBack(file=read.sha256, codes=codes), exam, actor=actor, at=at)
        _note(transaction, read, f"{RETURNS}{place}", actor=actor, at=at)
    return SortedScan(
        len(read.came.pages),
        tuple(
            (exam, kind, tuple(page.page for sheet in sheets for page in read.came.pages[sheet]))
            for exam in read.codes
            for kind in SheetKind
            if (sheets := in_order((s for s in read.came.pages if s.exam == exam), kind, read.names))
        ),
        read.came.aside,
        read.unsigned,
        tuple(
            f"{exam}, {line}"
            for exam in read.codes
            for line in missing_sheets([sheet for sheet in read.owed if sheet.exam == exam], read.back)
        ),
    )


@dataclass(frozen=True)
class DroppedScan:
    """What the service is told of a scan that was dropped. `unsigned`: in French; the others: how many."""

    at: datetime
    place: str
    sheets: int
    unsigned: tuple[str, ...]
    doubled: int
    misfiled: int
    unread: int


def scans_dropped(site: Site, code: str) -> list[DroppedScan]:
    """Those of the places of an épreuve, the last one first; counts are of its own sheets."""
    found = []
    with site.register.reading() as connection:
        places = {panel.place for panel in panels_of(connection, code)}
        for word in sorted(words_for(site.session, places)):
            for event in events_of(connection, f"{RETURNS}{word}"):
                facts = event.parsed_facts()
                assert isinstance(facts, OralScanSorted), "no other event has such a subject"
                mine = [
                    [sheet for one in codes if (sheet := sheet_of(one)) and sheet.exam == code]
                    for codes in (facts.sheets, facts.unsigned, facts.doubled, facts.misfiled)
                ]
                sheets, unsigned, doubled, misfiled = mine
                said = tuple(f"{one.kind.said}, jury n° {one.panel}" for one in unsigned)
                counts = len(doubled), len(misfiled), facts.unread
                found.append(DroppedScan(event.at, word, len(sheets), said, *counts))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _planned(site: Site, code: str) -> list[PanelPaper]:
    try:
        return papers_of(site, code)
    except Refused as refused:
        if refused.code is Refusal.NO_PLAN:
            return []
        raise


def _note(transaction: Transaction, read: ReadSheets, subject: str, *, actor: str, at: datetime) -> None:
    """Codes of sheets that massicot printed, and counts: of other bars nobody knows what they say."""
    known = events_of(transaction.connection, subject)
    if any(event.facts.get("file") == read.sha256 for event in known):
        return  # its answer was lost
    seen = Counter(one.trouble for one in read.came.aside)
    facts = OralScanSorted(
        file=read.sha256,
        pages=read.pages,
        sheets=_codes(*read.came.pages),
        doubled=_codes(*(one.sheet for one in read.came.aside if one.trouble is Trouble.TWICE)),
        misfiled=_codes(*(one.sheet for one in read.came.aside if one.trouble is Trouble.OTHER_PLACE)),
        unsigned=_codes(*(one.sheet for one in read.unsigned)),
        missing=_codes(*(sheet for sheet in read.owed if sheet not in read.back)),
        unread=seen[Trouble.NO_CODE] + seen[Trouble.BROKEN],
        foreign=seen[Trouble.OTHER_PLAN] + seen[Trouble.OTHER_EXAM],
    )
    transaction.record(facts, subject, actor=actor, at=at)


def _codes(*sheets: OralSheet | None) -> tuple[str, ...]:
    return tuple(sorted(sheet.code for sheet in sheets if sheet is not None))
