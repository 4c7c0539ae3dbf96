"""The days on which nobody works in France: code du travail, L. 3133-1."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))  # month, day
_AFTER_EASTER = (1, 39, 50)  # days: Easter Monday, Ascension, Whit Monday


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Those of all of France but Alsace-Moselle and overseas."""
    fixed = (date(year, month, day) for month, day in _FIXED)
    return frozenset([*fixed, *(_easter(year) + timedelta(days) for days in _AFTER_EASTER)])


def _easter(year: int) -> date:
    """Gregorian, by the algorithm that Nature published in 1876 (Meeus, Astronomical Algorithms, 8)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leaps, beyond = divmod(century, 4)
    moved = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leaps - moved + 15) % 30
    years, over = divmod(rest, 4)
    sunday = (32 + 2 * beyond + 2 * years - moon - over) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
