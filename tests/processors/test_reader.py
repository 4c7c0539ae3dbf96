"""Whole drawn scans, read: each copy gets what it deserves, and none a wrong candidate.

Of every kind of copy: tests/benchmarks/test_kinds.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.reading import FORMS, run
from processors.circular.form import load_form
from processors.findings import Code
from processors.scans import reader
from processors.scans.files.image import RawImage
from processors.scans.pages.scale import Drawn
from processors.scans.pages.upright import Expected
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus, PageKind, PageReading
from specimens.batch import Kind, draw_batch
from specimens.faults import Fault
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM = "0130051K", "U4"


def test_a_corner_folded_over_the_text_is_named_though_a_bold_hand_covers_the_page_boxes(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng((77, 3))
    roster = invent_candidates(rng, 12, CENTRE, [EXAM], invent_schools(rng, 3))
    batch = draw_batch(
        7703, EXAM, CENTRE, roster, (Kind.OK,) * 2, FORM, level=Level.CLEAN, dpi=200, mode=Mode.COLOR,
        a3=False, faults=(Fault.CORNER,) * 2,
    )  # fmt: skip
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(batch.pdf)

    reading = read_scan(scan, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)

    folded = [page for copy in batch.copies for page, number in copy.file_pages if number == 2]
    named = [f.pages for copy in reading.copies for f in copy.findings if f.code is Code.UNREADABLE_PAGE]
    assert named == [(page,) for page in folded]


def test_a_convocation_whose_print_looks_like_page_boxes_is_named() -> None:
    _, cases = run(118, FORMS["ccyc"], 2701)

    convocation = next(case for case in cases if case.name == Kind.FOREIGN_PAGE)
    assert convocation.came == {"right", "named"}
    assert all("named" in case.came for case in cases if case.troubled)
    assert not {"WRONG", "mixed", "lost"} & {outcome for case in cases for outcome in case.came}


def test_sheets_upside_down_are_turned_though_what_lies_at_the_bottom_looks_like_page_boxes(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng((7, 5))
    roster = invent_candidates(rng, 8, CENTRE, [EXAM], invent_schools(rng, 2))
    kinds = (Kind.UPSIDE_DOWN,) * 3
    batch = draw_batch(52, EXAM, CENTRE, roster, kinds, FORM, level=Level.POOR, dpi=200, mode=Mode.GRAY)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(batch.pdf)

    reading = read_scan(scan, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)

    assert [copy.candidate for copy in reading.copies] == [truth.candidate for truth in batch.copies]
    assert all(copy.status is CopyStatus.COMPLETE for copy in reading.copies)


def test_an_error_in_one_page_costs_that_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rng = np.random.default_rng(5)
    roster = invent_candidates(rng, 3, CENTRE, [EXAM], invent_schools(rng, 3))
    batch = draw_batch(5, EXAM, CENTRE, roster, [Kind.OK, Kind.OK], FORM)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(batch.pdf)
    real = reader.read_image

    def stumbling(image: RawImage, expected: Expected, *likely: Drawn | None) -> Iterator[PageReading]:
        if image.image == 2:
            raise ZeroDivisionError(roster[0].family_name)
        yield from real(image, expected, *likely)

    monkeypatch.setattr(reader, "read_image", stumbling)
    reading = read_scan(scan, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)

    assert len(reading.pages) == batch.images
    assert [page.page for page in reading.pages if page.kind is PageKind.UNREADABLE] == [2]
    found = [one for copy in reading.copies for one in copy.findings if one.code is Code.UNREADABLE_PAGE]
    assert [one.pages for one in found] == [(2,)]
    assert "ZeroDivisionError" in found[0].message
    assert sum(copy.status is CopyStatus.COMPLETE for copy in reading.copies) == 1
    assert "ZeroDivisionError" in caplog.text and roster[0].family_name not in caplog.text


@pytest.mark.parametrize("ink", [(250, 150, 190), (160, 190, 245), (170, 170, 175), (250, 230, 90)])
def test_a_copy_in_pencil_or_pale_ink_is_not_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ink: tuple[int, int, int]
) -> None:
    monkeypatch.setattr("specimens.hand._PENS", [ink])
    rng = np.random.default_rng(17)
    roster = invent_candidates(rng, 4, CENTRE, [EXAM], invent_schools(rng, 3))
    kinds = [Kind.OK, Kind.BLANK]
    batch = draw_batch(17, EXAM, CENTRE, roster, kinds, FORM, mode=Mode.COLOR)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(batch.pdf)

    reading = read_scan(scan, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)

    blank = [any(one.code is Code.BLANK_COPY for one in copy.findings) for copy in reading.copies]
    assert blank == [False, True]
