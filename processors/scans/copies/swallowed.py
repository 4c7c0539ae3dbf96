"""Does a copy show pages of a candidate whose own copy is gone?

So it does where two A3 sheets pass the scanner as one, and where of single leaves the last one of a copy and
the first of the next are lost. Numbers and totals of two single sheets fit each other: what is left to tell
are the hands of the two halves, and that somebody's copy is gone. Each says little; together they are odds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from processors.findings import Code
from processors.scans.copies.annexes import seems
from processors.scans.copies.identity import Attribution
from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.pages.figures import of_two_people
from processors.scans.pages.writing import Halves, leaves_apart, rectos_apart, sides_apart
from processors.scans.readings import PageReading

_HELD = 5.0
"""Odds, in units of how often two sheets pass as one, from which on a person looks."""
_UNLISTED, _LISTED = 0.5, 0.08
"""How often a pile lacks somebody for reasons of its own: absent, or scanned in another file; and somebody
whom the attendance list says present, whose copy is in no file. Assumed: so many lack one or more, half of
them one, a sixth two, a twelfth three …"""
_NOBODY = 0.02
"""What is left of the odds where nobody lacks: the copy may be there a second time, the roster be wrong."""

_EVEN, _STEEP = 1.15, 4.0
"""Distance of two sides, by what is usual in their pile, that says nothing; and the log odds of each further
unit: of drawn sheets 3 % lie beyond it (none but of poor one-bit scans), of two people's sides 80 to 90 %. No
closeness says more than eight to one, since one pair of drawn people in six shares a font."""
_CLOSEST = math.log(1 / 8)
_SKIPS = 2.0
"""Log odds of a page left blank before a written one. Assumed: of one person 1 sheet in 30, of two 1 in 4."""
_USUAL, _AS_SHEETS, _NOISE = 0.3, 12, 0.1
"""Three sheets in four lie closer: known beforehand, worth so many sheets of the pile; and noise."""


@dataclass(frozen=True)
class Excused:
    """Who of the roster owes no copy in a file: marked absent, or with a copy in another file.

    `listed`: whether the attendance list has come, so that everybody else was there.
    """

    candidates: frozenset[str] = frozenset()
    listed: bool = False


NOBODY = Excused()


def lost_odds(enrolled: Collection[str], excused: Excused, owners: Sequence[Attribution]) -> float:
    """How much likelier it is that so many have no copy in a pile if one of its sheets hides one.

    `owners`: of the copies of the pile; what is nobody's may be anybody's.
    """
    unknown = sum(seems(owner) is None and _is_anybodys(owner) for owner in owners)
    lacking = len(set(enrolled) - excused.candidates - {seems(owner) for owner in owners}) - unknown
    if lacking <= 0:
        return _NOBODY
    if lacking == 1:
        often = _LISTED if excused.listed else _UNLISTED
        return 2 * (1 - often) / often
    return (lacking + 1) / (lacking - 1)


Doubted = Mapping[Code, Sequence[PageReading]]
"""The pages of a copy's sheets that may be two, by whether that is told whoever lacks."""


def of_two_hands(
    pile: Sequence[Mapping[int, PageReading]], lost: float, exchanged: bool = False
) -> list[Doubted]:
    """What of each copy of a pile may be two people's. `lost`: the odds that a sheet hides one.

    `exchanged`: two passes that do not match exchange sides, and nobody's is lost.
    """
    least = 1.0 if exchanged else _NOBODY
    lost = max(lost, least)
    found: list[dict[Code, dict[int, PageReading]]] = [defaultdict(dict) for _ in pile]
    for k, code, pages in _too_far([sides_apart(kept) for kept in pile], lost, least):
        alike = {page.page for sheet in _alike(pile[k]) for page in sheet.values()}
        found[k][code] |= {page.page: page for page in pages if page.page in alike}
    if lost > _NOBODY:  # where nobody lacks, no leaves are measured
        leaves = [leaves_apart(_last_sheet(kept)) for kept in pile]
        passes = [rectos_apart(_leaves(kept)) if exchanged else [] for kept in pile]
        for k, code, pages in (*_too_far(leaves, lost, least), *_too_far(passes, least, least)):
            found[k][code] |= {page.page: page for page in pages}
    return [{code: list(pages.values()) for code, pages in told.items()} for told in found]


def _too_far(
    pile: Sequence[Sequence[Halves]], lost: float, least: float
) -> Iterator[tuple[int, Code, Sequence[PageReading]]]:
    """The sheets whose halves are too far apart, by what is usual in their pile, and whose they are.

    `least`: the odds that are left where nobody lacks.
    """
    distances = [sheet.apart for sheets in pile for sheet in sheets]
    far = float(np.percentile(distances, 75)) if distances else 0.0
    usual = (len(distances) * far + _AS_SHEETS * _USUAL) / (len(distances) + _AS_SHEETS) + _NOISE
    for k, sheets in enumerate(pile):
        for sheet in sheets:
            odds = _two_people(sheet.apart / usual) + _SKIPS * sheet.skips
            odds += of_two_people(sheet.one, sheet.other)
            if odds >= math.log(_HELD / lost):
                whoever_lacks = odds >= math.log(_HELD / least)
                yield k, Code.TWO_HANDS if whoever_lacks else Code.PERHAPS_TWO_HANDS, sheet.written


def _last_sheet(kept: Mapping[int, PageReading]) -> dict[int, PageReading]:
    """That of a copy whose leaves were scanned apart: what is lost of the one before it ends a copy."""
    first = max(kept, default=1) - PAGES_PER_SHEET + 1
    sheet = {number: page for number, page in _leaves(kept).items() if number >= first}
    return sheet if len(sheet) == PAGES_PER_SHEET and first % PAGES_PER_SHEET == 1 else {}


def _leaves(kept: Mapping[int, PageReading]) -> dict[int, PageReading]:
    return {number: page for number, page in kept.items() if page.half is None}


def _alike(kept: Mapping[int, PageReading]) -> Iterator[dict[int, PageReading]]:
    """The A3 sheets of a copy that another's beside them may look like.

    Those of one sheet; of longer ones, beside which no like sheet lies, those whose numbers do not tell.
    """
    last = max(kept, default=0)
    for first in range(1, last + 1, PAGES_PER_SHEET):
        numbers = range(first, first + PAGES_PER_SHEET)
        sheet = {number: kept[number] for number in numbers if number in kept}
        told = {number for number, page in sheet.items() if page.number == number}
        sure = last > PAGES_PER_SHEET and told & {first, first + 3} and told & {first + 1, first + 2}
        if len(sheet) == PAGES_PER_SHEET and all(page.half for page in sheet.values()) and not sure:
            yield sheet


def _two_people(distance: float) -> float:
    """Log of how much likelier the two sides of a sheet are so far apart if they are of two people."""
    return max(_CLOSEST, _STEEP * (distance - _EVEN))


def _is_anybodys(owner: Attribution) -> bool:
    """Whether a copy may be that of somebody enrolled: it does not name a stranger."""
    return all(found.code is Code.UNIDENTIFIED for found in owner.findings)
