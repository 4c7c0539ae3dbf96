"""Was this in time? Instants, judged to the second, on the clock of the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""The clock of a session that states no other."""

_served = PARIS


def set_local_zone(zone: ZoneInfo) -> None:
    """Say times on this clock from now on: a process serves one session, as it has one locale."""
    global _served
    _served = zone


def local_zone() -> ZoneInfo:
    """The clock of the session that this process serves."""
    return _served


WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


class Rule(StrEnum):
    """Whether the second of the deadline itself is in time: the circular does not say, so it is a setting."""

    BEFORE = "before"  # strictly before: that second is late
    UNTIL = "until"  # that second, to its end, is in time


@dataclass(frozen=True)
class Deadline:
    """An aware instant and its rule. A naive datetime raises ValueError."""

    at: datetime
    rule: Rule = Rule.BEFORE

    def __post_init__(self) -> None:
        _second(self.at)
        object.__setattr__(self, "rule", Rule(self.rule))

    def met(self, deposited_at: datetime) -> bool:
        """Whether a deposit made at this aware instant is in time.

        Fractions of a second are dropped: a store states the same deposit with or without them.
        """
        deposited, limit = _second(deposited_at), _second(self.at)
        return deposited < limit or (self.rule is Rule.UNTIL and deposited == limit)

    def __str__(self) -> str:
        """`avant le mercredi 22 avril 2026 à 12:00`, `jusqu'au mercredi 20 mai 2026 à 23:59`.

        Until the last second of a minute: until that minute.
        """
        if self.rule is Rule.BEFORE:
            return f"avant le {french_instant(self.at)}"
        minute = self.at.replace(second=0) if self.at.second == 59 else self.at
        return f"jusqu'au {french_instant(minute)}"


@dataclass(frozen=True)
class Times:
    """When a deposit was there, whole; and when it was begun, where that is known.

    `counted_at`: what deadlines are judged by, where that is not its end.
    """

    ended_at: datetime
    begun_at: datetime | None = None
    counted_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """What its deadline is judged by."""
        return self.counted_at or self.ended_at

    def counted(self, longest: timedelta) -> Times:
        """It counts from its beginning if it took no longer than this; else from its end, as if unknown.

        So nobody begins in time, and fills the file days later. Never longer: zero.
        """
        if self.begun_at is None or self.ended_at - self.begun_at > longest:
            return Times(self.ended_at, self.begun_at)
        return Times(self.ended_at, self.begun_at, self.begun_at)


def instant(day: date, clock: time, zone: ZoneInfo = PARIS) -> datetime:
    """The instant of a clock there. What the summer-time change skips or repeats: see `clock_trouble`."""
    return datetime.combine(day, clock, tzinfo=zone)


def clocks() -> str:
    """What to call the clock here, where hours stand without a zone (French)."""
    return "Heures de Paris" if local_zone() == PARIS else "Heures locales"


def to_the_day(at: datetime) -> datetime:
    """The first second of that day, here: of what nobody is to read how long it took."""
    return instant(at.astimezone(local_zone()).date(), time(0), local_zone())


def clock_trouble(day: date, clock: time, zone: ZoneInfo = PARIS) -> str | None:
    """Why a clock time names no single instant there that day (English), None where it does."""
    said, city = instant(day, clock.replace(fold=0), zone), zone.key.rpartition("/")[2]
    if said.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != said.replace(tzinfo=None):
        return f"{clock:%H:%M} does not exist in {city} on {day}: clocks go forward then"
    if said.utcoffset() != said.replace(fold=1).utcoffset():
        return f"{clock:%H:%M} comes twice in {city} on {day}: clocks go back then"
    return None


def local(at: datetime) -> datetime:
    """On its own clock, as the instants of a session are; one of the register, in UTC, on the clock here."""
    return at if isinstance(at.tzinfo, ZoneInfo) else at.astimezone(local_zone())


def french_instant(at: datetime) -> str:
    """`mercredi 20 mai 2026 à 12:00`, as `local` says, with the seconds where there are any.

    The last second of a day, until which much is due, is 23:59: nobody says otherwise.
    """
    said = local(at)
    exact = said.second and f"{said:%H:%M:%S}" != "23:59:59"
    clock = f"{said:%H:%M:%S}" if exact else f"{said:%H:%M}"
    return f"{WEEKDAYS[said.weekday()]} {french_day(said.date())} à {clock}"


def french_day(day: date) -> str:
    """`20 mai 2026`, `1er juin 2026`."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def _second(at: datetime) -> datetime:
    """In UTC: two datetimes of one time zone compare by their clocks, blind to the hour that comes twice."""
    if at.utcoffset() is None:
        raise ValueError("a deadline needs datetimes that know their time zone")
    return at.astimezone(UTC).replace(microsecond=0)
