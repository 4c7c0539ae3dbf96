"""Which pages of a copy say themselves that they belong elsewhere?"""

from __future__ import annotations

from collections.abc import Mapping

from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.readings import FieldReading, PageReading

_CONFIDENT = 0.9
"""Of 301 sound copies none had a page that was read so surely to be another one."""


def contradicted(kept: Mapping[int, PageReading], length: int, annexes: int = 0) -> list[PageReading]:
    """The pages of a copy (by their numbers) that bear another number, or the total of another copy.

    Who leaves the last pages of a sheet unused may count them or not; so, too, the pages of `annexes`.
    """
    totals = set(range(length - PAGES_PER_SHEET + 1, length + annexes + 1))
    return [
        page
        for number, page in kept.items()
        if _says_another(page.number_reading, {number}) or _says_another(page.total_reading, totals)
    ]


def confirmed(kept: Mapping[int, PageReading]) -> bool:
    """Whether most pages that bear a number bear that of their place, half of all at least."""
    right = sum(page.number == number for number, page in kept.items())
    return 2 * right >= len(kept)


def _says_another(reading: FieldReading | None, expected: set[int]) -> bool:
    if reading is None or reading.confidence <= _CONFIDENT:
        return False
    text = reading.text.replace(" ", "")
    return text != "" and int(text) not in expected
