"""The dates of a session as entries of a calendar: what is sat, due, opened, met for, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from processors.circular.deadlines import Deadline, instant, local_zone
from processors.circular.duties import Duty
from processors.circular.exam import Exam
from processors.circular.session import Session
from processors.circular.session_parts import Slot


@dataclass(frozen=True)
class Entry:
    """`id`: the same as long as it is the same thing, whatever its date. `title`, `place`, `words`: French.

    `begins`: a day alone where no hour is stated; `ends`: an instant, none for what has no length. Of several
    days, the first and `last` are whole days.
    """

    id: str
    title: str
    begins: dt.datetime | dt.date
    ends: dt.datetime | None = None
    last: dt.date | None = None
    place: str = ""
    words: str = ""

    @property
    def at(self) -> dt.datetime:
        """Its beginning as an instant; of a day, its first second."""
        begins = self.begins
        return begins if isinstance(begins, dt.datetime) else instant(begins, dt.time(0, 0), local_zone())

    @property
    def over(self) -> dt.datetime:
        """Its end as an instant; of a day, its last second."""
        if isinstance(self.begins, dt.datetime):
            return self.ends or self.begins
        return instant(self.last or self.begins, dt.time(23, 59, 59), local_zone())


@dataclass(frozen=True)
class Extended:
    """More time for one centre's scans of an épreuve, or for the dossiers of a school, its `centre` here."""

    exam: str
    centre: str
    due: Deadline


def agenda(session: Session, extended: Iterable[Extended] = ()) -> list[Entry]:
    """All dates of the session, the earliest first."""
    entries = [entry for exam in session.exams for entry in _of_exam(exam)]
    entries += [_more_time(session, one) for one in extended]
    entries += [entry for duty in session.duties for entry in _of_duty(session, duty)]
    if results := session.results:
        entries += [
            _slot("results/harmonisation", "Harmonisation", results.harmonisation),
            _slot("results/jury", "Jury de délibération", results.jury),
            Entry("results/control", "Épreuves de contrôle", results.control_exams.day.date),
            _slot("results/second-jury", "Second jury", results.second_jury),
        ]
    return _in_order(entries)


def agenda_of_centre(
    session: Session, owed: Collection[str], extended: Iterable[Extended] = ()
) -> list[Entry]:
    """What a centre lives by: épreuves, its own deadlines, and what it owes (codes of duties)."""
    moved = {one.exam: one.due for one in extended}
    entries = [
        _slot(f"{exam.code}/sitting", _named(exam), exam.sitting) for exam in session.written if exam.sitting
    ]
    entries += [
        _scans(exam.code, moved.get(exam.code, exam.scan_deadline.deadline))
        for exam in session.written
        if exam.scan_deadline
    ]
    entries += [entry for duty in session.duties if duty.code in owed for entry in _of_duty(session, duty)]
    return _in_order(entries)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.at, entry.id))


def _of_duty(session: Session, duty: Duty) -> Iterator[Entry]:
    """None where the circular gives no date."""
    if duty.due is None or duty.last_day is None or duty.deadline is None:
        return
    place = session.place(duty.address)
    begins = duty.deadline.at if duty.due.time else duty.last_day
    words = "\n".join(
        filter(None, (f"{duty.owed_by}, à {duty.owed_to}, {duty.until}", duty.channel, *duty.papers))
    )
    yield Entry(f"duty/{duty.code}", duty.title, begins, place=str(place or ""), words=words)


def _of_exam(exam: Exam) -> Iterator[Entry]:
    code = exam.code
    if exam.sitting:
        yield _slot(f"{code}/sitting", _named(exam), exam.sitting)
    if exam.scan_deadline:
        yield _scans(code, exam.scan_deadline.deadline)
    for number, meeting in enumerate(exam.meetings, 1):
        yield _slot(f"{code}/meeting/{number}", f"{code} : réunion {_OF[meeting.kind]}", meeting)
    if exam.opens_at and exam.closes_at:
        yield Entry(f"{code}/opens", f"{code} : ouverture des lots", exam.opens_at)
        yield Entry(f"{code}/closes", f"{code} : fin de la correction", exam.closes_at)
    if exam.deposit:
        yield _due(f"{code}/deposit", f"{code} : {_DOSSIERS}", exam.deposit.deadline)
    if exam.mending:
        yield _due(
            f"{code}/mending", f"{code} : fin de la régularisation des dossiers", exam.mending.deadline
        )
    if exam.conformity_control:
        yield _slot(f"{code}/control", f"{code} : contrôle de conformité", exam.conformity_control)
    for number, met in enumerate(exam.concertations, 1):
        entry_id, title = f"{code}/concertation/{number}", f"{code} : concertation des examinateurs"
        if met.start is None:
            yield Entry(entry_id, title, met.date, place=met.place)
        else:
            ends = met.instant(met.date, met.end) if met.end else None
            yield Entry(entry_id, title, met.instant(met.date, met.start), ends, place=met.place)
    for number, orals in enumerate(exam.orals, 1):
        hours = ", ".join(f"{part.start:%H:%M}–{part.end:%H:%M}" for part in orals.hours)
        who = f" ({', '.join(orals.options)})" if orals.options else ""
        yield Entry(
            f"{code}/orals/{number}",
            f"{code} : interrogations{who}",
            orals.first.date,
            last=orals.last.date,
            place=orals.place,
            words=hours,
        )


_DOSSIERS = "fin du dépôt des dossiers"
_SCANS = "fin du dépôt des numérisations"
_OF = {"barème": "de barème", "entente": "d'entente"}


def _slot(id_: str, title: str, slot: Slot) -> Entry:
    ends = slot.ends_at if slot.end else None
    return Entry(id_, title, slot.starts_at, ends, place=slot.place)


def _scans(code: str, due: Deadline) -> Entry:
    return _due(f"{code}/scans", f"{code} : {_SCANS}", due)


def _due(id_: str, title: str, due: Deadline) -> Entry:
    return Entry(id_, title, due.at, words=str(due))


def _more_time(session: Session, one: Extended) -> Entry:
    of_dossiers = one.exam in {exam.code for exam in session.with_dossiers}
    kind, what = ("deposit", _DOSSIERS) if of_dossiers else ("scans", _SCANS)
    title = f"{one.exam} {one.centre} : {what}, délai accordé"
    return _due(f"{one.exam}/{kind}/{one.centre}", title, one.due)


def _named(exam: Exam) -> str:
    return f"{exam.code} : {exam.title}"
