"""What people count in the page boxes: pages, leaves, anew on each sheet, or those begun so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from processors.findings import Code
from processors.scans.copies.assembly import assemble
from processors.scans.readings import CopyReading, CopyStatus, Half, PageReading
from tests.processors.test_assembly import PATTERN, ROSTER, boxes, codes, drawn, page, read, sheet

Counted = Callable[[int], tuple[int | None, int | None]]
"""Of a page of eight, by its number: what stands in its boxes."""

COUNTINGS: dict[str, Counted] = {
    "leaves on their rectos": lambda n: ((n + 1) // 2, 4) if n % 2 else (None, None),
    "pages of each sheet": lambda n: ((n - 1) % 4 + 1, 4),
    "pages of each sheet, of all": lambda n: ((n - 1) % 4 + 1, 8),
    "pages begun so far": lambda n: (n, 4 if n <= 4 else 8),
    "pages begun so far, once": lambda n: (n, 4 if n <= 4 else None),
}


def written(said: Counted, seed: int) -> list[PageReading]:
    pages = drawn([page(n, 8, 1) for n in range(1, 9)], seed)
    return [_numbered(p, *said(n)) for n, p in enumerate(pages, 1)]


OF_SIDES: dict[str, Counted] = {
    "leaves on both sides": lambda n: ((n + 1) // 2, 4),
    "sheets": lambda n: ((n + 3) // 4, 2),
    "sheets on their first pages": lambda n: ((n + 3) // 4, 2) if n % 4 == 1 else (None, None),
}
"""Whose numbers say too little of leaves, each on an image of its own."""


def _numbered(p: PageReading, number: int | None, total: int | None) -> PageReading:
    here, of = (None if n is None else boxes(f"{n:2d}") for n in (number, total))
    return replace(p, number=number, total=total, number_reading=here, total_reading=of)


def among_others(pages: list[PageReading]) -> tuple[CopyReading, ...]:
    return read(*drawn(sheet(0), 1), *pages, *drawn(sheet(2), 3))


@pytest.mark.parametrize("said", COUNTINGS.values(), ids=COUNTINGS)
def test_a_copy_whose_writer_counts_otherwise_is_whole(said: Counted) -> None:
    pages = written(said, 2)
    pages[-1] = replace(pages[-1], blank=True)
    copies = among_others(pages)
    assert [copy.status for copy in copies] == [CopyStatus.COMPLETE] * 3
    assert copies[1].pages == tuple(range(5, 13))
    assert not codes(copies[1])


@pytest.mark.parametrize("said", COUNTINGS.values(), ids=COUNTINGS)
@pytest.mark.parametrize("turned", [2, 6])
def test_a_leaf_that_lies_otherwise_holds_it(said: Counted, turned: int) -> None:
    pages = written(said, 2)
    pages[turned : turned + 2] = pages[turned : turned + 2][::-1]
    told = [p.number for p in pages if p.number is not None]
    copies = among_others(pages)
    if len(told) > 2:
        assert copies[1].status is not CopyStatus.COMPLETE or copies[1].pages != tuple(range(5, 13))


@pytest.mark.parametrize("swapped", [False, True], ids=["in order", "swapped"])
@pytest.mark.parametrize("sign", ["none", "label", "blank end"])
def test_which_of_the_sheets_that_count_anew_is_first(sign: str, swapped: bool) -> None:
    """By a label that the first alone bears, or a blank end of the last; else nothing tells."""
    pages = written(COUNTINGS["pages of each sheet"], 2)
    if sign == "label":
        pages[4] = replace(pages[4], label=None)
    if sign == "blank end":
        pages[7] = replace(pages[7], blank=True)
    copies = among_others([*pages[4:], *pages[:4]] if swapped else pages)
    whole = copies[1].status is CopyStatus.COMPLETE
    assert whole is (sign != "none" and not swapped)
    assert whole or Code.UNSURE_ORDER in codes(copies[1])


def on_a3(*copies: list[PageReading]) -> tuple[CopyReading, ...]:
    """Read as halves of A3 sheets: recto 4 | 1, verso 2 | 3."""
    sides = [
        [replace(copy[k + n - 1], half=half) for n, half in zip(numbers, Half, strict=True)]
        for copy in copies
        for k in range(0, len(copy), 4)
        for numbers in ((4, 1), (2, 3))
    ]
    laid = [replace(p, image=image) for image, side in enumerate(sides, 1) for p in side]
    pages = [replace(p, page=k) for k, p in enumerate(laid, 1)]
    found, _ = assemble(pages, ROSTER, "0130051K", "U4", PATTERN, "ccyc")
    return found


@pytest.mark.parametrize("said", OF_SIDES.values(), ids=OF_SIDES)
def test_what_is_counted_fits_a3_sheets_whose_sides_tell_the_rest(said: Counted) -> None:
    copies = on_a3(drawn(sheet(0), 1), written(said, 2), drawn(sheet(2), 3))
    assert [copy.status for copy in copies] == [CopyStatus.COMPLETE] * 3
    assert copies[1].pages == (6, 7, 8, 5, 10, 11, 12, 9)


@pytest.mark.parametrize("said", OF_SIDES.values(), ids=OF_SIDES)
def test_sheets_so_counted_come_in_their_order(said: Counted) -> None:
    pages = written(said, 2)
    copies = on_a3(drawn(sheet(0), 1), [*pages[4:], *pages[:4]], drawn(sheet(2), 3))
    for copy in copies:
        if copy.candidate == ROSTER[1].number and copy.status is CopyStatus.COMPLETE:
            assert copy.pages == (10, 11, 12, 9, 6, 7, 8, 5)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        *((said, slice(4, 8)) for said in OF_SIDES.values()),
        # 1 / 2 on the first page alone may be said of two pages
        *((OF_SIDES[said], slice(4)) for said in ("leaves on both sides", "sheets")),
    ],
)
def test_a_lone_sheet_whose_numbers_tell_of_another_waits(said: Counted, left: slice) -> None:
    copies = on_a3(drawn(sheet(0), 1), written(said, 2)[left], drawn(sheet(2), 3))
    assert copies[1].status is not CopyStatus.COMPLETE


def test_a_page_of_another_way_of_counting_is_named() -> None:
    """Leaf 2 of another candidate's, in a copy whose writer counts pages."""
    pages = written(lambda n: (n, 8), 2)
    pages[2] = _numbered(pages[2], 2, 4)
    copies = among_others(pages)
    assert Code.MISPLACED_PAGE in codes(copies[1])


def test_a_sheet_scanned_again_is_no_further_sheet() -> None:
    once = drawn(sheet(1), 2)
    copies = among_others([*once, *once])
    assert [len(copy.pages) for copy in copies] == [4, 4, 4]


@pytest.mark.parametrize(("total", "whole"), [(4, True), (8, False), (None, False)])
def test_a_number_beyond_its_own_right_total_was_misread(total: int | None, whole: bool) -> None:
    """Struck out and written again, in Roman figures, or a 3 like a 7: of a copy of four pages none is 7."""
    pages = drawn(sheet(1), 2)
    pages[2] = _numbered(pages[2], 7, total)
    copies = among_others(pages)
    assert (copies[1].status is CopyStatus.COMPLETE) is whole
    assert whole or Code.MISPLACED_PAGE in codes(copies[1])
