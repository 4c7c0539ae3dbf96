"""The lines of the exam block are closer than what is read with a line elsewhere: each is read alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from processors.circular.form import load_form
from processors.scans.pages.apart import HALF, places_apart, straight
from processors.scans.pages.geometry import PX
from processors.scans.pages.registration import INK_MM

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")


def test_nothing_of_the_next_line_is_read_with_one_of_the_exam_block() -> None:
    assert FORM.exam_block is not None
    frame, count = FORM.exam_block.frame, len(FORM.exam_block.lines)
    step = frame.height / count
    dark = np.zeros((round(297 * PX), round(210 * PX)), np.uint8)
    for line in (0, 1):
        foot = round(70 * PX), round((frame.y + (line + 0.72) * step) * PX)
        cv2.putText(dark, "BTS SIO SISR", foot, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 200)
    squares = round(210 / INK_MM), round(297 / INK_MM)
    ink = np.asarray(cv2.resize(dark, squares, interpolation=cv2.INTER_AREA) / np.float32(255), np.float32)
    to_map = np.array([[PX, 0.0, 0.0], [0.0, PX, 0.0]])
    places = [p for p in places_apart(dark, ink, to_map, FORM, True) if abs(p.y - frame.y - step / 2) < 0.1]
    bands = [straight(dark, to_map, place) for place in places]
    assert bands and all(band[HALF - round(step / 2 * PX) : HALF].any() for band in bands)
    assert not any(band[HALF + round(0.7 * step * PX) :].any() for band in bands)
