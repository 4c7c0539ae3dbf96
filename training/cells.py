"""Draws rows of boxed digits as a scanner would give them, to train the reader and to measure it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from processors.scans.handwriting import MARGIN, PX_PER_MM, CellRow
from processors.scans.readings import Gray
from training.hands import Hand, Ink, Rng, cropped

EMPTY = 10
Shape = tuple[float, float, float, int]  # cell width, height, pitch (mm), count
SHAPES: tuple[Shape, ...] = (
    (5.0, 6.5, 5.5, 11),  # candidate number
    (5.0, 6.5, 5.5, 3),
    (5.0, 6.5, 5.5, 2),
    (5.0, 6.5, 5.5, 4),
    (5.5, 7.0, 6.0, 2),  # page boxes
)
_DRAWN = 12.0  # pixels a millimetre of the drawing, before it is scanned


@dataclass(frozen=True)
class DrawnRow:
    strip: Gray
    row: CellRow
    digits: tuple[int, ...]  # EMPTY where nothing is written


def draw_row(digits: Sequence[int], hand: Hand, rng: Rng, shape: Shape, bent: float = 1.0) -> DrawnRow:
    """A row of cells with these digits, printed, written, scanned and rectified as `handwriting` expects it.

    `bent`: how far glyphs are bent beyond their hand (0: not at all).
    """
    width, height, pitch, count = shape
    around = 4.0
    size = (pitch * (count - 1) + width + 2 * around, height + 2 * around)
    page = np.zeros((round(size[1] * _DRAWN), round(size[0] * _DRAWN)), np.float32)
    pen_ink = np.zeros_like(page)
    _print_cells(page, shape, around, rng)
    tall, drift = rng.uniform(0.5, 1.05), rng.normal(0, 0.3)
    for k, digit in enumerate(digits):
        if digit == EMPTY:
            continue
        glyph = _bend(hand(digit, rng), rng, bent)
        centre = (
            around + k * pitch + width / 2 + float(np.clip(rng.normal(0, 0.35), -0.9, 0.9)),
            around + height / 2 + float(np.clip(drift + rng.normal(0, 0.3), -0.9, 0.9)),
        )
        _write(pen_ink, glyph, centre, min(tall * rng.uniform(0.88, 1.12), 1.12) * height, 1.15 * width, rng)
    _clutter(page, pen_ink, size, around, rng)
    return DrawnRow(
        _scan(page, pen_ink, size, shape, around, rng), CellRow(MARGIN, MARGIN, *shape), tuple(digits)
    )


def _print_cells(page: Ink, shape: Shape, around: float, rng: Rng) -> None:
    width, height, pitch, count = shape
    if rng.random() < 0.01:  # a faint print
        return
    thick = max(1, round(rng.uniform(0.12, 0.32) * _DRAWN))
    dark = rng.uniform(0.45, 1.0)
    for k in range(count):
        x, y = (around + k * pitch) * _DRAWN, around * _DRAWN
        corners = np.rint(np.array([[x, y], [x + width * _DRAWN, y + height * _DRAWN]])).astype(int)
        cv2.rectangle(page, tuple(corners[0].tolist()), tuple(corners[1].tolist()), dark, thick)


def _bend(glyph: Ink, rng: Rng, bent: float) -> Ink:
    """The glyph turned, slanted, warped a little, its stroke made thinner or thicker."""
    if not bent:
        return glyph
    glyph = cv2.resize(
        glyph, None, fx=72 / max(glyph.shape), fy=72 / max(glyph.shape), interpolation=cv2.INTER_AREA
    )
    padded = cv2.copyMakeBorder(glyph, 24, 24, 24, 24, cv2.BORDER_CONSTANT)
    change = int(rng.integers(-2, 4)) if rng.random() < 0.5 else 0
    if change > 0:
        padded = cv2.dilate(padded, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (change + 1, change + 1)))
    elif change < 0 and glyph.mean() > 0.3:
        padded = cv2.erode(padded, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (1 - change, 1 - change)))
    h, w = padded.shape
    turn, slant, stretch = (
        rng.normal(0, 0.1 * bent),
        rng.normal(0, 0.13 * bent),
        np.exp(rng.normal(0, 0.13 * bent)),
    )
    inverse = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array(
        [[stretch, slant], [0, 1]]
    )
    centre = np.array([w / 2, h / 2])
    grid = np.stack(np.meshgrid(np.arange(w), np.arange(h)), axis=-1) - centre
    warp = cv2.resize(
        rng.normal(0, 1.6 * bent, (4, 4, 2)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC
    )
    source = (grid @ inverse.T + centre).astype(np.float32) + warp
    return cropped(cv2.remap(padded, source, None, cv2.INTER_LINEAR))


def _write(pen: Ink, glyph: Ink, centre: tuple[float, float], tall: float, widest: float, rng: Rng) -> None:
    scale = min(tall * _DRAWN / glyph.shape[0], widest * _DRAWN / glyph.shape[1])
    size = max(2, round(glyph.shape[1] * scale)), max(2, round(glyph.shape[0] * scale))
    image = cv2.resize(glyph, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = round(centre[0] * _DRAWN - size[0] / 2), round(centre[1] * _DRAWN - size[1] / 2)
    x, y = max(x, 0), max(y, 0)
    part = pen[y : y + size[1], x : x + size[0]]
    np.maximum(part, image[: part.shape[0], : part.shape[1]] * rng.uniform(0.85, 1.0), out=part)


def _clutter(page: Ink, pen: Ink, size: tuple[float, float], around: float, rng: Rng) -> None:
    """What stands around a row without being a digit: slashes, tails of letters, specks of pen and dust."""

    def at(x: float, y: float) -> tuple[int, int]:
        return round(x * _DRAWN), round(y * _DRAWN)

    if rng.random() < 0.35:
        for x in (around - rng.uniform(0.8, 2), size[0] - around + rng.uniform(0.8, 2)):
            lean = rng.uniform(0, 0.8)
            top = around + rng.uniform(1, 3)
            cv2.line(
                page,
                at(x + lean, top),
                at(x - lean, top + rng.uniform(1.5, 3.5)),
                rng.uniform(0.5, 1),
                3,
                cv2.LINE_AA,
            )
    for _ in range(rng.poisson(0.8)):
        x = rng.uniform(0, size[0])
        side = rng.choice([0.0, size[1]])
        end = around - rng.uniform(0.2, 2) if side == 0 else size[1] - around + rng.uniform(0.2, 2)
        cv2.line(pen, at(x, side), at(x + rng.normal(0, 1), end), 1.0, int(rng.integers(2, 7)), cv2.LINE_AA)
    if rng.random() < 0.15:
        cv2.line(page, at(0, rng.uniform(0, around - 1.6)), at(size[0], rng.uniform(0, around - 1.6)), 1.0, 6)
    for _ in range(rng.poisson(1.5)):  # a pen laid down, dust on the glass
        cv2.circle(
            pen,
            at(rng.uniform(0, size[0]), rng.uniform(0, size[1])),
            int(rng.integers(1, 4)),
            rng.uniform(0.3, 1),
            -1,
        )


def _scan(
    page: Ink,
    pen: Ink,
    size: tuple[float, float],
    shape: Shape,
    around: float,
    rng: Rng,
) -> Gray:
    """Scanned askew, 200 to 300 dpi, gray or one bit, then rectified with a registration's usual errors."""
    u = rng.uniform
    poor = rng.beta(1, 1.6)
    paper = u(205, 255) if rng.random() < 0.8 else u(170, 205)
    pen_depth = (u(0.55, 1.0) if rng.random() < 0.85 else u(0.3, 0.55)) * (1 - 0.25 * poor)
    print_depth = u(0.45, 0.95)
    darkness = np.maximum(page * print_depth, pen * pen_depth)

    dpi = rng.choice([200, 200, 240, 300])
    scale = dpi / 25.4 / _DRAWN
    tilt = np.radians(u(-3, 3))
    h, w = page.shape
    shear = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]) * scale
    out = np.ceil(np.abs(shear) @ [w, h]).astype(int) + 2
    there = np.column_stack([shear, out / 2 - shear @ [w / 2, h / 2]])
    blur = u(0.3, 1.0) + 0.4 * poor
    soft = cv2.GaussianBlur(darkness, None, blur / scale * 0.6) if blur > 0.35 else darkness
    scan = cv2.warpAffine(soft, there, (int(out[0]), int(out[1])), flags=cv2.INTER_LINEAR)
    scan = paper * (1 - scan) - rng.normal(0, 4) * np.linspace(-1, 1, scan.shape[1], dtype=np.float32)
    scan += rng.standard_normal(scan.shape, np.float32) * np.float32(u(0.5, 4) + 9 * poor)
    for _ in range(rng.poisson(0.5 + 8 * poor * scan.size / 1e5)):
        spot = (int(rng.integers(scan.shape[1])), int(rng.integers(scan.shape[0])))
        cv2.circle(scan, spot, int(rng.integers(0, 3)), float(rng.choice([u(0, 90), u(0, 90), paper])), -1)
    image = np.clip(scan, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        image = np.where(image < paper * u(0.5, 0.8), 0, 255).astype(np.uint8)
    else:
        quality = int(95 - 50 * poor - u(0, 10))
        image = cv2.imdecode(
            cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE
        )

    width, height, pitch, count = shape
    strip_mm = np.array([pitch * (count - 1) + width + 2 * MARGIN, height + 2 * MARGIN])
    error = np.clip(rng.normal(0, 0.22, 2), -0.6, 0.6) + (around - MARGIN)
    turned = rng.normal(0, 0.0015)
    off = np.array([[1 + rng.normal(0, 0.001), -turned], [turned, 1 + rng.normal(0, 0.002)]])
    to_page = off * (_DRAWN / PX_PER_MM)
    back = np.column_stack([shear @ to_page, there[:, :2] @ (error * _DRAWN) + there[:, 2]])
    target = np.rint(strip_mm * PX_PER_MM).astype(int)
    flags = (cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_CUBIC) | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        image, back, (int(target[0]), int(target[1])), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def any_digits(count: int, rng: Rng, empty: float = 0.2) -> tuple[int, ...]:
    """Random digits for a row; some rows are empty, some have holes."""
    if rng.random() < empty / 2:
        return (EMPTY,) * count
    holes = rng.random(count) < empty / 2
    return tuple(int(d) for d in np.where(holes, EMPTY, rng.integers(0, 10, count)))
