"""What is owed in a session: by whom, to whom, where, until when.

A duty of the session file is one sentence; each who owes it (schools, centres, juries of épreuves, the
service) owes one obligation of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from processors.circular.deadlines import WEEKDAYS, Deadline, Rule, french_day
from processors.circular.session_parts import Moment, Part, Problem


class Owing(StrEnum):
    """Who owes a duty: each of these separately."""

    SCHOOL = "school"  # each school with candidates enrolled
    CENTRE = "centre"  # each centre of the written épreuves
    EXAM = "exam"  # the jury of each épreuve
    SERVICE = "service"


class Gate(StrEnum):
    """What a duty must be done before."""

    HARMONISATION = "harmonisation"
    JURY = "jury"


class Place(Part):
    """Where something is handed in or takes place that is no centre of the written épreuves."""

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    address: str = ""
    city: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.name, self.address, self.city)))


class Duty(Part):
    """`owed_by`, `owed_to`: in French, as the circular says it; `each`: by whom it is owed one by one.

    `exams`: the épreuves it is about, none for all of the session's; `address`: the code of a place;
    `channel`: the way it comes ("par courriel"); `papers`: what is handed in, in its order; `when` says it in
    words where the circular gives no date; `counted`: one for each candidate of the school, their number
    is told and checked. `rule`: whether the day itself is in time; `remind_days`: how many
    days before its deadline it is called due.
    """

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    each: Owing
    owed_by: str
    owed_to: str
    exams: tuple[str, ...] = ()
    address: str = ""
    channel: str = ""
    papers: tuple[str, ...] = ()
    counted: bool = False
    due: Moment | None = None
    rule: Rule = Rule.UNTIL
    needed_for: Gate | None = None
    remind_days: int = Field(default=7, ge=0)
    when: str = ""

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which it is in time, whatever the hour."""
        if self.due is None:
            return None
        before = self.rule is Rule.BEFORE and self.due.time is None
        return self.due.date - dt.timedelta(days=before)

    @property
    def deadline(self) -> Deadline | None:
        """None where the circular gives no date. Before a day is before its first second."""
        if self.due is None:
            return None
        clock = dt.time(0, 0) if self.rule is Rule.BEFORE else dt.time(23, 59, 59)
        return Deadline(self.instant(self.due.date, self.due.time or clock), self.rule)

    @property
    def until(self) -> str:
        """In French: `avant le vendredi 3 avril 2026`, `après les épreuves`."""
        if self.due is None or self.due.time is not None:
            return str(self.deadline or self.when)
        preposition = "avant le" if self.rule is Rule.BEFORE else "jusqu'au"
        return f"{preposition} {WEEKDAYS[self.due.date.weekday()]} {french_day(self.due.date)}"

    def troubles(self) -> Iterator[Problem]:
        if self.counted and self.each is not Owing.SCHOOL:
            yield Problem("counted", "only what each school owes is counted by its candidates")
        if self.due is None and not self.when:
            yield Problem("due", "a duty needs a date, or words that say when")
        if self.needed_for is not None and self.due is None:
            yield Problem("needed_for", f"what is needed for the {self.needed_for} needs a date")


def strays(duties: Sequence[Duty], exams: Collection[str], places: Collection[str]) -> Iterator[Problem]:
    """Épreuves and places that duties speak of, and that the session does not have."""
    for duty in duties:
        for code in duty.exams:
            if code not in exams:
                yield Problem(f"duties.{duty.code}.exams", f"there is no épreuve {code}")
        if duty.address and duty.address not in places:
            yield Problem(f"duties.{duty.code}.address", f"there is no place {duty.address}")


@dataclass(frozen=True)
class Obligation:
    """A duty as one party owes it: `party` is a UAI, the code of an épreuve, or `service`."""

    duty: Duty
    party: str

    @property
    def id(self) -> str:
        return f"{self.duty.code}/{self.party}"


def obligations(
    duties: Sequence[Duty],
    exams: Sequence[str],
    centres: Sequence[str],
    schools: Mapping[str, Sequence[str]],
) -> tuple[Obligation, ...]:
    """All that is owed: `exams` and `centres` are the session's; `schools`: their candidates' épreuves."""

    def parties(duty: Duty) -> Iterable[str]:
        about = duty.exams or exams
        match duty.each:
            case Owing.SCHOOL:
                return [uai for uai in sorted(schools) if set(about) & set(schools[uai])]
            case Owing.CENTRE:
                return centres
            case Owing.EXAM:
                return about
            case Owing.SERVICE:
                return ["service"]

    return tuple(Obligation(duty, party) for duty in duties for party in parties(duty))
