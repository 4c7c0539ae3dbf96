"""A pile in any order comes out as copies of one candidate each, in order, or waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from processors.findings import Code, Finding
from processors.scans.copies.assembly import assemble
from processors.scans.copies.swallowed import NOBODY, Excused
from processors.scans.orders import A4_ORDERS, Order
from processors.scans.pages.twice import imprint
from processors.scans.readings import CopyReading, CopyStatus, FieldReading, Half, PageReading, Turn
from tests.processors.test_assembly import PATTERN, ROSTER, boxes, codes, page, sheet

Image = list[PageReading]
EMPTY: dict[str, FieldReading | int | None] = {
    "number": None, "total": None, "number_reading": None, "total_reading": None,
}  # fmt: skip


def read(
    images: Sequence[Image], excused: Excused = NOBODY
) -> tuple[tuple[CopyReading, ...], tuple[Finding, ...], dict[int, str]]:
    """The copies, the findings of the pile, and what each page id truly is: candidate and number.

    The truth lies in `sharpness`, which the assembly does not look at.
    """
    laid = [replace(p, image=k) for k, image in enumerate(images, start=1) for p in image]
    pages = [replace(p, page=k) for k, p in enumerate(laid, start=1)]
    copies, findings = assemble(pages, ROSTER, "0130051K", "U4", PATTERN, "ccyc", (), excused)
    return copies, findings, {p.page: truth(p.sharpness) for p in pages}


def truth(mark: float) -> str:
    return f"{ROSTER[int(mark) // 100].number}:{int(mark) % 100}"


def marked(owner: int, total: int, numbered: bool = True) -> list[PageReading]:
    pages = [p for start in range(1, total, 4) for p in sheet(owner, total, start)]
    known = {} if numbered else EMPTY
    return [
        replace(
            p,
            sharpness=100.0 * owner + n,
            fingerprint=drawn(100 * owner + n),
            imprint=imprint(drawn(100 * owner + n)),
            **known,
        )
        for n, p in enumerate(pages, start=1)
    ]


def drawn(seed: int) -> NDArray[np.float32]:
    """Ink of its own."""
    return np.random.default_rng(seed).random((120, 80), np.float32)


COPIES = [(0, 4), (1, 8), (2, 4)]


def pile(order: Order, numbered: bool = True) -> list[Image]:
    """Every copy in this order; copies of a falling order come last first, as a pile turned over does."""
    images = []
    for owner, total in COPIES[::-1] if order.falling else COPIES:
        pages = marked(owner, total, numbered)
        images += [[pages[n - 1]] for n in order.numbers(total)]
    return images


def a3_sides(owner: int, total: int, turns: tuple[Turn, Turn] = (Turn.NONE, Turn.NONE)) -> list[Image]:
    """Recto 4 | 1 and verso 2 | 3 of each sheet, as `Turn` says they must be turned to stand upright."""
    pages, sides = marked(owner, total), []
    for k in range(0, total, 4):
        for numbers, turn in zip(((4, 1), (2, 3)), turns, strict=True):
            lying = numbers if turn in (Turn.NONE, Turn.LEFT) else numbers[::-1]
            halves = zip(lying, (Half.LEFT, Half.RIGHT), strict=True)
            sides.append([replace(pages[k + n - 1], half=half, turn=turn) for n, half in halves])
    return sides


def assert_whole(copies: Sequence[CopyReading], truths: dict[int, str]) -> None:
    assert len(copies) == len(COPIES)
    for copy in copies:
        assert copy.status is CopyStatus.COMPLETE, copy.findings
        assert [truths[p] for p in copy.pages] == [
            f"{copy.candidate}:{n + 1}" for n in range(len(copy.pages))
        ]


@pytest.mark.parametrize("order", A4_ORDERS[1:], ids=lambda order: order.french)
def test_a_pile_in_another_order_is_put_in_order_and_said_once(order: Order) -> None:
    copies, findings, truths = read(pile(order))
    assert_whole(copies, truths)
    assert [f.code for f in findings] == [Code.PILE_REORDERED]
    if order.pattern != (1, 2, 3, 4):
        assert ", ".join(map(str, order.pattern)) in findings[0].message
    assert not any(codes(copy) for copy in copies)


TURNS = [
    (Turn.NONE, Turn.NONE), (Turn.NONE, Turn.OVER), (Turn.RIGHT, Turn.RIGHT), (Turn.LEFT, Turn.LEFT),
    (Turn.RIGHT, Turn.LEFT), (Turn.LEFT, Turn.RIGHT), (Turn.OVER, Turn.NONE),
]  # fmt: skip


@pytest.mark.parametrize("turns", TURNS, ids=lambda turns: "-".join(str(int(t)) for t in turns))
@pytest.mark.parametrize("arranged", [list, reversed], ids=["recto first", "reversed"])
def test_a3_sheets_fed_by_either_edge(
    turns: tuple[Turn, Turn], arranged: Callable[[list[Image]], Sequence[Image]]
) -> None:
    images = [side for owner, total in COPIES for side in a3_sides(owner, total, turns)]
    copies, findings, truths = read(list(arranged(images)))
    assert_whole(copies, truths)
    assert (Code.PILE_REORDERED in {f.code for f in findings}) == (list(arranged(images)) != images)


def test_a3_sheets_and_a4_leaves_in_one_pile() -> None:
    copies, _, truths = read([*a3_sides(0, 4), *a3_sides(1, 8), *([page] for page in marked(2, 4))])
    assert_whole(copies, truths)
    copies, _, truths = read([*a3_sides(0, 4), *([page] for n in (1, 2) for page in marked(n, 4 * (3 - n)))])
    assert_whole(copies, truths)


def test_rectos_and_versos_scanned_apart_are_brought_together() -> None:
    images = [side for owner, total in COPIES for side in a3_sides(owner, total)]
    copies, findings, truths = read(images[::2] + images[1::2])
    assert_whole(copies, truths)
    assert "tous les rectos" in findings[0].message


def test_which_versos_go_with_which_rectos_may_not_be_known() -> None:
    """All copies are alike: the second pass may have been fed forwards or backwards."""
    images = [side for owner in range(3) for side in a3_sides(owner, 4)]
    for second in (images[1::2], images[5::-2]):
        copies, _, truths = read(images[::2] + second)
        for copy in copies:
            mixed = len({truths[p][:11] for p in copy.pages}) > 1
            assert copy.status is not CopyStatus.COMPLETE or not mixed


def test_leaves_face_down_without_any_number_are_not_called_in_order() -> None:
    """2, 1, 4, 3 and 4, 1, 2, 3 look the same: whose the pages are is known, not in which order they are."""
    (leaves_down,) = (o for o in A4_ORDERS if o.pattern == (2, 1, 4, 3) and not (o.falling or o.nested))
    copies, _, truths = read(pile(leaves_down, numbered=False))
    assert copies
    for copy in copies:
        assert Code.UNSURE_ORDER in codes(copy)
        assert len({truths[p][:11] for p in copy.pages}) == 1


def test_a_pile_from_its_last_page_without_any_number() -> None:
    (backwards,) = (o for o in A4_ORDERS if o.pattern == (4, 3, 2, 1) and o.falling)
    copies, _, truths = read(pile(backwards, numbered=False))
    for copy in copies:
        assert copy.status is not CopyStatus.COMPLETE or len({truths[p][:11] for p in copy.pages}) == 1


def test_sheets_of_a_copy_without_numbers_that_end_blank_too_soon_are_not_called_in_order() -> None:
    """The pile comes last sheet first, but for one copy: nothing but its blank page tells."""
    first, other, last = (marked(owner, 8, owner != 1) for owner in (0, 1, 2))
    other[7] = replace(other[7], blank=True)
    falling, rising = (Order((1, 2, 3, 4), falls, 0).numbers(8) for falls in (True, False))
    laid = [
        [pages[n - 1]] for pages, order in ((first, falling), (other, rising), (last, falling)) for n in order
    ]
    copies, _, _ = read(laid)
    assert [copy.status for copy in copies].count(CopyStatus.COMPLETE) == 2
    assert Code.UNSURE_ORDER in codes(copies[1])


def test_one_copy_in_another_order_than_its_pile() -> None:
    one, other, last = (marked(*copy) for copy in COPIES)
    shuffled = [other[n - 1] for n in (2, 3, 4, 1, 6, 7, 8, 5)]
    copies, findings, truths = read([[p] for p in [*one, *shuffled, *last]])
    assert_whole(copies, truths)
    assert [Code.PAGES_OUT_OF_ORDER in codes(copy) for copy in copies] == [False, True, False]
    assert not findings


def test_a_pile_fed_verso_first_that_lost_its_first_recto() -> None:
    images = [side for owner in range(3) for side in a3_sides(owner, 4)[::-1]]
    del images[1]
    copies, _, truths = read(images)
    assert [copy.status for copy in copies] == [
        CopyStatus.INCOMPLETE,
        CopyStatus.COMPLETE,
        CopyStatus.COMPLETE,
    ]
    for copy in copies[1:]:
        assert {truths[p][:11] for p in copy.pages} == {copy.candidate}


@pytest.mark.parametrize("told", [{"number": (2, 8)}, {"number": (3, 4)}], ids=["2 / 8", "3 / 4"])
def test_a_page_that_says_it_is_another_holds_its_copy(told: dict[str, tuple[int, int]]) -> None:
    first, _, third, fourth = marked(0, 4)
    other = replace(page(*told["number"], 0), sharpness=102.0)
    copies, _, _ = read([[p] for p in (first, other, third, fourth)])
    assert all(copy.status is not CopyStatus.COMPLETE for copy in copies)
    assert any(Code.MISPLACED_PAGE in codes(copy) for copy in copies)


def test_a_number_that_no_page_of_its_kind_bears_is_misread() -> None:
    """A 9 that looks like a 4: the page opens a sheet, so it is no page 4."""
    pages = marked(0, 12)
    pages[8] = replace(pages[8], number=4, number_reading=page(4, 12).number_reading)
    copies, _, _ = read([[p] for p in pages])
    assert [copy.status for copy in copies] == [CopyStatus.COMPLETE]


@pytest.mark.parametrize("nobodys", [False, True])
def test_a_page_that_lies_in_two_copies_holds_both(nobodys: bool) -> None:
    """Two sheets passed as one, and the one that was hidden was scanned again."""
    own, other = marked(0, 4), marked(1, 4)
    if nobodys:
        other[0] = replace(other[0], label=None, boxes={})
    copies, _, _ = read([[p] for p in (own[0], *other[1:3], own[3], *marked(2, 4), *other)])
    assert [Code.SAME_PAGE in codes(copy) for copy in copies] == [True, False, True]
    # a sheet that names nobody may be a further one of the copy before it
    between = CopyStatus.TO_DECIDE if nobodys else CopyStatus.COMPLETE
    assert [copy.status for copy in copies] == [CopyStatus.TO_DECIDE, between, CopyStatus.TO_DECIDE]
    (told,) = [found for found in copies[0].findings if found.code is Code.SAME_PAGE]
    assert told.pages == (2, 3)
    assert "pages 10 et 11 du même fichier" in told.message


def test_a_copy_that_was_scanned_again_shares_its_pages_with_nobody() -> None:
    again = marked(0, 4)
    again[0] = replace(again[0], label=None, boxes={})
    copies, _, _ = read([[p] for p in (*marked(0, 4), *marked(1, 4), *again)])
    assert not any(Code.SAME_PAGE in codes(copy) for copy in copies)


def test_who_does_not_count_unused_pages_is_not_held() -> None:
    pages = [page(n, 2, 0) for n in (1, 2)] + [replace(page(n, 2, 0), **EMPTY) for n in (3, 4)]
    copies, _, _ = read([[p] for p in pages])
    assert [copy.status for copy in copies] == [CopyStatus.COMPLETE]


def test_no_page_makes_no_copy() -> None:
    assert read([]) == ((), (), {})


def test_an_empty_inside_of_a_sheet_written_on_its_back_waits() -> None:
    """Two A3 sheets that passed as one: the verso is another's, who wrote nothing there."""
    recto, verso = a3_sides(0, 4)
    back = replace(recto[0], hand=np.zeros((2, 12)))
    copies, _, _ = read([[back, recto[1]], [replace(p, blank=True) for p in verso]])
    assert [codes(copy) for copy in copies] == [{Code.BLANK_INSIDE}]
    copies, _, _ = read([recto, [replace(p, blank=True) for p in verso]])
    assert [copy.status for copy in copies] == [CopyStatus.COMPLETE]


