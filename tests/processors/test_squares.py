"""Codes of squares outside the identity frame hold a copy: whoever has a telephone reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.reader import read_scan
from processors.scans.readings import CopyReading, CopyStatus
from specimens.hand import Hand
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Page, Press
from tests.processors.written_copy import pages_of

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM, DPI = "0130051K", "U1", 200
PRESS = Press(FORM, DPI)


def copy_with(tmp_path: Path, mode: Mode, formats: Sequence[str]) -> CopyReading:
    """A copy whose pages, from the second on, bear a code of each format, 11 mm high."""
    rng = np.random.default_rng(5)
    roster = invent_candidates(rng, 3, CENTRE, [EXAM], invent_schools(rng, 2))
    who, hand, pictures = roster[0], Hand(rng), []
    for k, page in pages_of(who, PRESS, hand, rng, EXAM, 14):
        if k > 1:
            put(page, formats[k - 2], who.number, (20.0 + 40 * k, 60.0 * k))
        pictures.append(encode(scan(page, Level.OFFICE, mode, DPI, rng), Level.OFFICE, mode, DPI, rng))
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf(pictures, DPI))
    (copy,) = read_scan(path, FORM, FORM.label.payload, roster, CENTRE, EXAM).copies
    return copy


def put(page: Page, kind: str, text: str, at: tuple[float, float]) -> None:
    """A code, or hatching as dense as one, in white."""
    if kind == "hatching":
        squares = np.full((20, 20), 255, np.uint8)
        squares[::3] = squares[:, ::3] = 0
    else:
        code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(kind))
        squares = np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=True), np.uint8)
    size = round(11 * PRESS.px_per_mm) / min(squares.shape)
    image = cv2.resize(squares, None, fx=size, fy=size, interpolation=cv2.INTER_NEAREST)
    x, y = (round(side * PRESS.px_per_mm) for side in at)
    place = slice(y, y + image.shape[0]), slice(x, x + image.shape[1])
    page.pen[place], page.printed[place] = 255, image[:, : page.pen.shape[1] - x]


@pytest.mark.parametrize("mode", [Mode.GRAY, Mode.BW])
def test_a_code_of_squares_holds_the_copy(tmp_path: Path, mode: Mode) -> None:
    copy = copy_with(tmp_path, mode, ("QRCode", "Aztec", "PDF417"))
    assert copy.status is CopyStatus.TO_DECIDE
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2, 3, 4))]


def test_hatching_is_no_code(tmp_path: Path) -> None:
    copy = copy_with(tmp_path, Mode.GRAY, ("hatching",) * 3)
    assert copy.status is CopyStatus.COMPLETE
