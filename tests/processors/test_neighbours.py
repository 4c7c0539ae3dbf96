"""Where numbers fit all the same, hands tell which leaves, or sides, are of one copy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import pytest

from processors.scans.readings import CopyStatus, PageReading
from tests.processors.test_pile import marked, read
from tests.processors.test_two_hands import in_hand

UNLIKE, ALIKE = (1.0, 0.6, 0.8), (0.8, 0.8, 0.8)
"""How high the letters are of three people who write one sheet each."""


def sheets_of(heights: Sequence[float]) -> list[list[PageReading]]:
    return [in_hand(marked(k, 4), height) for k, height in enumerate(heights)]


def came(pages: Sequence[PageReading]) -> tuple[int, int]:
    """How many copies came complete and right, and how many complete and wrong."""
    copies, _, truths = read([[page] for page in pages])
    complete = [[truths[p] for p in copy.pages] for copy in copies if copy.status is CopyStatus.COMPLETE]
    own = [[f"{pages[0][:11]}:{n}" for n in range(1, 5)] == pages for pages in complete]
    return sum(own), len(own) - sum(own)


def test_a_pile_from_the_second_leaves_on_whose_first_one_was_missed_is_not_in_the_usual_order() -> None:
    """The first leaf of each copy and the second of the next make copies, numbers and all."""
    laid = [page for sheet in sheets_of(UNLIKE) for page in (*sheet[2:], *sheet[:2])]
    assert came(laid) == (3, 0)
    assert came([*laid[2:], *laid[:2]]) == (0, 0)


@pytest.mark.parametrize("heights", [UNLIKE, ALIKE], ids=["unlike", "alike"])
@pytest.mark.parametrize("copies_backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("sides_backwards", [False, True], ids=["", "each too"])
def test_hands_tell_which_versos_go_with_which_rectos(
    heights: Sequence[float], copies_backwards: bool, sides_backwards: bool
) -> None:
    sheets = sheets_of(heights)
    rectos = list(chain.from_iterable(sheet[::2] for sheet in sheets))
    versos = [sheet[1::2][::-1] if sides_backwards else sheet[1::2] for sheet in sheets]
    laid = [*rectos, *chain.from_iterable(versos[::-1] if copies_backwards else versos)]
    right, wrong = came(laid)
    assert wrong == 0
    if heights is UNLIKE and copies_backwards == sides_backwards:  # as a pile is fed anew, or turned over
        assert right == 3


def test_a_copy_whose_versos_were_exchanged_with_anothers_waits() -> None:
    sheets = sheets_of(UNLIKE)
    rectos = [page for sheet in sheets for page in sheet[::2]]
    versos = [page for k in (1, 0, 2) for page in sheets[k][1::2]]
    assert came([*rectos, *versos])[1] == 0
