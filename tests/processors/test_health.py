"""An ailing scanner is named once for the pile, with its place; a sound pile says nothing of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.drawn.ailing import Ailing, Ailment, ail
from processors.circular.form import load_form
from processors.findings import Code, Finding, Severity, finding
from processors.scans.copies.health import examine
from processors.scans.pages.geometry import darkness
from processors.scans.pages.marks import Found, Mark, paper_moves, steady_marks, steady_spots
from processors.scans.pages.traces import trace
from processors.scans.reader import read_scan
from processors.scans.readings import (
    CopyReading,
    CopyStatus,
    Gray,
    Half,
    PageKind,
    PageReading,
    ScanReading,
    Trace,
    Turn,
)
from specimens.batch import Batch, Kind, draw_batch
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode

pytestmark = pytest.mark.xdist_group("health")  # whose piles are drawn once

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U4"

# --- marks on pages that are drawn at the map's scale ---


def page(rng: np.random.Generator, lines: int = 20) -> Gray:
    """An A4 at 100 dpi: ruled lines, some writing, laid and tilted a little differently each time."""
    paper = np.full((1169, 827), 240, np.uint8)
    for k in range(lines):
        y = 90 + 40 * k
        cv2.line(paper, (60, y), (780, y), 210, 1)
        for x in range(70, int(rng.integers(300, 760)), 9):
            top = int(rng.integers(6, 18))
            cv2.line(paper, (x, y - 2), (x + int(rng.integers(-4, 8)), y - top), 60, 2)
    turn = cv2.getRotationMatrix2D((413, 585), float(rng.normal(0, 0.5)), 1.0)
    turn[:, 2] += rng.normal(0, 3, 2)
    moved = cv2.warpAffine(paper, turn, (827, 1169), borderValue=240)
    return np.asarray(np.clip(moved + rng.normal(0, 2, moved.shape), 0, 255), np.uint8)


def traced(pages: list[Gray], seat: tuple[float, float, float] | None = None) -> list[Trace]:
    corners = None
    if seat is not None:
        corners = np.array([[0, 0], [827, 0], [827, 1169], [0, 1169]], np.float64)
    return [trace(small, darkness(small), corners) for small in pages]


def marks(pages: list[Gray], *, moving: bool = True) -> list[Found]:
    return steady_marks(traced(pages), [k // 4 for k in range(len(pages))], moving)


def pages(count: int, seed: int = 1) -> list[Gray]:
    rng = np.random.default_rng(seed)
    return [page(rng) for _ in range(count)]


def test_pages_that_only_look_alike_bear_no_mark() -> None:
    assert marks(pages(12)) == []
    assert steady_spots(traced(pages(14)), [k // 4 for k in range(14)]) == []


@pytest.mark.parametrize("across", [True, False])
def test_a_line_at_the_same_place_is_the_scanners(across: bool) -> None:
    drawn = pages(8)
    for small in drawn:
        lane = small[:, 412] if across else small[412]
        lane[:] = np.minimum(lane, 190)
    (line,) = marks(drawn)
    assert (line.mark, line.across, line.pages) == (Mark.LINE, across, tuple(range(8)))
    assert line.at == pytest.approx(412 / 100 * 25.4, abs=0.5)


def test_a_line_that_begins_within_the_pile_is_told_of_those_pages_alone() -> None:
    drawn = pages(16)
    for small in drawn[7:]:
        small[:, 300] = np.minimum(small[:, 300], 150)
    (line,) = marks(drawn)
    assert line.pages == tuple(range(7, 16))


def test_a_margin_that_each_page_has_nearly_there_is_none() -> None:
    drawn, rng = pages(12), np.random.default_rng(3)
    for small in drawn:
        x, lean = 98 + rng.normal(0, 3), rng.normal(0, 3)
        cv2.line(small, (round(x - lean), 0), (round(x + lean), 1169), 90, 1)
    assert marks(drawn) == []


@pytest.mark.parametrize("across", [True, False])
def test_what_is_printed_between_the_margins_is_not_the_scanners(across: bool) -> None:
    drawn = pages(8)
    for small in drawn:
        lane = small[40:1130, 412] if across else small[412, 40:790]
        lane[:] = 120
    assert marks(drawn) == []


def test_punched_holes_are_no_band() -> None:
    drawn = pages(8)
    for small in drawn:
        for y in (427, 742):
            cv2.circle(small, (60, y), 11, 20.0, -1)
    assert marks(drawn) == []


def test_what_is_printed_on_paper_that_does_not_move_is_not_the_scanners() -> None:
    drawn = pages(8)
    for small in drawn:
        small[15:1060, 98] = 150
    assert marks(drawn, moving=False) == []
    assert len(marks(drawn, moving=True)) == 1
    assert not paper_moves(traced(drawn, seat=(0, 0, 0)))


@pytest.mark.parametrize(("level", "mark"), [(255, Mark.WHITE_BAND), (150, Mark.DARK_BAND)])
def test_a_band_is_told_with_its_edges(level: int, mark: Mark) -> None:
    drawn = pages(8)
    for small in drawn:
        small[:, 400:440] = level
    (band,) = marks(drawn)
    assert band.mark is mark
    assert (band.at, band.width) == pytest.approx((101.6, 10.2), abs=0.8)


def test_a_white_band_on_white_paper_is_told_by_the_ink_that_lacks() -> None:
    drawn = pages(8)
    for small in drawn:
        small[small > 200] = 255
        small[:, 200:212] = 255
    (band,) = marks(drawn)
    assert (band.mark, band.across) == (Mark.WHITE_BAND, True)
    assert (band.at, band.width) == pytest.approx((50.8, 3.0), abs=0.8)


def test_between_the_lines_of_pages_that_lie_on_their_sides_is_no_band() -> None:
    rng, drawn = np.random.default_rng(9), []
    for _ in range(8):
        paper = np.full((1169, 827), 240, np.uint8)
        for y in range(110, 1100, 31):
            for x in range(60, 780, 9):
                cv2.line(paper, (x, y), (x + 3, y - int(rng.integers(20, 26))), 60, 2)
        drawn.append(np.ascontiguousarray(np.rot90(paper)))
    assert marks(drawn) == []


def test_columns_beside_short_lines_are_no_band() -> None:
    """Black and white, the ruled lines gone: short lines at the left, page boxes alone at the right."""
    rng, drawn = np.random.default_rng(5), []
    for _ in range(12):
        paper = np.full((1169, 827), 255, np.uint8)
        for k in range(12):
            for x in range(50 + int(rng.integers(0, 20)), int(rng.integers(480, 540)), 9):
                cv2.line(paper, (x, 70 + 31 * k), (x + 5, 60 + 31 * k), 0, 2)
        for x in (665, 690, 734, 759):
            cv2.rectangle(paper, (x, 1118), (x + 24, 1146), 0, 2)
        turn = np.array([[1.0, 0.0, rng.normal(0, 0.7)], [0.0, 1.0, rng.normal(0, 2)]])
        drawn.append(np.asarray(cv2.warpAffine(paper, turn, (827, 1169), borderValue=255), np.uint8))
    assert marks(drawn) == []


def test_what_lies_between_a_printed_margin_and_straight_writing_is_no_band() -> None:
    rng, drawn = np.random.default_rng(8), []
    for _ in range(8):
        paper = np.full((1169, 827), 250, np.uint8)
        cv2.line(paper, (110, 60), (110, 1100), 215, 1)
        for k in range(22):
            for x in range(126 + int(rng.integers(0, 3)), int(rng.integers(700, 790)), 9):
                cv2.line(paper, (x, 90 + 40 * k), (x + 5, 76 + 40 * k), 60, 2)
        turn = cv2.getRotationMatrix2D((413, 585), float(rng.uniform(-0.7, 0.7)), 1.0)
        drawn.append(np.asarray(cv2.warpAffine(paper, turn, (827, 1169), borderValue=250), np.uint8))
    assert marks(drawn) == []


def test_spots_are_told_where_they_are() -> None:
    drawn = pages(14)
    for small in drawn:
        cv2.circle(small, (700, 1000), 3, 60.0, -1)
    (spot,) = steady_spots(traced(drawn), [k // 4 for k in range(14)])
    assert (spot.at, spot.top) == pytest.approx((177.8, 254.0), abs=1.0)


def test_what_is_seen_in_one_copy_alone_may_be_its_candidates() -> None:
    drawn = pages(8)
    for small in drawn:
        small[:, 412] = 100
    assert steady_marks(traced(drawn), [0] * 8, True) == []


# --- what every page says by itself ---


def said_of(troubled: int, turned: int = 0) -> tuple[tuple[CopyReading, ...], list[Code]]:
    """Three copies of four pages, as they come out when so many pages, from the first on, are in trouble."""
    pages = [
        PageReading(
            page=k, image=k, half=None, turn=Turn.OVER if k <= turned else Turn.NONE,
            kind=PageKind.FIRST if k % 4 == 1 else PageKind.INSIDE, model=None, label=None, boxes={},
            number=(k - 1) % 4 + 1, total=4, blank=False, sharpness=1.0, resolution_dpi=120,
            trouble="résolution inférieure à 150 dpi" if k <= troubled else None,
        )
        for k in range(1, 13)
    ]  # fmt: skip
    copies = []
    for start in (0, 4, 8):
        mine = pages[start : start + 4]
        over = [p.page for p in mine if p.turn is Turn.OVER]
        found = [
            finding(Code.UNREADABLE_PAGE, [p.page], what=p.trouble) for p in mine if p.trouble is not None
        ] + ([finding(Code.UPSIDE_DOWN, over)] if over else [])
        status = CopyStatus.INCOMPLETE if any(p.trouble for p in mine) else CopyStatus.COMPLETE
        copies.append(CopyReading(None, (), status, tuple(p.page for p in mine), findings=tuple(found)))
    made, said = examine(pages, tuple(copies))
    return made, [found.code for found in said]


@pytest.mark.parametrize(
    ("there", "a3", "told"),
    [
        ([(1, 2, 3), (1, 2, 3), (1, 2, 3, 4)], False, True),
        ([(1, 2), (1, 2), (1, 2)], False, True),
        ([(1, 2), (1, 2), (1, 2, 3, 4)], False, False),  # two leaves may have been lost
        ([(1, 2), (1, 2), (3, 4)], False, False),
        ([(1, 2, 3), (2, 3, 4), (1, 2, 3, 4)], False, False),  # two leaves passed as one
        ([(1, 4), (1, 4), (1, 2, 3, 4)], True, True),
        ([(2, 3), (2, 3), (1, 2, 3, 4)], True, False),
    ],
)
def test_blank_sides_are_missed_where_no_feeder_loses_them(
    there: list[tuple[int, ...]], a3: bool, told: bool
) -> None:
    pages: list[PageReading] = []
    copies = []
    for numbers in there:
        first = len(pages) + 1
        pages += [
            PageReading(
                page=first + k, image=(first + k + 1) // 2 if a3 else first + k,
                half=(Half.LEFT, Half.RIGHT)[k % 2] if a3 else None, turn=Turn.NONE,
                kind=PageKind.FIRST if number == 1 else PageKind.INSIDE, model=None, label=None, boxes={},
                number=number, total=4, blank=False, sharpness=1.0, resolution_dpi=200,
            )
            for k, number in enumerate(numbers)
        ]  # fmt: skip
        ids = tuple(range(first, len(pages) + 1))
        missing = tuple(n for n in (1, 2, 3, 4) if n not in numbers)
        status = CopyStatus.INCOMPLETE if missing else CopyStatus.COMPLETE
        copies.append(CopyReading(None, (), status, ids, missing))
    _, said = examine(pages, tuple(copies))
    assert (Code.BLANKS_REMOVED in [found.code for found in said]) is told


def test_a_resolution_too_low_for_the_whole_pile_is_said_once_and_once_a_copy() -> None:
    copies, said = said_of(troubled=12)
    assert said == [Code.PILE_UNREADABLE]
    assert [[f.pages for f in copy.findings] for copy in copies] == [
        [(1, 2, 3, 4)], [(5, 6, 7, 8)], [(9, 10, 11, 12)],
    ]  # fmt: skip
    assert {copy.status for copy in copies} == {CopyStatus.INCOMPLETE}


def test_some_pages_in_trouble_are_said_of_each() -> None:
    copies, said = said_of(troubled=5)
    assert said == []
    assert [len(copy.findings) for copy in copies] == [4, 1, 0]


def test_a_whole_pile_upside_down_is_said_once() -> None:
    copies, said = said_of(troubled=0, turned=12)
    assert said == [Code.PILE_TURNED]
    assert not any(copy.findings for copy in copies)


def test_one_copy_upside_down_is_said_of_it() -> None:
    copies, said = said_of(troubled=0, turned=4)
    assert said == []
    assert [f.code for f in copies[0].findings] == [Code.UPSIDE_DOWN]


# --- whole piles ---

_OF_PILES = {
    Code.SCANNER_LINE, Code.SCANNER_BAND, Code.SCANNER_BLIND, Code.DIRTY_GLASS, Code.SIDE_TURNED,
    Code.PILE_TURNED, Code.VERSOS_REPEATED, Code.BLANKS_REMOVED, Code.ONE_SIDED, Code.PILE_UNREADABLE,
    Code.PILE_ASKEW, Code.PILE_GRAY,
}  # fmt: skip


@cache
def sound(a3: bool, copies: int = 6) -> Batch:
    rng = np.random.default_rng(2)
    roster = invent_candidates(rng, copies + 2, CENTRE, [EXAM], invent_schools(rng, 2))
    kinds = [Kind.OK] * copies
    return draw_batch(2, EXAM, CENTRE, roster, kinds, FORM, level=Level.OFFICE, mode=Mode.GRAY, a3=a3)


def read(batch: Batch, folder: Path) -> ScanReading:
    path = folder / "scan.pdf"
    path.write_bytes(batch.pdf)
    return read_scan(path, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)


def ailing(ailment: Ailment, a3: bool = False, **how: bool | float) -> Ailing:
    return ail(sound(a3), ailment, np.random.default_rng(4), **how)  # type: ignore[arg-type]


def of_pile(reading: ScanReading) -> list[Finding]:
    return [found for found in reading.findings if found.code in _OF_PILES]


@pytest.mark.slow
@pytest.mark.parametrize("a3", [False, True])
def test_a_sound_pile_says_nothing_of_the_scanner(tmp_path: Path, a3: bool) -> None:
    reading = read(sound(a3), tmp_path)
    assert of_pile(reading) == []
    assert {copy.status for copy in reading.copies} == {CopyStatus.COMPLETE}


@pytest.mark.slow
@pytest.mark.parametrize("a3", [False, True])
def test_a_streak_of_one_sensor_is_said_once_and_holds_nothing(tmp_path: Path, a3: bool) -> None:
    pile = ailing(Ailment.STREAK, a3, one_sensor=True)
    reading = read(pile.batch, tmp_path)
    (found,) = of_pile(reading)
    assert (found.code, found.severity) == (Code.SCANNER_LINE, Severity.WARNING)
    edge = "du haut" if a3 else "du bord gauche"
    assert f"à {pile.at:.0f} mm {edge} de l'image, sur les rectos" in found.message
    assert {p.image for p in reading.pages if p.page in found.pages} == set(pile.images)
    assert {copy.status for copy in reading.copies} == {CopyStatus.COMPLETE}


@pytest.mark.slow
def test_a_band_that_hides_answers_holds_the_copies_once_each(tmp_path: Path) -> None:
    reading = read(ailing(Ailment.WHITE_BAND, width=8.0).batch, tmp_path)
    (found,) = of_pile(reading)
    assert (found.code, found.severity) == (Code.SCANNER_BLIND, Severity.BLOCKING)
    for copy in reading.copies:
        assert copy.status is CopyStatus.INCOMPLETE
        assert [f.code for f in copy.findings].count(Code.UNREADABLE_PAGE) == 1


@pytest.mark.slow
@pytest.mark.parametrize("a3", [False, True])
def test_every_second_image_turned_is_said_once_and_mended(tmp_path: Path, a3: bool) -> None:
    pile = ailing(Ailment.SECONDS_TURNED, a3)
    reading = read(pile.batch, tmp_path)
    (found,) = of_pile(reading)
    assert (found.code, found.severity) == (Code.SIDE_TURNED, Severity.INFO)
    assert {p.image for p in reading.pages if p.page in found.pages} == set(pile.images)
    assert "les versos" in found.message
    assert not any(f.code is Code.UPSIDE_DOWN for copy in reading.copies for f in copy.findings)
    assert {copy.status for copy in reading.copies} == {CopyStatus.COMPLETE}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ailment", "code"),
    [(Ailment.RECTOS_REPEATED, Code.VERSOS_REPEATED), (Ailment.BLANKS_REMOVED, Code.BLANKS_REMOVED)],
)
def test_blank_versos_that_the_scanner_took_away_are_explained_and_hold_their_copies(
    tmp_path: Path, ailment: Ailment, code: Code
) -> None:
    pile = ailing(ailment)
    reading = read(pile.batch, tmp_path)
    assert [found.code for found in of_pile(reading)] == [code]
    lacking = [truth.candidate for truth in pile.batch.copies if truth.dropped]
    held = [copy.candidate for copy in reading.copies if copy.status is CopyStatus.INCOMPLETE]
    assert held == lacking
    shown = {page for copy in reading.copies for page in copy.pages}
    told = {page for copy in reading.copies for f in copy.findings for page in f.pages}
    assert {p.page for p in reading.pages} <= shown | told


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ailment", "code"),
    [
        (Ailment.SPOTS, Code.DIRTY_GLASS),
        (Ailment.ONE_SIDED, Code.ONE_SIDED),
        (Ailment.ASKEW, Code.PILE_ASKEW),
        (Ailment.GRAY, Code.PILE_GRAY),
    ],
)
def test_what_concerns_the_whole_pile_is_said_once(tmp_path: Path, ailment: Ailment, code: Code) -> None:
    reading = read(ailing(ailment).batch, tmp_path)
    assert [found.code for found in of_pile(reading)] == [code]
