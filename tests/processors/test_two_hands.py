"""Sheets or leaves of two people that passed as one are told by their hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from processors.findings import Code
from processors.scans.copies.swallowed import NOBODY, Excused
from processors.scans.pages.handwriting import CUT_HEIGHT, CUT_WIDTH
from processors.scans.readings import Half, PageReading
from tests.processors.test_assembly import ROSTER, codes
from tests.processors.test_pile import a3_sides, marked, read

PLAIN = np.zeros((2, 12))
LAST = frozenset({ROSTER[2].number})
ONE_LACKS = Excused(frozenset(who.number for who in ROSTER[2:]), listed=True)


DOUBTED = {Code.TWO_HANDS, Code.PERHAPS_TWO_HANDS}


def held_for_two_hands(apart: float, sheets: int, excused: Excused = NOBODY) -> dict[str | None, set[Code]]:
    """Whose copies are, and why, where the inside of candidate 0's sheet is written so far from its outside.

    Candidate 1's copy is of so many sheets, candidate 2 has none.
    """
    images = [*a3_sides(0, 4), *a3_sides(1, 4 * sheets)]
    images = [[replace(p, hand=PLAIN) for p in image] for image in images]
    images[1] = [replace(p, hand=PLAIN + apart * np.array([[0.022], [0.09]])) for p in images[1]]
    copies, _, _ = read(images, excused)
    return {copy.candidate: why for copy in copies if (why := DOUBTED & set(codes(copy)))}


@pytest.mark.parametrize(
    ("apart", "excused", "held"),
    [
        (0.85, NOBODY, {Code.PERHAPS_TWO_HANDS}),
        (0.85, Excused(LAST), None),
        (0.45, NOBODY, None),
        (0.45, Excused(listed=True), {Code.PERHAPS_TWO_HANDS}),
        (0.45, Excused(LAST, listed=True), None),
        (2.0, NOBODY, {Code.TWO_HANDS}),
        (2.0, Excused(LAST, listed=True), {Code.TWO_HANDS}),
    ],
    ids=[
        *("lacking", "absent", "like", "present and lacking", "like, nobody lacking"),
        *("clear, lacking", "clear, nobody lacking"),
    ],
)
def test_whether_somebody_has_no_copy_tells_whether_two_sheets_passed_as_one(
    apart: float, excused: Excused, held: set[Code] | None
) -> None:
    """What a list may settle that comes later is another finding than what it cannot."""
    assert held_for_two_hands(apart, 1, excused) == ({ROSTER[0].number: held} if held else {})


def test_in_a_pile_of_like_sheets_two_hands_are_told_sooner() -> None:
    assert held_for_two_hands(0.55, 12) == {ROSTER[0].number: {Code.PERHAPS_TWO_HANDS}}
    assert held_for_two_hands(0.55, 1) == {}


def test_a_sheet_whose_numbers_no_sheet_beside_it_can_bear_is_one() -> None:
    for numbered in (True, False):
        inside = [replace(p, hand=PLAIN + 1) for p in marked(0, 8, numbered)[5:7]]
        pages = [replace(p, hand=PLAIN, half=Half.LEFT) for p in marked(0, 8, numbered)]
        pages[5:7] = [replace(p, half=Half.LEFT) for p in inside]
        (copy,), _, _ = read([[p] for p in pages])
        assert bool(DOUBTED & set(codes(copy))) is not numbered


def in_hand(pages: Sequence[PageReading], height: float, table: Sequence[int] = ()) -> list[PageReading]:
    """Pages written in letters of this height; with a table of small ones on those of these indices."""
    made = []
    for k, one in enumerate(pages):
        ink = np.zeros((354, 787), np.uint8)
        for row in range(20, 340, 32):
            cv2.putText(ink, "reponse a la question posee", (60, row), 0, height, 1, 2)
        if k in table:
            ink[100:300, 40:740] = 0
            cv2.rectangle(ink, (60, 110), (700, 290), 1, 2)
            for row in range(122, 288, 12):
                cv2.putText(ink, "cle nom prix cle nom prix cle nom prix cle nom", (70, row), 0, 0.35, 1, 1)
        made.append(replace(one, traced=np.packbits(ink, axis=1)))
    return made


@pytest.mark.parametrize("lacking", [True, False])
def test_leaves_that_two_people_wrote_wait_where_somebody_has_no_copy(lacking: bool) -> None:
    """The last leaf of a copy and the first of the next were lost; numbers and totals fit."""
    mixed = [*in_hand(marked(0, 4)[:2], 1.0), *in_hand(marked(1, 4)[2:], 0.6)]
    others = in_hand(marked(2, 4), 0.8, table=[2, 3])
    excused = NOBODY if lacking else Excused(frozenset({ROSTER[1].number}))
    copies, _, _ = read([[p] for p in (*mixed, *others)], excused)
    assert [bool(DOUBTED & set(codes(copy))) for copy in copies] == [lacking, False]


def numbered(pages: Sequence[PageReading], high: int) -> list[PageReading]:
    """Pages whose numbers are written so high, in pixels of a cut."""
    cut = np.zeros((CUT_HEIGHT, CUT_WIDTH), np.uint8)
    cv2.rectangle(cut, (14, 24 - high // 2), (25, 24 + high // 2), 200, 2)
    made = []
    for one in pages:
        assert one.number_reading is not None
        row = replace(one.number_reading, cuts=np.stack([cut] * len(one.number_reading.inked)))
        made.append(replace(one, number_reading=row))
    return made


@pytest.mark.parametrize(("high", "waits"), [(20, False), (22, False), (12, True)])
def test_leaves_in_like_hands_wait_where_their_numbers_are_written_otherwise(high: int, waits: bool) -> None:
    pages = in_hand(marked(0, 4), 0.8)
    pages = [*numbered(pages[:2], 20), *numbered(pages[2:], high)]
    copies, _, _ = read([[p] for p in pages], ONE_LACKS)
    assert [bool(DOUBTED & set(codes(copy))) for copy in copies] == [waits]


@pytest.mark.parametrize("blank", [1, 3])
def test_a_leaf_left_blank_before_a_written_one_speaks_for_two_people(blank: int) -> None:
    pages = in_hand(marked(0, 4), 0.8)
    pages[blank] = replace(pages[blank], blank=True, traced=None)
    copies, _, _ = read([[p] for p in pages], ONE_LACKS)
    assert [bool(DOUBTED & set(codes(copy))) for copy in copies] == [blank == 1]