def lines(seed: int, streak: bool) -> NDArray[np.float32]:
    """Ink of a few lines, and the line that dust draws down every page."""
    ink = np.zeros((120, 80), np.float32)
    for row in range(8, 40, 6):
        ink[row : row + 3, 5:70] = drawn(seed + row)[row : row + 3, 5:70]
    if streak:
        ink[:, 50] = 1.0
    return ink


@pytest.mark.parametrize("same", [False, True])
def test_a_streak_on_every_page_makes_no_page_another(same: bool) -> None:
    ours, theirs = marked(0, 4), marked(1, 4)
    ours[1] = replace(ours[1], imprint=imprint(lines(1, streak=True)))
    theirs[1] = replace(theirs[1], imprint=imprint(lines(1 if same else 99, streak=True)))
    copies, _, _ = read([[p] for p in (*ours, *theirs)])
    assert all((Code.SAME_PAGE in codes(copy)) is same for copy in copies)


def columns(seed: int) -> NDArray[np.float32]:
    """Ink of numbers in columns, each ending where those above it end; wide and narrow as they come."""
    rng, ink = np.random.default_rng(seed), np.zeros((120, 80), np.float32)
    for row in range(8, 100, 4):
        for end in (24, 45, 66):
            ink[row : row + 2, end - int(rng.integers(3, 10)) : end] = 0.5
    return ink


