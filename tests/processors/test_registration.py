"""Where the form lies on the two halves of a drawn A3 side."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.circular.form import load_form
from processors.scans.files.image import RawImage
from processors.scans.pages.pageboxes import boxes_zone
from processors.scans.pages.registration import is_seen, place
from processors.scans.pages.upright import Expected
from processors.scans.reader import read_image
from processors.scans.readings import Gray, PageKind, PageReading, Turn
from specimens.hand import Hand
from specimens.sheet import Page, Press

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
REPUBLIQUE = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc-republique.toml")
EXPECTED = Expected(FORM, FORM.label.payload, frozenset())
DPI = 150
PRESS = Press(FORM, DPI)


def inside(number: int) -> Page:
    rng = np.random.default_rng(number)
    hand = Hand(rng)
    page = PRESS.page(False, hand)
    PRESS.write_numbers(page, hand, number, 4)
    PRESS.write_answer(page, hand, rng, first=False, lines=8)
    return page


def draft() -> Page:
    rng = np.random.default_rng(9)
    page = PRESS.empty_page()
    PRESS.write_answer(page, Hand(rng), rng, first=False, lines=8)
    return page


def tilted(left: Page, right: Page, degrees: float, down: float) -> Gray:
    """The side of the sheet as scanned, `down` mm too low."""
    side = left.beside(right)
    drawn = np.minimum(side.printed, side.pen)
    height, width = drawn.shape
    place = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    place[1, 2] += down * DPI / 25.4
    return np.asarray(cv2.warpAffine(drawn, place, (width, height), borderValue=255.0), np.uint8)


def read(side: Gray) -> list[PageReading]:
    image = RawImage(1, "flate", b"", side.shape[1], side.shape[0], DPI, False, _pixels=side)
    return list(read_image(image, EXPECTED))


@pytest.mark.parametrize("turn", [Turn.NONE, Turn.OVER])
def test_a_half_whose_page_boxes_left_the_image_lies_where_the_other_says(turn: Turn) -> None:
    # turned clockwise, the right half is the lower one
    side = tilted(inside(2), inside(3), degrees=-2.5, down=3.0)
    whole, cut = read(side if turn is Turn.NONE else side[::-1, ::-1].copy())[:: -1 if turn else 1]

    assert whole.kind is PageKind.INSIDE and whole.number == 2
    assert cut.kind is PageKind.INSIDE and cut.number is None
    assert cut.turn is whole.turn is turn


def test_another_paper_beside_a_page_is_foreign() -> None:
    left, right = read(tilted(draft(), inside(3), degrees=0.5, down=-2.0))

    assert left.kind is PageKind.FOREIGN
    assert right.kind is PageKind.INSIDE


def test_page_boxes_are_seen_in_which_a_bold_hand_wrote() -> None:
    """Digits as dark as can be, in pale borders that lie beside their place."""
    shift = 9.0  # mm
    press = Press(REPUBLIQUE, DPI)
    page = press.page(False, Hand(np.random.default_rng(3)))
    drawn = np.minimum(255 - (255 - page.printed) * 0.35, page.pen).astype(np.uint8)
    for field, text in ((REPUBLIQUE.pagination.page, "02"), (REPUBLIQUE.pagination.total, "04")):
        for k, digit in enumerate(text):
            x = field.cells.x + k * field.cells.pitch + 0.18 * field.cells.width
            y = field.cells.y + 0.8 * field.cells.height
            at = round(x * DPI / 25.4), round(y * DPI / 25.4)
            cv2.putText(drawn, digit, at, cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 9, cv2.LINE_AA)
    moved = np.array([[1, 0, -shift * DPI / 25.4], [0, 1, 0]])
    size = drawn.shape[1], drawn.shape[0]
    scan = np.asarray(cv2.warpAffine(drawn, moved, size, borderValue=255.0), np.uint8)
    found = place(scan, DPI, REPUBLIQUE)
    x0 = found.corners(boxes_zone(REPUBLIQUE.pagination))[0, 0] * 25.4 / DPI
    assert is_seen(found)
    assert abs(x0 - (boxes_zone(REPUBLIQUE.pagination).x - shift)) < 0.7


def test_the_page_boxes_of_a_first_page_lie_where_they_are_seen() -> None:
    """The paper turned while it was fed: the frame's sides lead 2 mm past the boxes."""
    page = PRESS.page(True, hand := Hand(np.random.default_rng(4)))
    PRESS.write_numbers(page, hand, 1, 4)
    drawn = np.minimum(page.printed, page.pen)
    height, width = drawn.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    aside = 1.2 * DPI / 25.4 * (((2 * y / height) - 1) ** 2 - 0.5)
    bowed = np.asarray(cv2.remap(drawn, x + aside, y, cv2.INTER_LINEAR, borderValue=255.0), np.uint8)

    (first,) = read(bowed)

    assert (first.kind, first.number, first.total) == (PageKind.FIRST, 1, 4)
