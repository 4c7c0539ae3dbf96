"""Pages printed or scanned larger or smaller than they are, and A4 pages on a larger area."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest

from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.copies.reunion import likeness
from processors.scans.files.image import RawImage
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf, wipe_polygon
from processors.scans.leaving.leaks import leaks
from processors.scans.pages.upright import Expected
from processors.scans.reader import read_image, read_images_of, understand
from processors.scans.readings import CopyStatus, Gray, PageKind, PageReading
from specimens.batch import Kind, draw_batch
from specimens.hand import Hand
from specimens.people import invent_candidates
from specimens.scanner import Level, Mode, Setting, encode, pdf
from specimens.sheet import Label, Page, Press

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U1"
PEOPLE = invent_candidates(np.random.default_rng(5), 6, CENTRE, (EXAM,), ["0130051K"], 100)
EXPECTED = Expected.of(FORM, FORM.label.payload, PEOPLE)
DPI = 150
PRESS = Press(FORM, DPI)

CENTRED, CORNER = (0.5, 0.5), (0.0, 0.0)


@dataclass(frozen=True)
class Drawn:
    """A first page and, on sheets of their own, what names its candidate and what he answers."""

    whole: Page
    names: Page
    answers: Page


def first_page(seed: int, press: Press = PRESS) -> Drawn:
    person = PEOPLE[seed % len(PEOPLE)]
    whole, names, answers = (
        press.page(True, Hand(np.random.default_rng(seed))),
        *(press.empty_page() for _ in range(2)),
    )
    for page in (whole, names):
        press.write_identity(page, Hand(np.random.default_rng(seed)), person)
        press.stick(page, Label(f"{EXAM}-{person.number}", ""), np.random.default_rng(seed))
    press.write_numbers(whole, Hand(np.random.default_rng(seed)), 1, 4)
    for page in (whole, answers):
        rng = np.random.default_rng(seed)
        press.write_answer(page, Hand(rng), rng, first=True, lines=12)
    return Drawn(whole, names, answers)


def inside_page(number: int, seed: int, press: Press = PRESS, lines: int = 10) -> Page:
    rng = np.random.default_rng(seed)
    hand = Hand(rng)
    page = press.page(False, hand)
    press.write_numbers(page, hand, number, 4)
    press.write_answer(page, hand, rng, first=False, lines=lines)
    return page


def flat(page: Page, setting: Setting, skew: float = 0.0) -> Gray:
    drawn = setting.drawn(page)
    image = np.minimum(drawn.printed, drawn.pen)
    height, width = image.shape
    tilt = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    return np.asarray(cv2.warpAffine(image, tilt, (width, height), borderValue=255.0), np.uint8)


def read(image: Gray, dpi: float = DPI) -> PageReading:
    raw = RawImage(1, "flate", b"", image.shape[1], image.shape[0], dpi, False, _pixels=image)
    return next(iter(read_image(raw, EXPECTED)))


def place(page: PageReading) -> PagePlace:
    wipe = None
    if page.frame is not None:
        per_mm = float(np.hypot(*np.subtract(page.frame[1], page.frame[0]))) / FORM.identity.frame.width
        wipe = wipe_polygon(page.frame, FORM.identity.mask_margin * per_mm)
    return PagePlace(page.image, page.half, page.turn, wipe, page.exposed, area=page.area)


SCALES = [
    Setting(0.94, 0.94),
    Setting(0.95, 0.95, CORNER),
    Setting(0.97, 0.97),
    Setting(0.98, 0.98),
    Setting(1.03, 1.03),
    Setting(1.05, 1.05),
    Setting(0.94, 1.03),
    Setting(1.03, 0.95),
    Setting(0.98, 1.02, CORNER),
]


@pytest.mark.parametrize("setting", SCALES, ids=lambda s: f"{s.across}x{s.down}@{s.anchor[0]}")
def test_a_first_page_at_another_scale_is_read_and_its_mask_follows(setting: Setting, tmp_path: Path) -> None:
    drawn = first_page(3)
    skew = 1.5 if setting.across < 1 else -0.5
    page = read(flat(drawn.whole, setting, skew))

    assert page.kind is PageKind.FIRST
    assert page.number == (1 if setting.down < 1.05 else None)  # there the boxes leave the image
    assert page.label == f"{EXAM}-{PEOPLE[3].number}"
    assert page.boxes["candidate_number"].text == PEOPLE[3].number
    assert page.trouble is None and not page.exposed

    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([_png(flat(drawn.whole, setting, skew))], DPI))
    masked = next(read_images(io.BytesIO(anonymous_pdf(path, [place(page)])))).gray()
    names, answers = flat(drawn.names, setting, skew) < 128, flat(drawn.answers, setting, skew) < 128
    assert names.any() and masked[names].min() == 255
    assert masked[answers].max() < 200


def _png(image: Gray) -> bytes:
    ok, data = cv2.imencode(".png", image)
    assert ok
    return bytes(data.tobytes())


@pytest.mark.parametrize(("seed", "skew"), [(1, 0.7), (0, -1.5), (0, 1.5), (0, -0.7)])
def test_a_page_whose_boxes_are_printed_within_their_cells_has_its_true_scale(seed: int, skew: float) -> None:
    boxes = FORM.pagination
    within = {
        name: field.model_copy(
            update={
                "cells": field.cells._replace(
                    x=field.cells.x + 0.08,
                    y=field.cells.y + 0.08,
                    width=field.cells.width - 0.15,
                    height=field.cells.height - 0.15,
                )
            }
        )
        for name, field in (("page", boxes.page), ("total", boxes.total))
    }
    press = Press(FORM.model_copy(update={"page_boxes": boxes.model_copy(update=within)}), DPI)

    page = read(flat(inside_page(3, seed, press), Setting(1, 1), skew))

    assert page.scale == (1.0, 1.0) and page.number == 3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_page_scanned_again_as_tilted_the_other_way_is_one(seed: int) -> None:
    once, again, another = (
        read(flat(inside_page(2, whose, lines=25), Setting(1, 1), skew))
        for whose, skew in ((seed, -1.6), (seed, 1.6), (seed + 1, 1.6))
    )
    assert likeness(once, again) > 0 > likeness(once, another)


@pytest.mark.parametrize("setting", SCALES, ids=lambda s: f"{s.across}x{s.down}@{s.anchor[0]}")
def test_the_number_of_a_page_at_another_scale_is_read(setting: Setting) -> None:
    for number in (2, 3, 4):
        page = read(flat(inside_page(number, number), setting, skew=0.8))

        assert page.kind is PageKind.INSIDE and page.number == number
        assert page.trouble is None


def test_a_page_at_its_true_scale_is_read_as_it_is() -> None:
    assert read(flat(inside_page(2, 1), Setting(), 1.0)).scale == (1.0, 1.0)
    assert read(flat(first_page(1).whole, Setting(), 1.0)).scale == (1.0, 1.0)


LYING = [
    *(Setting(bed=bed, at=at) for bed in (0, 255) for at in ((0.0, 0.0), (105.0, 0.0), (200.0, 0.0))),
    *(Setting(bed=bed, at=(60.0, 40.0), turn=turn) for bed in (20, 255) for turn in (90, 270)),
]


@pytest.mark.parametrize("setting", LYING, ids=lambda s: f"{s.bed}-{s.at[0]:.0f}-{s.turn}")
def test_an_a4_on_an_a3_area_is_cut_out_and_read(setting: Setting, tmp_path: Path) -> None:
    drawn, inner = first_page(2), inside_page(2, 6)
    images = [setting.laid(flat(page, Setting()), DPI) for page in (drawn.whole, inner)]
    path = tmp_path / "scan.pdf"
    path.write_bytes(
        pdf([encode(image, Level.CLEAN, Mode.GRAY, DPI, np.random.default_rng(1)) for image in images], DPI)
    )
    first, second = read_images_of(path, EXPECTED)

    assert (first.kind, first.number) == (PageKind.FIRST, 1)
    assert (second.kind, second.number) == (PageKind.INSIDE, 2)
    assert first.boxes["candidate_number"].text == PEOPLE[2].number
    assert first.half is second.half is None
    places = [place(first), place(second)]
    made = anonymous_pdf(path, places)
    assert leaks(made, places, FORM, FORM.label.payload, ()) == ()
    with pikepdf.open(io.BytesIO(made)) as out:
        for shown in out.pages:
            width, height = (float(side) / 72 * 25.4 for side in shown.mediabox[2:])
            assert sorted((width, height)) == pytest.approx([210, 297], abs=8)
    masked = next(read_images(io.BytesIO(made))).gray()
    height, width = masked.shape
    names = flat(drawn.names, Setting()) < 128
    x, y = _where(masked, flat(drawn.answers, Setting()))
    here = names[max(0, -y) : height - y, max(0, -x) : width - x]
    there = masked[max(0, y) :, max(0, x) :][: here.shape[0], : here.shape[1]]
    assert there[here[: there.shape[0], : there.shape[1]]].min() > 200


@pytest.mark.parametrize("shown", [100, 200])
def test_two_leaves_that_overlap_on_a_long_image_are_no_page_of_a_copy(shown: int) -> None:
    """What shows of the second one, in mm, lies below the first one."""
    below, dpmm = flat(inside_page(3, 7), Setting()), DPI / 25.4
    page = read(np.vstack([flat(inside_page(2, 6), Setting()), below[-round(shown * dpmm) :]]))
    assert page.trouble is not None and "plus longue qu'une feuille" in page.trouble
    assert page.kind is not PageKind.FOREIGN


def test_a_page_on_the_longest_area_of_a_scanner_is_read() -> None:
    page = flat(inside_page(2, 6), Setting())
    legal = read(np.pad(page, ((0, round(355.6 / 25.4 * DPI) - len(page)), (0, 0)), constant_values=255))
    assert (legal.number, legal.trouble) == (2, None)


def _where(masked: Gray, answers: Gray) -> tuple[int, int]:
    """By how much the page that a corrector gets is moved against the drawn one."""
    top, bottom = round(110 / 25.4 * DPI), round(200 / 25.4 * DPI)
    left, right = round(20 / 25.4 * DPI), round(190 / 25.4 * DPI)
    likeness = cv2.matchTemplate(masked, answers[top:bottom, left:right], cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    assert best > 0.5
    return x - left, y - top


def pile(pages: Sequence[Gray]) -> list[PageReading]:
    return [
        PageReading(**{**vars(read(image)), "page": k, "image": k}) for k, image in enumerate(pages, start=1)
    ]


def test_one_reduced_sheet_is_named_amid_a_pile_that_is_read() -> None:
    sound = [flat(p, Setting()) for p in (first_page(1).whole, *(inside_page(n, n) for n in (2, 3, 4)))]
    small = cv2.resize(
        flat(first_page(4).whole, Setting()), None, fx=0.66, fy=0.66, interpolation=cv2.INTER_AREA
    )
    reading = understand(pile([*sound, np.asarray(small, np.uint8)]), "", PEOPLE, CENTRE, EXAM, EXPECTED)

    (copy,) = reading.copies
    assert copy.candidate == PEOPLE[1].number and copy.pages == (1, 2, 3, 4)
    (named,) = [f for f in copy.findings if 5 in f.pages]
    assert named.code is Code.OFF_SCALE_PAGE and "66 %" in named.message


@pytest.mark.parametrize("scale", [0.66, 0.71, 1.41])
def test_a_pile_off_scale_is_one_finding(scale: float) -> None:
    pages = [flat(page, Setting()) for k in (1, 2) for page in (first_page(k).whole, inside_page(2, k))]
    if scale < 1:
        pages = [flat(Page(page, page), Setting(scale, scale, CORNER)) for page in pages]
    else:  # copied on larger paper
        pages = [np.asarray(cv2.resize(page, None, fx=scale, fy=scale), np.uint8) for page in pages]
    reading = understand(pile(pages), "", PEOPLE, CENTRE, EXAM, EXPECTED)

    assert reading.copies == ()
    (found,) = reading.findings
    assert found.code is Code.OFF_SCALE_PILE and found.pages == (1, 2, 3, 4)
    assert f"{round(scale * 100)} %" in found.message


def test_a_pile_that_is_read_at_another_scale_is_told_once() -> None:
    setting = Setting(0.96, 0.96)
    pages = [flat(p, setting) for p in (first_page(1).whole, *(inside_page(n, n) for n in (2, 3, 4)))]
    reading = understand(pile(pages), "", PEOPLE, CENTRE, EXAM, EXPECTED)

    assert [copy.candidate for copy in reading.copies] == [PEOPLE[1].number]
    assert [found.code for found in reading.findings] == [Code.SCALED_PILE]
    assert "96 %" in reading.findings[0].message


@pytest.mark.parametrize("scale", [0.93, 0.94])
def test_a_pile_drawn_from_the_corner_is_read_with_its_inside_pages(scale: float, tmp_path: Path) -> None:
    """Their page boxes lie farther off than any page does at its true scale: the first page tells where."""
    drawn = [first_page(1).whole, *(inside_page(n, n) for n in (2, 3, 4))]
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([_png(flat(page, Setting(scale, scale, CORNER))) for page in drawn], DPI))
    reading = understand(read_images_of(path, EXPECTED), "", PEOPLE, CENTRE, EXAM, EXPECTED)

    (copy,) = reading.copies
    assert (copy.candidate, copy.pages) == (PEOPLE[1].number, (1, 2, 3, 4)) and not copy.missing
    assert [page.number for page in reading.pages] == [1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(4))
def test_no_page_of_any_size_raises(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(12):
        dpi = float(rng.choice([72, 100, 150]))
        width, height = (
            max(1, int(side / 25.4 * dpi)) for side in np.exp(rng.uniform(np.log(5), np.log(1000), 2))
        )
        image = np.full((height, width), 255, np.uint8)
        match int(rng.integers(5)):
            case 0:
                image = rng.integers(0, 256, image.shape).astype(np.uint8)
            case 1:
                image[:: int(rng.integers(2, 30))] = 0
            case 2:
                image[:, :: int(rng.integers(2, 30))] = 0
            case 3:
                for frame in (FORM.identity.frame, FORM.exam_block.frame):
                    corners = np.array(frame.corners) * width / FORM.form.page_width
                    cv2.polylines(image, [corners.round().astype(np.int32)], True, (0.0,), 2)
        raw = RawImage(1, "flate", b"", width, height, dpi, False, _pixels=image)
        assert 1 <= len(list(read_image(raw, EXPECTED))) <= 2


@pytest.mark.parametrize(("mode", "dpi"), [(Mode.BW, 200), (Mode.GRAY, 200), (Mode.COLOR, 300)])
@pytest.mark.parametrize("setting", [Setting(0.96, 0.96), Setting(0.95, 1.02), Setting(1.04, 1.04)])
def test_a_pile_fitted_to_the_page_is_attributed(
    setting: Setting, mode: Mode, dpi: int, tmp_path: Path
) -> None:
    kinds = [Kind.OK, Kind.NO_LABEL, Kind.OK]
    batch = draw_batch(
        9, EXAM, CENTRE, PEOPLE, kinds, FORM, level=Level.OFFICE, dpi=dpi, mode=mode, setting=setting
    )
    path = tmp_path / "scan.pdf"
    path.write_bytes(batch.pdf)
    pages = read_images_of(path, EXPECTED)
    reading = understand(pages, "", PEOPLE, CENTRE, EXAM, EXPECTED)

    assert [copy.candidate for copy in reading.copies] == [truth.candidate for truth in batch.copies]
    stopped = 0
    for copy, truth in zip(reading.copies, batch.copies, strict=True):
        assert len(copy.pages) == truth.pages
        places = [place(pages[number - 1]) for number in copy.pages]
        stopped += leaks(anonymous_pdf(path, places), places, FORM, FORM.label.payload, ()) != ()
    assert stopped <= 1  # the second look takes rows of letters for boxes now and then: the copy waits


def test_an_area_of_the_length_of_letter_is_said_once(tmp_path: Path) -> None:
    """What stands at the foot of a sheet, its page boxes among it, is cut off each page."""
    drawn = [p for k in (0, 1) for p in (first_page(k).whole, *(inside_page(n, k) for n in (2, 3, 4)))]
    images = [flat(page, Setting(1, 1)) for page in drawn]
    (tmp_path / "letter.pdf").write_bytes(
        pdf([_png(image[: round(len(image) * 279.4 / 297)]) for image in images], DPI)
    )
    pages = read_images_of(tmp_path / "letter.pdf", EXPECTED)

    said = understand(pages, "", PEOPLE, CENTRE, EXAM, EXPECTED)

    (cut,) = (found for found in said.findings if found.code is Code.PILE_UNREADABLE)
    assert "Choisissez le format des feuilles (A4" in cut.message
    assert Code.BLANKS_REMOVED not in {found.code for found in said.findings}
    assert not any(copy.status is CopyStatus.COMPLETE for copy in said.copies)
