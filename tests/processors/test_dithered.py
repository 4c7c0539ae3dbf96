"""A scanner that draws gray paper as black dots: the dots are no digits, no writing and no label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processors.circular.form import load_form
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus
from specimens.hand import Hand
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Press
from tests.processors.written_copy import pages_of

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM, DPI = "0130051K", "U1", 200


def test_a_dithered_copy_is_read_as_its_numbers_say(tmp_path: Path) -> None:
    rng, press, pictures = np.random.default_rng(2), Press(FORM, DPI), []
    roster = invent_candidates(rng, 4, CENTRE, [EXAM], invent_schools(rng, 2))
    for _, page in pages_of(roster[0], press, Hand(rng), rng, EXAM, 12):
        gray = np.asarray(scan(page, Level.CLEAN, Mode.GRAY, DPI, rng) * 0.96, np.uint8)
        dots = np.asarray(Image.fromarray(gray).convert("1").convert("L"), np.uint8)
        pictures.append(encode(dots, Level.CLEAN, Mode.BW, DPI, rng))
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf(pictures, DPI))
    reading = read_scan(path, FORM, FORM.label.payload, roster, CENTRE, EXAM)
    (copy,) = reading.copies
    assert [(page.number, page.total) for page in reading.pages] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (copy.candidate, copy.status, copy.findings) == (roster[0].number, CopyStatus.COMPLETE, ())
