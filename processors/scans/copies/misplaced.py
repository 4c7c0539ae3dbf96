"""Which pages of a copy say themselves that they belong elsewhere?"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping

from processors.scans.orders import MAX_PAGES, PAGES_PER_SHEET
from processors.scans.readings import FieldReading, PageKind, PageReading

_SURE = 5.5
"""Log odds of what is read against what is expected. Of 2,247 numbers and totals of drawn pages two were read
wrongly with more; of digits that are not the expected one, 99 in 100 are."""

_NUMBERS = range(1, MAX_PAGES + 1)
_SHEETS = frozenset({2, 3})
"""What first pages bear beside page numbers: sheets, or the second sheet's leaves."""


def contradicted(
    kept: Mapping[int, PageReading], length: int, annexes: int = 0, sheet: int = PAGES_PER_SHEET
) -> list[PageReading]:
    """The pages of a copy (by their numbers) that bear another number, or the total of another copy.

    None if its writer has counted all that is numbered in one other way. `annexes`: their pages, that may be
    counted, too; `sheet`: pages of one.
    """
    firsts = frozenset(_NUMBERS[::sheet])
    by_kind: Mapping[PageKind, Collection[int]] = {
        PageKind.FIRST: firsts | _SHEETS,
        PageKind.INSIDE: frozenset(_NUMBERS) - firsts,
    }
    pages, leaves, both_sides, sheets, *others = _countings(length, annexes, sheet)
    numbered = {number % sheet for number, page in kept.items() if page.number is not None}
    leaves_told = sheet - 1 in numbered  # else numbers may count sheets, of which one lacks
    if leaves_told:
        others.append(leaves)
    if numbered <= {1}:  # on its sheets alone
        others.append(sheets)
    elif _tells_its_places(kept):
        others += [sheets, both_sides] if leaves_told else [sheets]

    def against(count: _Counting, of_kind: Mapping[PageKind, Collection[int]]) -> list[PageReading]:
        return [page for number, page in kept.items() if _is_against(page, *count(number), of_kind)]

    if not all(against(count, {}) for count in others):
        return []
    whatever = against(pages, {})  # one that no page of its kind bears was misread, two were not
    return whatever if len(whatever) > 1 else against(pages, by_kind)


_Counted = tuple[int, Collection[int]]
"""What may stand in the boxes of a page: its number, and totals."""

_Counting = Callable[[int], _Counted]


def _countings(length: int, annexes: int, sheet: int) -> tuple[_Counting, ...]:
    """What people count: by page number, what they write.

    Pages; leaves, on their rectos; leaves, on both sides; sheets; pages of each sheet, and of all in total;
    pages, of those begun so far. Who leaves the last pages of a sheet unused may count them or not.
    """
    unused = sheet - 1
    all_pages = range(length - unused, length + annexes + 1)
    all_leaves = range((length - unused + 1) // 2, length // 2 + 1)

    def ends(number: int) -> int:
        return -(-number // sheet) * sheet

    return (
        lambda number: (number, all_pages),
        lambda number: (number % 2 * (number + 1) // 2, all_leaves),
        lambda number: ((number + 1) // 2, all_leaves),
        lambda number: (ends(number) // sheet, (length // sheet,)),
        lambda number: ((number - 1) % sheet + 1, range(1, sheet + 1)),
        lambda number: ((number - 1) % sheet + 1, all_pages),
        lambda number: (number, range(ends(number) - unused, ends(number) + 1)),
    )


def _tells_its_places(kept: Mapping[int, PageReading]) -> bool:
    """Whether numbers that are those of several pages each say enough.

    Its pages are halves of A3 sheets, whose places are seen; and a total, or a blank end, says where it ends.
    """
    ended = any(page.total is not None for page in kept.values()) or kept[max(kept)].blank
    return ended and all(page.half is not None for page in kept.values())


def blank_inside(kept: Mapping[int, PageReading]) -> list[PageReading]:
    """The blank insides of A3 sheets whose back is written on: who writes on page 4 has written on 2 or 3."""
    found = []
    for first in range(1, max(kept, default=0), PAGES_PER_SHEET):
        inner = [kept[n] for n in (first + 1, first + 2) if n in kept]
        back = kept.get(first + 3)
        if len(inner) == 2 and all(p.half and p.blank for p in inner) and back and back.hand is not None:
            found += inner
    return found


def sheets_unsure(kept: Mapping[int, PageReading], sheet: int) -> bool:
    """Whether the sheets of a copy may lie in another order, and no number tells it.

    One ends blank before one that is written on: no sheet is begun before the last is full, but by those who
    leave versos free. Or pages are counted anew on each, and neither a label that the first alone bears nor a
    blank end of the last tells them apart.
    """
    later = {number: page for number, page in kept.items() if number > sheet}
    anew = any(page.number == (number - 1) % sheet + 1 for number, page in later.items())
    if any(page.number in _told(number, sheet) for number, page in later.items()):
        return False
    if not later or (not anew and any(page.number is not None for page in kept.values())):
        return False
    labelled = 1 in kept and kept[1].label and not any(page.label for page in later.values())
    written = {number for number, page in kept.items() if not page.blank}
    ends = set(range(sheet, max(written, default=0), sheet)) & kept.keys() - written
    free = {end for end in ends if end - 1 in written and end - 2 not in written}
    return bool(ends - free) or (anew and not labelled and not later[max(later)].blank)


def _told(number: int, sheet: int) -> Collection[int]:
    """What a page bears that tells its sheet: its number; a first one also that of its leaf, or sheet."""
    first = number % sheet == 1
    return {number, (number + 1) // 2, number // sheet + 1} if first else {number}


def confirmed(kept: Mapping[int, PageReading]) -> bool:
    """Whether more than half of a copy's pages bear the number of their place.

    Who counts leaves numbers half of the pages.
    """
    right = sum(page.number == number for number, page in kept.items())
    return 2 * right > len(kept)


def _is_against(
    page: PageReading,
    number: int,
    totals: Collection[int],
    by_kind: Mapping[PageKind, Collection[int]],
) -> bool:
    """Whether a page says another number, of those that one of its kind can bear, or another total.

    No number beyond a total that is right is a page's: it was misread, or struck out.
    """
    most = page.total if page.total is not None and page.total in totals else MAX_PAGES
    possible = [n for n in by_kind.get(page.kind, _NUMBERS) if n <= most]
    return (
        _odds(page.number_reading, [number], possible) >= _SURE
        or _odds(page.total_reading, totals, _NUMBERS) >= _SURE
    )


def _odds(reading: FieldReading | None, expected: Collection[int], possible: Collection[int]) -> float:
    """Log odds of the likeliest possible number against the likeliest expected; 0 where nothing is read."""
    read = reading.text.replace(" ", "") if reading is not None else ""
    if reading is None or read == "" or int(read) in expected:
        return 0.0
    there = max(_chance(reading, number) for number in expected)
    return math.log(max([1e-9, *(_chance(reading, number) for number in possible)]) / max(there, 1e-9))


def _chance(reading: FieldReading, number: int) -> float:
    """How likely this number stands in the boxes: a lone digit in whichever it is."""
    digits = str(number)
    cells = [row for row, ink in zip(reading.probabilities, reading.inked, strict=True) if ink]
    digits = digits.rjust(len(cells), "0")
    if len(digits) > len(cells):
        return 0.0
    return math.prod(float(row[int(digit)]) for row, digit in zip(cells, digits, strict=True))
