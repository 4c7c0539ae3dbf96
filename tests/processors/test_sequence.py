"""Which pages follow which: troubles are explained, and never shift the pages after them."""

from __future__ import annotations

import numpy as np
import pytest

from processors.scans.copies.sequence import PageEvidence, Place, Search, lengths_of, number_costs
from processors.scans.orders import MAX_PAGES, PAGES_PER_SHEET, READING

LENGTHS = lengths_of(PAGES_PER_SHEET)


def page(
    number: int | None,
    total: int | None = None,
    *,
    first: bool | None = None,
    foreign: bool = False,
    **known: float,
) -> PageEvidence:
    """Evidence of a page that bears `number` / `total` (None: the boxes are empty)."""
    costs = np.zeros(MAX_PAGES)
    if number is not None:
        digits = np.full((2, 10), 0.001)
        digits[0, number // 10] = digits[1, number % 10] = 0.991
        costs = number_costs(digits[1], digits[0] if number >= 10 else None)
    totals = np.zeros(len(LENGTHS))
    if total is not None:
        totals = np.where(total == LENGTHS, 0.0, 7.0)
    side = np.arange(MAX_PAGES) % 4
    is_first = number is not None and number % 4 == 1 if first is None else first
    if not foreign:
        costs = costs + np.where((side == 0) == is_first, 0.0, 12.0)
    return PageEvidence(costs, totals, 0.5 if foreign else 30.0, 6.0 if foreign else 0.0, **known)


def explain(pages: list[PageEvidence]) -> tuple[Place, ...]:
    return Search(pages, [READING]).cheapest(0).places


def numbers(pages: list[PageEvidence]) -> list[tuple[int, int | None]]:
    return [(place.copy, place.number) for place in explain(pages)]


def copy(order: list[int], total: int) -> list[PageEvidence]:
    """A copy's pages; its label is not that of the copy before."""
    return [page(n, total, **({"same_owner": -9.0} if n == 1 else {})) for n in order]


def unnumbered(sheets: int, same: float = 9.0) -> list[PageEvidence]:
    pages = []
    for sheet in range(sheets):
        for n in range(1, 5):
            known = {"same_owner": same} if n == 1 and sheet else {}
            pages.append(page(None, first=n == 1, **known))
    return pages


def test_sound_copies_follow_each_other() -> None:
    found = numbers(copy([1, 2, 3, 4], 4) + copy([1, 2, 3, 4, 5, 6, 7, 8], 8) + copy([1, 2, 3, 4], 4))
    assert found == [
        *((0, n) for n in range(1, 5)),
        *((1, n) for n in range(1, 9)),
        *((2, n) for n in range(1, 5)),
    ]


@pytest.mark.parametrize(
    ("order", "total"),
    [
        ([1, 2, 3, 4, 7, 8], 8),  # a leaf in the middle
        ([1, 2, 5, 6, 7, 8, 9, 10, 11, 12], 12),
        ([3, 4, 5, 6, 7, 8], 8),  # the first leaf
        ([1, 2], 4),  # the last leaf
        ([1, 2, 3, 4, 9, 10, 11, 12], 12),  # a whole sheet
        ([1, 2, 4, 3], 4),  # exchanged
        ([1, 2, 4, 3, 5, 6, 7, 8], 8),
    ],
)
def test_trouble_in_one_copy_does_not_shift_its_neighbours(order: list[int], total: int) -> None:
    found = numbers(copy([1, 2, 3, 4], 4) + copy(order, total) + copy([1, 2, 3, 4], 4))
    assert [n for k, n in found if k == 1] == order
    assert [n for k, n in found if k == 0] == [n for k, n in found if k == 2] == [1, 2, 3, 4]


def test_a_leaf_scanned_twice_is_one_leaf() -> None:
    pages = copy([1, 2], 8)
    pages += [page(1, 8, like_second_previous=8.0), page(2, 8, like_second_previous=8.0)]
    pages += copy([3, 4, 5, 6, 7, 8], 8)
    assert numbers(pages) == [(0, n) for n in (1, 2, 1, 2, 3, 4, 5, 6, 7, 8)]


def test_unnumbered_sheets_of_one_candidate_are_one_copy() -> None:
    assert numbers(unnumbered(3)) == [(0, n) for n in range(1, 13)]


def test_unnumbered_sheets_of_two_candidates_are_two_copies() -> None:
    assert numbers(unnumbered(2, same=-9.0)) == [(k, n) for k in (0, 1) for n in range(1, 5)]


def test_a_foreign_page_has_no_number_and_moves_nothing() -> None:
    convocation = page(None, foreign=True)
    found = numbers([convocation, *copy([1, 2, 3, 4], 4), convocation, *copy([1, 2, 3, 4], 4)])
    assert [n for _, n in found] == [None, 1, 2, 3, 4, None, 1, 2, 3, 4]
    assert [k for k, _ in found] == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_a_page_whose_boxes_are_torn_off_is_kept_where_one_lacks() -> None:
    torn = page(None, foreign=True)
    found = numbers([*copy([1, 2], 4), torn, *copy([4], 4)])
    assert [n for _, n in found] == [1, 2, 3, 4]


def test_one_misread_number_is_outvoted() -> None:
    pages = copy([1, 2, 3, 4, 5, 6, 7, 8], 8)
    pages[5] = page(3, 8)  # a 6 read as a 3
    assert [n for _, n in numbers(pages)] == [1, 2, 3, 4, 5, 6, 7, 8]
