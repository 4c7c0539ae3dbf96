"""The second group: which épreuves whoever is called chose, when each is heard, which mark counts.

That part of the circular calls épreuves otherwise: they are known by its names, or by their titles.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from processors.circular.session import Exam, Session
from processors.circular.session_parts import ControlExams
from processors.correcting.marks import a_mark
from processors.lists.people import a_number, once_a_candidate
from processors.lists.tables import BadValueError, Cells, Import, read_table
from processors.plain import plain

PART = "épreuves de contrôle"
"""Of the circular, as the session's aliases call it."""
CHOICE_COLUMNS = ("numero_candidat", "choix")
MARK_COLUMNS = ("numero_candidat", "epreuve", "note")


@dataclass(frozen=True)
class Choice:
    """`exams`: codes of the session."""

    number: str
    exams: tuple[str, ...]


@dataclass(frozen=True)
class ControlMark:
    """`value`: `12.5`, `ABS` or `NN`."""

    number: str
    exam: str
    value: str


@dataclass(frozen=True)
class Turn:
    """When a candidate (by id) is heard in an épreuve; `jury`: from 1."""

    candidate: str
    exam: str
    jury: int
    at: dt.datetime


@dataclass(frozen=True)
class Schedule:
    """`unplaced`: candidate and épreuve for which the day is too short."""

    turns: tuple[Turn, ...]
    unplaced: tuple[tuple[str, str], ...]


def name_in_control(exam: Exam) -> str:
    """What that part of the circular calls an épreuve."""
    return next((alias.name for alias in exam.aliases if alias.used_in == PART), exam.code)


def read_choices(data: bytes, session: Session, control: ControlExams) -> Import[Choice]:
    """Each candidate once, `choose` different épreuves with `|` between. One bad line keeps all back."""

    def chosen(text: str) -> tuple[str, ...]:
        exams = tuple(_exam(one.strip(), session, control) for one in text.split("|"))
        if len(set(exams)) != len(exams) or len(exams) != control.choose:
            raise BadValueError(f"{control.choose} épreuves différentes sont attendues, séparées par « | »")
        return exams

    cells: Cells = {"numero_candidat": a_number(session.numbers), "choix": chosen}
    return read_table(data, CHOICE_COLUMNS, Choice, cells, once_a_candidate)


def read_control_marks(
    data: bytes, session: Session, control: ControlExams, step: Decimal
) -> Import[ControlMark]:
    """A mark, or a word for none, of a candidate and an épreuve, each once."""
    cells: Cells = {
        "numero_candidat": a_number(session.numbers),
        "epreuve": lambda text: _exam(text, session, control),
        "note": lambda text: a_mark(text, step),
    }

    def keys(line: ControlMark) -> Iterator[tuple[tuple[str, ...], str]]:
        yield (line.number, line.exam), "ce candidat, pour cette épreuve,"

    return read_table(data, MARK_COLUMNS, ControlMark, cells, keys)


def _exam(text: str, session: Session, control: ControlExams) -> str:
    """The code of what this part of the circular calls so, or of the épreuve of this title."""
    exams = [exam for code in control.exams if (exam := session.exam(code)) is not None]
    for exam in exams:
        if text.upper() == name_in_control(exam) or plain(text) == plain(exam.title):
            return exam.code
    said = ", ".join(f"{name_in_control(exam)} ({exam.title})" for exam in exams)
    raise BadValueError(f"une de ces épreuves est attendue : {said}")


def schedule(choices: Mapping[str, Sequence[str]], control: ControlExams) -> Schedule:
    """Nobody at two places at once; in the order of `choices`, each as early as there is a jury.

    `choices`: épreuves by candidate id. Nothing where the session states no hours.
    """
    slots = list(_slots(control))
    taken, busy = Counter[tuple[str, dt.datetime]](), set[tuple[str, dt.datetime]]()
    turns, unplaced = list[Turn](), list[tuple[str, str]]()
    for candidate, exams in choices.items():
        for exam in exams:
            free = (at for at in slots if taken[exam, at] < control.juries and (candidate, at) not in busy)
            at = next(free, None)
            if at is None:
                unplaced.append((candidate, exam))
                continue
            taken[exam, at] += 1
            busy.add((candidate, at))
            turns.append(Turn(candidate, exam, taken[exam, at], at))
    return Schedule(tuple(sorted(turns, key=lambda one: (one.exam, one.at, one.jury))), tuple(unplaced))


def _slots(control: ControlExams) -> Iterator[dt.datetime]:
    length = dt.timedelta(minutes=control.minutes)
    for hours in control.hours:
        at = control.instant(control.day.date, hours.start)
        while at + length <= control.instant(control.day.date, hours.end):
            yield at
            at += length


def better(written: str, control: str) -> str:
    """The one that counts of two marks, or of words for none. Circular: the better of the two."""
    numbers = [value for value in (written, control) if value and value[0].isdigit()]
    return max(numbers, key=Decimal, default=written or control)


def lacking(marks: Collection[ControlMark], owed: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of those that are owed (candidate number, épreuve), the ones without a mark."""
    return set(owed) - {(mark.number, mark.exam) for mark in marks}
