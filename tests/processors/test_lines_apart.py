"""Which lines are read for a name: what is written, not what is printed, and each as one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.circular.form import load_form
from processors.scans.files.image import RawImage
from processors.scans.pages.apart import places_apart
from processors.scans.pages.geometry import PX
from processors.scans.pages.registration import INK_MM
from processors.scans.pages.upright import Expected
from processors.scans.reader import read_image
from specimens.hand import Hand
from specimens.sheet import Press

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
TO_MAP = np.array([[PX, 0.0, 0.0], [0.0, PX, 0.0]])


@pytest.mark.parametrize("ink", [160, 255])
def test_ruled_lines_that_lie_askew_are_no_lines_of_writing(ink: int) -> None:
    dark = np.zeros((round(297 * PX), round(210 * PX)), np.uint8)
    for y in np.arange(20.0, 275.0, 8.0):
        left, right = ((round(x * PX), round(at * PX)) for x, at in ((8.0, y), (202.0, y + 1.4)))
        cv2.line(dark, left, right, ink, 1, cv2.LINE_AA)
    cv2.putText(dark, "Marie Dupont", (round(60 * PX), round(120 * PX)), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 220)
    squares = round(210 / INK_MM), round(297 / INK_MM)
    shares = cv2.resize(dark, squares, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    on_map = np.asarray(cv2.GaussianBlur(shares, (0, 0), 0.8), np.float32)
    (place,) = places_apart(dark, on_map, TO_MAP, FORM, False)
    assert 50 < place.x < 65 and abs(place.y - 118) < 3 and 20 < place.length < 60


def test_what_the_form_prints_above_its_frame_is_no_line() -> None:
    press, dpi = Press(FORM, 200), 200
    page = press.page(True, Hand(np.random.default_rng(3)))
    page.printed[page.printed < 200] = 0  # as in one bit
    raw = RawImage(
        1, "flate", b"", page.printed.shape[1], page.printed.shape[0], dpi, False, _pixels=page.printed
    )
    (read,) = read_image(raw, Expected.of(FORM, FORM.label.payload, []))
    assert not [line.text for line in read.lines if line.box[1] < 8]
