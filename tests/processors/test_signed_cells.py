"""One cell after another: what is signed, what is empty, what nobody can be sure of."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.drawn.signing import Mark, draw_mark
from processors.attendance.agreed import OWN_INK, of_candidate
from processors.attendance.cells import read_cells
from processors.attendance.lines import PX
from processors.attendance.seen import Seen, Why
from processors.attendance.sheet import SheetCode, list_number, load_attendance_form

pytestmark = pytest.mark.slow

FORM = Path(__file__).parents[2] / "sessions" / "forms" / "emargement.toml"
HIGH, WIDE, ABOUT = 10.2, 72.0, 3.0


def drawn(*marks: Mark, seed: int = 1, rows: int = 3):
    """Cells in which these were drawn, in a printed grid; with its level lines."""
    edges = [ABOUT + HIGH * row for row in range(rows + 1)]
    table = np.full((round((edges[-1] + ABOUT) * PX), round((WIDE + 2 * ABOUT) * PX)), 255, np.uint8)
    for edge in edges:
        table[round(edge * PX) - 1 : round(edge * PX) + 1] = 40
    for side in (ABOUT, ABOUT + WIDE):
        table[:, round(side * PX) - 1 : round(side * PX) + 1] = 40
    rng = np.random.default_rng(seed)
    for row, mark in enumerate(marks):
        draw_mark(table, mark, (ABOUT, edges[row], WIDE, HIGH), PX, rng)
    return table, edges


def read(table, edges):
    return read_cells(table, edges, (ABOUT, ABOUT + WIDE))


def cells(*marks: Mark, seed: int = 1):
    return read(*drawn(*marks, seed=seed))


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


@pytest.mark.parametrize("mark", [Mark.CROSS, Mark.DASH, Mark.STAMP, Mark.STAIN, Mark.THROUGH])
def test_what_is_no_ink_of_the_candidate_is_none_that_a_copy_settles(mark):
    for seed in range(8):
        assert not {cell.why for cell in cells(Mark.EMPTY, mark, Mark.EMPTY, seed=seed)} & {*OWN_INK}, seed


def test_little_ink_of_a_pen_is_some_that_a_copy_settles():
    assert any(cells(Mark.EMPTY, Mark.TINY, Mark.EMPTY, seed=seed)[1].why in OWN_INK for seed in range(8))


def test_a_cross_is_asked_about_and_says_why():
    assert cells(Mark.EMPTY, Mark.CROSS, Mark.EMPTY)[1].why is Why.STROKES


def pulled(table, *points, thick=4):
    """With a pen along these points, mm."""
    line = np.rint(np.array(points) * PX).astype(np.int32)
    cv2.polylines(table, [line], False, 30, thick, cv2.LINE_AA)
    return table


def test_a_cell_that_is_crossed_out_from_side_to_side_is_empty_in_spite_of_ink():
    table, edges = drawn(Mark.LOOPS, Mark.EMPTY, Mark.LOOPS)
    pulled(table, (ABOUT + 5, edges[1] + 2), (ABOUT + 62, edges[2] - 2))
    pulled(table, (ABOUT + 6, edges[2] - 2), (ABOUT + 64, edges[1] + 2))
    seen = read(table, edges)
    assert [cell.seen for cell in seen] == [Seen.SIGNED, Seen.EMPTY, Seen.SIGNED]
    assert seen[1].why is Why.STROKES


def test_a_wavy_line_is_asked_about():
    table, edges = drawn(*[Mark.EMPTY] * 3)
    middle = (edges[1] + edges[2]) / 2
    pulled(table, *((ABOUT + 10 + k / 4, middle + 0.9 * np.sin(k / 5)) for k in range(160)))
    assert read(table, edges)[1].seen is Seen.UNSURE


def test_a_stroke_below_a_neighbours_signature_makes_nobody_present():
    table, edges = drawn(Mark.EMPTY, Mark.EMPTY, Mark.EMPTY)
    cv2.putText(table, "Bernard", (200, round((edges[1] - 3) * PX)), 4, 1.6, 30, 4, cv2.LINE_AA)
    pulled(table, (ABOUT + 22, edges[1] + 1.5), (ABOUT + 40, edges[1] + 1.8))
    assert [cell.seen for cell in read(table, edges)] == [Seen.SIGNED, Seen.EMPTY, Seen.EMPTY]


def test_whose_signature_is_in_the_next_cell_is_not_absent():
    table, edges = drawn(*[Mark.EMPTY] * 3)
    pulled(table, *((ABOUT + 20 + k, edges[1] + 0.5 + 2 * (k % 4 > 1)) for k in range(20)))
    assert [cell.seen for cell in read(table, edges)] == [Seen.UNSURE, Seen.UNSURE, Seen.EMPTY]


def test_a_signature_beside_a_stamp_counts():
    table, edges = drawn(Mark.EMPTY, Mark.EMPTY, Mark.LOOPS, Mark.EMPTY, rows=4)
    left, right = round((ABOUT + 52) * PX), round((ABOUT + 71) * PX)
    cv2.rectangle(table, (left, round((edges[1] + 2) * PX)), (right, round((edges[3] + 7) * PX)), 30, 4)
    assert read(table, edges)[2].seen is Seen.SIGNED


@pytest.mark.parametrize("mark", [Mark.LOOPS, Mark.NAME])
def test_the_crumbs_that_a_scan_leaves_of_a_pale_signature_are_asked_about(mark):
    table, edges = drawn(Mark.EMPTY, mark, Mark.EMPTY, seed=2)
    y, x = np.indices(table.shape)
    inside = (y > (edges[1] + 1.2) * PX) & (y < (edges[2] - 1.2) * PX)
    table[inside & ((x % 9 > 4) | (y % 9 > 4)) & (x > (ABOUT + 1) * PX) & (x < (WIDE + 2) * PX)] = 255
    seen = read(table, edges)
    assert [cell.seen for cell in seen] == [Seen.EMPTY, Seen.UNSURE, Seen.EMPTY] and seen[1].why is Why.FAINT


def ringed(table, x, y, radius):
    """With the ring of a cup about this place, mm."""
    centre = round(x * PX), round(y * PX)
    over = np.full_like(table, 255)
    cv2.circle(over, centre, round(radius * PX), 150, 9, cv2.LINE_AA)
    return np.minimum(table, over)


def test_a_ring_of_a_cup_is_no_ink_where_nothing_is_near_it():
    table, edges = drawn(*[Mark.EMPTY] * 3, Mark.NAME, *[Mark.EMPTY] * 3, rows=7, seed=3)
    away = read(ringed(table, ABOUT + 40, edges[3] + 5, 29), edges)
    assert [cell.seen for cell in away] == [Seen.EMPTY] * 3 + [Seen.SIGNED] + [Seen.EMPTY] * 3


@pytest.mark.parametrize("mark", [Mark.NAME, Mark.ABS, Mark.CROSS])
def test_what_a_ring_of_a_cup_comes_near_is_asked_about(mark):
    for seed in range(4):
        table, edges = drawn(*[Mark.EMPTY] * 3, mark, *[Mark.EMPTY] * 3, rows=7, seed=seed)
        rows = table[round((edges[3] + 1) * PX) : round((edges[4] - 1) * PX), 60:-60]
        written = float(np.median(np.nonzero((rows < 200).any(axis=0))[0]) + 60) / PX
        seen = read(ringed(table, written + 26, edges[3] + 5, 26), edges)
        assert seen[3].seen is Seen.UNSURE, seed


def test_a_stripe_of_the_scanner_through_all_cells_is_no_ink():
    table, edges = drawn(*[Mark.LOOPS, Mark.EMPTY] * 3, rows=6, seed=4)
    for y in range(len(table)):
        table[y, 200 + y // 60 : 202 + y // 60] = 180
    assert [cell.seen for cell in read(table, edges)] == [Seen.SIGNED, Seen.EMPTY] * 3


def cell_that_says(word, size, thickness):
    table, edges = drawn(*[Mark.EMPTY] * 3)
    foot = round((edges[2] - 3) * PX)
    cv2.putText(table, word, (200, foot), cv2.FONT_HERSHEY_SIMPLEX, size, 30, thickness, cv2.LINE_AA)
    return read(table, edges)[1]


def test_a_short_name_is_no_abs_where_it_is_the_candidates_own():
    cell = cell_that_says("Sow", 1.2, 3)
    assert of_candidate(cell, "SOW", "AWA").seen is Seen.SIGNED
    assert of_candidate(cell, "MARTIN", "LEA").seen is Seen.UNSURE


@pytest.mark.parametrize("word", ["Abandon", "Dispense", "Abs 8h30"])
def test_what_else_an_invigilator_writes_is_asked_about(word):
    cell = cell_that_says(word, 1.1, 3)
    assert of_candidate(cell, "MARTIN", "LEA").seen is Seen.UNSURE


def test_abs_makes_nobody_absent_whose_initials_it_may_be():
    cell = cell_that_says("ABS", 1.6, 4)
    assert of_candidate(cell, "SOW", "AWA").seen is Seen.UNSURE
    assert of_candidate(cell, "MARTIN", "LEA").seen is Seen.EMPTY


def test_the_bars_say_which_sheet_of_which_list():
    form = load_attendance_form(FORM)
    code = SheetCode("U4", "0130051K", 2, 11, list_number("U4", "0130051K", ["cand_a", "cand_b"]), True)
    assert SheetCode.of(code.text, form) == code
    assert SheetCode.of("U4-02214987144", form) is None
    assert code.list != list_number("U4", "0130051K", ["cand_b", "cand_a"])
