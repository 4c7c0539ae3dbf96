"""The files that a centre dropped, as its pages show them: what is in order, what there is to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from fastapi import Request
from sqlalchemy import Connection

from actions.decided.copies import words_in
from actions.decided.reconciling import left_over, reconciliation_of
from actions.dropped.piles import mistaken, name_of_file, place_of_paper
from actions.dropped.receipts import receipt_copy, without_place
from actions.site import Site, now
from desk.listing import Column, Listing, instant
from desk.questions import ASKED
from papers.receipts import SCAN_AGAIN, Pile, ReceiptCopy
from processors.circular.session import Exam
from processors.findings import Code, Finding
from storage.database.register import events_of
from storage.decided.copies import copies_in, current_copies
from storage.decided.counts import exam_counts
from storage.decided.findings import FindingRow, findings_of_copies, findings_of_files, findings_of_place
from storage.decided.paged import Asked, Rows
from storage.dropped.deadlines import scans_due
from storage.dropped.piles import NO_COPY, Asks, Counts, ToMend, copies_to_mend, counts_of_files, files_of
from storage.dropped.scans import ScanRow, scan_by_id
from storage.dropped.uploads import keys_brought_again
from storage.dropped.waiting import line_of_scans
from storage.people.candidates import enrolled_as, enrolled_in
from storage.states import ScanState

SHOWN = 50
"""As many copies to be mended, or names, as a page shows at once."""
_LONG, _FEW = timedelta(minutes=5), 5
"""A file is read within a minute or so of its turn: with few before it, it takes longer than usual."""
_UNREAD = (ScanState.ARRIVED, ScanState.PROCESSING)
_STATES: dict[str, str] = {
    ScanState.ARRIVED: "en attente de lecture",
    ScanState.PROCESSING: "lecture en cours",
    ScanState.PROCESSED: "lu",
    ScanState.QUARANTINED: "n’a pas pu être traité",
    ScanState.DUPLICATE: "déjà reçu",
    ScanState.WITHDRAWN: "retiré",
}


@dataclass(frozen=True)
class NamedFile:
    """`paper`: where its paper lies."""

    scan: ScanRow
    paper: str = ""

    @property
    def name(self) -> str:
        return name_of_file(self.scan)

    @property
    def done(self) -> bool:
        return self.scan.state not in _UNREAD

    @property
    def may_go(self) -> bool:
        """Whether it can be withdrawn, as far as the file itself tells."""
        return self.scan.state in (ScanState.PROCESSED, ScanState.QUARANTINED)


@dataclass(frozen=True)
class DroppedFile(NamedFile, Pile):
    """With all its copies; `findings` concern the file as a whole."""

    copies: tuple[ReceiptCopy, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ShownCopy:
    """`told`: what a corrector and the service wrote of one to be scanned again."""

    copy: ReceiptCopy
    scan: ScanRow
    told: tuple[str, ...]

    @property
    def name(self) -> str:
        return name_of_file(self.scan)


@dataclass(frozen=True)
class ShownFile(NamedFile):
    """How its copies stand, and the first of those that ask for something. `same_as`: the file it repeats."""

    copies: int = 0
    fine: int = 0
    to_check: int = 0
    to_do: int = 0
    checking: tuple[ShownCopy, ...] = ()
    doing: tuple[ShownCopy, ...] = ()
    findings: tuple[Finding, ...] = ()
    mistaken: str = ""
    same_as: str = ""


def page_of(request: Request, site: Site, uai: str, exam: Exam) -> dict[str, Any]:
    """What the page of a centre's épreuve shows: it names candidates. Files and copies by the page.

    `table`: all files as CSV, where the address asks for it.
    """
    at = now()
    with site.register.reading() as connection:
        counted = counts_of_files(connection, exam.code, uai, SCAN_AGAIN)
        rows = files_of(connection, exam.code, uai)
        files = Listing(request, "fichiers", _columns(counted, rows), rows)
        table = files.csv(f"fichiers-{exam.code}")
        scans = {scan.id: scan for scan in files.shown}
        counts = [counted[id_] for id_ in scans if id_ in counted]
        doing = _shown(site, connection, uai, exam, scans, counts, Asks.DECISION, Asks.SCAN)
        checking = _shown(site, connection, uai, exam, scans, counts, Asks.LOOK)
        of_files = findings_of_files(connection, list(scans))
        brought = keys_brought_again(connection, [scan.inbox_key for scan in scans.values()])
        wrong = {id_: mistaken(connection, scan) for id_, scan in scans.items() if scan.inbox_key in brought}
        repeats = {id_: scan.duplicate_of for id_, scan in scans.items() if scan.duplicate_of}
        first = {id_: scan_by_id(connection, of) for id_, of in repeats.items()}
        progress = _progress(site, connection, uai, exam, at)
        line = line_of_scans(connection, at)
    shown = []
    for id_, scan in scans.items():
        count = counted.get(id_, NO_COPY)
        to_check, to_do = count[Asks.LOOK], count[Asks.DECISION] + count[Asks.SCAN]
        shown.append(
            ShownFile(
                scan,
                place_of_paper(site, scan),
                copies=sum(count.values()),
                fine=sum(count.values()) - to_check - to_do,
                to_check=to_check,
                to_do=to_do,
                checking=checking.get(id_, ()),
                doing=doing.get(id_, ()),
                findings=tuple(without_place(found) for found in of_files if found.scan == id_),
                mistaken=wrong.get(id_, ""),
                same_as=name_of_file(same) if (same := first.get(id_)) else "",
            )
        )
    return {
        **progress,
        "listing": files,
        "table": table,
        "files": shown,
        "most": SHOWN,
        "to_do": sum(
            n for count in counted.values() for asks, n in count.items() if asks and asks > Asks.LOOK
        ),
        "told": [one.scan.id for some in doing.values() for one in some if one.told],
        "line": line,
        "is_long": lambda scan: at - scan.deposited_at > _LONG and line.ahead_of(scan) < _FEW,
    }


def state_of(site: Site, uai: str, exam: Exam) -> dict[str, Any]:
    """The same for a program, which gets every file with all its copies."""
    with site.register.reading() as connection:
        scans = list(files_of(connection, exam.code, uai))
        copies = current_copies(connection, exam.code, uai)
        findings = findings_of_place(connection, exam.code, uai)
        of_files = findings_of_files(connection, [scan.id for scan in scans])
        owners = {copy.candidate for copy in copies if copy.candidate}
        people = {who.id: who for who in enrolled_as(connection, ids=owners)}
        progress = _progress(site, connection, uai, exam, now())
    of_copy: dict[str, list[FindingRow]] = {}
    for found in findings:
        of_copy.setdefault(found.copy or "", []).append(found)
    theirs: dict[str, list[ReceiptCopy]] = {}
    for copy in copies:
        theirs.setdefault(copy.scan, []).append(receipt_copy(copy, people, of_copy.get(copy.id, [])))
    files = [
        DroppedFile(
            scan,
            copies=tuple(theirs.get(scan.id, ())),
            findings=tuple(without_place(found) for found in of_files if found.scan == scan.id),
        )
        for scan in scans
    ]
    return {**progress, "files": files}


def copies_shown(
    site: Site, connection: Connection, rows: Sequence[ToMend], scans: Mapping[str, ScanRow]
) -> list[ShownCopy]:
    """These, with all that is said of each."""
    ids = [row.id for row in rows]
    findings = findings_of_copies(connection, ids)
    owners = {row.candidate for row in rows if row.candidate}
    people = {who.id: who for who in enrolled_as(connection, ids=owners)}
    again = {found.copy for found in findings if found.code is Code.SCAN_AGAIN}
    told = {
        id_: words_in(site.store.vault, events_of(connection, id_)).values() for id_ in ids if id_ in again
    }
    return [
        ShownCopy(receipt_copy(copy, people, findings), scans[copy.scan], tuple(told.get(copy.id, ())))
        for copy in copies_in(connection, ids)
    ]


def _shown(
    site: Site,
    connection: Connection,
    uai: str,
    exam: Exam,
    scans: Mapping[str, ScanRow],
    counts: Sequence[Counter[Asks | None]],
    *asks: Asks,
) -> dict[str, tuple[ShownCopy, ...]]:
    """By file, the first copies of these files that ask for one of these, if any does."""
    if not any(count[one] for count in counts for one in asks):
        return {}
    narrowed = ({"scan": list(scans)}, {"asks": [one.value for one in asks]})
    rows = copies_to_mend(connection, exam.code, uai, ASKED, SCAN_AGAIN).asked(Asked(narrowed))[:SHOWN]
    found: dict[str, tuple[ShownCopy, ...]] = {}
    for one in copies_shown(site, connection, rows, scans):
        found[one.scan.id] = (*found.get(one.scan.id, ()), one)
    return found


def _progress(site: Site, connection: Connection, uai: str, exam: Exam, at: datetime) -> dict[str, Any]:
    """`lacking`: who came and has no copy yet; `left`: who alone is left where one copy is nobody's."""
    known = reconciliation_of(connection, exam.code, uai)
    left = left_over(connection, exam.code, uai, known)
    without = {*(known.present_without_copy if known.present is not None else ()), left}
    people = {who.id: who for who in enrolled_in(connection, exam.code, uai) if who.id in without}
    due = scans_due(connection, site.session, exam.code, uai)
    lacking = (who for who in people.values() if who.id in known.present_without_copy)
    return {
        "centre": site.session.centre(uai),
        "exam": exam,
        "counts": exam_counts(connection, exam.code, uai),
        "lacking": sorted(lacking, key=lambda who: (who.family_name, who.first_names)),
        "left": people.get(left or ""),
        "due": due,
        "overdue": due is not None and not due.met(at),
    }


def _columns(counted: Counts, rows: Rows[ScanRow]) -> list[Column[ScanRow]]:
    def count(*asks: Asks | None) -> Callable[[ScanRow], int]:
        return lambda scan: sum(counted[scan.id][one] for one in asks if scan.id in counted)

    @cache
    def scans() -> Sequence[ScanRow]:
        return list(rows)

    return [
        Column("fichier", "Fichier", of="id", said=lambda: {one.id: name_of_file(one) for one in scans()}),
        Column(
            "depot",
            "Dépôt",
            of="deposited_at",
            said=lambda: {one.deposited_at: instant(one.deposited_at) for one in scans()},
        ),
        Column("etat", "État", choice=tuple(_STATES.values()), of="state", said=lambda: _STATES),
        Column("copies", "Copies", count(None, *Asks)),
        Column("ordre", "En ordre", count(None)),
        Column("verifier", "À vérifier", count(Asks.LOOK)),
        Column("reprendre", "À reprendre ou à décider", count(Asks.DECISION, Asks.SCAN)),
    ]
