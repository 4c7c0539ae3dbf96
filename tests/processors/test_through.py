"""A label that shines through thin paper names the candidate on the other side of the sheet."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.pages.geometry import darkness, reduced
from processors.scans.pages.through import shining_labels
from processors.scans.reader import read_scan
from processors.scans.readings import CopyReading, CopyStatus, PageReading
from specimens.faults import show_through
from specimens.hand import Hand
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Label, Press, Spot

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U1"
NUMBERED, PLACE = Spot(158, 52), (25.0, 10.0)  # a label in its zone; mm to each side of its middle


@dataclass(frozen=True)
class Through:
    """How strongly what shines through; the lines that are written on page 2, over it."""

    share: float
    lines: int = 0
    all_of_it: bool = False
    spot: Spot = NUMBERED
    dpi: int = 200
    mode: Mode = Mode.GRAY


def read(tmp_path: Path, through: Through) -> tuple[CopyReading, PageReading, np.ndarray, np.ndarray]:
    """The copy, its page 2, and that page as scanned and as a corrector sees it."""
    rng = np.random.default_rng(4)
    roster = invent_candidates(rng, 4, CENTRE, [EXAM], invent_schools(rng, 2))
    who, hand, press = roster[0], Hand(rng), Press(FORM, through.dpi)
    label = Label(f"{EXAM}-{who.number}", f"{who.family_name} {who.first_names}")
    recto, verso, alone = press.page(True, hand), press.page(False, hand), press.empty_page()
    press.write_identity(recto, hand, who)
    press.write_answer(recto, hand, rng, True, 4)
    for number, page in enumerate((recto, verso), 1):
        press.write_numbers(page, hand, number, 4)
    press.write_answer(verso, hand, rng, False, through.lines)
    for page in (recto, alone):
        press.stick(page, label, np.random.default_rng(1), through.spot)
    verso = show_through(verso, recto if through.all_of_it else alone, through.share, through.dpi / 25.4)
    sheet = [recto, verso, *(press.page(False, hand) for _ in range(2))]
    for number, page in enumerate(sheet[2:], 3):
        press.write_numbers(page, hand, number, 4)
    pictures = [scan(page, Level.OFFICE, through.mode, through.dpi, rng) for page in sheet]
    path = tmp_path / "scan.pdf"
    streams = [encode(one, Level.OFFICE, through.mode, through.dpi, rng) for one in pictures]
    path.write_bytes(pdf(streams, through.dpi))
    reading = read_scan(path, FORM, FORM.label.payload, roster, CENTRE, EXAM)
    (copy,), found = reading.copies, reading.pages[1]
    place = PagePlace(2, None, found.turn, None, found.exposed, tuple(one.area for one in found.labels))
    (shown,) = (raw.gray() for raw in read_images(io.BytesIO(anonymous_pdf(path, [place]))))
    return copy, found, list(read_images(path))[1].gray(), shown


def behind(page: np.ndarray, through: Through) -> np.ndarray:
    """Where the label lies on the other side."""
    x, y, w, h = (round(mm * through.dpi / 25.4) for mm in (210 - through.spot.x, through.spot.y, *PLACE))
    return page[y - h : y + h, x - w : x + w]


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45])
@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("spot", [NUMBERED, Spot(60, 200)])
def test_it_is_wiped_from_an_empty_verso(tmp_path: Path, share: float, dpi: int, spot: Spot) -> None:
    through = Through(share, dpi=dpi, spot=spot)
    copy, _, before, after = read(tmp_path, through)
    assert copy.status is CopyStatus.COMPLETE
    assert {one.code for one in copy.findings} == {Code.LABEL_MISPLACED}
    there, left = behind(before, through), behind(after, through)
    assert np.count_nonzero(there < np.median(there) - 20) > 1000
    assert left.min() >= 235


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45])
@pytest.mark.parametrize("lines", [6, 30])
def test_under_writing_it_waits_for_a_person(tmp_path: Path, share: float, lines: int) -> None:
    copy, *_ = read(tmp_path, Through(share, lines))
    assert copy.status is CopyStatus.TO_DECIDE
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]


def test_in_one_bit_too_if_it_is_left_at_all(tmp_path: Path) -> None:
    copy, *_ = read(tmp_path, Through(0.6, 6, mode=Mode.BW))
    assert copy.status is CopyStatus.TO_DECIDE


@pytest.mark.parametrize("share", [0.15, 0.3])
def test_with_the_boxes_it_waits_for_a_person(tmp_path: Path, share: float) -> None:
    """The label alone could be wiped; what is written in the boxes names the candidate, too."""
    copy, page, *_ = read(tmp_path, Through(share, 12, all_of_it=True))
    assert copy.status is CopyStatus.TO_DECIDE and page.exposed


@pytest.mark.parametrize("lines", [0, 30])
def test_nothing_is_said_where_nothing_shines_through(tmp_path: Path, lines: int) -> None:
    copy, page, *_ = read(tmp_path, Through(0.0, lines))
    assert copy.status is CopyStatus.COMPLETE and copy.findings == () and page.labels == ()


@pytest.mark.parametrize("seed", range(3))
def test_the_lines_of_a_table_on_grainy_paper_are_no_label(seed: int) -> None:
    """They run through the grain at one place in all of its rows."""
    rng, dpi = np.random.default_rng(seed), 200
    page = Press(FORM, dpi).page(False, Hand(rng))
    left, right, top, bottom = (round(mm * dpi / 25.4) for mm in (24, 194, 60, 60 + 9 * 14))
    for k in range(15):
        y = top + (bottom - top) * k // 14
        cv2.line(page.pen, (left, y), (right, y), 40, 3)
    for k in range(4):
        x = left + (right - left) * k // 3
        cv2.line(page.pen, (x, top), (x, bottom), 40, 3)
    picture = scan(page, Level.OFFICE, Mode.GRAY, dpi, rng)
    for strength in (14, 20, 26, 32):
        grain = cv2.GaussianBlur(rng.normal(0, strength, picture.shape), (0, 0), 0.8)
        small, _ = reduced(np.clip(picture + grain, 0, 255).astype(np.uint8), dpi)
        assert shining_labels(small, darkness(small), []) == []
