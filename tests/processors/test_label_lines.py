"""How far what is printed on a label goes from its bars, where its lines stand further apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processors.scans.pages.geometry import PX, darkness
from processors.scans.pages.labels import find_labels

LEFT, TOP, WIDTH, HIGH = (round(mm * PX) for mm in (70.0, 80.0, 45.0, 10.0))


def label(apart: float, letter: float = 2.4) -> tuple[np.ndarray, int]:
    """A page at `MAP_DPI` with bars and two lines under them, and the last row of the second.

    The first is 2.4 mm high; the second stands `apart` mm below it and is `letter` mm high.
    """
    page = np.full((round(297 * PX), round(210 * PX)), 235, np.uint8)
    sides = LEFT + np.cumsum(np.random.default_rng(3).integers(2, 5, 80))
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
