"""Pages side by side on an image that are no sheet's: two on one, or a pile opened like a book."""

from __future__ import annotations

from dataclasses import replace

import pytest

from processors.findings import Code
from processors.scans.readings import CopyStatus, Half, PageReading
from tests.processors.test_assembly import CONVOCATION, codes
from tests.processors.test_pile import COPIES, Image, a3_sides, assert_whole, marked, read


def beside(*pages: PageReading) -> Image:
    return [replace(page, half=half) for page, half in zip(pages, Half, strict=False)]


@pytest.mark.parametrize("numbered", [True, False])
def test_two_pages_that_the_scanner_put_side_by_side_are_read_as_two(numbered: bool) -> None:
    pages = [page for owner, total in COPIES for page in marked(owner, total, numbered)]
    copies, findings, truths = read([beside(*pages[k : k + 2]) for k in range(0, len(pages), 2)])
    assert_whole(copies, truths)
    assert not findings


def test_a_copy_of_which_alone_two_pages_lie_side_by_side_is_not_put_in_an_order_of_sheets() -> None:
    one, two, three, four = marked(1, 4, numbered=False)
    images = [*a3_sides(0, 4), beside(one, two), beside(three, four), *a3_sides(2, 4)]
    copies, _, _ = read(images)
    assert [copy.status is CopyStatus.COMPLETE for copy in copies] == [True, False, True]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_no_copy_of_a_pile_that_is_opened_like_a_book_has_anothers_page(whole: bool, numbered: bool) -> None:
    """The last page of each copy lies beside the first of the next, as on the recto of its sheet.

    `whole`: the pile's very last page, mostly blank, is scanned, too.
    """
    first, *pages, last = [page for owner in range(3) for page in marked(owner, 4, numbered)]
    images = [[first], *(beside(*pages[k : k + 2]) for k in range(0, len(pages), 2)), [last]]
    copies, _, _ = read(images if whole else images[:-1])
    assert all(copy.status is not CopyStatus.COMPLETE for copy in copies)


def test_a_document_on_a_larger_area_among_a4_pages_is_no_side_of_a_sheet() -> None:
    pages = [page for owner, total in COPIES for page in marked(owner, total)]
    lying = [[replace(page, area=(0, 0, 1654, 2339))] for page in pages]
    document = beside(CONVOCATION, replace(CONVOCATION, blank=True))
    copies, _, truths = read([*lying[:4], document, *lying[4:]])
    assert_whole(copies, truths)
    assert codes(copies[0]) == {Code.FOREIGN_PAGE}
