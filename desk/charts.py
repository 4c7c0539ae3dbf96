"""Charts as SVG, drawn by the server: no script, no style, and every number also stands in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

_STEPS = 72


@dataclass(frozen=True)
class Bar:
    """`share` of the longest, 0 to 1."""

    label: str
    count: int
    share: float


def bars(counted: Sequence[tuple[str, int]]) -> list[Bar]:
    """One each, in this order."""
    most = max((count for _, count in counted), default=0) or 1
    return [Bar(label, count, count / most) for label, count in counted]


def over_time(instants: Sequence[datetime], step: timedelta, zone: tzinfo) -> list[Bar]:
    """How many fell into each step, those without any among them; the last steps alone."""
    if not instants:
        return []
    seconds = step.total_seconds()
    slots = Counter(int(at.timestamp() // seconds) for at in instants)
    last = max(slots)
    first = max(min(slots), last - _STEPS + 1)
    return bars(
        [
            (f"{datetime.fromtimestamp(slot * seconds, zone):%H:%M}", slots[slot])
            for slot in range(first, last + 1)
        ]
    )