@pytest.mark.parametrize("same", [False, True])
def test_numbers_in_columns_make_no_page_another(same: bool) -> None:
    ours, theirs = marked(0, 4), marked(1, 4)
    ours[1] = replace(ours[1], imprint=imprint(columns(1)))
    theirs[1] = replace(theirs[1], imprint=imprint(columns(1 if same else 2)))
    copies, _, _ = read([[p] for p in (*ours, *theirs)])
    assert all((Code.SAME_PAGE in codes(copy)) is same for copy in copies)


@pytest.mark.parametrize("first", [True, False])
def test_a_pile_that_lost_its_first_or_last_leaf_says_not_in_which_order_it_was(first: bool) -> None:
    """Leaves 3, 4 | 1, 2 of single sheets, the first lost, look like sheets in order without the last one."""
    sheets = [marked(owner, 4) for owner in range(3)]
    pages = [p for s in sheets for p in ((*s[2:], *s[:2]) if first else s)]
    pages = pages[2:] if first else pages[:-2]
    copies, _, _ = read([[p] for p in pages])
    assert not any(copy.status is CopyStatus.COMPLETE for copy in copies)


@pytest.mark.parametrize("again", [(0,), (1,), (0, 1), (2, 0)])
def test_first_leaves_scanned_again_at_the_end_say_nothing_of_the_order(again: tuple[int, ...]) -> None:
    sheets = [marked(owner, 4) for owner in range(3)]
    pages = [*(p for s in sheets for p in s), *(p for owner in again for p in sheets[owner][:2])]
    copies, _, truths = read([[p] for p in pages])
    assert_whole(copies, truths)
    assert [Code.DUPLICATE_PAGES in codes(copy) for copy in copies] == [k in again for k in range(3)]


