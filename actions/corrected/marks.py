"""Marks: none is taken or shown before the harmonisation, by the store's clock; then by lot, then out."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from actions.reasons import keep_reason
from actions.site import Site
from papers.tables import csv_of
from processors.circular.deadlines import french_instant
from processors.circular.session import Exam
from processors.circular.session_parts import Gated
from processors.correcting.marks import Mark, Unmarked, read_marks
from processors.lists.tables import Import
from processors.wording import plural
from storage.bucket.keys import kept_marks
from storage.corrected.lots import LotRow, all_lots, lot_by_id
from storage.corrected.marks import (
    MarksExported,
    MarksExportProposed,
    MarksKept,
    MarksRefused,
    MarksRow,
    basis_of,
    exports_of,
    marks_by_lot,
    marks_of_lot,
    proposed_export,
    subject_of,
)
from storage.decided.copies import copies_of_lot
from storage.events import canonical
from storage.people.accounts import may_be_one_person
from storage.people.candidates import EnrolledCandidate, attendance_of, enrolled_in
from storage.people.purges import is_person
from storage.refusals import Refusal, Refused
from storage.states import LotState

EXPORT_COLUMNS = ("numero_candidat", "epreuve", "note", "observation")
_CORRECTED = "rectification"
_NO_COPY = "présent, sans copie notée"
_CAME = "absent selon le correcteur seul"


def opens_at(site: Site) -> datetime | None:
    """From when marks of written épreuves may be taken and shown; None where the session lets them at once.

    Raises Refused where it does not say when the harmonisation is.
    """
    results = site.session.results
    if results is None:
        raise Refused(Refusal.NO_HARMONISATION)
    return results.harmonisation.starts_at if Gated.WRITTEN in results.gated else None


def is_open(site: Site) -> bool:
    """By the store's clock: nobody sets it by the machine's."""
    try:
        opens = opens_at(site)
    except Refused:
        return False
    return opens is None or site.store.time() >= opens


def must_be_open(
    site: Site, attempt: str | None = None, *, actor: str = "", at: datetime | None = None
) -> None:
    """Raises Refused before the hour. `attempt`: the lot that somebody came with marks of, which is noted."""
    if is_open(site):
        return
    opens = opens_at(site)
    assert opens is not None
    if attempt is not None and at is not None:
        site.register.record(MarksRefused(until=opens), attempt, actor=actor, at=at)
    raise Refused(Refusal.BEFORE_HARMONISATION, french_instant(opens))


def own(site: Site, corrector: str, lot: str) -> LotRow:
    """A lot of this corrector's, whatever the day: marks are due when the window is long closed."""
    found = site.register.ask(lot_by_id, lot)
    if found is None or found.corrector != corrector:
        raise Refused(Refusal.NOT_YOURS)
    return found


def take(
    site: Site, lot: LotRow, table: bytes, *, reason: str = "", actor: str, at: datetime
) -> Import[Mark]:
    """A lot's marks, in place of earlier ones. As long as one line is wrong, nothing of the table is taken.

    `reason`: of the service, why marks that were exported are corrected.
    """
    must_be_open(site, lot.id, actor=actor, at=at)
    results = site.session.results
    assert results is not None, "else there is no hour from which marks are taken"
    if lot.state in (LotState.ASSIGNED, LotState.RECALLED):
        raise Refused(Refusal.NEVER_PULLED)
    with site.register.reading() as connection:
        numbers = _numbers(connection, lot)
        before = marks_of_lot(connection, lot.id)
        if exports_of(connection, lot.exam) and (not reason.strip() or actor == lot.corrector):
            raise Refused(Refusal.MARKS_EXPORTED)
    read = read_marks(table, numbers, results.step)
    given = {mark.number: mark.value for mark in read.rows}
    if read.problems or (before is not None and _marks_in(site, before) == given):
        return read
    file, sha256 = keep_salted(site, lot.id, {"marks": given})
    words = [mark.value for mark in read.rows]
    facts = MarksKept(
        file=file,
        sha256=sha256,
        marked=sum(word not in tuple(Unmarked) for word in words),
        absent=words.count(Unmarked.ABSENT),
        unmarked=words.count(Unmarked.NOT_MARKED),
        reason=keep_reason(site.register.vault, lot.id, reason) if reason.strip() else None,
    )
    site.register.record(facts, lot.id, actor=actor, at=at)
    if before is not None:
        site.store.vault.erase(before.file)
    return read


