"""Answer sheets printed in the subject: read, wiped and in place where declared; to a person where not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.circular.form import Form, load_form
from processors.findings import Code, Severity
from processors.lists.people import Candidate
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf, wipe_polygon
from processors.scans.leaving.leaks import leaks
from processors.scans.pages.exposure import shows_any_header, shows_printed_boxes
from processors.scans.pages.geometry import PX, darkness, reduced
from processors.scans.pages.twice import imprint
from processors.scans.reader import read_scan
from processors.scans.readings import CopyReading, CopyStatus, PageKind, PageReading, ScanReading, Turn
from specimens.hand import Hand, Rng
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Page, Press
from tests.processors.test_assembly import PATTERN as LABELS
from tests.processors.test_assembly import ROSTER, boxes, codes, page, sheet

FORMS = Path(__file__).parents[2] / "sessions" / "forms"
SHEETS = [load_form(FORMS / f"{name}.toml") for name in ("ccyc", "ccyc-republique")]
ONE, TWO = (load_form(FORMS / f"document-reponse{name}.toml") for name in ("", "-recto-verso"))
CENTRE, EXAM, DPI = "0130051K", "U4", 200


# --- whose it is, by what was read of the pages ----------------------------------------------------------


def annex(owner: int | None, number: int = 0, total: int = 0, **other: object) -> PageReading:
    """An annex with this candidate's label and number, or nothing, in its header; perhaps numbered."""
    said = {} if owner is None else {"candidate_number": boxes(ROSTER[owner].number)}
    reading = replace(
        page(2, 4),
        kind=PageKind.ANNEX,
        model="document-reponse",
        label=None if owner is None else f"U4-{ROSTER[owner].number}",
        boxes=said,
        number=number or None,
        total=total or None,
        number_reading=boxes(f"{number:2d}") if number else None,
        total_reading=boxes(f"{total:2d}") if total else None,
    )
    return replace(reading, **other)  # type: ignore[arg-type]


def alone(owner: int) -> PageReading:
    """An annex that bears the candidate's number and nothing else."""
    return annex(owner, label=None)


PAPER = replace(
    page(2, 4), kind=PageKind.FOREIGN, number=None, total=None, number_reading=None, total_reading=None
)


def read(*pages: PageReading, two_sided: Sequence[str] = ()) -> tuple[CopyReading, ...]:
    from processors.scans.copies.assembly import assemble

    numbered = [replace(p, page=k, image=k) for k, p in enumerate(pages, start=1)]
    return assemble(numbered, ROSTER, CENTRE, EXAM, LABELS, "ccyc", two_sided)[0]


def made(*copies: CopyReading) -> list[tuple[CopyStatus, tuple[int, ...]]]:
    return [(copy.status, copy.pages) for copy in copies]


DONE, OPEN, SHORT = CopyStatus.COMPLETE, CopyStatus.TO_DECIDE, CopyStatus.INCOMPLETE


def test_an_annex_follows_the_sheets_of_its_copy_wherever_it_lies() -> None:
    first, second = sheet(0), sheet(1)
    after = read(*first, annex(0), *second)
    assert made(*after) == [(DONE, (1, 2, 3, 4, 5)), (DONE, (6, 7, 8, 9))]
    assert after[0].annexes == (5,)
    assert codes(after[0]) == {Code.ANNEX}
    assert made(*read(*first[:2], annex(0), *first[2:], *second))[0] == (DONE, (1, 2, 4, 5, 3))
    assert made(*read(*first, annex(1), *second))[1] == (DONE, (6, 7, 8, 9, 5)), "it lies on top of its copy"
    assert made(*read(*first, *second, *sheet(2), annex(0)))[0] == (DONE, (1, 2, 3, 4, 13)), "strayed"


def test_what_is_printed_on_the_answer_sheets_of_two_is_no_page_in_two_copies() -> None:
    printed = imprint(np.random.default_rng(5).random((120, 132), np.float32))
    copies = read(*sheet(0), annex(0, imprint=printed), *sheet(1), annex(1, imprint=printed))
    assert made(*copies) == [(DONE, (1, 2, 3, 4, 5)), (DONE, (6, 7, 8, 9, 10))]


