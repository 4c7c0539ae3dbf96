"""How far what is printed on a label goes from its bars, where its lines stand further apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processors.scans.pages.geometry import PX, darkness
from processors.scans.pages.labels import find_labels, shows_below_a_cover

LEFT, TOP, WIDTH, HIGH = (round(mm * PX) for mm in (70.0, 80.0, 45.0, 10.0))


def label(apart: float, letter: float = 2.4) -> tuple[np.ndarray, int]:
    """A page at `MAP_DPI` with bars and two lines under them, and the last row of the second.

    The first is 2.4 mm high; the second stands `apart` mm below it and is `letter` mm high.
    """
    page = np.full((round(297 * PX), round(210 * PX)), 235, np.uint8)
    sides = LEFT + np.cumsum(np.random.default_rng(3).integers(1, 6, 80))
    for start, end in sides[: 2 * (len(sides) // 2)].reshape(-1, 2).tolist():
        if end < LEFT + WIDTH:
            page[TOP : TOP + HIGH, start:end] = 20
    foot = TOP + HIGH + round(1.2 * PX)
    for off, high in ((0.0, 2.4), (2.4 + apart, letter)):
        top = foot + round(off * PX)
        rows = round(high * PX)
        for x in range(LEFT, LEFT + WIDTH - 10, 8):
            cv2.rectangle(page, (x, top), (x + 4, top + rows - 1), 20, 1)
    return page, top + rows


@pytest.mark.parametrize("apart", [1.5, 2.3, 2.9])
def test_the_next_line_goes_with_the_bars(apart: float) -> None:
    page, last = label(apart)
    (found,) = find_labels(page, darkness(page))
    assert found.area[:, 1].max() >= last


@pytest.mark.parametrize(("apart", "letter"), [(4.2, 2.4), (2.6, 5.0)])
def test_what_stands_further_off_or_is_higher_stays(apart: float, letter: float) -> None:
    page, last = label(apart, letter)
    (found,) = find_labels(page, darkness(page))
    assert found.area[:, 1].max() < last - letter * PX


def test_a_label_whose_middle_lies_in_what_another_shows_is_one_more() -> None:
    page, last = label(2.3)
    other = label(2.3)[0]
    askew = cv2.getRotationMatrix2D((LEFT + WIDTH / 2, TOP + HIGH / 2), 30, 1.0)
    askew[:, 2] += 0.45 * WIDTH, last - TOP - HIGH
    page = np.minimum(page, cv2.warpAffine(other, askew, page.shape[::-1], borderValue=235))
    assert len(find_labels(page, darkness(page))) == 2


def test_slanting_bars_that_cross_a_printed_line_are_a_cover_of_it() -> None:
    """They make one dark line, too, at so few pixels a millimetre."""
    slant = 0.4
    page = np.full((round(297 * PX), round(210 * PX)), 235, np.uint8)
    line, mask = round(70 * PX), round(69 * PX)
    cv2.line(page, (30, line), (790, line), 40, 2)
    page[line - 40 : line + 34, 400:600] = 235
    sides = 410 + np.cumsum(np.random.default_rng(3).integers(1, 4, 60))
    for start, end in sides[: 2 * (len(sides) // 2)].reshape(-1, 2).tolist():
        corners = [(start, line - 30), (end, line - 30), (end, line + 26), (start, line + 26)]
        leant = [(round(x + slant * (y - line)), y) for x, y in corners]
        cv2.fillConvexPoly(page, np.array(leant, np.int32), 20)
    covered = np.array([[30.0, line], [790.0, line]])
    frame = np.array([[30.0, 40.0], [790.0, 40.0], [790.0, mask], [30.0, mask]])
    assert shows_below_a_cover(darkness(page), covered, frame, [])
    page[:, 400:600] = 235
    cv2.line(page, (30, line), (790, line), 40, 2)
    assert not shows_below_a_cover(darkness(page), covered, frame, [])
