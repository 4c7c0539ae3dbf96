"""Labels wherever people stick them: they are wiped with their number in clear, and nothing but them."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from processors.circular.form import load_form
from processors.findings import Code
from processors.lists.people import Candidate
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf, wipe_polygon
from processors.scans.leaving.leaks import leaks
from processors.scans.reader import read_scan
from processors.scans.readings import CopyReading, CopyStatus, PageReading
from specimens.hand import Hand
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Label, LabelState, Press, Spot

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM, DPI = "0130051K", "U1", 200
PRESS = Press(FORM, DPI)


@dataclass(frozen=True)
class Stuck:
    """A label on a page of the copy, from 1; of another candidate if `other`.

    The candidate's name is above the bars if `name`; on the third line under them if `below`.
    """

    page: int
    spot: Spot | None = None
    state: LabelState = LabelState.WHOLE
    other: bool = False
    name: bool = False
    below: bool = False


@dataclass(frozen=True)
class Made:
    copy: CopyReading
    pages: list[np.ndarray]  # what the corrector sees, upright
    scanned: list[np.ndarray]
    leaking: tuple[int, ...]

    @property
    def codes(self) -> set[Code]:
        return {found.code for found in self.copy.findings}


def people() -> list[Candidate]:
    rng = np.random.default_rng(5)
    return list(invent_candidates(rng, 4, CENTRE, [EXAM], invent_schools(rng, 2)))


def place(page: PageReading) -> PagePlace:
    labels = tuple(label.area for label in page.labels)
    if page.frame is None:
        return PagePlace(page.image, page.half, page.turn, None, page.exposed, labels)
    margin = FORM.identity.mask_margin * math.dist(*page.frame[:2]) / FORM.identity.frame.width
    return PagePlace(page.image, page.half, page.turn, wipe_polygon(page.frame, margin), page.exposed, labels)


def made(
    tmp_path: Path, stuck: list[Stuck], mode: Mode = Mode.GRAY, *, lines: int = 12, pages: int = 2
) -> Made:
    """One copy of four pages, drawn, read and made anonymous; `pages` of them are written on."""
    roster = people()
    who, other = roster[:2]
    rng = np.random.default_rng(11)
    hand = Hand(rng)
    drawn = []
    for number in range(1, 5):
        page = PRESS.page(number == 1, hand)
        if number == 1:
            PRESS.write_exam(page, hand, ("BTS", "SIO SLAM", EXAM, "écrit", "2026"))
            PRESS.write_identity(page, hand, who)
        PRESS.write_numbers(page, hand, number, 4)
        if number <= pages:
            PRESS.write_answer(page, hand, rng, number == 1, lines)
        for one in stuck:
            if one.page == number:
                named = other if one.other else who
                name = f"{named.family_name} {named.first_names}"
                under = (f"BTS SIO {EXAM} 2026", name) if one.below else ()
                label = Label(f"{EXAM}-{named.number}", name if one.name else "", one.state, under)
                PRESS.stick(page, label, rng, one.spot)
        drawn.append(scan(page, Level.CLEAN, mode, DPI, rng))
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([encode(picture, Level.CLEAN, mode, DPI, rng) for picture in drawn], DPI))
    reading = read_scan(path, FORM, FORM.label.payload, roster, CENTRE, EXAM)
    (copy,) = reading.copies
    by_id = {page.page: page for page in reading.pages}
    places = [place(by_id[page]) for page in copy.pages]
    data = anonymous_pdf(path, places)
    shown = [raw.gray() for raw in read_images(io.BytesIO(data))]
    before = [raw.gray() for raw in read_images(path)]
    forbidden = [who.number, who.family_name]
    return Made(copy, shown, before, leaks(data, places, FORM, FORM.label.payload, forbidden))


def around(page: np.ndarray, spot: Spot, width: float, height: float) -> np.ndarray:
    """What lies within so many mm of a spot on each side."""
    x, y, w, h = (round(side * DPI / 25.4) for side in (spot.x, spot.y, width, height))
    return page[max(y - h, 0) : y + h, max(x - w, 0) : x + w]


def bars(page: np.ndarray) -> list[str]:
    views = [page, cv2.GaussianBlur(page, (3, 3), 0), cv2.resize(page, None, fx=2, fy=1)]
    return [code.text for view in views for code in zxingcpp.read_barcodes(view)]


def ink(page: np.ndarray) -> int:
    """Pixels that are no paper, nor a JPEG's ripples beside something."""
    return int(np.count_nonzero(page < 150))


