"""A note that lies on a page may bear a name: the ruled lines end at it, and the copy waits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.circular.form import Rectangle, load_form
from processors.findings import Code
from processors.scans.pages.geometry import darkness, reduced
from processors.scans.pages.laid import laid_on
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus
from specimens.faults import lay_note
from specimens.hand import PRINT_FONT, Hand, typeset
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Page, Press
from tests.processors.written_copy import pages_of

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM, DPI = "0130051K", "U1", 200
PER_MM = DPI / 25.4
PRESS = Press(FORM, DPI)
NOTE, SLIP = Rectangle(60, 100, 76, 76), Rectangle(40, 150, 110, 55)


def written(hand: Hand, lines: int = 30) -> Page:
    page = PRESS.page(False, hand)
    PRESS.write_answer(page, hand, np.random.default_rng(2), False, lines)
    return page


def noted(page: Page, hand: Hand, at: Rectangle) -> Page:
    if at is NOTE:
        return lay_note(
            page, [hand.text(text, PER_MM, 5.0) for text in ("Morel Karim", "merci")], at, 225, PER_MM
        )
    printed = ("CONVOCATION BTS SIO", "MOREL KARIM", "N° candidat : 02435721425", "Salle 204")
    return lay_note(
        page, [typeset(PRINT_FONT, round(3.4 * PER_MM), text) for text in printed], at, 252, PER_MM
    )


@pytest.mark.parametrize("at", [NOTE, SLIP], ids=["note", "slip"])
@pytest.mark.parametrize("number", [1, 2])
def test_the_copy_waits_for_who_takes_the_note_off(tmp_path: Path, at: Rectangle, number: int) -> None:
    rng = np.random.default_rng(4)
    roster = invent_candidates(rng, 4, CENTRE, [EXAM], invent_schools(rng, 2))
    who, hand, pictures = roster[0], Hand(rng), []
    for k, page in pages_of(who, PRESS, hand, rng, EXAM, 30):
        page = noted(page, hand, at) if k == number else page
        pictures.append(
            encode(scan(page, Level.OFFICE, Mode.GRAY, DPI, rng), Level.OFFICE, Mode.GRAY, DPI, rng)
        )
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf(pictures, DPI))
    (copy,) = read_scan(path, FORM, FORM.label.payload, roster, CENTRE, EXAM).copies
    assert copy.candidate == who.number and copy.status is CopyStatus.INCOMPLETE
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.UNREADABLE_PAGE, (number,))]
    *_, box = (shown.box for shown in copy.findings[0].evidence)
    assert box is not None
    x, y, width, height = box
    assert at.x - 12 <= x and x + width <= at.x + at.width + 12
    assert at.y - 16 <= y and y + height <= at.y + at.height + 16


def drawn(kind: str, hand: Hand) -> Page:
    """What candidates draw, or glue in: it hides no ruled line, or brings lines of its own."""
    page = written(hand)
    left, top, right, bottom = (round(side * PER_MM) for side in (50, 80, 140, 160))
    if kind == "squared":
        page.printed[top:bottom, left:right], page.pen[top:bottom, left:right] = 252, 255
        for k in range(0, 91, 5):
            x, y = left + round(k * PER_MM), top + round(k * PER_MM)
            cv2.line(page.printed, (x, top), (x, bottom), 185, 1)
            if y <= bottom:
                cv2.line(page.printed, (left, y), (right, y), 185, 1)
    elif kind != "plain":
        cv2.rectangle(page.pen, (left, top), (right, bottom), 40, 3)
    if kind == "crossed":
        cv2.line(page.pen, (left, top), (right, bottom), 40, 3)
        cv2.line(page.pen, (left, bottom), (right, top), 40, 3)
    if kind == "table":
        for k in range(1, 4):
            y, x = top + (bottom - top) * k // 4, left + (right - left) * k // 4
            cv2.line(page.pen, (left, y), (right, y), 40, 3)
            cv2.line(page.pen, (x, top), (x, bottom), 40, 3)
    return page


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("kind", ["plain", "box", "crossed", "table", "squared"])
def test_what_is_drawn_or_squared_is_no_note(kind: str, level: Level) -> None:
    rng = np.random.default_rng(8)
    small, _ = reduced(scan(drawn(kind, Hand(rng)), level, Mode.GRAY, DPI, rng), DPI)
    assert laid_on(darkness(small), []) is None


@pytest.mark.parametrize("mode", [Mode.GRAY, Mode.BW])
def test_two_tables_without_lines_between_them_are_no_note(mode: Mode) -> None:
    """Their rows lie as far apart as ruled lines, which one bit loses."""
    rng = np.random.default_rng(8)
    page = PRESS.empty_page()
    left, right = (round(side * PER_MM) for side in (24, 196))
    for rows in (range(6, 17), range(21, 33)):
        levels = [round((15 + 8 * row) * PER_MM) for row in rows]
        for y in levels:
            cv2.line(page.pen, (left, y), (right, y), 40, 3)
        for x in range(left, right + 1, (right - left) // 3):
            cv2.line(page.pen, (x, levels[0]), (x, levels[-1]), 40, 3)
    small, _ = reduced(scan(page, Level.OFFICE, mode, DPI, rng), DPI)
    assert laid_on(darkness(small), []) is None
