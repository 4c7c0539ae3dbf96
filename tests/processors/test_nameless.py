"""A sheet that names nobody holds the copy that it may belong to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from processors.findings import Code
from processors.scans.readings import CopyStatus, PageReading
from tests.processors.test_assembly import ROSTER, boxes, codes, sheet
from tests.processors.test_pile import EMPTY, read


def nameless(*, numbered: bool = True, total: int = 4) -> list[PageReading]:
    """A sheet whose header and label lack: its pages numbered from 1 again, or not at all."""
    number = {} if numbered else EMPTY
    pages = [p for start in range(1, total, 4) for p in sheet(0, total, start)]
    return [replace(p, label=None, boxes={}, sharpness=0.0, **number) for p in pages]


def unnumbered(pages: list[PageReading]) -> list[PageReading]:
    return [replace(p, **EMPTY) for p in pages]


def held(*pages: PageReading) -> list[str | None]:
    """Whose copies wait for a nameless sheet beside them."""
    copies, _, _ = read([[p] for p in pages])
    for copy in copies:
        if Code.NAMELESS_SHEET in codes(copy):
            assert copy.status is CopyStatus.TO_DECIDE and copy.blocked
        elif copy.candidate is not None:
            assert copy.status is CopyStatus.COMPLETE, copy.findings
    return [copy.candidate for copy in copies if Code.NAMELESS_SHEET in codes(copy)]


LONG = [*sheet(2, 8), *sheet(2, 8, 5)]
"""A copy that tells in which direction the pile was scanned."""


@pytest.mark.parametrize("numbered", [True, False])
def test_the_copy_before_a_nameless_sheet_waits(numbered: bool) -> None:
    assert held(*sheet(0), *nameless(numbered=numbered), *sheet(1), *LONG) == [ROSTER[0].number]


def test_of_several_sheets_too() -> None:
    assert held(*sheet(0), *nameless(), *nameless(numbered=False), *sheet(1), *LONG) == [ROSTER[0].number]


def test_in_a_pile_scanned_from_its_end_the_copy_after_it_waits() -> None:
    pages = [*sheet(0), *nameless(), *sheet(1), *LONG]
    assert held(*pages[::-1]) == [ROSTER[0].number]


def test_where_nothing_tells_the_direction_the_copies_on_both_sides_wait() -> None:
    """Copies of one sheet look the same from either end of the pile."""
    assert held(*sheet(0), *nameless(), *sheet(1)) == [ROSTER[0].number, ROSTER[1].number]


def test_a_copy_without_numbers_may_have_it_on_either_side() -> None:
    assert held(*sheet(0), *nameless(), *unnumbered(sheet(1))) == [ROSTER[0].number, ROSTER[1].number]


def test_a_copy_that_counts_its_sheets_does_not_wait() -> None:
    assert held(*sheet(0, 8), *sheet(0, 8, 5), *nameless(), *sheet(1)) == []


def test_a_whole_copy_of_nobody_holds_none() -> None:
    assert held(*sheet(0), *nameless(total=8), *sheet(1)) == []


def test_a_sheet_whose_header_is_written_or_that_is_empty_holds_none() -> None:
    someone = [replace(p, boxes={"candidate_number": boxes("02999999999")}) for p in nameless()[:1]]
    assert held(*sheet(0), *someone, *nameless()[1:], *sheet(1)) == []
    empty = [replace(p, blank=True, **EMPTY) for p in nameless()]
    assert held(*sheet(0), *empty, *sheet(1)) == []


def test_a_sheet_that_lies_in_anothers_copy_holds_the_copy_of_its_candidate() -> None:
    """His other sheet, without numbers, looks like a copy of its own."""
    pages = [*unnumbered(sheet(0)), *sheet(1, 8, 5), *sheet(2), *unnumbered(sheet(1))]
    copies, _, _ = read([[p] for p in pages])
    assert [copy.candidate for copy in copies] == [None, ROSTER[2].number, ROSTER[1].number]
    assert Code.DUPLICATE_COPY in codes(copies[2])
    assert [copy.status is CopyStatus.COMPLETE for copy in copies] == [False, True, False]


def test_a_sheet_that_ends_blank_is_not_surely_the_first_of_a_copy_without_numbers() -> None:
    first, second = unnumbered(sheet(0, 8)), unnumbered(sheet(0, 8, 5))
    first[3] = replace(first[3], blank=True)
    copies, _, _ = read([[p] for p in (*first, *second, *sheet(1))])
    assert Code.UNSURE_ORDER in codes(copies[0])
    assert copies[1].status is CopyStatus.COMPLETE


def test_further_sheets_that_lie_apart_hold_the_copies_that_may_lack_them() -> None:
    """All first sheets, then all second ones, which name nobody: the last copy takes the first of these."""
    firsts, seconds = zip(*((sheet(owner, 8), further(owner)) for owner in (0, 1, 2)), strict=True)
    copies, _, _ = read([[p] for pages in (*firsts, *seconds) for p in pages])
    assert all(copy.status is not CopyStatus.COMPLETE for copy in copies)
    assert Code.UNSURE_ORDER in codes(copies[2])


def test_without_numbers_too() -> None:
    firsts = [page for owner in (0, 1, 2) for page in unnumbered(sheet(owner))]
    seconds = [page for owner in (0, 1, 2) for page in unnumbered(further(owner))]
    copies, _, _ = read([[p] for p in (*firsts, *seconds)])
    assert all(copy.status is not CopyStatus.COMPLETE for copy in copies)


def further(owner: int) -> list[PageReading]:
    """A second sheet whose header is empty."""
    first, *others = sheet(owner, 8, 5)
    return [replace(first, label=None, boxes={}), *others]


def complete(*sheets: list[PageReading]) -> set[str | None]:
    """Whose copies go on."""
    copies, _, _ = read([[p] for pages in sheets for p in pages])
    return {copy.candidate for copy in copies if copy.status is CopyStatus.COMPLETE}


def untotalled(pages: list[PageReading]) -> list[PageReading]:
    return [replace(p, total=None, total_reading=None) for p in pages]


def test_a_numbered_sheet_behind_one_without_numbers_makes_no_copy_of_both() -> None:
    """The first is that of the first candidate, and the second that of the second one."""
    firsts = unnumbered(sheet(0)), sheet(1, 8), sheet(2)
    assert complete(*firsts, unnumbered(further(0)), further(1)) == set()


def test_who_counts_no_pages_may_have_a_further_sheet_at_the_end_of_the_pile() -> None:
    assert complete(unnumbered(sheet(0)), sheet(1), sheet(2), unnumbered(further(0))) == {ROSTER[1].number}
    firsts = [untotalled(sheet(owner)) for owner in (0, 1, 2)]
    assert complete(*firsts, untotalled(further(0)), untotalled(further(1))) == set()


def test_a_sheet_that_a_copy_counts_may_still_be_anothers() -> None:
    """The last copy lacks its second sheet, which lies behind that of the first, who numbered none."""
    firsts = unnumbered(sheet(0)), sheet(1), sheet(2, 8)
    assert complete(*firsts, unnumbered(further(0)), further(2)) == set()


def test_several_sheets_between_copies_may_be_of_all_that_count_no_pages() -> None:
    """Two piles in one file, in each of which the further sheets were laid apart."""
    first = unnumbered(sheet(0)), sheet(1), unnumbered(further(0)), unnumbered(further(1))
    assert complete(*first, LONG) == {ROSTER[2].number}


def test_a_sheet_that_says_too_little_of_its_candidate_holds_his_copy() -> None:
    """Its header bears a registration number alone."""
    opening, *others = further(0)
    half = replace(opening, boxes={"registration_number": boxes("001")})
    firsts = unnumbered(sheet(0)), sheet(1), sheet(2)
    assert complete(*firsts, unnumbered([half, *others])) == {ROSTER[1].number, ROSTER[2].number}


def test_who_counts_the_pages_of_his_first_sheet_alone_may_have_those_that_go_on() -> None:
    """1 / 4 to 4 / 4, then 5 / 12 to 12 / 12: no copy says that it lacks them."""
    further_ones = [replace(p, label=None, boxes={}) for start in (5, 9) for p in sheet(0, 12, start)]
    assert complete(sheet(0), further_ones, sheet(1), LONG) == {ROSTER[2].number}


def test_a_numbered_sheet_behind_one_that_ends_blank_may_be_anothers() -> None:
    """Nobody counts pages, and the second sheet of the first candidate lies at the end of the pile."""
    *written, last = untotalled(sheet(2))
    firsts = untotalled(sheet(0)), untotalled(sheet(1)), [*written, replace(last, blank=True)]
    assert complete(*firsts, untotalled(further(0))) == set()
    assert complete(*firsts[:2], [*written, last], untotalled(further(2))) == {who.number for who in ROSTER}


def test_a_sheet_that_counts_anew_may_be_anothers() -> None:
    """Two copies of eight pages, one counted anew on each sheet, whose second sheets were exchanged."""
    opening, *others = sheet(1, 8)
    anew = [replace(opening, label=None, boxes={}), *others]
    assert complete(sheet(0, 8), anew, sheet(1, 8), further(0)) == set()
    assert complete(sheet(0, 8), further(0), sheet(1, 8), further(1)) == {who.number for who in ROSTER[:2]}


@pytest.mark.parametrize("exchanged", [False, True])
def test_nameless_sheets_written_like_each_other_s_copies_hold_both(exchanged: bool) -> None:
    """Two copies of eight pages: their numbers and totals fit, whichever second sheet lies in which."""
    one, other = (
        [replace(p, hand=np.full((2, 12), 0.2 * owner)) for p in (*sheet(owner, 8), *nameless(total=8)[4:])]
        for owner in (0, 1)
    )
    if exchanged:
        one[4:], other[4:] = other[4:], one[4:]
    whose = [who.number for who in ROSTER[:2]]
    assert held(*one, *other, *LONG) == (whose if exchanged else [])
