"""Half-days, as lists of people write them: `2026-06-01 matin`, and the instants between which they lie."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from processors.circular.deadlines import instant

Interval = tuple[datetime, datetime]
"""Aware instants: from the first to before the second."""
_NOON = time(13)  # no circular has a morning end later, or an afternoon begin sooner


class Half(StrEnum):
    """The value is what people write."""

    MORNING = "matin"
    AFTERNOON = "après-midi"


def half_day(day: date, half: Half, zone: ZoneInfo) -> Interval:
    noon = instant(day, _NOON, zone)
    if half is Half.MORNING:
        return instant(day, time(0), zone), noon
    return noon, instant(day + timedelta(days=1), time(0), zone)


def whole_day(day: date, zone: ZoneInfo) -> Interval:
    return half_day(day, Half.MORNING, zone)[0], half_day(day, Half.AFTERNOON, zone)[1]
