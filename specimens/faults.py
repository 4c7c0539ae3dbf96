"""What happens to paper before and while it is scanned: folds, tears, stains, fingers, streaks.

Each fault leaves a page that a corrector can read, but for the corner that hides what lies under it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from processors.circular.form import Rectangle
from specimens.hand import Ink, Rng
from specimens.sheet import PAPER, Gray, Page, lay


class Fault(StrEnum):
    """What was done to every page of a copy, or to one of its pages where that is said."""

    SKEW = "skew"  # two degrees beyond what the scanner does
    FOLD = "fold"  # a crease across the page
    TEAR = "tear"  # a piece missing at an edge, outside the writing
    STREAKS = "streaks"  # dust under the scanner's bar
    BLEED = "bleed"  # the verso shows through
    COFFEE = "coffee"
    HOLES = "holes"  # punched for a binder
    FINGER = "finger"  # of who holds the page down
    CORNER = "corner"  # folded over text, on one page: it must be scanned again


def damage(page: Page, fault: Fault, per_mm: float, rng: Rng) -> Page:
    """The page with the fault; `per_mm`: pixels a millimetre."""
    done = replace(page, printed=page.printed.copy(), pen=page.pen.copy())
    _DAMAGES[fault](done, per_mm, rng)
    return done


def show_through(page: Page, behind: Page, share: float, per_mm: float, blur: float = 0.1) -> Page:
    """The page on paper so thin that its other side shows with a share of its darkness.

    `blur`: mm, standard deviation.
    """
    dark = PAPER - np.minimum(behind.pen, behind.printed)[:, ::-1].astype(np.float32)
    shade = np.asarray(PAPER - share * cv2.GaussianBlur(dark, (0, 0), max(blur * per_mm, 0.1)), np.uint8)
    return replace(page, printed=np.minimum(page.printed, shade))


def lay_note(page: Page, lines: Sequence[tuple[Ink, int]], at: Rectangle, tint: int, per_mm: float) -> Page:
    """The page with a slip of other paper on it, mm from its top left; its shadow falls to the right.

    `lines`: of what is written there, each with its baseline's row; they go as far as the slip does.
    """
    left, top, right, bottom = (
        round(side * per_mm) for side in (at.x, at.y, at.x + at.width, at.y + at.height)
    )
    shade = np.full_like(page.printed, PAPER)
    low = round(0.6 * per_mm)
    cv2.rectangle(shade, (left + low, top + low), (right + low, bottom + low), 190.0, -1)
    printed = np.minimum(page.printed, np.asarray(cv2.GaussianBlur(shade, (0, 0), 0.4 * per_mm), np.uint8))
    pen = page.pen.copy()
    printed[top:bottom, left:right] = tint
    pen[top:bottom, left:right] = PAPER
    for k, (mask, row) in enumerate(lines):
        y = top + round((10 + 8 * k) * per_mm) - row
        lay(printed, mask[:, : right - left - round(6 * per_mm)], left + round(4 * per_mm), y, 35)
    return replace(page, printed=printed, pen=pen)


def _skew(page: Page, per_mm: float, rng: Rng) -> None:
    h, w = page.printed.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.choice([-1, 1]) * rng.uniform(1.5, 2.5)), 1.0)
    for layer in (page.printed, page.pen):
        layer[:] = cv2.warpAffine(layer, turn, (w, h), flags=cv2.INTER_LINEAR, borderValue=PAPER)


def _fold(page: Page, per_mm: float, rng: Rng) -> None:
    h, w = page.printed.shape
    across = rng.random() < 0.5
    at, lean = rng.uniform(0.3, 0.7), rng.normal(0, 0.02)
    ends = ((0, (at - lean) * h), (w, (at + lean) * h)) if across else ((at * w, 0), ((at + lean) * w, h))
    start, end = (tuple(int(v) for v in point) for point in ends)
    shade = np.full_like(page.printed, PAPER)
    cv2.line(shade, start, end, float(rng.uniform(120, 180)), max(1, round(0.3 * per_mm)), cv2.LINE_AA)
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), 0.25 * per_mm), np.uint8)
    _darken(page, shade)


def _tear(page: Page, per_mm: float, rng: Rng) -> None:
    h, w = page.printed.shape
    left, middle = rng.random() < 0.5, rng.uniform(0.45, 0.8) * h
    deep = rng.uniform(3, 6) * per_mm
    side, inner = (0, deep) if left else (w, w - deep)
    height = rng.uniform(8, 20) * per_mm
    jag = [(inner + rng.normal(0, 0.8) * per_mm, middle + k * height / 6) for k in range(-2, 3)]
    _cover(page, [(side, middle - height / 2), *jag, (side, middle + height / 2)], float(rng.uniform(40, 90)))


def _streaks(page: Page, per_mm: float, rng: Rng) -> None:
    for _ in range(int(rng.integers(2, 5))):
        x = int(rng.integers(page.printed.shape[1]))
        page.printed[:, x : x + max(1, round(0.12 * per_mm))] = float(rng.uniform(60, 170))


def _bleed(page: Page, per_mm: float, rng: Rng) -> None:
    """The page's own writing stands for that of its verso: mirrored, pale and blurred."""
    behind = np.minimum(page.pen, page.printed)[:, ::-1]
    pale = PAPER - (PAPER - behind.astype(np.float32)) * rng.uniform(0.06, 0.14)
    _darken(page, np.asarray(cv2.GaussianBlur(pale, (0, 0), 0.25 * per_mm), np.uint8))


