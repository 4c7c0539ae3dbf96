"""The drawn scans say what their truth says."""

import io
import re
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from processors.circular.form import load_form
from processors.lists.people import Candidate, read_candidates
from specimens.batch import PLAIN, Batch, Kind, draw_batch, roster_csv
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("batch")]  # draws pages by the dozen, once for all

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U4"


def people(count: int, seed: int = 5) -> tuple[Candidate, ...]:
    rng = np.random.default_rng(seed)
    return invent_candidates(rng, count, CENTRE, (EXAM,), invent_schools(rng, 3))


def drawn(*kinds: Kind, mode: Mode = Mode.GRAY, a3: bool = False, level: Level = Level.CLEAN) -> Batch:
    roster = people(len(kinds) + 1)
    return draw_batch(
        11, EXAM, CENTRE, roster, kinds, FORM, level=level, dpi=150, mode=mode, a3=a3, other_exam="U1"
    )


class Pictures:
    """The images of a batch, from 0, rendered when they are asked for."""

    def __init__(self, batch: Batch) -> None:
        self._pages = pypdfium2.PdfDocument(batch.pdf)
        self._scale = batch.dpi / 72
        assert len(self) == batch.images

    def __len__(self) -> int:
        return len(self._pages)

    def __getitem__(self, index: int) -> np.ndarray:
        return self._pages[index].render(scale=self._scale, grayscale=True).to_numpy()


def bars(picture: np.ndarray) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.Code128)}


def ink(picture: np.ndarray, box: tuple[float, float, float, float], dpi: int) -> float:
    """The share of dark pixels in a box of x, y, width, height (mm)."""
    x, y, w, h = (round(mm * dpi / 25.4) for mm in box)
    return float((picture[y : y + h, x : x + w] < 128).mean())


@pytest.fixture(scope="module")
def every_kind() -> tuple[Batch, Pictures]:
    batch = drawn(*PLAIN)
    return batch, Pictures(batch)


def test_every_kind_is_drawn_and_every_page_has_its_place(every_kind):
    batch, images = every_kind
    assert [copy.kind for copy in batch.copies] == list(PLAIN)
    places = [place for copy in batch.copies for place, _ in copy.file_pages]
    assert places == list(range(1, len(images) + 1))
    for copy in batch.copies:
        shown = [number for _, number in copy.file_pages if number]
        assert tuple(shown) == copy.scanned_order
        assert set(shown) | set(copy.dropped) == set(range(1, copy.pages + 1))
        assert not set(shown) & set(copy.dropped)


def test_labels_decode_to_the_truth(every_kind):
    batch, images = every_kind
    for copy in batch.copies:
        read = set().union(*(bars(images[place - 1]) for place, number in copy.file_pages if number % 4 == 1))
        seen = {text for text in read if re.fullmatch(FORM.label.payload, text)}  # a decoder may misread one
        if copy.kind in {Kind.SCRIBBLED, Kind.TORN}:
            assert copy.label and seen <= {copy.label}
        else:
            assert seen == ({copy.label} if copy.label else set()), copy.kind


def test_troubles_are_what_they_are_called(every_kind):
    batch, images = every_kind
    by_kind = {copy.kind: copy for copy in batch.copies}
    numbers = {candidate.number for candidate in batch.roster}

    assert by_kind[Kind.STRANGER].candidate not in numbers
    assert by_kind[Kind.OTHER_LABEL].label != f"{EXAM}-{by_kind[Kind.OTHER_LABEL].candidate}"
    assert by_kind[Kind.WRONG_EXAM].label == f"U1-{by_kind[Kind.WRONG_EXAM].candidate}"
    assert len(by_kind[Kind.MISSING_SIDE].dropped) == 2
    assert len(by_kind[Kind.DUPLICATE_SIDE].scanned_order) == by_kind[Kind.DUPLICATE_SIDE].pages + 2
    assert by_kind[Kind.SWAPPED].scanned_order[:4] == (1, 2, 4, 3)
    assert by_kind[Kind.FOREIGN_PAGE].file_pages[-1][1] == 0

    def first_page(kind: Kind) -> np.ndarray:
        return images[by_kind[kind].file_pages[0][0] - 1]

    number = FORM.identity.fields["candidate_number"]
    cells = [
        (number.cells.x + i * number.cells.pitch + 1, number.cells.y + 1, 3, number.cells.height - 2)
        for i in range(number.count)
    ]
    for kind in PLAIN:
        page = first_page(kind)
        page = page[::-1, ::-1] if kind is Kind.UPSIDE_DOWN else page
        written = [ink(page, cell, batch.dpi) > 0.02 for cell in cells]
        assert not any(written) if kind in {Kind.NO_HEADER, Kind.ANONYMOUS} else sum(written) >= 9, kind

    place = next(p for p, n in by_kind[Kind.BLURRED].file_pages if n in by_kind[Kind.BLURRED].blurred)
    sharpness = [cv2.Laplacian(images[p - 1], cv2.CV_64F).var() for p in (place, place - 1)]
    assert sharpness[0] < sharpness[1] / 5
    answer = (20, 105, 120, 100)
    assert (
        ink(first_page(Kind.BLANK), answer, batch.dpi) < 0.001 < ink(first_page(Kind.OK), answer, batch.dpi)
    )


def test_a3_sides_show_4_1_then_2_3():
    batch = drawn(Kind.OK, Kind.UPSIDE_DOWN, Kind.MISSING_SIDE, mode=Mode.BW, a3=True)
    straight, turned, missing = batch.copies
    assert [number for _, number in straight.file_pages][:4] == [4, 1, 2, 3]
    assert [number for _, number in turned.file_pages][:4] == [1, 4, 3, 2]
    assert len(missing.dropped) == 2 and len(missing.file_pages) == missing.pages - 2
    first = Pictures(batch)[0]
    middle = first.shape[1] // 2
    assert first.shape[1] > first.shape[0]
    assert bars(first[:, middle:]) == {straight.label}
    assert bars(first[:, :middle]) == set()


@pytest.mark.parametrize(
    ("mode", "codec"), [(Mode.GRAY, "/DCTDecode"), (Mode.COLOR, "/DCTDecode"), (Mode.BW, "/CCITTFaxDecode")]
)
def test_the_pdf_holds_the_scanners_own_streams(mode, codec):
    batch = drawn(Kind.OK, mode=mode)
    for page in pikepdf.open(io.BytesIO(batch.pdf)).pages:
        (image,) = page.get_images().values()
        # img2pdf names the filter of a G4 stream in a list
        assert codec in repr(image["/Filter"])
        assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
        if mode is not Mode.BW:
            decoded = Image.open(io.BytesIO(image.read_raw_bytes()))
            assert decoded.mode == ("RGB" if mode is Mode.COLOR else "L")


def test_the_same_seed_gives_the_same_bytes():
    first, again = (drawn(Kind.OK, Kind.TORN, level=Level.POOR) for _ in range(2))
    assert first == again
    other = draw_batch(12, EXAM, CENTRE, first.roster, (Kind.OK, Kind.TORN), FORM, level=Level.POOR, dpi=150)
    assert other.pdf != first.pdf


def test_the_roster_can_be_imported():
    roster = people(40)
    assert read_candidates(roster_csv(roster)).rows == roster
