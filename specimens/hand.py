"""Handwriting: how one invented person writes digits, capitals and running text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

Rng = np.random.Generator
Ink = NDArray[np.uint8]  # a mask: 0 nothing, 255 full ink

_HERE = Path(__file__).parent
PRINT_FONT = _HERE / "fonts" / "arimo.woff2"
HAND_FONTS = tuple(
    _HERE / "fonts" / f"{name}.woff2"
    for name in (
        "delius",
        "gochi-hand",
        "nothing-you-could-do",
        "over-the-rainbow",
        "swanky-and-moo-moo",
        "zeyada",
    )
)
_PENS = ((25, 30, 110), (20, 45, 150), (25, 25, 30), (55, 20, 90))  # red, green, blue
_MNIST_SIDE = 28
_STROKE_SIDE = 60


class Hand:
    """A person's hand: one writing, one pen, and a way of writing digits kept from page to page."""

    def __init__(self, rng: Rng) -> None:
        self._rng = rng
        self._font = HAND_FONTS[rng.integers(len(HAND_FONTS))]
        self._scanned_digits = rng.random() < 0.6
        self._french_one = rng.random() < 0.5
        self._crossed_seven = rng.random() < 0.5
        self._digit_height = rng.uniform(0.62, 0.9)
        self._thin = rng.random() < 0.4
        self._text_height = rng.uniform(4.6, 5.8)  # mm, of the font's em
        self.leading_zero = rng.random() < 0.1
        self.tone = int(rng.integers(15, 80))  # how dark it writes: 0 black, 255 not at all
        self.ink = _PENS[rng.integers(len(_PENS))]

    def boxed(self, character: str, cell_height: int) -> Ink:
        """A digit or a capital, cropped, to be centred in a cell so many pixels high."""
        glyph = self._digit(int(character)) if character.isdigit() else self._capital(character)
        height = self._digit_height * cell_height * self._rng.uniform(0.88, 1.1)
        if character in "-'":
            height *= 0.25
        # a wide glyph spills over its cell a little, never a lot
        scale = min(height / glyph.shape[0], 1.05 * cell_height / glyph.shape[1])
        size = max(2, round(glyph.shape[1] * scale)), max(2, round(glyph.shape[0] * scale))
        return np.asarray(
            cv2.resize(glyph, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        )

    def wobble(self, px_per_mm: float) -> tuple[float, float]:
        """How far from a cell's middle a character lands, in pixels."""
        x, y = np.clip(self._rng.normal(0, (0.3, 0.35)), -0.8, 0.8) * px_per_mm
        return float(x), float(y)

    def text(self, words: str, px_per_mm: float, height: float | None = None) -> tuple[Ink, int]:
        """A line of running text and the row of its baseline; `height` in millimetres."""
        return typeset(self._font, round((height or self._text_height) * px_per_mm), words)

    def answer(self, words: str, px_per_mm: float) -> tuple[Ink, int]:
        """The same line as `text` gives, in a fifth of the time, of words without a ligature."""
        return _composed(self._font, round(self._text_height * px_per_mm), words)

    def _digit(self, digit: int) -> Ink:
        if (digit == 1 and self._french_one) or (digit == 7 and self._crossed_seven):
            return self._strokes(digit)
        if not self._scanned_digits:
            return self._leant(_glyph(self._font, str(digit)))
        glyphs = _mnist()[digit]
        glyph = cv2.resize(
            glyphs[self._rng.integers(len(glyphs))], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC
        )
        if self._thin:
            glyph = cv2.erode(glyph, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
        return _cropped(glyph)

    def _capital(self, letter: str) -> Ink:
        return self._leant(_glyph(self._font, letter))

    def _leant(self, glyph: Ink) -> Ink:
        """The same letter is never written twice alike: a slight turn and slant."""
        h, w = glyph.shape
        turn, slant = self._rng.normal(0, 0.05), self._rng.normal(0, 0.08)
        matrix = np.array([[1.0, slant - turn, 10 - (slant - turn) * h / 2], [turn, 1.0, 10 - turn * w / 2]])
        return _cropped(np.asarray(cv2.warpAffine(glyph, matrix, (w + 20, h + 20)), np.uint8))

    def _strokes(self, digit: int) -> Ink:
        """A French 1, its upstroke nearly as long as its stem, or a crossed 7."""
        u, side = self._rng.uniform, _STROKE_SIDE
        if digit == 1:
            top, foot = (0.45 + u(-0.05, 0.05), u(0, 0.05)), (0.42 + u(-0.08, 0.05), 1.0)
            lines = [[(u(0.0, 0.15), u(0.4, 0.65)), top, foot]]
        else:
            corner = (0.6 + u(-0.05, 0.05), u(-0.02, 0.04))
            lines = [
                [(0.05, u(0, 0.08)), corner, (u(0.15, 0.3), 1.0)],
                [(u(0.08, 0.18), 0.52 + u(-0.05, 0.05)), (u(0.52, 0.62), 0.48 + u(-0.05, 0.05))],
            ]
        glyph = np.zeros((side + 20, side + 20), np.uint8)
        points = [
            np.array([[(10 + x * side) * 8, (10 + y * side) * 8] for x, y in line], np.int32)
            for line in lines
        ]
        cv2.polylines(glyph, points, False, 255, 4 if self._thin else 7, cv2.LINE_AA, shift=3)
        return self._leant(_cropped(glyph))


def typeset(font: Path, size: int, text: str) -> tuple[Ink, int]:
    """A line of text, `size` pixels to the em, and the row of its baseline."""
    # what ImageDraw.text does, which has to be told the size of the image, and so lays out the text twice
    mask, (_, top) = _face(font, size).getmask2(text, mode="L", anchor="ls")
    return np.pad(np.asarray(Image.Image()._new(mask)), 1), 1 - top


def _composed(font: Path, size: int, text: str) -> tuple[Ink, int]:
    """`typeset`, of glyphs drawn once: FreeType draws each anew, twice. May end in another empty column."""
    x, placed = 0, []  # 64ths of a pixel
    for character, following in zip(text, f"{text[1:]} ", strict=True):
        ink, left, top = _placed(font, size, character)
        placed.append(((x + 32 >> 6) + left, top, ink))
        x += _step(font, size, character, following)
    first, highest = min(0, *(left for left, _, _ in placed)), min(top for _, top, _ in placed)
    wide = max(left + ink.shape[1] for left, _, ink in placed) - first
    high = max(top + ink.shape[0] for _, top, ink in placed) - highest
    line = np.zeros((high + 2, wide + 2), np.uint8)
    for left, top, ink in placed:
        x, y = left - first + 1, top - highest + 1
        there = line[y : y + ink.shape[0], x : x + ink.shape[1]]
        if ink.size:
            cv2.add(ink, cv2.multiply(there, 255 - ink, scale=1 / 255), dst=there)
    return line, 1 - highest


@cache
def _placed(font: Path, size: int, character: str) -> tuple[Ink, int, int]:
    """A glyph, and where it begins to the right of its origin and below its baseline, in pixels."""
    mask, (left, top) = _face(font, size).getmask2(character, mode="L", anchor="ls")
    return np.asarray(Image.Image()._new(mask)), left, top


@cache
def _step(font: Path, size: int, character: str, following: str) -> int:
    """From one origin to the next, kerned, in 64ths of a pixel."""
    face = _face(font, size)
    return round(64 * (face.getlength(character + following) - face.getlength(following)))


@cache
def _glyph(font: Path, character: str) -> Ink:
    return _cropped(typeset(font, 80, character)[0])


@cache
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size)


@cache
def _mnist() -> NDArray[np.uint8]:
    """10 digits × n × 28 × 28."""
    image = cv2.imread(str(_HERE / "digits.png"), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return np.asarray(image, np.uint8).reshape(10, _MNIST_SIDE, -1, _MNIST_SIDE).swapaxes(1, 2)


def _cropped(glyph: Ink) -> Ink:
    x, y, w, h = cv2.boundingRect((glyph > 60).astype(np.uint8))
    return glyph[y : y + h, x : x + w] if w and h else glyph