def _coffee(page: Page, per_mm: float, rng: Rng) -> None:
    h, w = page.printed.shape
    centre = int(rng.uniform(0.2, 0.8) * w), int(rng.uniform(0.4, 0.8) * h)
    radius = round(rng.uniform(35, 42) * per_mm)
    shade = np.full_like(page.printed, PAPER)
    cv2.circle(shade, centre, radius, 232.0, -1)
    cv2.circle(shade, centre, radius, float(rng.uniform(150, 200)), round(2.5 * per_mm))
    _darken(page, np.asarray(cv2.GaussianBlur(shade, (0, 0), 0.8 * per_mm), np.uint8))


def _holes(page: Page, per_mm: float, rng: Rng) -> None:
    bed = float(rng.uniform(30, 90))
    for y in (108.5, 188.5) if rng.random() < 0.5 else (28.5, 108.5, 188.5, 268.5):
        centre = round((rng.normal(0, 0.3) + 6) * per_mm), round(y * per_mm)
        for layer, gray in ((page.printed, bed), (page.pen, PAPER)):
            cv2.circle(layer, centre, round(2.75 * per_mm), float(gray), -1, cv2.LINE_AA)


def _finger(page: Page, per_mm: float, rng: Rng) -> None:
    h, w = page.printed.shape
    side = 0 if rng.random() < 0.5 else w
    centre = side, int(rng.uniform(0.4, 0.85) * h)
    axes = round(rng.uniform(10, 14) * per_mm), round(rng.uniform(7, 9) * per_mm)
    tilt, skin = float(rng.uniform(-25, 25)), float(rng.uniform(100, 160))
    for layer, gray in ((page.printed, skin), (page.pen, PAPER)):
        cv2.ellipse(layer, centre, axes, tilt, 0, 360, float(gray), -1, cv2.LINE_AA)


def _corner(page: Page, per_mm: float, rng: Rng) -> None:
    """The top right corner, folded towards the reader: its white back hides the text beneath."""
    w = page.printed.shape[1]
    wide, high = rng.uniform(55, 75) * per_mm, rng.uniform(55, 75) * per_mm
    crease = np.array([(w - wide, 0), (w, high)])
    # the corner (w, 0) turned over the crease
    along = (crease[1] - crease[0]) / np.hypot(*(crease[1] - crease[0]))
    corner = np.array([w, 0.0]) - crease[0]
    tip = crease[0] + 2 * along * (along @ corner) - corner
    _cover(page, [crease[0], (w, 0), crease[1]], float(rng.uniform(40, 90)))
    _cover(page, [crease[0], tip, crease[1]], 250.0)
    flap = [np.rint([crease[0], tip, crease[1]]).astype(np.int32)]
    cv2.polylines(page.printed, flap, True, 140.0, max(1, round(0.4 * per_mm)), cv2.LINE_AA)


_DAMAGES: dict[Fault, Callable[[Page, float, Rng], None]] = {
    Fault.SKEW: _skew,
    Fault.FOLD: _fold,
    Fault.TEAR: _tear,
    Fault.STREAKS: _streaks,
    Fault.BLEED: _bleed,
    Fault.COFFEE: _coffee,
    Fault.HOLES: _holes,
    Fault.FINGER: _finger,
    Fault.CORNER: _corner,
}


def _darken(page: Page, shade: Gray) -> None:
    np.minimum(page.printed, shade, out=page.printed)


def _cover(page: Page, outline: list[NDArray[np.float64]] | list[tuple[float, float]], gray: float) -> None:
    """What lies over the page, or is gone from it: neither print nor pen is seen there."""
    area = [np.rint(np.array(outline)).astype(np.int32)]
    cv2.fillPoly(page.printed, area, gray, cv2.LINE_AA)
    cv2.fillPoly(page.pen, area, float(PAPER))


def print_squares(page: Page, text: str, at: tuple[float, float], side: float, px_per_mm: float) -> Page:
    """The page with a code of squares, a DataMatrix, printed in white; `at`, `side`: mm."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    squares = np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=True), np.uint8)
    x, y, size = (round(mm * px_per_mm) for mm in (*at, side))
    printed, pen = page.printed.copy(), page.pen.copy()
    pen[y : y + size, x : x + size] = PAPER
    printed[y : y + size, x : x + size] = cv2.resize(squares, (size, size), interpolation=cv2.INTER_AREA)
    return replace(page, printed=printed, pen=pen)
