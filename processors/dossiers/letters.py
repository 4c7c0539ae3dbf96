"""The words of a PDF's page, from where pdfium sees each letter; what is struck through is none."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from processors.dossiers.layout import COLUMN, PT, Word, around
from processors.dossiers.marks import SYMBOLIC, mark_of
from processors.findings import Box

_FEW_SEGMENTS = 6  # of a path: a line, or a bar as thin as one
_THIN_LINE = 1.1  # mm, a thick stroke's bounds; a struck word is at least half as long
_FINE = 100  # of a point: pdfium places points in whole pixels
_TRACKED = 0.3  # blanks that only pdfium sees, of a line's letters: its letters are spaced out
_SPACED = 0.04  # of a letter's height between letters: they are spaced out
_WIDER = 0.12  # of a letter's height: that much wider than between letters is between words
_NO_GAP = 0.04  # of a letter's height: letters that close are of one word
_BLANK = 0.15  # of a letter's height: the narrowest
_LOW = 0.8  # of its font's size: such a box is the letter's own, of a font that does not tell its ascent
_LEVEL = 0.01  # of its run, how far level print rises
_ASLANT = (0.6, 25.0)  # degrees: print is straight, and what is more oblique is a watermark
_LARGEST, _SHEET = 440.0, 297.0  # mm
_TITLE = 80  # letters, the largest of a page: its headings, or all that are of one size
_UNKNOWN = 0.4  # of a page's letters without a known meaning: its text is no text


def point_of(page: Any) -> float:
    """Millimetres of a point of the page: of one larger than A3, those of the sheet of A4 that it pictures.

    A program that makes a page of a photograph may take each of its dots for a point.
    """
    longest = float(max(page.get_size()))
    return PT if longest * PT <= _LARGEST else _SHEET / longest


class Place:
    """From a PDF page's own points to millimetres from the top left of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        point = point_of(page)

        def shown(x: float, y: float) -> np.ndarray:
            across, down = ctypes.c_int(), ctypes.c_int()
            size = (round(side * _FINE) for side in page.get_size())
            pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
            return np.array([across.value, down.value]) / _FINE * point

        self._origin = shown(0, 0)
        self._across = (shown(1000, 0) - self._origin) / 1000
        self._up = (shown(0, 1000) - self._origin) / 1000

    def box(self, bounds: Sequence[float]) -> Box:
        """Of left, bottom, right, top in points."""
        left, bottom, right, top = map(float, bounds)
        (x1, y1), (x2, y2) = (
            (self._origin + x * self._across + y * self._up).tolist()
            for x, y in ((left, bottom), (right, top))
        )
        return min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)


def set_upright(page: Any) -> int:
    """Turns the page for its largest print to stand upright: the quarters that takes, against the clock.

    Most letters of a table may stand in the heads of its columns, which run up the page.
    """
    text_page = page.get_textpage()
    letters = sorted(
        (
            (run.height, round(run.turn / (math.pi / 2)) % 4)
            for k in range(text_page.count_chars())
            if not pdfium.FPDFText_IsGenerated(text_page.raw, k) and (run := _Run(text_page, k))
        ),
        reverse=True,
    )
    least = letters[min(_TITLE, len(letters)) - 1][0] if letters else 0.0
    quarters = [turn for height, turn in letters if height >= least]  # with the clock
    turned = max(range(4), key=quarters.count) + page.get_rotation() // 90 if quarters else 0
    if turned % 4:
        page.set_rotation((page.get_rotation() - 90 * turned) % 360)
    return int(turned % 4)


class _Run:
    """How a letter is set: `height` of its font, points as it is drawn; `turn` with the clock, radians;
    `slant` of an oblique, of its height. FPDFText_GetCharAngle takes a slant for a turn.
    """

    def __init__(self, text_page: Any, index: int) -> None:
        m = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(text_page.raw, index, m)
        self.height = round(pdfium.FPDFText_GetFontSize(text_page.raw, index) * math.hypot(m.b, m.d), 1)
        self.turn = -math.atan2(m.b, m.a)
        self.slant = m.c / m.d if m.d and abs(m.b) < _LEVEL * abs(m.a) else 0.0


@dataclass(frozen=True)
class _Letter:
    text: str
    box: Box
    askew: bool = False


def words_of(page: Any, place: Place) -> tuple[list[Word], tuple[Box, ...]]:
    """The words, and where words were that are struck through: those are not text any more.

    No words where the file does not tell what most letters mean: fonts that only draw.
    """
    letters = _letters(page, place)
    struck = _struck(letters, _lines_drawn(page, place))
    words: list[Word] = []
    kept: list[_Letter] = []

    def ends() -> None:
        if kept:
            box = around([one.box for one in kept])
            said = unicodedata.normalize("NFC", "".join(one.text for one in kept))
            words.append(Word(said, box, askew=kept[0].askew))
            kept.clear()

    for k, letter in enumerate(letters):
        if letter is None or k in struck:
            ends()
            continue
        box = letter.box
        last = kept[-1].box if kept else box
        gap = box[0] - last[0] - last[2]
        # pdfium sees no blank behind an accent that stands for itself
        accented = bool(kept) and unicodedata.combining(kept[-1].text[-1]) > 0
        if abs(box[1] - last[1]) > box[3] or gap > (_BLANK * box[3] if accented else COLUMN):
            ends()
        kept.append(letter)
    ends()
    return words, tuple(letters[k].box for k in sorted(struck))  # type: ignore[union-attr]


