"""Holds: what of a candidate must not be destroyed, in an épreuve, until somebody lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.database.schema import candidates, enrolments, holds
from storage.database.tables import rows_of
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused


class HoldPlaced(Facts):
    """`reason`: key in the vault. Subject: the candidate."""

    action = "hold.placed"
    french = "gel posé"
    exam: str
    reason: str

    def apply(self, change: Change) -> bool:
        of_exam = {"candidate": change.row(candidates, change.subject).id, "exam": self.exam}
        if change.has(holds, **of_exam):
            return False
        if not change.has(enrolments, **of_exam):
            raise Refused(Refusal.NOT_ENROLLED)
        change.add(holds, {**of_exam, "reason": self.reason, "placed_at": change.event.at})
        return True


class HoldLifted(Facts):
    """`reason`: key in the vault. Subject: the candidate."""

    action = "hold.lifted"
    french = "gel levé"
    exam: str
    reason: str

    def apply(self, change: Change) -> bool:
        return change.remove(holds, candidate=change.subject, exam=self.exam)


@dataclass(frozen=True)
class Hold:
    """`candidate`: an opaque id; `reason`: key in the vault."""

    candidate: str
    exam: str
    reason: str
    placed_at: datetime


def all_holds(connection: Connection) -> list[Hold]:
    """The oldest first."""
    query = select(holds).order_by(holds.c.placed_at, holds.c.candidate, holds.c.exam)
    return rows_of(connection, query, Hold)
