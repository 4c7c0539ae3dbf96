"""The parts of a session file that are about orals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from processors.circular.session_parts import Clock, Day, Hours, Part, Problem, ordered


class Concertation(Day):
    """The examiners of an oral épreuve meet; hours where the circular states some."""

    start: Clock | None = None
    end: Clock | None = None
    place: str = ""

    def troubles(self) -> Iterator[Problem]:
        yield from super().troubles()
        yield from self.clock_troubles(start=self.start, end=self.end)
        if self.start is not None:
            yield from ordered(self.start, self.end)


class JurorRole(StrEnum):
    """Whom a panel of an oral is made of; the value is what people read."""

    TEACHER = "enseignant"
    PROFESSIONAL = "professionnel"


class PanelRule(Part):
    """`minutes`: from the beginning of one candidate to the next one's; `roles`: one person of each."""

    minutes: int = Field(ge=1)
    roles: tuple[JurorRole, ...] = Field(default=tuple(JurorRole), min_length=1)


class Orals(Part):
    """Days and hours of orals, first and last day included; no `options` or no `categories` means all.

    `each_school`: in each candidate's own school, so that `place` only says so.
    """

    first: Day
    last: Day
    hours: tuple[Hours, ...] = Field(min_length=1)
    place: str
    each_school: bool = False
    options: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def troubles(self) -> Iterator[Problem]:
        if self.last.date < self.first.date:
            yield Problem("last", f"the orals end on {self.last.date}, but begin on {self.first.date}")

    def concerns(self, option: str, category: str) -> bool:
        return option in (self.options or (option,)) and category in (self.categories or (category,))

    def on(self, day: dt.date) -> tuple[Hours, ...]:
        """The hours of interrogation of that day."""
        return self.hours if self.first.date <= day <= self.last.date else ()