def test_one_reading_and_the_place_are_two() -> None:
    assert made(*read(*sheet(0), alone(0), *sheet(1)))[0] == (DONE, (1, 2, 3, 4, 5))
    copies = read(*sheet(0), alone(2), *sheet(1), *sheet(2))
    assert [copy.status for copy in copies] == [OPEN] * 3, "its number alone says whose it is"
    assert all(5 not in copy.pages for copy in copies)
    assert all(codes(copy) == {Code.UNPLACED_ANNEX} for copy in copies)


def test_a_nameless_annex_joins_the_copy_whose_pages_count_it() -> None:
    counting = [replace(p, total=5, total_reading=boxes(" 5")) for p in sheet(0)]
    assert made(*read(*counting, annex(None, 5, 5), *sheet(1)))[0] == (DONE, (1, 2, 3, 4, 5))
    for nameless in (annex(None), annex(None, 5, 5)):
        copies = read(*sheet(0), nameless, *sheet(1))
        assert [copy.status for copy in copies] == [OPEN, OPEN], "it may be of either"
        assert all(Code.UNPLACED_ANNEX in codes(copy) for copy in copies)


def test_annexes_go_in_the_order_of_their_numbers_and_a_gap_is_missing() -> None:
    assert made(*read(*sheet(0), annex(0, 6, 6), annex(0, 5, 6)))[0] == (DONE, (1, 2, 3, 4, 6, 5))
    (copy,) = read(*sheet(0), annex(0, 6, 6))
    assert (copy.status, copy.missing) == (SHORT, (5,))
    (copy,) = read(*sheet(0), annex(0, 5, 6))
    assert (copy.status, copy.missing) == (SHORT, (6,))


def test_the_verso_of_an_annex_goes_with_it() -> None:
    model = ["document-reponse"]
    copies = read(*sheet(0), annex(0), PAPER, *sheet(1), two_sided=model)
    assert made(*copies) == [(DONE, (1, 2, 3, 4, 5, 6)), (DONE, (7, 8, 9, 10))]
    (copy,) = read(*sheet(0), annex(0), two_sided=model)
    assert (copy.status, codes(copy)) == (SHORT, {Code.ANNEX, Code.MISSING_PAGES})
    empty = replace(PAPER, blank=True)
    assert made(*read(*sheet(0), annex(0), empty))[0] == (DONE, (1, 2, 3, 4, 5, 6))
    (copy,) = read(*sheet(0), annex(0), PAPER)
    assert Code.FOREIGN_PAGE in codes(copy), "nobody said that answers stand on its verso"


def test_a_table_of_no_known_paper_waits_but_as_the_verso_of_an_annex() -> None:
    table = replace(PAPER, tabled=True)
    (copy,) = read(*sheet(0), table)
    assert (copy.status, codes(copy)) == (OPEN, {Code.UNDECLARED_PAGE})
    copies = read(*sheet(0), annex(0), table, *sheet(1), two_sided=["document-reponse"])
    assert made(*copies) == [(DONE, (1, 2, 3, 4, 5, 6)), (DONE, (7, 8, 9, 10))]


@pytest.mark.parametrize("askew", [0.0, 1.5])
def test_a_printed_table_is_told_from_writing(askew: float) -> None:
    """On a page without any header; ruled lines, and letters as tall, make no boxes."""
    press, rng = Press(SHEETS[0], 150), np.random.default_rng(3)
    hand = Hand(rng)
    for lines, tabled in ((0, False), (4, True)):
        page = press.page(False, hand)
        press.write_answer(page, hand, rng, first=False, lines=20)
        ink = np.minimum(page.printed, page.pen)
        for k in range(lines):
            cv2.line(ink, (150, 300 + 80 * k), (1000, 300 + 80 * k), 40, 2)
            cv2.line(ink, (150 + 280 * k, 300), (150 + 280 * k, 540), 40, 2)
        turn = cv2.getRotationMatrix2D((620.0, 877.0), askew, 1.0)
        turned = cv2.warpAffine(ink, turn, (1240, 1754), borderValue=(255.0,))
        dark = darkness(reduced(np.asarray(turned, np.uint8), 150)[0])
        assert shows_printed_boxes(dark) is tabled


