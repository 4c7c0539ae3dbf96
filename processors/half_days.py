"""Half-days, as lists of people write them: `2026-06-01 matin`, and the instants between which they lie."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from processors.deadlines import paris

Interval = tuple[datetime, datetime]
"""Aware instants: from the first to before the second."""
_NOON = time(13)  # no circular has a morning end later, or an afternoon begin sooner


class Half(StrEnum):
    """The value is what people write."""

    MORNING = "matin"
    AFTERNOON = "après-midi"


def half_day(day: date, half: Half) -> Interval:
    noon = paris(day, _NOON)
    if half is Half.MORNING:
        return paris(day, time(0)), noon
    return noon, paris(day + timedelta(days=1), time(0))


def whole_day(day: date) -> Interval:
    return half_day(day, Half.MORNING)[0], half_day(day, Half.AFTERNOON)[1]