HALF = (25.0, 8.5)  # mm of bars and number on each side of a sticker's middle


@pytest.mark.parametrize("mode", [Mode.GRAY, Mode.COLOR, Mode.BW])
@pytest.mark.parametrize("low", [64.0, 68.0, 76.0, 84.0])
def test_a_label_stuck_too_low_is_wiped_with_its_number(tmp_path: Path, mode: Mode, low: float) -> None:
    spot = Spot(155, low)
    copy = made(tmp_path, [Stuck(1, spot)], mode)
    assert copy.copy.status is CopyStatus.COMPLETE
    assert copy.codes == {Code.LABEL_MISPLACED} and copy.leaking == ()
    assert ink(around(copy.scanned[0], spot, *HALF)) > 5000
    assert ink(around(copy.pages[0], spot, *HALF)) == 0
    assert not bars(copy.pages[0])
    for x, y, wide, high in ((62, 83, 50, 11), (105, 140, 90, 42)):  # the exam block, the answers
        beyond = [around(page, Spot(x, y), wide, high) for page in (copy.scanned[0], copy.pages[0])]
        assert ink(beyond[0]) > 1000 and np.array_equal(*beyond)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_label_turned_in_the_margin_is_wiped(tmp_path: Path, turn: int) -> None:
    spot = Spot(170 if turn == 180 else 190, 200, turn)
    copy = made(tmp_path, [Stuck(1, spot, name=True)], lines=3)
    assert copy.copy.candidate == people()[0].number
    assert copy.copy.status is CopyStatus.COMPLETE and copy.leaking == ()
    assert ink(around(copy.pages[0], spot, *(HALF if turn == 180 else HALF[::-1]))) == 0
    assert not bars(copy.pages[0])


def test_the_name_above_the_bars_goes_with_them(tmp_path: Path) -> None:
    spot = Spot(150, 82)
    copy = made(tmp_path, [Stuck(1, spot, name=True)])
    assert ink(around(copy.scanned[0], Spot(150, 73.5), 15, 1.5)) > 100
    assert ink(around(copy.pages[0], spot, 25, 10.5)) == 0 and copy.leaking == ()


def test_three_lines_under_the_bars_go_with_them(tmp_path: Path) -> None:
    spot = Spot(150, 76)
    copy = made(tmp_path, [Stuck(1, spot, below=True)])
    assert ink(around(copy.scanned[0], Spot(150, 87.5), 15, 2.0)) > 100
    assert copy.copy.status is CopyStatus.COMPLETE and copy.leaking == ()
    assert ink(around(copy.pages[0], spot, 25, 13.5)) == 0


@pytest.mark.parametrize("x", [60.0, 76.0, 92.0])
def test_a_label_over_the_exam_block_s_own_writing_is_wiped(tmp_path: Path, x: float) -> None:
    """What the candidate wrote there is no answer."""
    spot = Spot(x, 80)
    copy = made(tmp_path, [Stuck(1, spot)])
    assert copy.copy.status is CopyStatus.COMPLETE and copy.codes == {Code.LABEL_MISPLACED}
    assert ink(around(copy.pages[0], spot, *HALF)) == 0 and copy.leaking == ()