def test_an_annex_scanned_twice_is_kept_once() -> None:
    rng = np.random.default_rng(5)
    ink = rng.random((60, 100)).astype(np.float32)
    (copy,) = read(*sheet(0), annex(0, fingerprint=ink), annex(0, fingerprint=ink))
    assert (copy.status, copy.pages) == (DONE, (1, 2, 3, 4, 5))
    assert Code.DUPLICATE_PAGES in codes(copy)


def test_what_is_nobodys_here_is_told_and_holds_no_other_copy() -> None:
    from processors.scans.copies.assembly import assemble

    pages = [replace(p, page=k, image=k) for k, p in enumerate([*sheet(0), annex(2)], start=1)]
    copies, findings = assemble(pages, ROSTER, CENTRE, EXAM, LABELS, "ccyc")
    assert made(*copies) == [(DONE, (1, 2, 3, 4))]
    assert [(f.code, f.pages) for f in findings] == [(Code.UNPLACED_ANNEX, (5,))]


def test_a_written_page_is_no_double_of_an_empty_one() -> None:
    pages = sheet(0)
    pages[3] = replace(pages[3], blank=True)
    answer = replace(page(2, 4), number=5, total=5, number_reading=boxes(" 5"), total_reading=boxes(" 5"))
    held, other = read(*pages, answer, *sheet(1))
    assert (held.status, held.pages, codes(held)) == (OPEN, (1, 2, 3, 4), {Code.UNDECLARED_PAGE})
    assert [(f.pages, [e.page for e in f.evidence]) for f in held.findings] == [((5,), [5])]
    assert other.status is DONE


def test_a_page_with_a_header_of_its_own_holds_the_copies_that_it_lies_between() -> None:
    headed = replace(PAPER, headed=True)
    assert [c.status for c in read(*sheet(0), headed, *sheet(1), *sheet(2))] == [OPEN, OPEN, DONE]
    assert [c.status for c in read(headed, *sheet(0), *sheet(1))] == [OPEN, DONE]
    assert [c.status for c in read(*sheet(0), PAPER, *sheet(1))] == [DONE, DONE]


# --- drawn, scanned, read ----------------------------------------------------------------------------------


def candidates(seed: int, count: int) -> tuple[Candidate, ...]:
    rng = np.random.default_rng(seed)
    return invent_candidates(rng, count, CENTRE, [EXAM], invent_schools(rng, 2))


def copy_of(form: Form, who: Candidate, rng: Rng, *, numbered: bool = True, answered: int = 3) -> list[Page]:
    press, hand = Press(form, DPI), Hand(rng)
    pages = [press.page(number == 1, hand) for number in range(1, 5)]
    press.write_identity(pages[0], hand, who)
    for number, drawn in enumerate(pages, start=1):
        if numbered:
            press.write_numbers(drawn, hand, number, 4)
        if number <= answered:
            press.write_answer(drawn, hand, rng, number == 1)
    return pages


def annex_of(form: Form, who: Candidate, rng: Rng, number: int | None = 5) -> list[Page]:
    press, hand = Press(form, DPI), Hand(rng)
    pages = [press.page(side == 0, hand) for side in range(form.form.pages_per_sheet)]
    press.write_identity(pages[0], hand, who)
    for side, drawn in enumerate(pages):
        press.write_answer(drawn, hand, rng, side == 0, 8)
        if number is not None:
            press.write_numbers(drawn, hand, number + side, number)
    return pages


def scanned(path: Path, pages: Sequence[Page], rng: Rng, level: Level, mode: Mode) -> Path:
    images = [encode(scan(drawn, level, mode, DPI, rng), level, mode, DPI, rng) for drawn in pages]
    path.write_bytes(pdf(images, DPI))
    return path


