"""What each corrector did, for whoever pays: copies given back, candidates examined, events that prove it.

No time is told: only that a copy was given back, and whose the lot was then. A candidate counts as examined
by the panel whose grading sheet came back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from actions.site import Site
from papers.tables import csv_of
from processors.circular.session_parts import WorkColumn
from processors.orals.sheets import SheetKind, sheets_owed
from storage.corrected.lots import CopyReturned, LotFormed, LotReassigned, LotReturned, LotRow, all_lots
from storage.database.register import events_of
from storage.decided.copies import copies_of_lot
from storage.events import Event
from storage.people.correctors import CorrectorRow, all_correctors
from storage.season.orals import OralMoved, OralSheetsBack, OralsPlanned, panels_of, plan_of


@dataclass
class Line:
    """One corrector's work on one épreuve. `proofs`: seqs of the log."""

    corrector: CorrectorRow
    exam: str
    lots: list[str] = field(default_factory=list)
    copies: int = 0
    orals: int = 0
    proofs: set[int] = field(default_factory=set)


def work_done(site: Site) -> list[Line]:
    """By épreuve and the correctors' references; who gave back nothing has no line."""
    with site.register.reading() as connection:
        people = {one.id: one for one in all_correctors(connection)}
        lines: dict[tuple[str, str], Line] = {}
        for lot in all_lots(connection):
            for who, proofs in _given_back(connection, lot).items():
                line = lines.setdefault((lot.exam, who), Line(people[who], lot.exam))
                line.lots.append(lot.name)
                line.copies += len(proofs)
                line.proofs |= {seq for both in proofs for seq in both}
        for exam in site.session.exams:
            for who, proofs in _examined(connection, exam.code).items() if exam.orals else ():
                line = lines.setdefault((exam.code, who), Line(people[who], exam.code))
                line.orals += len(proofs)
                line.proofs |= {seq for both in proofs for seq in both}
    return sorted(lines.values(), key=lambda line: (line.exam, line.corrector.reference))


def table(site: Site) -> bytes:
    """The same as a CSV, with the columns that the session wants."""
    columns = site.session.correction.work_columns
    return csv_of(columns, ([_value(line, column) for column in columns] for line in work_done(site)))


def _given_back(connection: Connection, lot: LotRow) -> dict[str, list[tuple[int, int]]]:
    """By corrector, for each copy of a lot that is given back: the event by which the lot was hers, and the
    one by which the copy was given back.
    """
    of_lot = events_of(connection, lot.id)
    found = defaultdict[str, list[tuple[int, int]]](list)
    for copy in copies_of_lot(connection, lot.id):
        if not copy.returned:
            continue
        own = (e for e in events_of(connection, copy.id) if e.action == CopyReturned.action)
        whole = (e for e in of_lot if e.action == LotReturned.action)
        # with the last event that gave it back; a copy given back alone stays so when the lot is
        back = _last(e for e in own if e.facts["returned"]) or _last(whole)
        if back is None:
            continue
        took = _last(
            e for e in of_lot if e.action in (LotFormed.action, LotReassigned.action) and e.seq < back.seq
        )
        if took is not None:
            found[str(took.facts["corrector"])].append((took.seq, back.seq))
    return found


def _examined(connection: Connection, exam: str) -> dict[str, list[tuple[int, int]]]:
    """By examiner, for each candidate whose grading sheet came back: events of the plan, and of the sheet."""
    panels = panels_of(connection, exam)
    known = events_of(connection, exam)
    planned = _last(event for event in known if event.action in (OralsPlanned.action, OralMoved.action))
    came = {
        code: event.seq
        for event in reversed(known)
        if event.action == OralSheetsBack.action
        for code in event.facts["codes"]
    }
    found = defaultdict[str, list[tuple[int, int]]](list)
    for sheet in sheets_owed(exam, plan_of(panels)):
        if planned is not None and sheet.kind is SheetKind.GRADING and sheet.code in came:
            for who in panels[sheet.panel - 1].members:
                found[who].append((planned.seq, came[sheet.code]))
    return found


def _last(events: Iterable[Event]) -> Event | None:
    return max(events, key=lambda event: event.seq, default=None)


def _value(line: Line, column: WorkColumn) -> str:
    match column:
        case WorkColumn.REFERENCE:
            return line.corrector.reference
        case WorkColumn.NAME:
            return line.corrector.name
        case WorkColumn.EMAIL:
            return line.corrector.email
        case WorkColumn.EXAM:
            return line.exam
        case WorkColumn.LOTS:
            return " ".join(line.lots)
        case WorkColumn.COPIES:
            return str(line.copies)
        case WorkColumn.ORALS:
            return str(line.orals)
        case WorkColumn.PROOFS:
            return " ".join(map(str, sorted(line.proofs)))
