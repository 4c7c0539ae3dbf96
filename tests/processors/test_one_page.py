"""Which pages are one, by the imprints of what is on them."""

from pathlib import Path

import cv2
import numpy as np

from processors.circular.form import load_form
from processors.scans.files.image import RawImage
from processors.scans.pages.twice import one_page
from processors.scans.pages.upright import Expected
from processors.scans.reader import read_image
from processors.scans.readings import PageReading
from specimens.hand import Hand
from specimens.sheet import Page, Press

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
EXPECTED = Expected(FORM, FORM.label.payload, frozenset())
DPI = 150
PRESS = Press(FORM, DPI)


def side(seed: int, lines: int = 0, stamped: tuple[float, float] | None = None) -> Page:
    """An inside page by a hand of its own, with some lines or a stamp of the centre, its middle in mm."""
    page = PRESS.page(False, hand := Hand(np.random.default_rng(seed)))
    PRESS.write_numbers(page, hand, 2, 4)
    if lines:
        PRESS.write_answer(page, hand, np.random.default_rng(seed), False, lines)
    if stamped is not None:
        x, y = (round(side * DPI / 25.4) for side in stamped)
        for radius, width in ((82, 3), (60, 2), (25, 4)):
            cv2.circle(page.printed, (x, y), radius, 110.0, width)
    return page


def read(page: Page, shift: float = 0.0) -> PageReading:
    drawn = np.minimum(page.printed, page.pen)
    place = np.array([[1, 0, shift * DPI / 25.4], [0, 1, shift * DPI / 25.4]])
    moved = np.asarray(cv2.warpAffine(drawn, place, drawn.shape[::-1], borderValue=255.0), np.uint8)
    image = RawImage(1, "flate", b"", moved.shape[1], moved.shape[0], DPI, False, _pixels=moved)
    (reading,) = read_image(image, EXPECTED)
    return reading


def test_the_stamp_of_a_centre_makes_no_two_pages_one() -> None:
    one, other = read(side(1, stamped=(120, 150))), read(side(2, stamped=(121, 149)))
    assert one.imprint is not None and other.imprint is not None, "more is seen than specks"
    assert not one_page(one.imprint, other.imprint)


def test_a_page_of_a_few_lines_is_known_again() -> None:
    page = side(3, lines=4)
    assert one_page(read(page).imprint, read(page, shift=1.5).imprint)
