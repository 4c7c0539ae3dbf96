"""Drawn piles, fed to the scanner in another way, read as a centre would drop them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus, ScanReading
from specimens.batch import Batch, Kind, draw_batch
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, pdf

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U4"


@pytest.fixture(scope="module", params=[False, True], ids=["A4", "A3"])
def batch(request: pytest.FixtureRequest) -> Batch:
    """Four copies, the second of two sheets, the third without numbers, as an office scanner takes them."""
    rng = np.random.default_rng(77)
    roster = invent_candidates(rng, 6, CENTRE, [EXAM], invent_schools(rng, 2))
    kinds = [Kind.OK, Kind.OK, Kind.NO_NUMBERS, Kind.OK]
    return draw_batch(126, EXAM, CENTRE, roster, kinds, FORM, level=Level.OFFICE, a3=request.param)


def images(batch: Batch) -> list[bytes]:
    with pikepdf.open(io.BytesIO(batch.pdf)) as file:
        return [next(iter(page.get_images().values())).read_raw_bytes() for page in file.pages]


def read(batch: Batch, scanned: Sequence[bytes], tmp_path: Path) -> ScanReading:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf(scanned, batch.dpi))
    return read_scan(path, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)


def by_copy(batch: Batch) -> list[list[int]]:
    """The images of each copy, from 0."""
    a3 = 2 if batch.a3 else 1
    return [sorted({(page - 1) // a3 for page, _ in copy.file_pages}) for copy in batch.copies]


def whose(
    batch: Batch, order: Sequence[int], halves_reversed: Sequence[bool] = ()
) -> dict[int, tuple[str, int]]:
    """What the pages of the file truly are when its images come in this order."""
    of_image: dict[int, list[tuple[str, int]]] = {}
    for copy in batch.copies:
        for page, number in copy.file_pages:
            of_image.setdefault((page - 1) // (2 if batch.a3 else 1), []).append((copy.candidate, number))
    flat = []
    for k, image in enumerate(order):
        turned = bool(halves_reversed) and halves_reversed[k]
        flat += of_image[image][::-1] if turned else of_image[image]
    return dict(enumerate(flat, 1))


def assert_as_drawn(batch: Batch, reading: ScanReading, truth: dict[int, tuple[str, int]]) -> None:
    assert len(reading.copies) == len(batch.copies)
    for copy in reading.copies:
        assert copy.status is CopyStatus.COMPLETE, copy.findings
        wanted = [(copy.candidate, n + 1) for n in range(len(copy.pages))]
        assert [truth[page] for page in copy.pages] == wanted


Order = Callable[[list[list[int]]], list[int]]

FED: dict[str, Order] = {
    "face down": lambda copies: [i for c in copies for k in range(0, len(c), 2) for i in (c[k + 1], c[k])],
    "from the last page": lambda copies: [i for c in copies[::-1] for i in c[::-1]],
    "each copy from its last page": lambda copies: [i for c in copies for i in c[::-1]],
}


@pytest.mark.parametrize("fed", FED)
def test_a_pile_fed_in_another_order_is_put_in_order(batch: Batch, fed: str, tmp_path: Path) -> None:
    order = FED[fed](by_copy(batch))
    taken = images(batch)
    reading = read(batch, [taken[k] for k in order], tmp_path)
    assert_as_drawn(batch, reading, whose(batch, order))
    assert Code.PILE_REORDERED in {f.code for f in reading.findings}


@pytest.mark.parametrize("turns", [(90, 90), (270, 270), (90, 270), (0, 180)])
def test_sheets_fed_by_another_edge(batch: Batch, turns: tuple[int, int], tmp_path: Path) -> None:
    """Each side turned as the feeder turned it; an A3 then lies upright in the file."""
    if not batch.a3 and 0 not in turns:
        turns = (180, turns[1] % 180)
    order = list(range(batch.images))
    taken = [turned(image, turns[k % 2]) for k, image in enumerate(images(batch))]
    reading = read(batch, taken, tmp_path)
    # of a portrait image the upper half comes first; turned anticlockwise that is the right one
    reverse = [batch.a3 and turns[k % 2] in (180, 270) for k in order]
    assert_as_drawn(batch, reading, whose(batch, order, reverse))


def test_two_sheets_that_pass_as_one_wait_for_a_person(batch: Batch, tmp_path: Path) -> None:
    """The back of one and the front of the next are not seen: numbers and totals all fit."""
    *rest, one, other = by_copy(batch)
    order = [*(image for copy in rest for image in copy), *one[:-1], *other[1:]]
    taken = images(batch)
    reading = read(batch, [taken[k] for k in order], tmp_path)
    truth = whose(batch, order)
    complete = [copy for copy in reading.copies if copy.status is CopyStatus.COMPLETE]
    assert [copy.candidate for copy in complete] == [copy.candidate for copy in batch.copies[: len(rest)]]
    for copy in complete:
        assert {truth[page][0] for page in copy.pages} == {copy.candidate}


def test_the_copy_that_was_hidden_scanned_again_holds_the_one_that_hid_it(
    batch: Batch, tmp_path: Path
) -> None:
    first, second, third, last = by_copy(batch)
    order = [first[0], *last[1:2], *first[2:], *second, *third, *last]
    if not batch.a3:
        order = [first[0], *last[1:3], *first[3:], *second, *third, *last]
    taken = images(batch)
    reading = read(batch, [taken[k] for k in order], tmp_path)
    held = {copy.candidate for copy in reading.copies if Code.SAME_PAGE in {f.code for f in copy.findings}}
    assert held == {batch.copies[0].candidate, batch.copies[3].candidate}
    assert not any(copy.status is CopyStatus.COMPLETE for copy in reading.copies if copy.candidate in held)


@pytest.mark.parametrize(("seed", "missed"), [(136, 1), (149, 0)])  # of the first blank leaves lie between
def test_a_leaf_missed_and_scanned_at_the_end_gives_no_copy_another_s_page(
    seed: int, missed: int, tmp_path: Path
) -> None:
    """The second leaf of each copy and the first of the next look like a copy in another order."""
    rng = np.random.default_rng(78)
    roster = invent_candidates(rng, 8, CENTRE, [EXAM], invent_schools(rng, 2))
    batch = draw_batch(seed, EXAM, CENTRE, roster, [Kind.OK] * 3, FORM, level=Level.OFFICE)
    sheets = by_copy(batch)
    assert [len(copy) for copy in sheets] == [PAGES_PER_SHEET] * 3
    first = sheets[missed][:2]
    order = [image for copy in sheets for image in copy if image not in first] + first
    truth, all_images = whose(batch, order), images(batch)
    reading = read(batch, [all_images[k] for k in order], tmp_path)
    for copy in reading.copies:
        if copy.status is CopyStatus.COMPLETE:
            assert [truth[page] for page in copy.pages] == [(copy.candidate, n) for n in range(1, 5)]


def turned(image: bytes, degrees: int) -> bytes:
    """The scanner's image of a sheet fed by another edge, turned clockwise."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(image)) as lying:
        lying.rotate(-degrees, expand=True).save(out, "JPEG", quality=85, dpi=lying.info["dpi"])
    return out.getvalue()