def test_a_leaf_scanned_again_makes_no_pile_sure_that_lost_one() -> None:
    """Leaves 3, 4 | 1, 2, the first lost: with the second copy's first leaf there again as with none."""
    sheets = [marked(owner, 4) for owner in range(3)]
    pages = [p for s in sheets for p in (*s[2:], *s[:2])][2:] + sheets[1][:2]
    copies, _, _ = read([[p] for p in pages])
    assert not any(copy.status is CopyStatus.COMPLETE for copy in copies)


def test_a_pile_that_lost_a_leaf_is_as_unsure_as_before_where_another_was_scanned_again() -> None:
    sheets = [marked(owner, 4) for owner in range(3)]
    pages = [*sheets[0], *sheets[1][:2], *sheets[2], *sheets[0][:2]]
    copies, _, _ = read([[p] for p in pages])
    assert all(
        Code.UNSURE_ORDER in codes(copy) for copy in copies if copy.status is not CopyStatus.INCOMPLETE
    )


def test_numbers_of_leaves_are_no_numbers_of_pages_in_another_order() -> None:
    """1 on the first leaf, 2 on the second one: pages 1, 4, 2, 3 of an A3 that was cut would say the same."""
    one, two = (replace(page(n, 2), number_reading=boxes(f" {n}")) for n in (1, 2))
    said = ("number", "total", "number_reading", "total_reading")
    pages = []
    for owner in (0, 1, 2):
        for k, p in enumerate(marked(owner, 4)):
            like = {name: getattr((one, two)[k // 2], name) for name in said} if k % 2 == 0 else EMPTY
            pages.append(replace(p, **like))
    copies, _, truths = read([[p] for p in pages])
    for copy in copies:
        in_order = [truths[p] for p in copy.pages] == [f"{copy.candidate}:{n}" for n in (1, 2, 3, 4)]
        assert in_order or Code.UNSURE_ORDER in codes(copy)


@pytest.mark.parametrize("read_of", [(1, 2, 3, 4, 5, 6), (2,)], ids=["all", "2"])
@pytest.mark.parametrize("lengths", [(4, 4, 4), (4, 12, 12)], ids=["of one sheet", "of three"])
def test_numbers_of_leaves_tell_no_order(read_of: tuple[int, ...], lengths: tuple[int, ...]) -> None:
    """Leaves counted on their rectos; of those of single sheets the 1 may not have been read."""
    pages = []
    for owner, length in enumerate(lengths):
        for k, p in enumerate(marked(owner, length, numbered=False)):
            leaf = k // 2 + 1
            said = {"number": leaf, "number_reading": boxes(f" {leaf}")} if leaf in read_of else {}
            pages.append(replace(p, **said) if k % 2 == 0 else p)
    copies, _, truths = read([[p] for p in pages])
    for copy in copies:
        in_order = [truths[p] for p in copy.pages] == [
            f"{copy.candidate}:{n}" for n in range(1, len(copy.pages) + 1)
        ]
        assert in_order or copy.status is not CopyStatus.COMPLETE


@pytest.mark.parametrize(("readable", "numbered"), [(True, True), (False, True), (True, False)])
def test_a_page_that_may_go_on_from_a_copys_last_one_holds_it(readable: bool, numbered: bool) -> None:
    """An answer sheet that no form declares, whose header is not seen, lies behind its copy."""
    stray = replace(page(3, 5), number=5, number_reading=boxes(" 5"))
    seen = {"sharpness": 5.0, "fingerprint": drawn(5)} if readable else {"trouble": "coupée au bord"}
    stray = replace(stray, **seen, **({} if numbered else EMPTY))  # type: ignore[arg-type]
    copies, _, _ = read([[p] for p in (*marked(0, 4), stray, *marked(1, 8), *marked(2, 4))])
    of = {copy.candidate: copy for copy in copies}
    assert Code.UNDECLARED_PAGE in codes(of[ROSTER[0].number])
    assert of[ROSTER[2].number].status is CopyStatus.COMPLETE
