"""Where one bit loses the thin lines of a header, its thick ones tell what is read and wiped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus, PageKind
from specimens.hand import Hand
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Label, Page, Press

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM, DPI = "0130051K", "U1", 200


def without_cells(page: Page, dpi: int) -> None:
    """The printed page as a threshold leaves it that loses all rows of boxes of the header."""
    frame, px = FORM.identity.frame.grown(-1.0), dpi / 25.4
    y, x = round(frame.y * px), round(frame.x * px)
    page.printed[y : y + round(frame.height * px), x : x + round(frame.width * px)] = 255


@pytest.mark.parametrize("labelled", [True, False])
def test_a_header_whose_boxes_are_lost_is_read_and_wiped(labelled: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    roster = list(invent_candidates(rng, 4, CENTRE, [EXAM], invent_schools(rng, 2)))
    press, hand, drawn = Press(FORM, DPI), Hand(rng), []
    for number in range(1, 9):
        first = number % 4 == 1
        page = press.page(first, hand)
        if first:
            without_cells(page, DPI)
            press.write_identity(page, hand, roster[0])
            if labelled and number == 1:
                press.stick(page, Label(f"{EXAM}-{roster[0].number}"), rng)
        press.write_numbers(page, hand, number, 8)
        press.write_answer(page, hand, rng, first, 12)
        drawn.append(scan(page, Level.CLEAN, Mode.BW, DPI, rng))
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([encode(image, Level.CLEAN, Mode.BW, DPI, rng) for image in drawn], DPI))
    reading = read_scan(path, FORM, FORM.label.payload, roster, CENTRE, EXAM)
    (copy,) = reading.copies
    assert copy.candidate == roster[0].number
    assert copy.status is CopyStatus.COMPLETE, copy.findings
    assert Code.OLD_MODEL not in {found.code for found in copy.findings}
    for head in (reading.pages[0], reading.pages[4]):
        assert head.kind is PageKind.FIRST
        assert head.frame is not None
