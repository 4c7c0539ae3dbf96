"""What of a page's writing tells one hand from another."""

import cv2
import numpy as np

from processors.scans.pages.geometry import PX
from processors.scans.pages.writing import apart, hand
from processors.scans.readings import Gray


def written(bed: int, dots: int = 0) -> Gray:
    """The darkness of pale upright strokes in lines, with a strip of the bed at top and side; i-dots."""
    page = np.zeros((round(100 * PX), round(200 * PX)), np.uint8)
    lines = range(60, len(page) - 40, 32)
    for y in lines:
        for k, x in enumerate(range(60, page.shape[1] - 60, 16)):
            high = 8 + (k * 7 + y) % 9
            page[y - high : y, x : x + 3 + k % 4] = 70
    for k in range(dots):
        page[lines[k % len(lines)] - 24, 60 + 16 * (k // len(lines))] = 70
    page[: round(1.5 * PX)] = page[:, -round(1.5 * PX) :] = bed
    return page


def test_the_bed_beside_a_sheet_is_no_ink() -> None:
    plain, beside = hand(written(0)), hand(written(240))
    assert plain is not None
    assert beside is not None
    assert apart(plain, beside) < 0.1


def letters(round_ones: bool) -> Gray:
    """Rings, or squares, of one size and stroke."""
    page = np.zeros((round(100 * PX), round(200 * PX)), np.uint8)
    for y in range(60, len(page) - 40, 32):
        for x in range(60, page.shape[1] - 60, 16):
            if round_ones:
                cv2.circle(page, (x, y), 5, 70, 2)
            else:
                cv2.rectangle(page, (x - 5, y - 5), (x + 5, y + 5), 70, 2)
    return page


def test_letters_of_one_size_and_other_shapes_are_of_two_hands() -> None:
    rings, squares = hand(letters(True)), hand(letters(False))
    assert rings is not None
    assert squares is not None
    assert apart(rings, squares) > 1


def test_a_hand_that_leaves_many_dots_is_one() -> None:
    strokes = 10 * len(range(60, round(200 * PX) - 60, 16))
    plain, dotted = hand(written(0)), hand(written(0, dots=strokes))
    assert plain is not None
    assert dotted is not None
    assert apart(plain, dotted) < 0.3
    assert hand(np.zeros((round(100 * PX), round(200 * PX)), np.uint8)) is None
