"""The parts of a session file: days, deadlines, windows, meetings, dossiers, results.

Each part knows its own inconsistencies (`troubles`); those between parts are the session's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from processors.circular.deadlines import PARIS, WEEKDAYS, Deadline, Rule, clock_trouble, instant
from processors.circular.uai import check_letter

Weekday = Literal["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]


def _clock(value: dt.time) -> dt.time:
    if value.tzinfo is not None or value.microsecond:
        raise ValueError("a clock time such as 14:30 is wanted, without zone or fraction of a second")
    return value


Clock = Annotated[dt.time, AfterValidator(_clock)]


@dataclass(frozen=True)
class Problem:
    """`place`: where in the file, such as `exams.U7.scan_deadline`; `message`: an English sentence."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Part(BaseModel):
    """A table of the file. `note`: what the circular leaves open or gets wrong here; read by people only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str = ""
    _zone: ZoneInfo = PrivateAttr(default=PARIS)

    def model_post_init(self, context: Any) -> None:
        """Every part of a session goes by its clock, which loading gives it."""
        if context:
            self._zone = context["zone"]

    def instant(self, day: dt.date, clock: dt.time) -> dt.datetime:
        """The instant of the session's clock; see `clock_trouble` for what summer time skips or repeats."""
        return instant(day, clock, self._zone)

    def troubles(self) -> Iterator[Problem]:
        """What is inconsistent within this part alone; places are relative to it."""
        yield from ()


class Day(Part):
    """A date; its weekday, where the circular states one, is there to be checked."""

    date: dt.date
    weekday: Weekday | None = None

    def troubles(self) -> Iterator[Problem]:
        truth = WEEKDAYS[self.date.weekday()]
        if self.weekday is not None and self.weekday != truth:
            yield Problem("weekday", f"{self.date} is a {truth}, not a {self.weekday}")

    def clock_troubles(self, **clocks: dt.time | None) -> Iterator[Problem]:
        for key, clock in clocks.items():
            trouble = clock_trouble(self.date, clock, self._zone) if clock is not None else None
            if trouble is not None:
                yield Problem(key, trouble)


class Moment(Day):
    """A day, and an hour where one is stated."""

    time: Clock | None = None

    def troubles(self) -> Iterator[Problem]:
        yield from super().troubles()
        yield from self.clock_troubles(time=self.time)


class Slot(Day):
    """A part of one day. Where the circular states no end, `ends_at` is the start."""

    start: Clock
    end: Clock | None = None
    place: str = ""

    @property
    def starts_at(self) -> dt.datetime:
        return self.instant(self.date, self.start)

    @property
    def ends_at(self) -> dt.datetime:
        return self.instant(self.date, self.end or self.start)

    def troubles(self) -> Iterator[Problem]:
        yield from super().troubles()
        yield from self.clock_troubles(start=self.start, end=self.end)
        yield from ordered(self.start, self.end)


class Hours(Part):
    """From one clock time to a later one, on every day of what holds it."""

    start: Clock
    end: Clock

    def troubles(self) -> Iterator[Problem]:
        yield from ordered(self.start, self.end)


def ordered(start: dt.time, end: dt.time | None) -> Iterator[Problem]:
    if end is not None and end <= start:
        yield Problem("end", f"it ends at {end:%H:%M}, which is not after its start at {start:%H:%M}")


class DatedDeadline(Day):
    """A deadline as stated."""

    time: Clock
    rule: Rule = Rule.BEFORE

    @property
    def at(self) -> dt.datetime:
        return self.instant(self.date, self.time)

    @property
    def deadline(self) -> Deadline:
        return Deadline(self.at, self.rule)

    def met(self, deposited_at: dt.datetime) -> bool:
        return self.deadline.met(deposited_at)

    def __str__(self) -> str:
        """In French: `avant le mercredi 22 avril 2026 à 12:00`."""
        return str(self.deadline)

    def troubles(self) -> Iterator[Problem]:
        yield from super().troubles()
        yield from self.clock_troubles(time=self.time)


class Window(Part):
    """The days of correction, first and last included; hours only where the service states some."""

    first: Moment
    last: Moment

    @property
    def opens(self) -> dt.datetime:
        return self.instant(self.first.date, self.first.time or dt.time(0, 0))

    @property
    def closes(self) -> dt.datetime:
        """Its last second."""
        return self.instant(self.last.date, self.last.time or dt.time(23, 59, 59))

    def troubles(self) -> Iterator[Problem]:
        if self.closes.timestamp() <= self.opens.timestamp():
            yield Problem("last", f"the window closes on {self.last.date}, but opens on {self.first.date}")


class MeetingKind(StrEnum):
    BAREME = "barème"
    ENTENTE = "entente"


class Meeting(Slot):
    """A meeting before which no lot of its épreuve opens."""

    kind: MeetingKind


class Alias(Part):
    """Another name that the circular gives an épreuve. `used_in`: the part of the circular that does so."""

    name: str = Field(min_length=1)
    used_in: str = Field(min_length=1)


class Centre(Part):
    """A centre where the épreuves are sat. `uai`: seven digits and the check letter.

    `rooms`: in which each épreuve is sat, where the service states how many.
    """

    uai: str = Field(pattern=r"^[0-9]{7}[A-Z]$")
    name: str = Field(min_length=1)
    city: str = ""
    rooms: int | None = Field(default=None, ge=1)

    def troubles(self) -> Iterator[Problem]:
        letter = check_letter(self.uai[:7])
        if letter != self.uai[7]:
            yield Problem("uai", f"the check letter of {self.uai[:7]} is {letter}, not {self.uai[7]}")


