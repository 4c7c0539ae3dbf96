"""What hands leave in the cells of an attendance list: signatures of several makes, and all that is none.

Drawn on the pen's layer of a page, in pixels, from the top left corner of the cell.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from benchmarks.drawn.ticks import Tick, draw_tick
from processors.attendance.sheet import Rows
from specimens.dossiers import ink
from specimens.hand import HAND_FONTS, Rng, typeset
from specimens.scanner import AS_IT_IS, Level, Mode, Setting, encode, pdf, scan
from specimens.sheet import Gray, Page
from specimens.words import WORDS

Points = NDArray[np.float64]


class Mark(StrEnum):
    """What is in a cell."""

    LOOPS = "loops"  # a running stroke, some with a flourish
    SPLINE = "spline"  # a smooth curve through chance points
    NAME = "name"  # the name by hand
    INITIALS = "initials"  # and a stroke
    TINY = "tiny"  # an initial, 3 to 5 mm
    BIG = "big"  # a signature that runs into the cells above and below
    EMPTY = "empty"
    CROSS = "cross"
    DASH = "dash"  # a stroke along the cell
    ABS = "abs"
    STRUCK = "struck"  # a signature, struck through
    BETWEEN = "between"  # a signature on the line to the next cell, which is empty
    STAIN = "stain"
    THROUGH = "through"  # ink of the other side
    STAMP = "stamp"  # of the centre, over empty cells


def signed_scan(
    sheets: bytes,
    marks: Sequence[Sequence[Mark]],
    rows: Rows,
    rng: Rng,
    *,
    dpi: int = 200,
    level: Level = Level.CLEAN,
    mode: Mode = Mode.GRAY,
    setting: Setting = AS_IT_IS,
    ticked: Collection[int] = (),
) -> bytes:
    """A PDF of these printed sheets, each cell filled as `marks` says, scanned, every other upside down.

    As many pages as `marks` has are scanned. `ticked`: the rows, from 0, where « Absent » is crossed.
    """
    images = []
    with pypdfium2.PdfDocument(sheets) as printed:
        for k, of_sheet in enumerate(marks):
            fine = printed[k].render(scale=dpi / 36, grayscale=True).to_numpy().squeeze()
            paper = np.asarray(cv2.resize(fine, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
            pen = np.full_like(paper, 255)
            for row, mark in enumerate(of_sheet):
                draw_mark(pen, mark, rows.cell(row), dpi / 25.4, rng)
            for row in ticked:
                draw_tick(pen, Tick.CROSS, rows.boxes()[row], dpi / 25.4, rng)
            page = setting.drawn(Page(paper, pen))
            picture = scan(page.turned() if k % 2 else page, level, mode, dpi, rng)
            images.append(encode(setting.laid(picture, dpi), level, mode, dpi, rng))
    return pdf(images, dpi)


SIGNATURES = (Mark.LOOPS, Mark.SPLINE, Mark.NAME, Mark.INITIALS, Mark.BIG)


def draw_mark(pen: Gray, mark: Mark, cell: tuple[float, float, float, float], px: float, rng: Rng) -> str:
    """Whose names were written, "FAMILY First", "" where nobody's; `cell`: x, y, width and height in mm.

    `px`: pixels a millimetre.
    """
    tone, whose = int(rng.integers(10, 95)), ""
    match mark:
        case Mark.LOOPS | Mark.BIG:
            wide, high = rng.uniform(18, 50), rng.uniform(5, 9) if mark is Mark.LOOPS else rng.uniform(12, 15)
            _picture(pen, np.asarray(ink.signature(rng))[..., 3], cell, wide, high, px, tone, rng)
        case Mark.SPLINE:
            _spline(pen, cell, px, tone, rng)
        case Mark.NAME:
            whose = str(rng.choice(WORDS["family_names"]))
            _text(pen, whose.title(), cell, rng.uniform(4.5, 7), px, tone, rng)
        case Mark.INITIALS:
            whose = f"{rng.choice(WORDS['family_names'])} {rng.choice(WORDS['first_names'])}"
            _text(pen, "".join(word[0] for word in whose.split()), cell, rng.uniform(6, 8.5), px, tone, rng)
            _spline(pen, cell, px, tone, rng, least=10, most=20)
        case Mark.TINY:
            _text(pen, str(rng.choice(WORDS["family_names"]))[0], cell, rng.uniform(3, 5), px, tone, rng)
        case Mark.ABS:
            words = str(rng.choice(["ABS", "Abs", "abs", "ABSENT", "Absente", "ABS."]))
            _text(pen, words, cell, rng.uniform(4, 7), px, tone, rng)
        case Mark.CROSS:
            _cross(pen, cell, px, tone, rng)
        case Mark.DASH:
            _dash(pen, cell, px, tone, rng)
        case Mark.STRUCK:
            _spline(pen, cell, px, tone, rng, least=20, most=40)
            _dash(pen, cell, px, tone, rng, through=True)
        case Mark.BETWEEN:
            moved = (cell[0], cell[1] + cell[3] * rng.uniform(0.4, 0.55), cell[2], cell[3])
            _spline(pen, moved, px, tone, rng)
        case Mark.STAIN:
            _stain(pen, cell, px, rng)
        case Mark.THROUGH:
            ghost = np.full_like(pen, 255)
            _text(ghost, str(rng.choice(WORDS["family_names"])), cell, 6, px, 0, rng)
            _fainter(pen, np.asarray(ghost, np.uint8), int(rng.uniform(200, 238)), cell, px)
        case Mark.STAMP:
            grown = (cell[0], cell[1] - 6, cell[2], cell[3] + 12)
            stamp = np.asarray(ink.stamp(rng, "Lycée des Essais"))[..., 3]
            _picture(pen, stamp, grown, rng.uniform(34, 46), rng.uniform(17, 22), px, tone + 30, rng)
        case Mark.EMPTY:
            pass
    return whose


def _at(cell: tuple[float, float, float, float], wide: float, high: float, rng: Rng) -> tuple[float, float]:
    """Where the top left corner of something so large comes, mm; it may hang over a little."""
    x, y, w, h = cell
    spare = w - wide - 4
    left = x + 2 + max(0.0, spare) * rng.beta(1.3, 2)
    return left, y + (h - high) / 2 + rng.normal(0, 0.5)


def _picture(
    pen: Gray,
    alpha: Gray,
    cell: tuple[float, float, float, float],
    wide: float,
    high: float,
    px: float,
    tone: int,
    rng: Rng,
) -> None:
    size = max(2, round(wide * px)), max(2, round(high * px))
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    small = np.minimum(255, small.astype(np.float32) * 1.5).astype(np.uint8)
    left, top = _at(cell, wide, high, rng)
    _blend(pen, small, round(left * px), round(top * px), tone)


def _text(
    pen: Gray, words: str, cell: tuple[float, float, float, float], em: float, px: float, tone: int, rng: Rng
) -> None:
    font = HAND_FONTS[rng.integers(len(HAND_FONTS))]
    mask, _ = typeset(font, round(em * px), words)
    mask = np.pad(mask, round(0.6 * px))
    turn = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), float(rng.normal(0, 3)), 1)
    mask = np.asarray(cv2.warpAffine(mask, turn, mask.shape[::-1]), np.uint8)
    left, top = _at(cell, mask.shape[1] / px, mask.shape[0] / px, rng)
    _blend(pen, mask, round(left * px), round(top * px), tone)


def _blend(pen: Gray, mask: Gray, x: int, y: int, tone: int) -> None:
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(pen.shape[1], x + mask.shape[1]), min(pen.shape[0], y + mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    cover = mask[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32) / 255
    part = pen[y0:y1, x0:x1]
    part[:] = np.minimum(part, 255 - cover * (255 - tone)).astype(np.uint8)


def _pull(pen: Gray, points: Points, px: float, tone: int, rng: Rng, thick: float | None = None) -> None:
    """A pen along these points (mm), its hand a little unsteady."""
    shaken = points + cv2.GaussianBlur(rng.normal(0, 0.25, points.shape), (1, 0), 0, sigmaY=3.0)
    width = max(1, round((thick or rng.uniform(0.25, 0.6)) * px))
    cv2.polylines(pen, [np.rint(shaken * px * 8).astype(np.int32)], False, tone, width, cv2.LINE_AA, shift=3)


def _spline(
    pen: Gray,
    cell: tuple[float, float, float, float],
    px: float,
    tone: int,
    rng: Rng,
    least: float = 14,
    most: float = 55,
) -> None:
    """Catmull-Rom through chance points, forward for the most part."""
    wide, high = rng.uniform(least, most), rng.uniform(3.5, 8.5)
    n = int(rng.integers(9, 18))
    x = np.cumsum(rng.uniform(-0.3, 1.0, n))
    x = (x - x.min()) / max(np.ptp(x), 1e-6) * wide
    up = np.arange(n) % 2 == rng.integers(2)  # for the most part: a hand goes up and down
    y = high * np.where(
        rng.random(n) < 0.75, np.where(up, rng.uniform(0.6, 1, n), rng.uniform(0, 0.4, n)), rng.random(n)
    )
    knots = np.stack([x, y], 1)
    knots = np.vstack([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, 24)[:, None]
    curve = []
    for p0, p1, p2, p3 in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        curve.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                   + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )  # fmt: skip
    left, top = _at(cell, wide, high, rng)
    _pull(pen, np.concatenate(curve) + np.array([left, top]), px, tone, rng)


def _cross(pen: Gray, cell: tuple[float, float, float, float], px: float, tone: int, rng: Rng) -> None:
    high = rng.uniform(4, 9)
    wide = high * rng.uniform(0.8, 1.6) if rng.random() < 0.6 else rng.uniform(30, 66)
    left, top = _at(cell, wide, high, rng)
    for a, b in (((0, 0), (wide, high)), ((wide, rng.uniform(-0.5, 0.5)), (rng.uniform(-1, 1), high))):
        _pull(pen, np.linspace(a, b, 40) + np.array([left, top]), px, tone, rng)


def _dash(
    pen: Gray,
    cell: tuple[float, float, float, float],
    px: float,
    tone: int,
    rng: Rng,
    through: bool = False,
) -> None:
    wide = rng.uniform(50, 66) if through else rng.uniform(12, 64)
    left = cell[0] + 3 if through else _at(cell, wide, 1, rng)[0]
    middle = cell[1] + cell[3] / 2
    ends = (left, middle + rng.uniform(-1.2, 1.2)), (left + wide, middle + rng.uniform(-1.2, 1.2))
    _pull(pen, np.linspace(*ends, 60), px, tone, rng)


def _stain(pen: Gray, cell: tuple[float, float, float, float], px: float, rng: Rng) -> None:
    """A blot of ink, or the ring of a cup over several cells."""
    x, y = cell[0] + rng.uniform(10, cell[2] - 10), cell[1] + cell[3] / 2
    if rng.random() < 0.5:
        axes = round(rng.uniform(1.5, 4) * px), round(rng.uniform(1.5, 4) * px)
        centre = round(x * px), round(y * px)
        cv2.ellipse(pen, centre, axes, float(rng.uniform(0, 180)), 0, 360, int(rng.integers(40, 150)), -1)
    else:
        centre, radius = (round(x * px), round(y * px)), round(rng.uniform(22, 36) * px)
        tone = int(rng.integers(120, 200))
        start = float(rng.uniform(0, 360))
        wide = max(1, round(rng.uniform(0.6, 1.6) * px))
        cv2.ellipse(pen, centre, (radius, radius), 0, start, start + 300, tone, wide, cv2.LINE_AA)


def _fainter(pen: Gray, ghost: Gray, tone: int, cell: tuple[float, float, float, float], px: float) -> None:
    """Mirrored and blurred, as it shows through paper."""
    x, y, w, h = (round(side * px) for side in cell)
    part = cv2.GaussianBlur(ghost[y : y + h, x : x + w][:, ::-1], (0, 0), max(0.5, 0.15 * px))
    pen[y : y + h, x : x + w] = np.minimum(
        pen[y : y + h, x : x + w], 255 - (255 - part.astype(np.float32)) * (255 - tone) / 255
    ).astype(np.uint8)
