"""Who was there: lists of a centre and épreuve. Of whom a list does not name, what was known stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from actions.decided.reconciling import reconcile_in
from actions.site import Site
from papers.tables import csv_of
from processors.circular.numbers import Numbers
from processors.lists.people import ATTENDANCE_COLUMNS, Attendance, read_attendance
from processors.lists.tables import Import
from processors.wording import plural
from storage.people.candidates import AttendanceImported, attendance_of, enrolled_in
from storage.refusals import Refusal, Refused
from storage.season.signatures import AttendanceContradicted, Signature, signatures_of


@dataclass(frozen=True)
class Changes:
    """Ids of candidates. `unnamed`: enrolled, and not on the list."""

    now_absent: tuple[str, ...] = ()
    now_present: tuple[str, ...] = ()  # who were said to be absent
    first_present: tuple[str, ...] = ()  # of whom nothing was known
    unnamed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()  # of whom signed paper says otherwise: a person decides

    def sentences(self) -> list[str]:
        """In French; they name nobody."""
        said = (
            (self.now_absent, "devient absent", "deviennent absents"),
            (self.now_present, "porté absent devient présent", "portés absents deviennent présents"),
            (self.first_present, "est noté présent", "sont notés présents"),
        )
        told = [
            f"{plural(len(who), f'candidat {one}', f'candidats {more}')}." for who, one, more in said if who
        ] or ["Rien ne change."]
        return [*told, *self.disputed(), *self.left()]

    def disputed(self) -> list[str]:
        """A French sentence about of whom the signed list says otherwise, if of anybody."""
        one, more = "candidat est dit autrement", "candidats sont dits autrement"
        end = "par la liste signée : rien n’en change, le service tranche."
        return [f"{plural(len(self.waiting), one, more)} {end}"] if self.waiting else []

    def left(self) -> list[str]:
        """A French sentence about who is not on the list, if anybody is not."""
        if not self.unnamed:
            return []
        one, more = "candidat inscrit n’y figure pas", "candidats inscrits n’y figurent pas"
        return [f"{plural(len(self.unnamed), one, more)} : ce qui en était connu ne change pas."]


@dataclass(frozen=True)
class Taken(Import[Attendance]):
    """What a list says, and what it changes; nothing as long as a line is wrong."""

    changes: Changes = Changes()

    def summary(self) -> str:
        """In French, the same however often the list is taken: it names nobody."""
        absent = sum(not row.present for row in self.rows)
        came = plural(len(self.rows) - absent, "présent", "présents")
        gone = plural(absent, "absent", "absents")
        return " ".join([f"Liste prise : {came}, {gone}.", *self.changes.disputed(), *self.changes.left()])


def mark(site: Site, exam: str, centre: str, absent: Collection[str], *, actor: str, at: datetime) -> Taken:
    """Everybody is present but these candidates, by their ids or their numbers."""
    people = site.register.ask(enrolled_in, exam, centre)
    if set(absent) - {name for who in people for name in (who.id, who.number)}:
        raise Refused(Refusal.NOT_ON_LIST)
    said = ((who.number, "non" if {who.id, who.number} & set(absent) else "oui") for who in people)
    return take(site, exam, centre, csv_of(ATTENDANCE_COLUMNS, said), actor=actor, at=at)


def look(site: Site, exam: str, centre: str, table: bytes) -> Taken:
    """What `take` would do now."""
    if site.session.centre(centre) is None or exam not in {e.code for e in site.session.written}:
        raise Refused(Refusal.NOT_HERE, f"{centre} {exam}")
    return site.register.ask(_read, site.session.numbers, exam, centre, table)[0]


def take(site: Site, exam: str, centre: str, table: bytes, *, actor: str, at: datetime) -> Taken:
    """A CSV of candidate numbers and oui or non. As long as one line is wrong, nothing of it is taken.

    A copy of who is absent is held, and one that was held for it let go, in the same transaction.
    """
    seen = look(site, exam, centre, table)
    if seen.problems:
        return seen
    file = site.register.keep_list(table)
    with site.register.transaction() as transaction:
        taken, marks = _read(transaction.connection, site.session.numbers, exam, centre, table)
        present = _stated(transaction.connection, taken, exam, centre)
        against = AttendanceContradicted(exam=exam, centre=centre, stated=present)
        transaction.record(against, f"{exam}/{centre}", actor=actor, at=at)
        facts = AttendanceImported(file=file, exam=exam, centre=centre, marks=marks)
        transaction.record(facts, f"{exam}/{centre}", actor=actor, at=at)
        reconcile_in(transaction, site, exam, centre, actor=actor, at=at)
    return taken


def _read(
    connection: Connection, numbers: Numbers, exam: str, centre: str, table: bytes
) -> tuple[Taken, dict[str, bool]]:
    """And the marks of all of whom something is known then."""
    enrolled = {who.number: who.id for who in enrolled_in(connection, exam, centre)}
    before = attendance_of(connection, exam, centre) or {}
    read = read_attendance(table, enrolled, numbers)
    stated = {enrolled[row.number]: row.present for row in read.rows}
    paper, named = signatures_of(connection, exam, centre), set(stated)
    waiting = {who for who, present in stated.items() if who in paper and _differs(paper[who], present)}
    marks = before | {who: present for who, present in stated.items() if who not in waiting}
    unnamed = () if read.problems else tuple(sorted(set(enrolled.values()) - named))
    return Taken(
        read.rows, read.problems, read.kept_back, _changes(before, marks, unnamed, tuple(sorted(waiting)))
    ), marks


def _differs(paper: Signature, present: bool) -> bool:
    """Whether it is not for a list to say so: a person is asked already, or is now."""
    return paper.waits or paper.signed is not present


def _stated(connection: Connection, taken: Taken, exam: str, centre: str) -> dict[str, bool]:
    """What the list says of those who wait, by their ids."""
    ids = {who.number: who.id for who in enrolled_in(connection, exam, centre)}
    said = {ids[row.number]: row.present for row in taken.rows}
    return {who: said[who] for who in taken.changes.waiting}


def _changes(
    before: Mapping[str, bool],
    after: Mapping[str, bool],
    unnamed: tuple[str, ...],
    waiting: tuple[str, ...],
) -> Changes:
    changed = sorted(who for who in after if before.get(who) is not after[who])
    return Changes(
        now_absent=tuple(who for who in changed if not after[who]),
        now_present=tuple(who for who in changed if after[who] and who in before),
        first_present=tuple(who for who in changed if after[who] and who not in before),
        unnamed=unnamed,
        waiting=waiting,
    )
