"""The box « Absent »: which ink ticks it, what it says beside the cell to sign, and sheets that have none."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pypdfium2
import pytest

from benchmarks.drawn.signing import Mark, draw_mark
from benchmarks.drawn.ticks import Tick, draw_tick
from papers.attendance_sheet import attendance_sheets
from processors.attendance.agreed import beside_boxes, of_candidate
from processors.attendance.boxes import ticked_boxes
from processors.attendance.lines import PX
from processors.attendance.reader import read_sheets
from processors.attendance.seen import Cell, Seen, Why
from processors.attendance.sheet import SheetCode, list_number, load_attendance_form
from processors.circular.form import Rectangle
from processors.circular.session import load_session
from specimens.scanner import Level, Mode, encode, pdf

SESSIONS = Path(__file__).parents[2] / "sessions"
FORM = load_attendance_form(SESSIONS / "forms" / "emargement.toml")
BEFORE = FORM.model_copy(update={"rows": FORM.rows.model_copy(update={"absent": None})})
EXAM, CENTRE, DPI = "U4", "0130051K", 200
HIGH, TOP, COLUMN, SIDE = 10.2, 3.0, (3.0, 16.0), 5.0  # mm: rows, the first's top, upright lines, a box
EDGES = [TOP + HIGH * row for row in range(4)]
BOXES = [Rectangle(7.0, edge + 2.6, SIDE, SIDE) for edge in EDGES[:-1]]


def column():
    """Three rows of the column as it is printed, and some of the cells to sign beside it."""
    part = np.full((round((EDGES[-1] + TOP) * PX), round(40 * PX)), 255, np.uint8)
    for edge in EDGES:
        part[round(edge * PX) - 1 : round(edge * PX) + 1] = 40
    for side in COLUMN:
        part[:, round(side * PX) - 1 : round(side * PX) + 1] = 40
    for box in BOXES:
        x, y = round(box.x * PX), round(box.y * PX)
        cv2.rectangle(part, (x, y), (x + round(SIDE * PX), y + round(SIDE * PX)), 40, 2)
    return part


def ticked(part):
    return ticked_boxes(part[:, : round(19 * PX)], EDGES, COLUMN[1], BOXES)


def pulled(part, *points, thick=4):
    cv2.polylines(part, [np.rint(np.array(points) * PX).astype(np.int32)], False, 30, thick, cv2.LINE_AA)
    return part


def test_boxes_that_nobody_touched_are_not_ticked():
    assert ticked(column()) == [False] * 3


@pytest.mark.parametrize("tick", Tick)
def test_however_invigilators_tick_a_box_it_is_ticked_and_its_neighbours_are_not(tick):
    said = []
    for seed in range(8):
        part = column()
        draw_tick(part, tick, BOXES[1], PX, np.random.default_rng(seed))
        said.append(ticked(part))
    assert all(not above and not below for above, _, below in said)
    least = 5 if tick is Tick.RING else 7  # the largest rings run along the printed lines
    assert sum(middle for _, middle, _ in said) >= least


def test_a_signature_that_runs_into_the_box_does_not_tick_it():
    for seed in range(8):
        part = column()
        cell = (8.0, EDGES[1], 30.0, HIGH)
        draw_mark(part, (Mark.LOOPS, Mark.SPLINE)[seed % 2], cell, PX, np.random.default_rng(seed))
        assert ticked(part) == [False] * 3, seed


def test_what_nobody_ticked_with_does_not_tick_it():
    stain, ghost, ring = column(), column(), column()
    cv2.ellipse(stain, (round(11 * PX), round(BOXES[1].y * PX)), (50, 30), 0, 0, 360, 60, -1)
    draw_tick(faint := np.full_like(ghost, 255), Tick.CROSS, BOXES[1], PX, np.random.default_rng(1))
    ghost = np.minimum(ghost, 255 - (255 - faint) // 5)
    cv2.circle(ring, (round(30 * PX), round(18 * PX)), round(21 * PX), 90, 8, cv2.LINE_AA)
    streak = pulled(column(), (9.0, 0.0), (9.3, 36.0), thick=2)
    assert [ticked(part) for part in (stain, ghost, ring, streak)] == [[False] * 3] * 4


@pytest.mark.parametrize(
    ("seen", "why", "length", "said"),
    [
        (Seen.EMPTY, None, 0.0, (Seen.EMPTY, None)),
        (Seen.UNSURE, Why.STROKES, 30.0, (Seen.EMPTY, Why.STROKES)),
        (Seen.UNSURE, Why.STRUCK, 90.0, (Seen.EMPTY, Why.STRUCK)),
        (Seen.UNSURE, Why.LETTERS, 25.0, (Seen.EMPTY, Why.LETTERS)),
        (Seen.UNSURE, Why.SHARED, 1.0, (Seen.EMPTY, Why.SHARED)),
        (Seen.UNSURE, Why.SHARED, 60.0, (Seen.UNSURE, Why.BOTH)),
        (Seen.SIGNED, None, 60.0, (Seen.UNSURE, Why.BOTH)),
    ],
)
def test_a_ticked_box_makes_absent_who_did_not_sign_and_asks_about_who_did(seen, why, length, said):
    cell = of_candidate(Cell(seen, length, why, ticked=True), "MARTIN", "LEA")
    assert (cell.seen, cell.why) == said
    alone = Cell(seen, length, why)
    assert of_candidate(alone, "MARTIN", "LEA") == alone


def test_an_empty_cell_alone_makes_nobody_absent_where_a_scan_may_have_lost_a_pale_signature():
    cells = [Cell(Seen.EMPTY, 0.0), Cell(Seen.EMPTY, 0.0), Cell(Seen.EMPTY, 30.0, Why.STROKES)]
    ticked = [True, False, False]
    assert [cell.seen for cell in beside_boxes(cells, ticked, bilevel=False)] == [Seen.EMPTY] * 3
    told = beside_boxes(cells, ticked, bilevel=True)
    assert [cell.seen for cell in told] == [Seen.EMPTY, Seen.UNSURE, Seen.EMPTY]
    assert told[1].why is Why.UNTICKED


def printed(form):
    session = load_session(SESSIONS / "bts-sio-2026-aix-marseille.toml")
    people = [
        SimpleNamespace(
            id=id_, number="02100000001", registration="001", family_name="ESSAI", first_names="ANNE"
        )
        for id_ in ("cand_a", "cand_b", "cand_c")
    ]
    sheet = attendance_sheets(people, session, session.exam(EXAM), session.centre(CENTRE), form)
    with pypdfium2.PdfDocument(sheet) as pages:
        return pages[0].render(scale=DPI / 72, grayscale=True).to_numpy().squeeze().copy()


@pytest.mark.parametrize("boxed", [True, False], ids=["with boxes", "printed before"])
def test_a_sheet_is_read_by_what_its_bars_say_it_has(tmp_path, boxed):
    page, rng = printed(FORM if boxed else BEFORE), np.random.default_rng(0)
    for row, mark in enumerate((Mark.NAME, Mark.EMPTY, Mark.NAME)):
        draw_mark(page, mark, FORM.rows.cell(row), DPI / 25.4, rng)
    for row in (1, 2):
        draw_tick(page, Tick.CROSS, FORM.rows.boxes()[row], DPI / 25.4, rng)
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([encode(page, Level.CLEAN, Mode.GRAY, DPI, rng)], DPI))
    number = list_number(EXAM, CENTRE, ["cand_a", "cand_b", "cand_c"])
    codes = [SheetCode(EXAM, CENTRE, 1, 1, number, boxed=either) for either in (True, False)]
    (sheet,) = read_sheets(path, FORM, {code.text for code in codes})
    assert sheet.code == codes[0 if boxed else 1]
    assert [cell.ticked for cell in sheet.cells[:3]] == [False, boxed, boxed]
    seen = [of_candidate(cell, "ESSAI", "ANNE").seen for cell in sheet.cells[:3]]
    assert seen == [Seen.SIGNED, Seen.EMPTY, Seen.UNSURE if boxed else Seen.SIGNED]
