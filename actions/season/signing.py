"""Attendance lists on paper: printed, and read once they are signed. What they cannot tell, a person does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from actions.decided.reconciling import reconcile_in
from actions.isolation import isolated, run_pages
from actions.site import Site
from papers.attendance_sheet import attendance_sheets
from papers.tables import csv_of
from processors.attendance.agreed import OWN_INK, of_candidate
from processors.attendance.reader import PageTrouble, SheetReading, lost_sheet, read_sheets
from processors.attendance.seen import Seen, Why
from processors.attendance.sheet import SheetCode
from processors.lists.people import ATTENDANCE_COLUMNS
from processors.scans.files.dropped import inspect
from processors.wording import plural
from storage.bucket.keys import kept_cell, stored_attendance
from storage.database.register import Transaction
from storage.decided.copies import copies_received
from storage.people.candidates import AttendanceImported, attendance_of, enrolled_in
from storage.refusals import Refusal, Refused
from storage.season.signatures import (
    AttendanceAnswered,
    AttendancePrinted,
    AttendanceScanned,
    PaperSays,
    PrintedList,
    ReadSheet,
    SetAside,
    Signature,
    lists_printed,
    says_of,
    set_aside_in,
    signatures_of,
)

MAX_BYTES = 200 * 10**6
_MAX_PAGES = 200
_SAYS = {Seen.SIGNED: True, Seen.EMPTY: False, Seen.UNSURE: None}


@dataclass(frozen=True)
class Progress:
    """Where the paper of an épreuve and centre stands. Ids of candidates.

    `sheets`: of the lists of which a sheet was read, how many; `missing`: of these, number, of how many, and
    who is on it; `unlisted`: enrolled, and on none of their sheets.
    """

    sheets: int
    missing: tuple[tuple[int, int, tuple[str, ...]], ...]
    unlisted: tuple[str, ...]
    signed: int
    empty: int
    asked: int

    def sentences(self) -> list[str]:
        """In French; they name nobody."""
        if not self.sheets:
            return []
        came, gone = plural(self.signed, "présent", "présents"), plural(self.empty, "absent", "absents")
        told = [f"Liste signée : {plural(self.sheets, 'feuille lue', 'feuilles lues')}, {came}, {gone}."]
        if self.asked:
            one = "case attend que le service la regarde", "cases attendent que le service les regarde"
            told.append(f"{plural(self.asked, *one)}.")
        told += [
            f"Il manque la feuille {sheet} sur {of} : personne n’y devient absent, numérisez-la."
            for sheet, of, _ in self.missing
        ]
        if self.unlisted:
            one = "candidat inscrit ne figure", "candidats inscrits ne figurent"
            told.append(
                f"{plural(len(self.unlisted), *one)} sur aucune de ces feuilles : rien n’en est connu."
            )
        return told


@dataclass(frozen=True)
class TakenScan:
    """What a scan gave; `troubles`: in French, each page that gave nothing."""

    sheets: int
    troubles: tuple[SetAside, ...]
    progress: Progress

    def sentences(self) -> list[str]:
        return [
            *(f"{one.said[0].upper()}{one.said[1:]}." for one in self.troubles),
            *self.progress.sentences(),
        ]


def print_list(site: Site, exam: str, centre: str, *, actor: str, at: datetime) -> bytes:
    """The PDF. It is noted who is on it, so that it is read as it was printed, whatever the roster is then.

    Refused where nobody is enrolled.
    """
    rules, place = site.session.exam(exam), site.session.centre(centre)
    if place is None or rules is None or rules not in site.session.written:
        raise Refused(Refusal.NOT_HERE, f"{centre} {exam}")
    people = [one for one in site.register.ask(enrolled_in, exam, centre) if one.named]
    if not people:
        raise Refused(Refusal.NOBODY_HERE)
    sheets = attendance_sheets(people, site.session, rules, place, site.attendance_form)
    printed = AttendancePrinted(exam=exam, centre=centre, candidates=tuple(one.id for one in people))
    site.register.record(printed, f"{exam}/{centre}", actor=actor, at=at)
    return sheets


def take_scan(site: Site, exam: str, centre: str, path: Path, *, actor: str, at: datetime) -> TakenScan:
    """A PDF of sheets, in any order. Safe to repeat. BadScan for a file that cannot be read."""
    if site.session.centre(centre) is None or exam not in {e.code for e in site.session.written}:
        raise Refused(Refusal.NOT_HERE, f"{centre} {exam}")
    form = site.attendance_form
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with site.register.reading() as connection:
        taken = set_aside_in(connection, exam, centre, sha256)
        if taken is not None:
            return TakenScan(0, taken, progress_of(site, connection, exam, centre))
        lists = lists_printed(connection, exam, centre, form.rows.count)
    pages = isolated(inspect, path, _MAX_PAGES, MAX_BYTES)
    readings = run_pages(
        read_sheets, path, form, _texts(lists, exam, centre), pages=pages, instead=lost_sheet
    )
    site.store.vault.put(stored_attendance(exam, sha256), path, only_if_absent=True)
    for reading in readings:
        for row, picture in enumerate(reading.pictures):
            key = kept_cell(exam, sha256, reading.page, row)
            site.store.vault.put(key, picture, only_if_absent=True, content_type="image/jpeg")
    with site.register.transaction() as transaction:
        read = _Reading(site, transaction.connection, exam, centre, sha256)
        for reading in readings:
            read.take(reading)
        subject = f"{exam}/{centre}"
        transaction.record(read.facts(), subject, actor=actor, at=at)
        _mark(transaction, site, exam, centre, read.marks, actor=actor, at=at)
        progress = progress_of(site, transaction.connection, exam, centre)
    return TakenScan(len(read.sheets), tuple(read.troubles), progress)


def answer(site: Site, exam: str, candidate: str, present: bool, *, actor: str, at: datetime) -> None:
    """Somebody has looked at the cell. What was answered before may be answered otherwise."""
    with site.register.transaction() as transaction:
        says = says_of(transaction.connection, exam, candidate)
        if says is None:
            raise Refused(Refusal.UNKNOWN, candidate)
        place = {"exam": exam, "centre": says.centre}
        answered = AttendanceAnswered(**place, candidate=candidate, present=present)
        transaction.record(answered, f"{exam}/{says.centre}", actor=actor, at=at)
        _mark(transaction, site, exam, says.centre, {candidate: present}, actor=actor, at=at)


def progress_of(site: Site, connection: Connection, exam: str, centre: str) -> Progress:
    enrolled = {one.id for one in enrolled_in(connection, exam, centre)}
    paper = signatures_of(connection, exam, centre)
    begun = [
        one for one in lists_printed(connection, exam, centre, site.attendance_form.rows.count) if one.read
    ]
    missing, listed = [], set[str]()
    for one in begun:
        for sheet, who in enumerate(one.sheets, 1):
            listed.update(who)
            still = tuple(c for c in who if c in enrolled and c not in paper)
            if sheet not in one.read and still:
                missing.append((sheet, len(one.sheets), still))
    decided = [row for row in paper.values() if not row.waits]
    return Progress(
        sheets=sum(len(one.read) for one in begun),
        missing=tuple(missing),
        unlisted=tuple(sorted(enrolled - listed)) if begun else (),
        signed=sum(row.signed is True for row in decided),
        empty=sum(row.signed is False for row in decided),
        asked=len(paper) - len(decided),
    )


class _Reading:
    """What the sheets of a file say, beside what is known: sheet by sheet."""

    def __init__(self, site: Site, connection: Connection, exam: str, centre: str, sha256: str) -> None:
        self._exam, self._centre, self._file = exam, centre, sha256
        lists = lists_printed(connection, exam, centre, site.attendance_form.rows.count)
        self._lists: Mapping[str, PrintedList] = {one.id: one for one in lists}
        self._enrolled = {one.id: one for one in enrolled_in(connection, exam, centre)}
        self._known = attendance_of(connection, exam, centre) or {}
        self._copies = copies_received(connection, exam, centre)[0]
        self._paper: dict[str, PaperSays | Signature] = dict(signatures_of(connection, exam, centre))
        self.sheets: dict[tuple[str, int], ReadSheet] = {}
        self.rows: dict[str, PaperSays] = {}
        self.troubles: list[SetAside] = []
        self.marks: dict[str, bool] = {}

    def facts(self) -> AttendanceScanned:
        return AttendanceScanned(
            exam=self._exam,
            centre=self._centre,
            file=self._file,
            sheets=tuple(self.sheets.values()),
            rows=tuple(self.rows.values()),
            troubles=tuple(self.troubles),
        )

    def take(self, reading: SheetReading) -> None:
        code, trouble = reading.code, reading.trouble or self._foreign(reading.code)
        if code is None or trouble is not None:
            self.troubles.append(SetAside(page=reading.page, trouble=trouble or PageTrouble.NO_CODE))
            return
        printed, place = self._lists[code.list], (code.list, code.sheet)
        again = place in self.sheets or code.sheet in printed.read
        if not again:
            self.sheets[place] = ReadSheet(list=code.list, sheet=code.sheet, page=reading.page)
        differs = False
        for row, candidate in enumerate(printed.sheets[code.sheet - 1]):
            if candidate in self._enrolled:  # who has left the centre since is none of its
                differs |= self._say(candidate, reading, row)
        if again:
            said = PageTrouble.CONTRADICTS if differs else PageTrouble.TWICE
            self.troubles.append(SetAside(page=reading.page, trouble=said))

    def _foreign(self, code: SheetCode | None) -> PageTrouble | None:
        if code is None:
            return None
        if code.exam != self._exam:
            return PageTrouble.OTHER_EXAM
        if code.centre != self._centre:
            return PageTrouble.OTHER_CENTRE
        printed = self._lists.get(code.list)
        if printed is None or code.sheets != len(printed.sheets) or not 1 <= code.sheet <= code.sheets:
            return PageTrouble.OTHER_LIST
        return None

    def _say(self, candidate: str, reading: SheetReading, row: int) -> bool:
        """Whether that differs from what paper said before."""
        who = self._enrolled[candidate]
        cell = of_candidate(reading.cells[row], who.family_name, who.first_names)
        before = self._paper.get(candidate)
        signed, known = _SAYS[cell.seen], self._known.get(candidate)
        picture = kept_cell(self._exam, self._file, reading.page, row)
        if before is not None:
            if signed is None or before.signed is signed:
                return False
            if before.asked in OWN_INK:  # the question, or what settles it, is of that scan's cell
                if signed is False:
                    self._put(candidate, before.signed, before.asked, False, before.picture)
                return signed is False
            if before.signed is None:
                return False  # a person is asked already
            self._put(candidate, before.signed, Why.DIFFERENT, signed, picture)
            return True
        asked = cell.why if signed is None else None
        if signed is False and candidate in self._copies:
            asked = Why.COPY_HERE
        elif signed is not None and known not in (None, signed):
            asked = Why.DIFFERENT
        stated = known if asked else None
        self._put(candidate, signed, asked, stated, picture)
        if signed is not None and asked is None:
            self.marks[candidate] = signed
        return False

    def _put(
        self, candidate: str, signed: bool | None, asked: Why | None, stated: bool | None, picture: str
    ) -> None:
        says = PaperSays(candidate=candidate, signed=signed, asked=asked, stated=stated, picture=picture)
        self.rows[candidate] = self._paper[candidate] = says
        if asked is not None:
            self.marks.pop(candidate, None)


def _mark(
    transaction: Transaction,
    site: Site,
    exam: str,
    centre: str,
    marks: Mapping[str, bool],
    *,
    actor: str,
    at: datetime,
) -> None:
    """As a list of these candidates alone would; the others stay as they are."""
    before = attendance_of(transaction.connection, exam, centre) or {}
    if marks and any(before.get(who) is not present for who, present in marks.items()):
        numbers = {one.id: one.number for one in enrolled_in(transaction.connection, exam, centre)}
        rows = [
            (numbers[who], "oui" if present else "non") for who, present in marks.items() if who in numbers
        ]
        file = site.register.keep_list(csv_of(ATTENDANCE_COLUMNS, rows))
        facts = AttendanceImported(file=file, exam=exam, centre=centre, marks={**before, **marks})
        transaction.record(facts, f"{exam}/{centre}", actor=actor, at=at)
    reconcile_in(transaction, site, exam, centre, actor=actor, at=at)


def _texts(lists: Iterable[PrintedList], exam: str, centre: str) -> frozenset[str]:
    """What the bars of all these sheets say, with boxes « Absent » or printed before there were any."""
    return frozenset(
        SheetCode(exam, centre, sheet, len(one.sheets), one.id, boxed).text
        for one in lists
        for sheet in range(1, len(one.sheets) + 1)
        for boxed in (False, True)
    )
