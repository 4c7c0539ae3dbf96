"""The second group in the register: who chose which épreuves, and that their marks came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import AwareDatetime
from sqlalchemy import Connection, delete, select

from storage.after.release import control_list
from storage.database.schema_results import control_choices, control_marks
from storage.database.tables import row_of
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused

SUBJECT = "control"


class ControlChosen(Facts):
    """`choices`: épreuves by candidate id, in place of what each had chosen before. Subject: `control`."""

    action = "control.chosen"
    french = "épreuves de contrôle choisies"
    choices: dict[str, tuple[str, ...]]

    def apply(self, change: Change) -> bool:
        called = control_list(change.connection)
        if not all(called.get(who) for who in self.choices):
            raise Refused(Refusal.NOT_CALLED)
        known = choices_of(change.connection)
        if all(known.get(who) == exams for who, exams in self.choices.items()):
            return False
        change.connection.execute(
            delete(control_choices).where(control_choices.c.candidate.in_(self.choices))
        )
        rows = [
            {"candidate": who, "exam": exam, "place": place}
            for who, exams in self.choices.items()
            for place, exam in enumerate(exams)
        ]
        change.add(control_choices, *rows)
        return True


class ControlMarksRefused(Facts):
    """Somebody came with marks before the control épreuves, `until`. Subject: `control`."""

    action = "control.marks_refused"
    french = "notes de contrôle refusées avant leur heure"
    until: AwareDatetime


class ControlMarksKept(Facts):
    """In place of earlier ones. `file`: their key in the vault; `sha256`: of it, which is salted.

    Subject: `control`.
    """

    action = "control.marks_kept"
    french = "notes de contrôle déposées"
    file: str
    sha256: str
    marks: int

    def apply(self, change: Change) -> bool:
        change.remove(control_marks)
        change.add(control_marks, {"seq": change.event.seq, **self.model_dump()})
        return True


@dataclass(frozen=True)
class ControlMarksRow:
    """`file`: key in the vault."""

    seq: int
    file: str
    sha256: str
    marks: int


def choices_of(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Épreuves by candidate id, in the order in which they were told."""
    found: dict[str, tuple[str, ...]] = {}
    query = select(control_choices).order_by(control_choices.c.candidate, control_choices.c.place)
    for row in connection.execute(query):
        found[row.candidate] = (*found.get(row.candidate, ()), row.exam)
    return found


def control_marks_kept(connection: Connection) -> ControlMarksRow | None:
    return row_of(connection, select(control_marks), ControlMarksRow)
