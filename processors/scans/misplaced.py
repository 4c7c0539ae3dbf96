"""Which pages of a copy say themselves that they belong elsewhere?"""

from __future__ import annotations

import math
from collections.abc import Mapping

from processors.scans.orders import MAX_PAGES, PAGES_PER_SHEET
from processors.scans.readings import FieldReading, PageReading
from processors.scans.writing import sides_apart

_SURE = 5.5
"""Log odds of what is read against what is expected. Of 2,247 numbers and totals of drawn pages two were read
wrongly with more; of digits that are not the expected one, 99 in 100 are."""

_TWO_HANDS = 0.9
"""Of 116 drawn sheets none lies further apart; of sides of two people's sheets three in four do."""


def contradicted(kept: Mapping[int, PageReading], length: int, annexes: int = 0) -> list[PageReading]:
    """The pages of a copy (by their numbers) that bear another number, or the total of another copy.

    Who leaves the last pages of a sheet unused may count them or not; so, too, the pages of `annexes`.
    """
    totals = range(length - PAGES_PER_SHEET + 1, length + annexes + 1)
    return [
        page
        for number, page in kept.items()
        if max(_odds(page.number_reading, [number]), _odds(page.total_reading, totals)) >= _SURE
    ]


def of_two_hands(kept: Mapping[int, PageReading]) -> list[PageReading]:
    """The pages of the sheets whose recto and verso are written so differently that two passed as one."""
    return [page for pages, distance in sides_apart(kept) if distance > _TWO_HANDS for page in pages]


def blank_inside(kept: Mapping[int, PageReading]) -> list[PageReading]:
    """The blank insides of A3 sheets whose back is written on: who writes on page 4 has written on 2 or 3."""
    found = []
    for first in range(1, max(kept, default=0), PAGES_PER_SHEET):
        inner = [kept[n] for n in (first + 1, first + 2) if n in kept]
        back = kept.get(first + 3)
        if len(inner) == 2 and all(p.half and p.blank for p in inner) and back and back.hand is not None:
            found += inner
    return found


def confirmed(kept: Mapping[int, PageReading]) -> bool:
    """Whether at least half of a copy's pages bear the number of their place."""
    right = sum(page.number == number for number, page in kept.items())
    return 2 * right >= len(kept)


def _odds(reading: FieldReading | None, expected: range | list[int]) -> float:
    """Log odds of the likeliest number against the likeliest of those expected; 0 where nothing is read."""
    read = reading.text.replace(" ", "") if reading is not None else ""
    if reading is None or read == "" or int(read) in expected:
        return 0.0
    chances = [_chance(reading, number) for number in range(MAX_PAGES + 1)]
    there = max(chances[number] for number in expected)
    return math.log(max(*chances, 1e-9) / max(there, 1e-9))


def _chance(reading: FieldReading, number: int) -> float:
    """How likely this number stands in the boxes: a lone digit in whichever it is."""
    digits = str(number)
    cells = [row for row, ink in zip(reading.probabilities, reading.inked, strict=True) if ink]
    digits = digits.rjust(len(cells), "0")
    if len(digits) > len(cells):
        return 0.0
    return math.prod(float(row[int(digit)]) for row, digit in zip(cells, digits, strict=True))
