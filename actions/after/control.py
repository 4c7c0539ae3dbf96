"""Control épreuves: what whoever is called chose, when each is heard, their marks, and which one counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from actions.after.release import must_be_open, results_of
from actions.corrected.marks import exported_lines, keep_salted, kept_salted
from actions.site import Site
from papers.tables import csv_of
from processors.circular.deadlines import french_instant, local_zone
from processors.lists.tables import Import, LineProblem
from processors.orals.control import (
    Choice,
    ControlMark,
    Schedule,
    better,
    lacking,
    name_in_control,
    read_choices,
    read_control_marks,
    schedule,
)
from processors.wording import plural
from storage.after.control import (
    SUBJECT,
    ControlChosen,
    ControlMarksKept,
    ControlMarksRefused,
    choices_of,
    control_marks_kept,
)
from storage.after.release import control_list
from storage.people.candidates import EnrolledCandidate, enrolled_as, ids_of_numbers
from storage.refusals import Refusal, Refused

_HOURS = (
    "numero_candidat",
    "nom_de_naissance",
    "prenoms",
    "epreuve",
    "intitule",
    "lieu",
    "jour",
    "heure",
    "jury",
)
_BETTER = ("numero_candidat", "epreuve", "note_ecrite", "note_controle", "note_retenue")


@dataclass(frozen=True)
class Progress:
    """`called`, `chosen`: candidates; `marks`: how many came, None as long as none did; `begins`: the day."""

    begins: datetime
    called: int
    chosen: int
    schedule: Schedule
    marks: int | None


def progress(site: Site) -> Progress:
    """Counts alone."""
    with site.register.reading() as connection:
        called = sum(control_list(connection).values())
        choices, kept = _choices(connection), control_marks_kept(connection)
    control = results_of(site).control_exams
    planned = schedule(choices, control)
    return Progress(control.begins, called, len(choices), planned, kept.marks if kept else None)


def take_choices(site: Site, table: bytes, *, actor: str, at: datetime) -> Import[Choice]:
    """In place of what the same candidates had chosen. One bad line keeps all of it back."""
    must_be_open(site, actor=actor, at=at)
    read = read_choices(table, site.session, results_of(site).control_exams)
    with site.register.reading() as connection:
        ids = ids_of_numbers(connection, (line.number for line in read.rows))
        called = control_list(connection)
    strangers = tuple(
        LineProblem(k, "Ce candidat n’est pas appelé aux épreuves de contrôle.")
        for k, line in enumerate(read.rows, 2)
        if not called.get(ids.get(line.number, ""))
    )
    if read.problems or strangers:
        return Import((), read.problems or strangers, kept_back=len(read.rows))
    facts = ControlChosen(choices={ids[line.number]: line.exams for line in read.rows})
    site.register.record(facts, SUBJECT, actor=actor, at=at)
    return read


def hours(site: Site) -> bytes:
    """Who is heard when and where, as a CSV; without hours where the session states none. It names people."""
    control = results_of(site).control_exams
    with site.register.reading() as connection:
        choices = _choices(connection)
        people = _people(connection, choices)
    if not choices:
        raise Refused(Refusal.NO_CHOICES)
    planned = schedule(choices, control)
    rows = [
        (turn.candidate, turn.exam, f"{turn.at.astimezone(local_zone()):%H:%M}", str(turn.jury))
        for turn in planned.turns
    ]
    rows += [(who, exam, "", "") for who, exam in planned.unplaced]
    lines = []
    for who, code, hour, jury in rows:
        one, exam = people[who], site.session.exam(code)
        assert exam is not None, "choices are of épreuves of the session"
        day = f"{control.day.date:%d/%m/%Y}"
        named = (one.number, one.family_name, one.first_names)
        lines.append((*named, name_in_control(exam), exam.title, control.place, day, hour, jury))
    return csv_of(_HOURS, lines)


def take_marks(site: Site, table: bytes, *, actor: str, at: datetime) -> Import[ControlMark]:
    """All of them, in place of earlier ones; none before the day, by the store's clock, which is noted."""
    results = results_of(site)
    begins = results.control_exams.begins
    if site.store.time() < begins:
        site.register.record(ControlMarksRefused(until=begins), SUBJECT, actor=actor, at=at)
        raise Refused(Refusal.BEFORE_CONTROL, french_instant(begins))
    with site.register.reading() as connection:
        choices = _choices(connection)
        people = _people(connection, choices)
        before = control_marks_kept(connection)
    if not choices:
        raise Refused(Refusal.NO_CHOICES)
    read = read_control_marks(table, site.session, results.control_exams, results.step)
    owed = {(people[who].number, exam) for who, exams in choices.items() for exam in exams}
    problems = read.problems or _not_as_owed(read.rows, owed)
    if problems:
        return Import((), problems, kept_back=len(read.rows))
    ids = {one.number: who for who, one in people.items()}
    given = [[ids[mark.number], mark.exam, mark.value] for mark in read.rows]
    if before is not None and kept_salted(site, before.file, before.sha256)["marks"] == given:
        return read
    file, sha256 = keep_salted(site, SUBJECT, {"marks": given})
    facts = ControlMarksKept(file=file, sha256=sha256, marks=len(given))
    site.register.record(facts, SUBJECT, actor=actor, at=at)
    if before is not None:
        site.store.vault.erase(before.file)
    return read


def better_marks(site: Site) -> bytes:
    """Both marks of an épreuve, and the better one, which is told and not kept. It names people.

    The written one is that of the last export; empty where it was not exported from here.
    """
    marks = marks_of(site)
    people = site.register.ask(_people, {who: () for who, _ in marks})
    if not marks:
        raise Refused(Refusal.NO_CONTROL_MARKS)
    written = {code: exported_lines(site, code) for code in {code for _, code in marks}}
    lines = []
    for (who, code), value in sorted(marks.items(), key=lambda item: (people[item[0][0]].number, item[0][1])):
        before = written[code].get(people[who].number, "")
        told = (before, value, better(before, value))
        lines.append((people[who].number, code, *(mark.replace(".", ",") for mark in told)))
    return csv_of(_BETTER, lines)


def marks_of(site: Site) -> dict[tuple[str, str], str]:
    """Of each candidate (by id) and épreuve, the mark of the control épreuve, or the word for none."""
    kept = site.register.ask(control_marks_kept)
    if kept is None:
        return {}
    return {(who, code): value for who, code, value in kept_salted(site, kept.file, kept.sha256)["marks"]}


def _not_as_owed(marks: tuple[ControlMark, ...], owed: set[tuple[str, str]]) -> tuple[LineProblem, ...]:
    problems = [
        LineProblem(k, "Ce candidat n’a pas choisi cette épreuve de contrôle.")
        for k, mark in enumerate(marks, 2)
        if (mark.number, mark.exam) not in owed
    ]
    if missing := lacking(marks, owed):
        said = f"Il manque {plural(len(missing), 'note', 'notes')} : un absent s’écrit ABS."
        problems.append(LineProblem(len(marks) + 2, said))
    return tuple(problems)


def _choices(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Of those who are still called, in the order of their numbers."""
    called = control_list(connection)
    chosen = {who: exams for who, exams in choices_of(connection).items() if called.get(who)}
    people = _people(connection, chosen)
    return {who: chosen[who] for who in sorted(chosen, key=lambda who: people[who].number)}


def _people(connection: Connection, ids: Mapping[str, object]) -> dict[str, EnrolledCandidate]:
    return {one.id: one for one in enrolled_as(connection, ids=ids)}
