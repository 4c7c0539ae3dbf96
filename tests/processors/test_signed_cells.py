"""One cell after another: what is signed, what is empty, what nobody can be sure of."""

from pathlib import Path

import numpy as np
import pytest

from processors.attendance.cells import Seen, Why, read_cells
from processors.attendance.lines import PX
from processors.attendance.sheet import SheetCode, list_number, load_attendance_form
from specimens.signing import Mark, draw_mark

FORM = Path(__file__).parents[2] / "sessions" / "forms" / "emargement.toml"
HIGH, WIDE, ABOUT = 10.2, 72.0, 3.0
EDGES = [ABOUT + HIGH * row for row in range(4)]


def cells(*marks: Mark, seed: int = 1):
    """Three cells in which these were drawn, in a printed grid."""
    table = np.full((round((EDGES[-1] + ABOUT) * PX), round((WIDE + 2 * ABOUT) * PX)), 255, np.uint8)
    for edge in EDGES:
        table[round(edge * PX) - 1 : round(edge * PX) + 1] = 40
    for side in (ABOUT, ABOUT + WIDE):
        table[:, round(side * PX) - 1 : round(side * PX) + 1] = 40
    rng = np.random.default_rng(seed)
    for row, mark in enumerate(marks):
        draw_mark(table, mark, (ABOUT, EDGES[row], WIDE, HIGH), PX, rng)
    return read_cells(table, EDGES, (ABOUT, ABOUT + WIDE))


@pytest.mark.parametrize("mark", [Mark.LOOPS, Mark.SPLINE, Mark.NAME, Mark.INITIALS])
def test_a_signature_is_one_and_no_ink_is_none(mark):
    for seed in range(5):
        seen = [cell.seen for cell in cells(Mark.EMPTY, mark, Mark.EMPTY, seed=seed)]
        assert Seen.SIGNED not in (seen[0], seen[2]) and seen[1] is not Seen.EMPTY
    assert [cell.seen for cell in cells(Mark.EMPTY, Mark.EMPTY, Mark.EMPTY)] == [Seen.EMPTY] * 3


@pytest.mark.parametrize("mark", [Mark.CROSS, Mark.DASH, Mark.ABS, Mark.STAMP, Mark.STAIN, Mark.THROUGH])
def test_what_is_no_signature_makes_nobody_present(mark):
    for seed in range(8):
        assert cells(Mark.EMPTY, mark, Mark.EMPTY, seed=seed)[1].seen is not Seen.SIGNED, seed


@pytest.mark.parametrize("mark", [Mark.TINY, Mark.STRUCK, Mark.BETWEEN])
def test_ink_of_somebody_makes_nobody_absent(mark):
    for seed in range(8):
        assert cells(Mark.EMPTY, mark, Mark.EMPTY, seed=seed)[1].seen is not Seen.EMPTY, seed


def test_a_cross_is_asked_about_and_says_why():
    assert cells(Mark.EMPTY, Mark.CROSS, Mark.EMPTY)[1].why is Why.STROKES


def test_the_bars_say_which_sheet_of_which_list():
    form = load_attendance_form(FORM)
    code = SheetCode("U4", "0130051K", 2, 11, list_number("U4", "0130051K", ["cand_a", "cand_b"]))
    assert SheetCode.of(code.text, form) == code
    assert SheetCode.of("U4-02214987144", form) is None
    assert code.list != list_number("U4", "0130051K", ["cand_b", "cand_a"])
