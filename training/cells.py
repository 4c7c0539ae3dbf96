"""Draws rows of boxed characters as a scanner would give them, to train the readers and to measure them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.pages.handwriting import MARGIN, PX_PER_MM, CellRow
from processors.scans.readings import Gray
from training.hands import Hand, Ink, Rng, cropped

Shape = tuple[float, float, float, int]  # cell width, height, pitch (mm), count
SHAPES: tuple[Shape, ...] = (
    (5.0, 6.5, 5.5, 11),  # candidate number
    (5.0, 6.5, 5.5, 3),
    (5.0, 6.5, 5.5, 2),
    (5.0, 6.5, 5.5, 4),
    (5.5, 7.0, 6.0, 2),  # page boxes
)
NAME: Shape = (5.0, 6.5, 5.5, 12)  # half a name row
_DRAWN = 12.0  # pixels a millimetre of the drawing, before it is scanned
_AROUND = 5.0  # millimetres drawn around a row


@dataclass(frozen=True)
class Look:
    """How a scanner is set."""

    dpi: int
    one_bit: bool


@dataclass(frozen=True)
class DrawnRow:
    strip: Gray
    row: CellRow
    text: str  # a blank where nothing is written


def draw_row(
    text: str,
    hand: Hand,
    rng: Rng,
    shape: Shape,
    bent: float = 1.0,
    wear: float | None = None,
    look: Look | None = None,
) -> DrawnRow:
    """A row of cells with this text, printed, written, scanned and rectified as `handwriting` expects it.

    `bent`: how far glyphs are bent beyond their hand (0: not at all); `wear`: 0 a clean scan to 1 a poor one;
    `look`: how it is scanned, else at random.
    """
    width, height, pitch, count = shape
    size = pitch * (count - 1) + width + 2 * _AROUND, height + 2 * _AROUND
    printed = np.zeros((round(size[1] * _DRAWN), round(size[0] * _DRAWN)), np.float32)
    pen = np.zeros_like(printed)
    _print_cells(printed, shape, rng)
    tall, drift, careless = rng.uniform(0.5, 1.05), rng.normal(0, 0.4), rng.random() < 0.3
    for k, character in enumerate(text):
        if character == " ":
            continue
        glyph = _bend(hand(character, rng), rng, bent)
        high = min(tall * rng.uniform(0.88, 1.12), 1.12) * height
        wide = min(high * glyph.shape[1] / glyph.shape[0], 1.15 * width)
        slack = max(0.6, (width - wide) / 2 + 0.2)  # a narrow 1 may stand anywhere in its cell
        x = rng.uniform(-slack, slack) if careless else float(np.clip(rng.normal(0, 0.35), -0.9, 0.9))
        y = float(np.clip(drift + rng.normal(0, 0.3), -1.2, 1.2))
        _write(pen, glyph, (_AROUND + k * pitch + width / 2 + x, _AROUND + height / 2 + y), wide, rng)
    _clutter(printed, pen, size, rng)
    wear = float(rng.beta(1, 1.6)) if wear is None else wear
    image, to_scan = _scan(printed, pen, wear, rng, look or _any_look(rng))
    return DrawnRow(_rectify(image, to_scan, shape, rng), CellRow(MARGIN, MARGIN, *shape), text)


def _print_cells(printed: Ink, shape: Shape, rng: Rng) -> None:
    width, height, pitch, count = shape
    thick, dark = max(1, round(rng.uniform(0.12, 0.32) * _DRAWN)), rng.uniform(0.45, 1.0)
    for k in range(count):
        x, y = _AROUND + k * pitch, _AROUND
        cv2.rectangle(printed, _at(x, y), _at(x + width, y + height), dark, thick)


def _bend(drawn: Ink, rng: Rng, bent: float) -> Ink:
    """The glyph turned, slanted, warped a little, its stroke made thinner or thicker."""
    if not bent:
        return drawn
    scale = 72 / max(drawn.shape)
    glyph = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
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
    centre = np.array([w / 2, h / 2], np.float32)
    across, down = np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32)
    grid = np.stack(np.meshgrid(across, down), axis=-1) - centre
    warp = cv2.resize(
        rng.normal(0, 1.6 * bent, (4, 4, 2)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC
    )
    source = grid @ inverse.T.astype(np.float32) + centre + warp
    return cropped(cv2.remap(padded, source, None, cv2.INTER_LINEAR))


def _write(pen: Ink, glyph: Ink, centre: tuple[float, float], wide: float, rng: Rng) -> None:
    scale = wide * _DRAWN / glyph.shape[1]
    size = max(2, round(glyph.shape[1] * scale)), max(2, round(glyph.shape[0] * scale))
    image = cv2.resize(glyph, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = _at(centre[0] - size[0] / 2 / _DRAWN, centre[1] - size[1] / 2 / _DRAWN)
    x, y = max(x, 0), max(y, 0)
    part = pen[y : y + size[1], x : x + size[0]]
    np.maximum(part, image[: part.shape[0], : part.shape[1]] * rng.uniform(0.85, 1.0), out=part)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x * _DRAWN), round(y * _DRAWN)


def _clutter(printed: Ink, pen: Ink, size: tuple[float, float], rng: Rng) -> None:
    """What stands around a row and is not of it: slashes, tails of letters, specks of pen and dust."""
    u, right, bottom = rng.uniform, size[0] - _AROUND, size[1] - _AROUND
    if rng.random() < 0.35:
        for x in (_AROUND - u(0.8, 2), right + u(0.8, 2)):
            lean, top = u(0, 0.8), _AROUND + u(1, 3)
            foot = _at(x - lean, top + u(1.5, 3.5))
            cv2.line(printed, _at(x + lean, top), foot, u(0.5, 1), 3, cv2.LINE_AA)
    for _ in range(rng.poisson(0.8)):
        x, above = u(0, size[0]), rng.random() < 0.5
        end = _AROUND - u(0.2, 2) if above else bottom + u(0.2, 2)
        start = _at(x, 0 if above else size[1])
        cv2.line(pen, start, _at(x + rng.normal(0, 1), end), 1.0, int(rng.integers(2, 7)), cv2.LINE_AA)
    if rng.random() < 0.15:
        cv2.line(printed, _at(0, u(0, _AROUND - 1.6)), _at(size[0], u(0, _AROUND - 1.6)), 1.0, 6)
    for _ in range(rng.poisson(0.4 * size[0] / 10)):  # a pen laid down, dust on the glass
        spot = _at(u(0, size[0]), u(_AROUND - 1, bottom + 1))
        cv2.circle(pen, spot, int(rng.choice([1, 2, 2, 3, 3, 4, 5])), u(0.3, 1), -1)


def _any_look(rng: Rng) -> Look:
    one_bit = bool(rng.random() < 0.5)
    return Look(int(rng.choice([200, 200, 240, 300] if one_bit else [150, 200, 200, 300])), one_bit)


def _scan(printed: Ink, pen: Ink, wear: float, rng: Rng, look: Look) -> tuple[Gray, NDArray[np.float64]]:
    """Scanned askew; and the matrix from the drawing to the scan."""
    u = rng.uniform
    paper = u(205, 255) if rng.random() < 0.8 else u(170, 205)
    pale = rng.random() < 0.05 + 0.2 * wear
    pen_depth = (u(0.3, 0.55) if pale else u(0.55, 1.0)) * (1 - 0.25 * wear)
    darkness = np.maximum(printed * u(0.45, 0.95), pen * pen_depth)

    scale = look.dpi / 25.4 / _DRAWN
    tilt, (h, w) = np.radians(u(-3, 3)), printed.shape
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]) * scale
    out = np.ceil(np.abs(turn) @ [w, h]).astype(int) + 2
    to_scan = np.column_stack([turn, out / 2 - turn @ [w / 2, h / 2]])
    soft = cv2.GaussianBlur(darkness, (0, 0), (u(0.3, 1.0) + 0.4 * wear) / scale * 0.6)
    scan = cv2.warpAffine(soft, to_scan, (int(out[0]), int(out[1])), flags=cv2.INTER_LINEAR)
    scan = paper * (1 - scan) - rng.normal(0, 4) * np.linspace(-1, 1, scan.shape[1], dtype=np.float32)
    scan = scan + rng.standard_normal(scan.shape, np.float32) * (u(0.5, 4) + 9 * wear)
    for _ in range(rng.poisson(0.5 + 8 * wear * scan.size / 1e5)):
        spot = int(rng.integers(scan.shape[1])), int(rng.integers(scan.shape[0]))
        cv2.circle(scan, spot, int(rng.integers(0, 3)), float(rng.choice([u(0, 90), u(0, 90), paper])), -1)
    if rng.random() < 0.05:  # dust under the scanner's bar
        scan[:, int(rng.integers(scan.shape[1]))] = rng.choice([u(0, 120), paper])

    if look.one_bit:
        threshold = paper * (1 - pen_depth * u(0.3, 0.65))
        return np.where(scan < threshold, 0, 255).astype(np.uint8), to_scan
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(95 - 50 * wear - u(0, 10))]
    _, jpeg = cv2.imencode(".jpg", np.clip(scan, 0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE), np.uint8), to_scan


def _rectify(image: Gray, to_scan: NDArray[np.float64], shape: Shape, rng: Rng) -> Gray:
    """The row's strip, with a registration's usual errors: tenths of a millimetre and of a degree."""
    width, height, pitch, count = shape
    size = np.array([pitch * (count - 1) + width + 2 * MARGIN, height + 2 * MARGIN]) * PX_PER_MM
    corner = (_AROUND - MARGIN + np.clip(rng.normal(0, 0.22, 2), -0.6, 0.6)) * _DRAWN
    turn = rng.normal(0, 0.002)
    to_drawing = np.array([[1 + rng.normal(0, 0.001), -turn], [turn, 1 + rng.normal(0, 0.002)]])
    to_drawing *= _DRAWN / PX_PER_MM
    back = np.column_stack([to_scan[:, :2] @ to_drawing, to_scan[:, :2] @ corner + to_scan[:, 2]])
    flags = (cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_CUBIC) | cv2.WARP_INVERSE_MAP
    end = int(np.rint(size[0])), int(np.rint(size[1]))
    return np.asarray(
        cv2.warpAffine(image, back, end, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def any_text(symbols: str, count: int, rng: Rng, empty: float = 0.2) -> str:
    """Random characters for a row; some rows are empty, some have holes."""
    if rng.random() < empty / 2:
        return " " * count
    holes = rng.random(count) < empty / 2
    chosen = rng.integers(0, len(symbols), count)
    return "".join(" " if hole else symbols[k] for hole, k in zip(holes, chosen, strict=True))


def label(text: str, symbols: str) -> list[int]:
    """The class of each character; a blank is the last class, empty."""
    return [len(symbols) if character == " " else symbols.index(character) for character in text]