class Piece(Part):
    """A document that a dossier holds. `signed_by`: one signature among these is needed; none if empty.

    `other_annexes`: numbers of the same model in circulars of other sessions, which candidates use.
    `stands_in`: the piece that states it, for what is not a file of its own (a portfolio's address).
    """

    code: str
    title: str
    annex: str = ""
    at_least: int = Field(default=1, ge=0)
    at_most: int | None = None
    stands_in: str = ""
    signed_by: tuple[str, ...] = ()
    dated: bool = False
    other_annexes: tuple[str, ...] = ()

    def troubles(self) -> Iterator[Problem]:
        if self.at_most is not None and self.at_most < self.at_least:
            yield Problem("at_most", f"at most {self.at_most}, but at least {self.at_least}")


class DossierRule(Part):
    """What a dossier must hold, for each of these options and candidate categories.

    `closed_days`: days that make no week of internship, such as a company's yearly closing.
    """

    exam: str
    options: tuple[str, ...] = Field(min_length=1)
    categories: tuple[str, ...] = Field(min_length=1)
    internship_weeks: int | None = Field(default=None, ge=0)
    closed_days: tuple[dt.date, ...] = ()
    pieces: tuple[Piece, ...] = Field(min_length=1)

    def troubles(self) -> Iterator[Problem]:
        codes = [piece.code for piece in self.pieces]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield Problem("pieces", f"two pieces have the code {code}")
        for piece in self.pieces:
            if piece.stands_in and piece.stands_in not in codes:
                yield Problem(f"pieces.{piece.code}.stands_in", f"there is no piece {piece.stands_in}")


class Ground(Part):
    """A ground of non-conformity: the machine proposes it with its evidence, the commission pronounces it."""

    code: str
    title: str


class WorkColumn(StrEnum):
    """Of the account of correctors' work."""

    REFERENCE = "reference"
    NAME = "nom"
    EMAIL = "courriel"
    EXAM = "epreuve"
    LOTS = "lots"
    COPIES = "copies"
    ORALS = "oraux"  # candidates examined
    PROOFS = "preuves"


class Correction(Part):
    """How correctors' work is followed.

    `idle_days`: without a sign of its corrector, after which a lot in hand is told to the service.
    `work_columns`: of the account of work done, in their order.
    """

    idle_days: int = Field(default=4, ge=1)  # chosen
    work_columns: tuple[WorkColumn, ...] = Field(default=tuple(WorkColumn), min_length=1)


class Invigilation(Part):
    """A school sends `per_exam` invigilators an épreuve, `when_large` if it presents more than `large`."""

    per_exam: int = Field(ge=0)
    when_large: int = Field(ge=0)
    large: int = Field(ge=0)
    per_room: int = Field(ge=1)


class Span(Part):
    """The days between which all of a session lies: a date outside is a slip of the pen."""

    first: Day
    last: Day

    def troubles(self) -> Iterator[Problem]:
        if self.last.date < self.first.date:
            yield Problem("last", f"the session ends on {self.last.date}, but begins on {self.first.date}")


class ControlExams(Part):
    """The second group: `choose` orals among these épreuves; of an épreuve's two marks the better one counts.

    For an average in [average_from, average_below) and a professional average of at least
    professional_average_from, marks out of 20. `hours`: of that day, where the service states some;
    `minutes`: from one candidate to the next; `juries`: of each épreuve, at once.
    """

    day: Day
    choose: int = Field(ge=1)
    exams: tuple[str, ...] = Field(min_length=1)
    average_from: float
    average_below: float
    professional_average_from: float
    hours: tuple[Hours, ...] = ()
    minutes: int = Field(default=20, ge=1)
    juries: int = Field(default=1, ge=1)
    place: str = ""

    @property
    def begins(self) -> dt.datetime:
        """The first hour of that day; its first second where no hour is stated."""
        start = min((hours.start for hours in self.hours), default=dt.time(0))
        return self.instant(self.day.date, start)

    def troubles(self) -> Iterator[Problem]:
        if self.choose > len(self.exams):
            yield Problem("choose", f"{self.choose} of {len(self.exams)} cannot be chosen")


class Gated(StrEnum):
    """Marks that wait for the harmonisation."""

    WRITTEN = "written"
    ORAL = "oral"
    CCF = "CCF"


class Application(Part):
    """Where marks are entered: its name, and its address where the service knows it."""

    name: str = Field(min_length=1)
    address: str = Field(default="", pattern=r"^(https://\S+)?$")


class Results(Part):
    """Harmonisation and juries. No mark that is `gated` is taken or shown before the harmonisation.

    `step`: of marks, from 0 to 20; `marks_in`: the application that they are entered in.
    """

    gated: tuple[Gated, ...] = tuple(Gated)
    step: Decimal = Field(default=Decimal("0.5"), gt=0, le=20)
    marks_in: Application | None = None
    harmonisation: Slot
    jury: Slot
    control_exams: ControlExams
    second_jury: Slot

    def troubles(self) -> Iterator[Problem]:
        if 20 % self.step:
            yield Problem("step", f"20 is no multiple of {self.step}")
        order = {
            "harmonisation": self.harmonisation.date,
            "jury": self.jury.date,
            "control_exams": self.control_exams.day.date,
            "second_jury": self.second_jury.date,
        }
        for earlier, later in pairwise(order):
            if order[later] < order[earlier]:
                yield Problem(later, f"{order[later]} is before {earlier}, on {order[earlier]}")


class Paper(Part):
    """Models that are refused; months after the results that copies are kept, and can be asked for."""

    refused_models: tuple[str, ...] = ()
    kept_months: int = Field(ge=0)
    request_months: int = Field(ge=0)