def _letters(page: Any, place: Place) -> list[_Letter | None]:
    """None where a blank stands. What a symbol font shows as a box is written as one."""
    text_page = page.get_textpage()
    letters: list[_Letter | None] = []
    supposed: list[int] = []  # blanks that pdfium sees where letters stand apart
    unknown = 0
    for k in range(text_page.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(text_page.raw, k))
        if letter.isspace() or letter in "\x00\ufffe\uffff":
            if letter == " " and pdfium.FPDFText_IsGenerated(text_page.raw, k):
                supposed.append(len(letters))
            letters.append(None)
            continue
        unknown += pdfium.FPDFText_HasUnicodeMapError(text_page.raw, k) == 1
        begins = not letters or letters[-1] is None or not letters[-1].text.isalnum()
        if letter >= "\u2000" or (begins and letter in SYMBOLIC):
            letter = mark_of(letter, _font(text_page, k)) or letter
        run = _Run(text_page, k)
        angle = math.degrees(run.turn) % 90
        askew = _ASLANT[0] < min(angle, 90 - angle) < _ASLANT[1]
        left, bottom, right, top = text_page.get_charbox(k, loose=True)
        if abs(run.turn) < _LEVEL and top - bottom < _LOW * run.height:
            top = bottom + run.height
        leans = min(abs(run.slant) * (top - bottom), (right - left) / 2)
        letters.append(_Letter(letter, place.box((left, bottom, right - leans, top)), askew))
    if unknown > _UNKNOWN * max(1, sum(letter is not None for letter in letters)):
        return []
    return _drawn_together(letters, supposed)


def _drawn_together(letters: list[_Letter | None], supposed: Sequence[int]) -> list[_Letter | None]:
    """Without the blanks inside words, where a font changes its size or letters are spaced out.

    Those are hardly wider than what parts the other letters of their run.
    """
    blanks, inside = frozenset(supposed), set[int]()
    ends = [k for k, letter in enumerate(letters) if letter is None and k not in blanks]
    for begin, end in pairwise([-1, *ends, len(letters)]):
        gaps = {k: _gap(letters[k - 1], letters[k + 1]) for k in range(begin + 2, end - 1) if k in blanks}
        if not gaps:
            continue
        pairs = (letters[k : k + 2] for k in range(begin + 1, end - 1))
        close = [_gap(one, other) for one, other in pairs if one is not None and other is not None]
        apart = median(close) if len(close) > len(gaps) / 2 else min(gaps.values())
        spaced = apart > _SPACED and len(gaps) > _TRACKED * (end - begin - 1 - len(gaps))
        most = apart + _WIDER if spaced else _NO_GAP
        inside |= {k for k, gap in gaps.items() if -_WIDER < gap < most}
    return [letter for k, letter in enumerate(letters) if k not in inside]


def _gap(one: _Letter | None, other: _Letter | None) -> float:
    """Of a letter's height: what parts two letters; far, where one is none."""
    if one is None or other is None:
        return math.inf
    return (other.box[0] - one.box[0] - one.box[2]) / max(one.box[3], other.box[3], 0.1)


def _font(text_page: Any, index: int) -> str:
    name, flags = ctypes.create_string_buffer(80), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page.raw, index, name, len(name), flags)
    return name.value.decode("utf-8", "replace")


def _lines_drawn(page: Any, place: Place) -> list[Box]:
    """Level strokes and thin bars, and what a reader's program struck out."""
    boxes = [
        place.box(obj.get_bounds())
        for obj in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)
        if pdfium.FPDFPath_CountSegments(obj.raw) <= _FEW_SEGMENTS
    ]
    for k in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, k)
        if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_STRIKEOUT:
            quad = pdfium.FS_QUADPOINTSF()
            for quadrant in range(pdfium.FPDFAnnot_CountAttachmentPoints(annotation)):
                if pdfium.FPDFAnnot_GetAttachmentPoints(annotation, quadrant, quad):
                    x, y, w, h = place.box((quad.x1, quad.y3, quad.x2, quad.y1))
                    boxes.append((x, y + h / 2, w, 0.1))
        pdfium.FPDFPage_CloseAnnot(annotation)
    return [box for box in boxes if box[3] < _THIN_LINE < 2 * box[2]]


def _struck(letters: Sequence[_Letter | None], lines: Sequence[Box]) -> set[int]:
    """Which letters a line runs through that begins and ends with them: a table's rule goes beyond."""
    found: set[int] = set()
    if not lines:
        return found
    there = [(k, letter.box) for k, letter in enumerate(letters) if letter is not None]
    left, top, wide, high = np.array([box for _, box in there], float).reshape(-1, 4).T
    for x, y, w, h in lines:
        level = (y + h / 2 - top) / np.maximum(high, 0.1)
        middle = left + wide / 2
        hit = (level > 0.34) & (level < 0.72) & (middle > x - 0.1) & (middle < x + w + 0.1)
        if hit.any() and left[hit].min() < x + 1.5 and (left + wide)[hit].max() > x + w - 1.5:
            found |= {there[k][0] for k in np.flatnonzero(hit)}
    return found