def reading(path: Path, form: Form, roster: Sequence[Candidate]) -> ScanReading:
    return read_scan(path, form, form.label.payload, roster, CENTRE, EXAM)


CASES = [
    (SHEETS[0], ONE, Level.OFFICE, Mode.GRAY, False),
    (SHEETS[1], ONE, Level.POOR, Mode.BW, True),
    (SHEETS[0], TWO, Level.POOR, Mode.GRAY, True),
    (SHEETS[1], TWO, Level.CLEAN, Mode.COLOR, False),
]


@pytest.mark.slow
@pytest.mark.parametrize(("sheet_form", "annex_form", "level", "mode", "over"), CASES)
def test_a_declared_annex_is_read_wiped_and_in_place(
    tmp_path: Path, sheet_form: Form, annex_form: Form, level: Level, mode: Mode, over: bool
) -> None:
    who, next_one, *_ = roster = candidates(31, 6)
    rng = np.random.default_rng(32)
    handed = annex_of(annex_form, who, rng)
    if over:
        handed = [side.turned() for side in handed]
    pile = [*copy_of(sheet_form, who, rng), *handed, *copy_of(sheet_form, next_one, rng)]
    path = scanned(tmp_path / "scan.pdf", pile, rng, level, mode)
    form = sheet_form.with_annexes([ONE, TWO])

    read_ = reading(path, form, roster)

    mine = tuple(range(1, 5 + len(handed)))
    assert [(c.candidate, c.status, c.pages) for c in read_.copies] == [
        (who.number, DONE, mine),
        (next_one.number, DONE, tuple(range(len(mine) + 1, len(mine) + 5))),
    ]
    recto = read_.pages[4]
    assert (recto.kind, recto.model, recto.turn is Turn.OVER) == (PageKind.ANNEX, annex_form.form.name, over)
    assert recto.boxes["candidate_number"].text == who.number

    places = [place(page_, form) for page_ in read_.pages[: len(mine)]]
    out = anonymous_pdf(path, places)
    assert leaks(out, places, form, LABELS, (who.family_name, who.number)) == ()
    shown = list(read_images(io.BytesIO(out)))[4].gray()
    zone = annex_form.identity.frame.grown(1.0)
    x, y, w, h = (round(side * DPI / 25.4) for side in zone)
    assert np.mean(shown[y : y + h, x : x + w] < 200) < 0.002, "its header is paper"
    bare = [replace(one, wipe=None, exposed=None) for one in places]
    assert 5 in leaks(anonymous_pdf(path, bare), bare, form, LABELS, ()), "unwiped it would not leave"


@pytest.mark.slow
def test_an_annex_without_a_number_after_a_page_without_one_is_another_page(tmp_path: Path) -> None:
    who, *_ = roster = candidates(33, 4)
    rng = np.random.default_rng(34)
    pile = [*copy_of(SHEETS[0], who, rng, numbered=False, answered=4), *annex_of(ONE, who, rng, None)]
    path = scanned(tmp_path / "scan.pdf", pile, rng, Level.OFFICE, Mode.GRAY)

    read_ = reading(path, SHEETS[0].with_annexes([ONE]), roster)

    assert made(*read_.copies) == [(DONE, (1, 2, 3, 4, 5))]


def place(page_: PageReading, form: Form) -> PagePlace:
    wipe = None
    if page_.frame is not None:
        identity = form.of_model(page_.model).identity
        per_mm = float(np.hypot(*np.subtract(page_.frame[1], page_.frame[0]))) / identity.frame.width
        wipe = wipe_polygon(page_.frame, identity.mask_margin * per_mm)
    return PagePlace(page_.image, page_.half, page_.turn, wipe, page_.exposed)


