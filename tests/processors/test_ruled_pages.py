"""Dark ruled lines between a margin and the sheet's edge are no frames of a header."""

from pathlib import Path

import numpy as np
import pytest

from processors.circular.form import load_form
from processors.scans.pages.geometry import PX, darkness
from processors.scans.pages.registration import FRAMES_SEEN, place_dark
from processors.scans.readings import Gray

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc-republique.toml")
DARK = 90


def drawn(down: float, right: float) -> Gray:
    """A page at the map's scale: ruled lines from `down` mm on, a margin, the sheet's edge; page boxes."""
    page = np.full((round(297 * PX), round(210 * PX)), 245, np.uint8)
    for y in np.arange(down, 280, 7.4):
        line(page, 10, y, right - 10, 0.3)
    line(page, 14, 10, 0.4, 270)
    line(page, right, 0, 0.4, 297)
    boxes = FORM.pagination
    for field in (boxes.page, boxes.total):
        cells = field.cells
        for k in range(field.count):
            x = cells.x + k * cells.pitch
            for side in (0.0, cells.height):
                line(page, x, cells.y + side, cells.width, 0.3)
            for side in (0.0, cells.width):
                line(page, x + side, cells.y, 0.3, cells.height)
    return page


def line(page: Gray, x: float, y: float, width: float, height: float) -> None:
    left, top = round(x * PX), round(y * PX)
    page[top : top + max(round(height * PX), 2), left : left + max(round(width * PX), 2)] = DARK


@pytest.mark.parametrize("down", [9.0, 11.0, 12.5, 14.0])
@pytest.mark.parametrize("right", [204.0, 208.0])
def test_a_ruled_page_is_no_first_page(down: float, right: float) -> None:
    placed = place_dark(darkness(drawn(down, right)), 1.0, FORM)
    assert placed.frames < FRAMES_SEEN
    assert placed.sure
