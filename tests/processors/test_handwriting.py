"""Boxed characters, drawn with a pen of straight strokes into printed cells, are read."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import ArrayLike

from processors.scans.pages.handwriting import (
    MARGIN,
    PX_PER_MM,
    CellRow,
    cut_cells,
    digits,
    letters,
    read_cells,
)
from processors.scans.readings import Gray
from training.cells import Look, draw_row
from training.hands import inked_hand

CANDIDATE = CellRow(MARGIN, MARGIN, 5.0, 6.5, 5.5, 11)
NAME = CellRow(MARGIN, MARGIN, 5.0, 6.5, 5.5, 12)
YEAR = CellRow(MARGIN, MARGIN, 5.0, 6.5, 5.5, 4)
PAGES = CellRow(MARGIN, MARGIN, 5.5, 7.0, 6.0, 2)

# As a French hand writes them: 1 with its upstroke, 7 crossed, 4 open. In hundredths of the digit's box.
STROKES = {
    "0": "50,0 15,20 5,50 15,85 50,100 85,80 95,50 85,15 50,0",
    "1": "10,45 70,0 60,100",
    "2": "10,20 35,0 75,5 85,30 60,60 5,100 95,98",
    "3": "10,5 60,0 85,20 70,42 35,48 80,58 90,80 60,100 5,95",
    "4": "25,0 5,65 95,60 | 65,25 60,100",
    "5": "85,0 20,2 15,42 60,40 90,65 65,97 10,95",
    "6": "75,0 30,30 10,70 35,100 75,95 85,70 60,52 15,70",
    "7": "5,3 95,0 40,100 | 25,50 90,45",
    "8": "75,10 45,0 20,20 75,65 75,90 45,100 20,85 25,65 75,25 75,10",
    "9": "85,20 50,0 20,20 35,48 80,35 85,15 75,100",
    "A": "5,100 50,0 95,100 | 25,65 75,65",
    "D": "10,0 10,100 55,98 88,70 88,30 55,2 10,0",
    "E": "90,0 10,0 10,100 92,100 | 10,48 75,48",
    "I": "50,0 50,100",
    "L": "12,0 12,100 90,100",
    "M": "5,100 12,0 50,60 88,0 95,100",
    "N": "8,100 8,0 92,100 92,0",
    "R": "10,100 10,0 70,3 85,25 65,48 10,50 | 45,50 92,100",
    "S": "85,10 50,0 15,18 25,42 75,58 88,82 50,100 10,88",
    "T": "2,0 98,0 | 50,0 50,100",
    "V": "5,0 50,100 95,0",
}


def drawn(
    text: str,
    row: CellRow,
    *,
    tall: float = 0.75,
    pen: int = 4,
    border: int = 90,
    shift: tuple[float, float] = (0, 0),
) -> Gray:
    """A strip of printed cells with `text` in them, its digits `tall` of a cell; all off by `shift` mm."""
    size = row.pitch * (row.count - 1) + row.width + 2 * MARGIN, row.height + 2 * MARGIN
    strip = np.full((round(size[1] * PX_PER_MM), round(size[0] * PX_PER_MM)), 235, np.uint8)
    offset = np.array([row.x, row.y]) + shift

    def line(points: ArrayLike, level: int, thick: int) -> None:
        pixels = np.rint((np.asarray(points) + offset) * PX_PER_MM * 16).astype(np.int32)
        cv2.polylines(strip, [pixels], False, level, thick, cv2.LINE_AA, 4)

    for k, character in enumerate(text):
        x, w, h = k * row.pitch, row.width, row.height
        line([(x, 0), (x + w, 0), (x + w, h), (x, h), (x, 0)], border, 2)
        for stroke in STROKES[character].split(" | ") if character != " " else ():
            points = np.array([point.split(",") for point in stroke.split()], float) / 100 - 0.5
            line(points * (0.75 * tall * w, tall * h) + (x + w / 2, h / 2), 40, pen)
    return strip


@pytest.mark.parametrize("text", ["02215384114", "97653820417"])
def test_digits_are_read(text: str) -> None:
    reading = read_cells(drawn(text, CANDIDATE), CANDIDATE, digits())
    assert reading.text == text
    assert reading.confidence > 0.5
    assert all(reading.inked)


@pytest.mark.parametrize("text", ["MARTINELLI  ", "VADALESTRA  "])
def test_capitals_are_read(text: str) -> None:
    reading = read_cells(drawn(text, NAME), NAME, letters())
    assert reading.text == text
    assert reading.probabilities.shape == (12, 26)


def test_empty_cells_are_blank() -> None:
    reading = read_cells(drawn("    ", YEAR), YEAR, digits())
    assert reading.text == "    "
    assert not any(reading.inked)
    assert np.allclose(reading.probabilities, 0.1)


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_dust_is_not_ink_but_a_thin_one_is(radius: int) -> None:
    strip = drawn(" 1", PAGES, pen=2)
    middle = int((PAGES.x + PAGES.width / 2) * PX_PER_MM), int((PAGES.y + PAGES.height / 2) * PX_PER_MM)
    cv2.circle(strip, middle, radius, 30, -1)
    assert read_cells(strip, PAGES, digits()).text == " 1"


def test_a_scratch_along_the_scan_is_not_a_one() -> None:
    strip = drawn(" 7", PAGES)
    x = int((PAGES.x + PAGES.width / 3) * PX_PER_MM)
    strip[:, x : x + 2] = 30
    assert read_cells(strip, PAGES, digits()).text == " 7"


def test_digits_that_cross_the_border_are_read() -> None:
    assert read_cells(drawn("2035", YEAR, tall=1.1, pen=6), YEAR, digits()).text == "2035"


@pytest.mark.parametrize("shift", [(0.5, -0.5), (-0.6, 0.4), (1.7, 0.3), (-1.4, -1.2)])
def test_a_page_not_quite_in_place_is_read(shift: tuple[float, float]) -> None:
    assert read_cells(drawn("12", PAGES, shift=shift), PAGES, digits()).text == "12"
    assert read_cells(drawn("02519245072", CANDIDATE, shift=shift), CANDIDATE, digits()).text == "02519245072"


@pytest.mark.parametrize("text", ["1417", "5083", "7117"])
def test_thick_strokes_are_not_taken_for_borders_that_the_scan_lost(text: str) -> None:
    faded, printed = (drawn(text, YEAR, tall=0.85, pen=9, border=level) for level in (229, 90))
    inside = np.s_[:, 10:-10, 10:-10]
    ink, same = (cut_cells(strip, YEAR)[inside] > 100 for strip in (faded, printed))
    assert (ink != same).mean() < 0.05
    assert read_cells(faded, YEAR, digits()).text == text


def test_one_bit_scans_are_read() -> None:
    strip = drawn("02298466714", CANDIDATE)
    noise = np.random.default_rng(5).normal(0, 25, strip.shape)
    assert (
        read_cells(np.where(strip + noise < 140, 0, 255).astype(np.uint8), CANDIDATE, digits()).text
        == "02298466714"
    )


@pytest.mark.parametrize("look", [Look(200, True), Look(150, False)], ids=["one bit", "gray"])
def test_digits_of_people_whom_no_network_was_trained_on_are_read(look: Look) -> None:
    """Thirty of each, by 13 writers: of the test part of UCI's "Optical Recognition of Handwritten Digits"
    (E. Alpaydin, C. Kaynak, 1998; CC BY 4.0), as scikit-learn carries it, ten rows of 8 × 8 pixels: so coarse
    that some cannot be read. The network trained on MNIST's people alone missed 31 and 22 of 300."""
    image = cv2.imread(str(Path(__file__).with_name("people.png")), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    people = np.asarray(image, np.uint8).reshape(10, 8, 30, 8).swapaxes(1, 2)
    rng, wrong = np.random.default_rng(2), list[str]()
    for writer in range(30):
        hand = inked_hand({str(digit): people[digit, writer : writer + 1] for digit in range(10)})
        text = "".join(rng.permutation(list("0123456789")))
        row = draw_row(text, hand, rng, (5.0, 6.5, 5.5, 10), bent=0, wear=0.2, look=look)
        said = digits().read_rows([(row.strip, [row.row])])[0].text
        wrong += [a + b for a, b in zip(text, said, strict=True) if a != b]
    assert len(wrong) <= 20, wrong


def test_a_page_of_rows_is_read_at_once_with_probabilities_that_sum_to_one() -> None:
    rows = [(drawn("02400024805", CANDIDATE), [CANDIDATE]), (drawn(" 4", PAGES), [PAGES])]
    number, page = digits().read_rows(rows)
    assert (number.text, page.text) == ("02400024805", " 4")
    assert number.probabilities.shape == (11, 10)
    assert page.probabilities.shape == (2, 10)
    for reading in (number, page):
        assert np.allclose(reading.probabilities.sum(axis=1), 1, atol=1e-5)


def test_no_rows_no_readings() -> None:
    assert digits().read_rows([]) == []


def test_a_strip_with_nothing_printed_is_empty() -> None:
    assert read_cells(np.full((100, 145), 255, np.uint8), PAGES, digits()).text == "  "