@pytest.mark.slow
@pytest.mark.parametrize("sheet_form", SHEETS, ids=["ccyc", "republique"])
@pytest.mark.parametrize("undeclared", [ONE, TWO], ids=["numbered", "two sides, no numbers"])
def test_a_page_that_nobody_declared_holds_its_copy(
    tmp_path: Path, sheet_form: Form, undeclared: Form
) -> None:
    who, next_one, *_ = roster = candidates(41, 6)
    rng = np.random.default_rng(42)
    pile = [
        *copy_of(sheet_form, who, rng),
        *annex_of(undeclared, who, rng),
        *copy_of(sheet_form, next_one, rng),
    ]
    path = scanned(tmp_path / "scan.pdf", pile, rng, Level.OFFICE, Mode.GRAY)

    first = reading(path, sheet_form, roster).copies[0]

    assert (first.candidate, first.status) == (who.number, OPEN)
    assert first.pages == (1, 2, 3, 4)
    held = [f for f in first.findings if f.severity is Severity.BLOCKING]
    assert [f.code for f in held] == [Code.UNDECLARED_PAGE]
    assert 5 in held[0].pages
    assert 5 in [shown.page for shown in held[0].evidence]


@pytest.mark.slow
def test_a_frame_like_the_sheets_own_lower_on_the_page_is_the_annex(tmp_path: Path) -> None:
    """The subject prints the sheet's very header, below its title."""
    who, *_ = roster = candidates(51, 4)
    rng = np.random.default_rng(52)
    own = SHEETS[0]
    lower = {
        name: field.model_copy(update={"cells": field.cells._replace(y=field.cells.y + 14)})
        for name, field in own.identity.fields.items()
    }
    identity = own.identity
    like = own.model_copy(
        update={
            "form": own.form.model_copy(update={"name": "annexe", "pages_per_sheet": 1}),
            "identity": identity.model_copy(
                update={
                    "frame": identity.frame._replace(y=identity.frame.y + 14),
                    "label_zone": identity.label_zone._replace(y=identity.label_zone.y + 14),
                    "fields": lower,
                }
            ),
            "exam_block": None,
        }
    )
    pile = [*copy_of(own, who, rng), *annex_of(like, who, rng)]
    path = scanned(tmp_path / "scan.pdf", pile, rng, Level.OFFICE, Mode.GRAY)
    (copy,) = reading(path, own.with_annexes([like]), roster).copies
    assert (copy.candidate, copy.status, copy.pages, copy.annexes) == (
        who.number,
        DONE,
        (1, 2, 3, 4, 5),
        (5,),
    )


def test_a_drawn_table_is_no_header() -> None:
    """On an answer page the cells of a byte, drawn by hand, do not hold the copy."""

    def row(cells: int, pitch: float) -> np.ndarray:
        paper = np.full((round(297 * PX), round(210 * PX)), 255, np.uint8)
        for k in range(cells):
            start, end = ((round((20 + (k + n) * pitch) * PX), round((60 + 7 * n) * PX)) for n in (0, 1))
            cv2.rectangle(paper, start, end, 30, 2)
        return np.asarray(darkness(paper))

    for pitch in (4.5, 5.0, 6.0, 7.5, 8.0):
        assert shows_any_header(row(11, pitch), 11) and shows_any_header(row(11, pitch), 11, closed=True)
        assert not shows_any_header(row(8, pitch), 11)
        assert shows_any_header(row(8, pitch), 8)


@pytest.mark.parametrize("pitch", [4.0, 4.4, 5.2])
def test_capitals_on_a_ruled_line_are_no_header(pitch: float) -> None:
    """H, I, L, N, U: upright strokes, equally far apart, which a line joins below and nowhere above."""
    paper = np.full((round(80 * PX), round(210 * PX)), 255, np.uint8)
    foot, tops = round(60 * PX), round(56 * PX)
    cv2.line(paper, (round(15 * PX), foot), (round(200 * PX), foot), 120, 1)
    for k in range(16):
        x = round((30 + k * pitch) * PX)
        cv2.line(paper, (x, tops), (x, foot - 1), 30, 2)
        if k % 3 == 0:
            cv2.line(paper, (x, tops + 7), (x + round(pitch * PX), tops + 7), 30, 2)
    dark = np.asarray(darkness(paper))
    assert shows_any_header(dark, 11) and not shows_any_header(dark, 11, closed=True)