def marks_in(site: Site, lot: str, *, by: str | None = None) -> dict[str, str]:
    """The marks of a lot that count, by anonymous number. `by`: only if this one brought them.

    A corrector to whom a lot was reassigned does not see an earlier one's.
    """
    must_be_open(site)
    row = site.register.ask(marks_of_lot, lot)
    return _marks_in(site, row) if row and by in (None, row.author) else {}


@dataclass(frozen=True)
class Progress:
    """Where an épreuve's marks stand. `marks`: by lot; `exported`: how often, `changed`: since the last time.

    `proposed_by`: who would export them, until another confirms it.
    """

    exam: Exam
    lots: tuple[LotRow, ...]
    marks: dict[str, MarksRow]
    exported: int
    changed: bool
    proposed_by: str | None

    @property
    def missing(self) -> list[LotRow]:
        return [lot for lot in self.lots if lot.id not in self.marks]


def progress(site: Site, exam: Exam) -> Progress:
    """Counts alone: no mark."""
    with site.register.reading() as connection:
        lots = [lot for lot in all_lots(connection, exam.code) if lot.copies]
        marks, made = marks_by_lot(connection, exam.code), exports_of(connection, exam.code)
        proposed = proposed_export(connection, exam.code)
    changed = bool(made) and any(row.seq > made[-1].seq for row in marks.values())
    return Progress(exam, tuple(lots), marks, len(made), changed, proposed.author if proposed else None)


def export(site: Site, exam: Exam, reason: str = "", *, actor: str, at: datetime) -> bytes | None:
    """Marks by candidate, as a CSV for the other application: once.

    Another time only once marks were corrected, with the `reason`; it then holds the corrected lines alone,
    and says so in each. Where the session asks for a second person it is only proposed, None, until another
    person does the very same.
    """
    must_be_open(site)
    with site.register.reading() as connection:
        rows = marks_by_lot(connection, exam.code)
        made = exports_of(connection, exam.code)
        proposed = proposed_export(connection, exam.code)
        lines = _by_candidate(site, connection, exam, rows)
        came = {who.number for who in _came(connection, exam)}
        doubtful = proposed is not None and may_be_one_person(connection, actor, proposed.author)
    basis = basis_of(list(rows.values()))
    if made and not any(row.seq > made[-1].seq for row in rows.values()):
        raise Refused(Refusal.NOTHING_CORRECTED)
    if made and not reason.strip():
        raise Refused(Refusal.NO_REASON)
    key = keep_reason(site.register.vault, subject_of(exam.code), reason) if made else None
    confirms = None
    if site.session.second_person:
        same = proposed is not None and proposed.basis == basis and proposed.author != actor
        if proposed is None or not same or not is_person(proposed.author):
            facts = MarksExportProposed(exam=exam.code, basis=basis, reason=key)
            site.register.record(facts, subject_of(exam.code), actor=actor, at=at)
            return None
        if not is_person(actor):
            raise Refused(Refusal.ANOTHER_PERSON)
        if doubtful:
            raise Refused(Refusal.MAYBE_SAME_PERSON)
        confirms = proposed.seq
    before = kept_salted(site, made[-1].file)["lines"] if made else {}
    table = _table(exam, lines, before if made else None, came)
    file, sha256 = keep_salted(site, exam.code, {"lines": lines, "table": table.decode("utf-8-sig")})
    done = MarksExported(exam=exam.code, basis=basis, reason=key, file=file, sha256=sha256, confirms=confirms)
    site.register.record(done, subject_of(exam.code), actor=actor, at=at)
    return table


def exported(site: Site, exam: Exam) -> bytes:
    """The last export, the same bytes again: for whoever lost it on the way."""
    must_be_open(site)
    made = site.register.ask(exports_of, exam.code)
    if not made:
        raise Refused(Refusal.NO_EXPORT)
    table: str = kept_salted(site, made[-1].file)["table"]
    return table.encode("utf-8-sig")


def exported_lines(site: Site, exam: str) -> dict[str, str]:
    """By candidate's number, what was last exported; nothing where nothing was."""
    made = site.register.ask(exports_of, exam)
    lines: dict[str, str] = kept_salted(site, made[-1].file)["lines"] if made else {}
    return lines


