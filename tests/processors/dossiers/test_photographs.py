"""Sheets on photographs, and what optical reading makes of stamps, dots and ticks."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.circular.session import load_session
from processors.dossiers.boxes import DPI as TICKS_DPI
from processors.dossiers.boxes import ticked_on
from processors.dossiers.facts import facts_of
from processors.dossiers.findings import Code
from processors.dossiers.grounds import ReadPiece, judge
from processors.dossiers.ink import ink_in
from processors.dossiers.layout import DPI, Line, Page, Word, line_of
from processors.dossiers.paper import lines_read, with_stamps, without_leaders
from processors.dossiers.persons import Owner
from processors.dossiers.pieces import pieces_of
from processors.dossiers.sheets import sheets_on
from processors.dossiers.ticks import option_of
from processors.scans.readings import Gray

SESSION = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
CORNERS = np.array([[150, 120], [1010, 160], [980, 1420], [100, 1360]], np.float32)
MARK = (0.6, 0.8)  # of its width and height, where a sheet bears a black square


def sheet() -> Gray:
    page = np.full((1414, 1000), 245, np.uint8)
    for y in range(100, 1000, 40):
        page[y : y + 8, 100:900:2] = 40
    x, y = (round(part * side) for part, side in zip(MARK, page.shape[::-1], strict=True))
    page[y - 20 : y + 20, x - 20 : x + 20] = 0
    return page


def laid(on: Gray, corners: np.ndarray) -> Gray:
    page = sheet()
    high, wide = page.shape
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    size = on.shape[::-1]
    there = cv2.warpPerspective(np.full_like(page, 255), matrix, size) > 127
    return np.asarray(np.where(there, cv2.warpPerspective(page, matrix, size), on), np.uint8)


def desk(wide: int = 1200, high: int = 1600) -> Gray:
    grain = np.random.default_rng(1).integers(90, 140, (high // 4, wide // 4)).astype(np.uint8)
    return np.asarray(cv2.resize(grain, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8)


def in_shadow(gray: Gray) -> Gray:
    """The upper half is less than half as bright."""
    light = np.where(np.arange(gray.shape[0]) < gray.shape[0] // 2, 0.42, 1.0)
    light = cv2.GaussianBlur(light[:, None], (1, 61), 12)
    return np.asarray(gray * light, np.uint8)


def mark_of(flat: Gray) -> tuple[float, float]:
    """Where the black square lies, of the width and height."""
    dark = cv2.erode((flat < 60).astype(np.uint8), np.ones((25, 25), np.uint8))
    ys, xs = np.nonzero(dark)
    return float(xs.mean()) / flat.shape[1], float(ys.mean()) / flat.shape[0]


@pytest.mark.parametrize("light", [lambda gray: gray, in_shadow], ids=["even", "shadow"])
def test_a_sheet_is_made_flat_whatever_light_falls_on_it(light: Callable[[Gray], Gray]) -> None:
    (flat,) = sheets_on(light(laid(desk(), CORNERS)))
    assert mark_of(flat) == pytest.approx(MARK, abs=0.015)


@pytest.mark.parametrize("along", [0, 1], ids=["its sides", "its head and foot"])
def test_a_bent_sheet_is_made_flat(along: int) -> None:
    """As one that was folded for an envelope: what stood in one row does."""
    seen = laid(desk(), CORNERS)
    y, x = np.indices(seen.shape).astype(np.float32)
    wave = 40 * np.sin((y, x)[along] / seen.shape[along] * 4)
    (flat,) = sheets_on(cv2.remap(seen, x + wave * (1 - along), y + wave * along, cv2.INTER_LINEAR))
    assert mark_of(flat) == pytest.approx(MARK, abs=0.015)
    print_ = flat[:, 200:-200] < 140
    left, right = (np.flatnonzero(part.any(1))[0] for part in (print_[:, :200], print_[:, -200:]))
    assert abs(int(left) - int(right)) < 12


def test_a_sheet_that_nearly_fills_the_picture_ends_where_it_does() -> None:
    corners = np.array([[30, 45], [1060, 2], [1010, 1300], [150, 1300]], np.float32)
    (flat,) = sheets_on(laid(desk(1080, 1440), corners))
    assert mark_of(flat) == pytest.approx(MARK, abs=0.015)


def test_a_sheet_that_the_picture_cuts_is_made_flat() -> None:
    (flat,) = sheets_on(laid(desk(), CORNERS + np.array([220, 0], np.float32)))
    assert mark_of(flat) == pytest.approx(MARK, abs=0.03)


def test_two_sheets_are_two_from_the_left() -> None:
    beside = laid(laid(desk(2400), CORNERS), CORNERS + np.array([1150, 60], np.float32))
    assert [mark_of(flat) == pytest.approx(MARK, abs=0.015) for flat in sheets_on(beside)] == [True, True]


def test_a_page_that_fills_the_picture_has_no_edges() -> None:
    assert sheets_on(sheet()) == ()


def test_what_lies_under_a_gray_band_of_a_table_is_no_sheet() -> None:
    page = sheet()
    page[620:] = 245
    page[580:620] = 205
    page[:, 955:] = page[1370:] = 190  # where the scanner's lid casts a shadow
    assert sheets_on(page) == ()


def words(said: str, x: float, y: float, fall: float = 0.0) -> Line:
    """In capitals 3 mm high; `fall`: mm down for each mm to the right."""
    made = []
    for word in said.split():
        made.append(Word(word, (x, y, 2.2 * len(word), 3.0), 0.9))
        x, y = x + 2.2 * len(word) + 2, y + (2.2 * len(word) + 2) * fall
    return line_of(made)


def askew(lines: Sequence[Line]) -> list[bool]:
    return [all(word.askew for word in line.words) for line in with_stamps(lines)]


def test_lines_aslant_to_the_print_are_a_stamps() -> None:
    print_ = [words("ATTESTE QUE CE STAGE A ÉTÉ FAIT ICI", 20, 40 + 8 * k) for k in range(4)]
    stamp = [words("ATELIER DURANCE SARL", 110, 200, 0.12), words("13001 MARSEILLE SUD", 110, 205, 0.12)]
    assert askew([*print_, *stamp]) == [False] * 4 + [True] * 2
    assert askew([*print_, stamp[0]]) == [False] * 5, "one line alone may be a slip of the reading"


def test_the_lines_of_a_page_seen_from_aside_are_print() -> None:
    lines = [words("ATTESTE QUE CE STAGE A ÉTÉ FAIT ICI", 20, y, y / 2500) for y in range(30, 250, 10)]
    assert askew(lines) == [False] * len(lines)


def test_dots_to_write_on_go_and_letters_stay() -> None:
    page = np.full((200, 1200), 240, np.uint8)
    cv2.putText(page, "Nom : DOS SANTOS", (20, 90), cv2.FONT_HERSHEY_DUPLEX, 1.2, 20, 2)
    letters = page.copy()
    for x in range(480, 1100, 9):
        page[90:93, x : x + 3] = 30
    cleaned = without_leaders(page, 200)
    assert (cleaned[:, 480:] > 200).all()
    assert np.array_equal(cleaned[:, :400], letters[:, :400])


def test_dots_go_under_what_stands_on_them() -> None:
    """Letters part them into too few in a row to be known by themselves."""
    page = np.full((200, 1200), 240, np.uint8)
    for x in range(200, 1100, 9):
        page[90:93, x : x + 3] = 30
    for x in range(280, 520, 48):  # letters, between which two dots are seen
        page[60:94, x : x + 26] = 30
    cleaned = without_leaders(page, 200)
    assert (cleaned[90:93, 310:324] > 200).all()
    assert (cleaned[60:88, 280:306] == 30).all()


def test_an_address_is_kept_however_unsure_its_reading_is() -> None:
    """As Tesseract gave it of a printed table, with noise of heads that run up the page."""
    words = [("Adresse", 96), ("URL", 96), ("du", 96), ("portfolio", 93), (":", 93)]
    words += [("https/ines-505.github.io/portfolio", 0), ("Ë", 0), ("LE", 0), ("-", 1)]
    table: dict[str, list[object]] = {
        "text": [word for word, _ in words],
        "conf": [float(sure) for _, sure in words],
        "left": [100 * k for k in range(len(words))],
        **{key: [20] * len(words) for key in ("top", "width", "height")},
        **{key: [1] * len(words) for key in ("block_num", "par_num", "line_num")},
    }
    (line,) = lines_read(table, 0.127)
    assert [word.text for word in line.words][4:] == [":", "https/ines-505.github.io/portfolio", "-"]
    head = Line((), "ANNEXE VI-1 : Tableau de synthèse des réalisations professionnelles")
    (piece,) = pieces_of("tableau.pdf", [Page(1, 210, 297, (head, line), "ocr")])
    assert facts_of(piece).portfolio == "ines-505.github.io/portfolio"


@pytest.mark.parametrize(("right", "count"), [((108, 113), 2), ((108, 117), 4)], ids=["level", "columns"])
def test_a_line_that_was_read_in_two_blocks_is_one(right: tuple[int, int], count: int) -> None:
    """As Tesseract gave it of an attestation; of columns of text not all lines stand level."""
    parts = [("Stage du 12/01/2026", 19, 108, 1), ("Durée en semaines", 19, 113, 1)]
    parts += [(said, 75, y, 2) for said, y in zip(("au 20/02/2026", "ou en mois"), right, strict=True)]
    rows = [
        (word, 96.0, 10 * (x + 18 * k), 10 * y, 160, 30, block, 1, y)
        for said, x, y, block in parts
        for k, word in enumerate(said.split(" "))
    ]
    keys = ("text", "conf", "left", "top", "width", "height", "block_num", "par_num", "line_num")
    lines = lines_read(dict(zip(keys, zip(*rows, strict=True), strict=True)), 0.1)
    assert len(lines) == count
    assert (lines[0].text == "Stage du 12/01/2026\tau 20/02/2026") is (count == 2)


def test_what_lies_about_the_sheet_is_no_signature() -> None:
    px = DPI / 25.4
    page = np.full((round(297 * px), round(210 * px)), 250, np.uint8)
    edge = 12 * px + 3 * np.cumsum(np.random.default_rng(2).normal(0, 1, page.shape[0]))
    page[np.arange(page.shape[1]) < np.clip(edge, 60, 90)[:, None]] = 30  # the desk, where an app cut badly
    zone = (8.0, 150.0, 190.0, 60.0)
    assert ink_in(page, DPI, zone, ()).probability < 0.05
    cv2.polylines(
        page, [np.array([[400, 1000], [450, 1100], [500, 990], [560, 1110], [640, 1000]])], False, 40, 3
    )
    assert ink_in(page, DPI, zone, ()).probability > 0.95


def test_a_scrawl_that_is_read_as_a_word_may_be_a_signature() -> None:
    px = DPI / 25.4
    page = np.full((round(297 * px), round(210 * px)), 250, np.uint8)
    scrawl = [(122, 207), (125, 202), (128, 207), (131, 202), (134, 207), (138, 202)]
    cv2.polylines(page, [np.array([[round(x * px), round(y * px)] for x, y in scrawl])], False, 40, 3)
    print_ = [Word("Signature", (110, 190, 18, 3.4), 0.96), Word("cachet", (130, 190, 12, 3.4), 0.95)]
    zone = (100.0, 187.0, 90.0, 50.0)
    read = Word("MAA", (120, 201.2, 20, 6.1), 0.81)
    assert ink_in(page, DPI, zone, [*print_, read]).length == 0
    assert ink_in(page, DPI, zone, [*print_, read], times=1.4).probability > 0.5
    named = Word("MARTIN", (120, 201.2, 20, 6.1), 0.96)
    assert ink_in(page, DPI, zone, [*print_, named], times=1.4).length == 0


def choice(mark: list[tuple[float, float]], at: int) -> int | None:
    """« Seul(e) » and « En équipe » behind boxes; a stroke through points in mm about the one at `at`."""
    px = TICKS_DPI / 25.4
    page = np.full((round(40 * px), round(120 * px)), 245, np.uint8)
    labels = [(26.0, 15.0, 16.0, 4.0), (66.0, 15.0, 18.0, 4.0)]
    for x, y, w, h in labels:
        corner, end = ((round((x - 5 + d) * px), round((y + d) * px)) for d in (0, 3.4))
        cv2.rectangle(page, corner, end, 30, 2)
        page[round(y * px) : round((y + h) * px) : 3, round(x * px) : round((x + w) * px)] = 40
    x, y = labels[at][0] - 5, labels[at][1]
    stroke = np.array([[round((x + dx) * px), round((y + dy) * px)] for dx, dy in mark])
    cv2.polylines(page, [stroke], False, 40, 3)
    return ticked_on(page, labels, (), optical=True)


@pytest.mark.parametrize("at", [0, 1])
def test_a_tick_that_hardly_meets_its_box_is_its_own(at: int) -> None:
    assert choice([(-1.0, 2.0), (0.4, 4.6), (4.5, -2.0)], at) == at


@pytest.mark.parametrize(
    "read", ["Option : CJ SLAM", "[1 SLAM", "CJSLAM", "Centre : CFA du Lac Option: SISR O"]
)
def test_an_option_behind_what_may_be_a_box_is_not_chosen_alone(read: str) -> None:
    """Optical reading has lost the other one, which may be ticked."""
    assert option_of([Page(1, 210, 297, (words(read, 120, 60),), "ocr")]) is None
    assert option_of([Page(1, 210, 297, (words("BTS SIO SLAM", 120, 60),), "ocr")]) == "SLAM"


@pytest.mark.parametrize(
    ("number", "read_by", "wrong"),
    [
        ("VIII-1-A", "ocr", False),
        ("VII-1-B", "ocr", True),
        ("VIII-1-A", "text", True),
        ("VII-1-A", "text", False),
    ],
)
def test_optical_reading_may_miscount_the_strokes_of_an_annexs_number(
    number: str, read_by: str, wrong: bool
) -> None:
    head = Line((), f"ANNEXE {number} : Fiche descriptive de réalisation professionnelle (recto)")
    title = Line((), "Intitulé de la réalisation : Sauvegarde des postes")
    (piece,) = pieces_of("fiche.pdf", [Page(1, 210, 297, (head, title), read_by)])
    rule, exam = SESSION.dossier_rule("E6", "SISR", "scolaire"), SESSION.exam("E6")
    assert rule is not None and exam is not None
    found = judge([ReadPiece(piece, facts_of(piece), Owner.CANDIDATE, (), True)], rule, exam, "SISR", False)
    assert (Code.WRONG_ANNEX in {one.code for one in found}) is wrong