def test_a_label_over_the_page_boxes_is_seen(tmp_path: Path) -> None:
    copy = made(tmp_path, [Stuck(1), Stuck(2, Spot(178, 286))])
    assert bars(copy.scanned[1]) and not bars(copy.pages[1])


def test_a_label_at_the_lower_edge_of_a_jpeg_is_wiped_to_its_last_row(tmp_path: Path) -> None:
    copy = made(tmp_path, [Stuck(1), Stuck(3, Spot(90, 293))])
    last = [page[-3:, 500:900] for page in (copy.scanned[2], copy.pages[2])]
    assert ink(last[0]) > 100 and ink(last[1]) == 0 and copy.leaking == ()


@pytest.mark.parametrize("low", [70.0, 73.0])
def test_another_s_label_beneath_the_candidate_s_own_does_not_show(tmp_path: Path, low: float) -> None:
    """Its bars are hidden, or most of them, and its number is not."""
    copy = made(tmp_path, [Stuck(1, Spot(155, low), other=True), Stuck(1, Spot(155, 57))])
    number = around(copy.pages[0], Spot(155, low + 7), 20, 2)
    assert copy.copy.status is CopyStatus.TO_DECIDE or ink(number) == 0


def test_a_second_label_on_a_blank_page_is_wiped(tmp_path: Path) -> None:
    spot = Spot(90, 120)
    copy = made(tmp_path, [Stuck(1), Stuck(3, spot)])
    assert copy.copy.status is CopyStatus.COMPLETE and copy.codes == {Code.LABEL_MISPLACED}
    assert ink(around(copy.pages[2], spot, 32, 16)) == 0 and copy.leaking == ()


@pytest.mark.parametrize(
    ("stuck", "lines"),
    [
        ([Stuck(1), Stuck(2, Spot(60, 60))], 20),  # over an answer
        ([Stuck(1), Stuck(1, Spot(60, 150))], 20),
        ([Stuck(1), Stuck(3, Spot(90, 120), other=True)], 5),
        ([Stuck(1), Stuck(1, Spot(100, 200), other=True)], 3),
        ([Stuck(1), Stuck(3, Spot(90, 120), LabelState.TORN)], 5),  # whose is it?
    ],
)
def test_a_label_over_writing_or_of_another_waits_for_a_person(
    tmp_path: Path, stuck: list[Stuck], lines: int
) -> None:
    copy = made(tmp_path, stuck, lines=lines)
    assert copy.copy.status is CopyStatus.TO_DECIDE
    assert Code.NOT_ANONYMOUS in copy.codes


@pytest.mark.parametrize("state", list(LabelState))
def test_a_label_in_its_place_is_not_spoken_of(tmp_path: Path, state: LabelState) -> None:
    copy = made(tmp_path, [Stuck(1, state=state, name=True)])
    assert copy.copy.status is CopyStatus.COMPLETE and copy.codes == set() and copy.leaking == ()


@pytest.mark.parametrize("left", ["bars", "number"])
def test_what_is_left_beside_what_was_wiped_leaks(tmp_path: Path, left: str) -> None:
    """The mask follows the label; half of it is painted again, as if it had not."""
    page = PRESS.page(False, Hand(np.random.default_rng(1)))
    PRESS.stick(page, Label(f"{EXAM}-{people()[0].number}"), np.random.default_rng(1), Spot(100, 100))
    picture = page.printed
    per_mm = DPI / 25.4
    top, bottom = (85, 103.5) if left == "number" else (94, 115)
    area = tuple((x * per_mm, y * per_mm) for x, y in ((70, top), (130, top), (130, bottom), (70, bottom)))
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([encode(picture, Level.CLEAN, Mode.GRAY, DPI, np.random.default_rng(1))], DPI))
    for labels, found in (((area,), (1,)), ((wipe_polygon(area, 10 * per_mm),), ())):
        places = [PagePlace(1, exposed=False, labels=labels)]
        assert leaks(anonymous_pdf(path, places), places, FORM, FORM.label.payload, []) == found