def without_marked_copy(site: Site, exam: Exam) -> int:
    """How many came and have no copy in a lot: the export says so of each."""
    with site.register.reading() as connection:
        lots = all_lots(connection, exam.code)
        corrected = {copy.candidate for lot in lots for copy in copies_of_lot(connection, lot.id)}
        return sum(who.id not in corrected for who in _came(connection, exam))


def _came(connection: Connection, exam: Exam) -> list[EnrolledCandidate]:
    """Whom no list says absent."""
    people = [who for who in enrolled_in(connection, exam.code) if who.named]
    attended = {
        who: present
        for centre in {one.centre for one in people}
        for who, present in (attendance_of(connection, exam.code, centre) or {}).items()
    }
    return [who for who in people if attended.get(who.id, True)]


def _by_candidate(
    site: Site, connection: Connection, exam: Exam, rows: dict[str, MarksRow]
) -> dict[str, str]:
    """By candidate's number, the mark or the word for none; empty for who came and has no copy in a lot.

    Raises Refused as long as a copy in a lot has neither.
    """
    people = {who.id: who for who in enrolled_in(connection, exam.code)}
    lots = [lot for lot in all_lots(connection, exam.code) if lot.copies]
    if not lots:
        raise Refused(Refusal.NO_LOTS)
    found, lacking = dict[str, str](), list[str]()
    for lot in lots:
        marks = _marks_in(site, rows[lot.id]) if lot.id in rows else {}
        for copy in copies_of_lot(connection, lot.id):
            value = marks.get(copy.anonymous_number or "")
            if value is None:
                lacking.append(lot.name)
            elif copy.candidate in people:
                found[people[copy.candidate].number] = value
    if lacking:
        names = sorted(set(lacking))
        raise Refused(Refusal.MARKS_MISSING, ", ".join(f"{name} ({lacking.count(name)})" for name in names))
    came = {who.id for who in _came(connection, exam)}
    for who in people.values():
        if who.named:
            found.setdefault(who.number, "" if who.id in came else Unmarked.ABSENT)
    return dict(sorted(found.items()))


def _table(exam: Exam, lines: dict[str, str], before: dict[str, str] | None, came: Collection[str]) -> bytes:
    """`before`: what was exported last; then only what is other than it. `came`: numbers of whom no list
    says absent.
    """
    new = {number: value for number, value in lines.items() if before is None or before.get(number) != value}
    rows = (
        (number, exam.code, value.replace(".", ","), _said(value, number in came, before is not None))
        for number, value in new.items()
    )
    return csv_of(EXPORT_COLUMNS, rows)


def _said(value: str, came: bool, corrected: bool) -> str:
    doubt = _NO_COPY if not value else _CAME if value == Unmarked.ABSENT and came else ""
    return ", ".join(filter(None, (_CORRECTED if corrected else "", doubt)))


def _numbers(connection: Connection, lot: LotRow) -> set[str]:
    """Of the copies that a corrector may have: one that was reported has no mark until it is back."""
    copies = copies_of_lot(connection, lot.id)
    return {copy.anonymous_number for copy in copies if copy.ready and copy.anonymous_number}


def keep_salted(site: Site, of: str, value: dict[str, Any]) -> tuple[str, str]:
    """Key and SHA-256 of what is kept, with a salt: whoever has the hash cannot try all marks."""
    data = canonical({"salt": secrets.token_hex(16), **value}).encode()
    key = kept_marks(of)
    site.store.vault.put(key, data, content_type="application/json")
    return key, hashlib.sha256(data).hexdigest()


def kept_salted(site: Site, key: str | None, sha256: str | None = None) -> dict[str, Any]:
    assert key is not None
    kept: dict[str, Any] = json.loads(site.store.vault.get(key, sha256=sha256))
    return kept


def _marks_in(site: Site, row: MarksRow) -> dict[str, str]:
    marks: dict[str, str] = kept_salted(site, row.file, row.sha256)["marks"]
    return marks


def summary(rows: Sequence[Mark]) -> str:
    """In French: how many, and which have none."""
    none = {word: [mark.number for mark in rows if mark.value == word] for word in Unmarked}
    count = len(rows) - sum(map(len, none.values()))
    said = [plural(count, "note déposée", "notes déposées")]
    for word, called in ((Unmarked.ABSENT, "absent"), (Unmarked.NOT_MARKED, "non notée")):
        if none[word]:
            said.append(f"{called} : {', '.join(none[word])}")
    return f"{' ; '.join(said)}."
