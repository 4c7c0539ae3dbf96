"""What came on paper: photographs, which way up they are, and optical reading (Tesseract, in French)."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from statistics import linear_regression
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from processors.dossiers.files import UnreadableError
from processors.dossiers.ink import beyond
from processors.dossiers.layout import Line, Word, around, line_of
from processors.scans.readings import Gray

MAX_PIXELS = 64_000_000
_PAGE, _SCATTERED = (
    3,
    11,
)  # how Tesseract looks for text: the second where the first sees none, on a crooked page
_SENSE = 0.7  # how sure optical reading is of a word that makes sense
_FEW = 5  # words
_FEW_LETTERS = 3
_SHORT = frozenset(
    re.findall(
        r"\S+",
        "a à y de du des la le les un une et ou en au aux ce ces se sa son ses ma mon il ne ni si on par sur"
        " qui que est ont été pas dès n° tél rue bis ter mai",
    )
)
_NO_BLANK, _TALLEST = 0.14, 4.0  # of a letter's height, and mm of that: no blank is so narrow
_ON_A_LINE, _BLANK = 0.35, 15.0  # of a letter's height, how far words of a line are off; mm within it
_DARK = 0.75  # times as bright as the paper
_DOT, _LEADING, _DOTS = 0.8, 2.6, 8  # mm: a leader's dots, and from one to the next; how many there are
_ON_LINE, _GOES_ON = 0.4, 60.0  # mm from a leader's line to its dots; it goes on under what is written
_NO_NOISE = 6  # letters: Tesseract has no confidence at all in addresses that it reads well
_FEW_LINES, _OF_TEXT = 3, 55.0  # lines of print, and how long they are at least, mm
_ASLANT = 2.0  # degrees: photographed lines bend by less
_LONG_ENOUGH = 12.0  # mm between the middles of a line's first and last word
_APART = 4.0  # mm between lines of a stamp
_LONGEST = 3200  # points of a photograph: a sheet on it has 200 an inch


def read_upright(gray: Gray, dpi: float) -> tuple[int, tuple[Line, ...]]:
    """Quarter turns against the clock that set a page upright, height × width at `dpi`, and its lines then.

    Where what is read makes sense at once, no other way up is tried: each takes as long again.
    UnreadableError where Tesseract fails.
    """
    read: dict[int, tuple[Line, ...]] = {}
    clean = without_leaders(_without_surroundings(gray, dpi), dpi)
    aside = (lambda _: 1, lambda _: 3) if gray.shape[1] > gray.shape[0] else ()
    for turn in (lambda _: 0, _said_upright, *aside, lambda _: 2):
        quarters = turn(clean)
        if quarters not in read:
            read[quarters] = _read(turned(clean, quarters), dpi)
        if _makes_sense(read[quarters]):
            return quarters, with_stamps(read[quarters])
    best = max(read, key=lambda quarters: len(_sure_words(read[quarters])))
    found = max(
        read[best], _read(turned(clean, best), dpi, _SCATTERED), key=lambda lines: len(_sure_words(lines))
    )
    return best, with_stamps(found)


def _without_surroundings(gray: Gray, dpi: float) -> Gray:
    """Without what is dark about the sheet, beside which Tesseract leaves print out."""
    around_it = beyond(gray, dpi / 25.4)
    if not around_it.any():
        return gray
    clean = gray.copy()
    clean[around_it] = np.percentile(gray[::4, ::4], 80)
    return clean


def without_leaders(gray: Gray, dpi: float) -> Gray:
    """Without the rows of dots on which forms are filled in: what stands on them is hardly read."""
    px = dpi / 25.4
    paper = float(np.percentile(gray[::4, ::4], 80))
    dark = (gray < _DARK * paper).astype(np.uint8)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(dark, connectivity=8)
    dots = np.flatnonzero(stats[1:, 2:4].max(axis=1, initial=0) <= _DOT * px) + 1
    dots = dots[np.lexsort((middles[dots, 0], np.round(middles[dots, 1] / (0.5 * px))))]
    across, down = np.abs(np.diff(middles[dots], axis=0)).T if len(dots) > 1 else (np.empty(0), np.empty(0))
    ends = np.flatnonzero((across > _LEADING * px) | (down > 0.5 * px)) + 1
    rows = [row for row in np.split(dots, ends) if len(row) >= _DOTS]
    if not rows:
        return gray
    there = np.concatenate([*rows, *(dots[_on_the_line(middles[dots], middles[row], px)] for row in rows)])
    leaders = np.isin(labels, there).astype(np.uint8)
    clean = gray.copy()
    clean[cv2.dilate(leaders, np.ones((3, 3), np.uint8)) > 0] = round(paper)
    return clean


def _on_the_line(dots: NDArray[Any], row: NDArray[Any], px: float) -> NDArray[np.bool_]:
    """Which dots lie where a leader goes on, under and behind what is written on it. Middles, points."""
    x, y = row.T
    slope, level = np.polyfit(x, y, 1)
    off = np.abs(slope * dots[:, 0] + level - dots[:, 1])
    beyond_it = np.abs(dots[:, 0] - np.clip(dots[:, 0], x.min(), x.max()))
    return np.asarray((off < _ON_LINE * px) & (beyond_it < _GOES_ON * px))


def with_stamps(lines: Sequence[Line]) -> tuple[Line, ...]:
    """With the words askew of lines that stand close together aslant to the print: a stamp has several."""
    turns = [_turn(line) for line in lines]
    print_ = [
        (line.box[1], turn)
        for line, turn in zip(lines, turns, strict=True)
        if turn is not None and line.box[2] > _OF_TEXT
    ]
    if len(print_) < _FEW_LINES:
        return tuple(lines)
    slope, level = linear_regression(*zip(*print_, strict=True))  # from aside, lines turn down the page
    aslant = {
        k: off
        for k, (line, turn) in enumerate(zip(lines, turns, strict=True))
        if turn is not None and abs(off := turn - level - slope * line.box[1]) > _ASLANT
    }
    stamped = {
        one
        for one, other in permutations(aslant, 2)
        if abs(aslant[one] - aslant[other]) < _ASLANT and _close(lines[one], lines[other])
    }
    return tuple(
        replace(line, words=tuple(replace(word, askew=True) for word in line.words)) if k in stamped else line
        for k, line in enumerate(lines)
    )


def _turn(line: Line) -> float | None:
    """Degrees by which a line falls to the right; None of one too short to tell."""
    across, down = zip(
        *((x + w / 2, y + h / 2) for x, y, w, h in (word.box for word in line.words)), strict=True
    )
    if max(across) - min(across) < _LONG_ENOUGH:
        return None
    return math.degrees(math.atan(linear_regression(across, down).slope))


def _close(one: Line, other: Line) -> bool:
    _, _, w, h = around([one.box, other.box])
    return h < one.box[3] + other.box[3] + _APART and w < one.box[2] + other.box[2]


def turned(gray: Gray, quarters: int) -> Gray:
    return np.ascontiguousarray(np.rot90(gray, quarters))


def _makes_sense(lines: Sequence[Line]) -> bool:
    words = sum(len(word.text) > 2 for line in lines for word in line.words)
    return len(_sure_words(lines)) > max(_FEW, words / 2)


def _sure_words(lines: Sequence[Line]) -> list[Word]:
    """Tesseract also reads lines that run up or down the page, where words are tall: those do not count."""
    words = (word for line in lines for word in line.words)
    return [w for w in words if len(w.text) > 2 and w.sure > _SENSE and w.box[2] > w.box[3]]


def _read(gray: Gray, dpi: float, layout: int = _PAGE) -> tuple[Line, ...]:
    import pytesseract  # imports pandas, which takes its time, and most dossiers have text

    try:
        said = pytesseract.image_to_data(
            _as_it_is(gray),
            lang="fra",
            config=f"--dpi {dpi:.0f} --psm {layout}",
            output_type=pytesseract.Output.DICT,
        )
    except pytesseract.TesseractNotFoundError:
        raise UnreadableError("la lecture optique (Tesseract) n'est pas installée") from None
    except pytesseract.TesseractError:
        raise UnreadableError("la lecture optique a échoué") from None
    return lines_read(said, 25.4 / dpi)


def _as_it_is(gray: Gray) -> Image.Image:
    """For Tesseract, in a file that is not compressed: that of PNG took longer than all else."""
    image = Image.fromarray(gray)
    image.format = "PPM"
    return image


def lines_read(said: Mapping[str, Sequence[Any]], mm: float) -> tuple[Line, ...]:
    """The lines of Tesseract's table of words, one of whose points is so many mm; without its noise."""
    blocks: dict[int, dict[tuple[int, int], list[Word]]] = {}
    keys = ("text", "conf", "left", "top", "width", "height", "block_num", "par_num", "line_num")
    for text, sure, left, top, width, height, block, *line in zip(*(said[key] for key in keys), strict=True):
        if text.strip() and (float(sure) > 0 or len(text.strip()) >= _NO_NOISE):
            box = left * mm, top * mm, width * mm, height * mm
            words = blocks.setdefault(block, {}).setdefault(tuple(line), [])
            words.append(Word(text.strip(), box, float(sure) / 100))
    return tuple(
        _in_whole_lines([[line_of(_joined(words)) for words in block.values()] for block in blocks.values()])
    )


def _in_whole_lines(blocks: list[list[Line]]) -> list[Line]:
    """The lines of all blocks; one whose every line goes on with a line of another is a column of that.

    Tesseract parts a line at a wide blank of it. Columns of text are not level with each other throughout.
    """
    for block in sorted(blocks, key=lambda block: -min(line.box[0] for line in block)):
        for other in blocks:
            begun = [[k for k, one in enumerate(other) if _is_behind(one, line)] for line in block]
            if other is not block and all(begun):
                for (k, *_), line in zip(begun, block, strict=True):
                    other[k] = Line(other[k].words + line.words, f"{other[k].text}\t{line.text}")
                blocks.remove(block)
                break
    return [line for block in blocks for line in block]


def _is_behind(one: Line, other: Line) -> bool:
    """Whether the second line stands right behind the first, and level with it."""
    (x, y, w, h), (left, top, _, high) = one.words[-1].box, other.words[0].box
    level = abs(y + h / 2 - top - high / 2) < _ON_A_LINE * min(h, high, _TALLEST)
    return level and 0 < left - x - w < _BLANK


def _joined(words: Sequence[Word]) -> list[Word]:
    """Without the blanks that optical reading sees between letters: what parts words is wider."""
    kept = [words[0]]
    for word in words[1:]:
        last = kept[-1]
        gap = word.box[0] - last.box[0] - last.box[2]
        if gap < _NO_BLANK * min(max(last.box[3], word.box[3]), _TALLEST) and _letters(last.text, word.text):
            box, sure = around([last.box, word.box]), min(last.sure, word.sure)
            kept[-1] = Word(last.text + word.text, box, sure)
        else:
            kept.append(word)
    return kept


def _letters(one: str, other: str) -> bool:
    """Whether one of them is but a few letters of a word."""
    short = min(one, other, key=len)
    return other.isalpha() and other.islower() and len(short) <= _FEW_LETTERS and short.lower() not in _SHORT


def photograph(data: bytes) -> Gray:
    """As the camera says that it lies. UnreadableError where it is too large, or broken."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnreadableError(f"photographie de plus de {MAX_PIXELS // 10**6} millions de points")
            image.draft("L", (_LONGEST, _LONGEST))
            seen = ImageOps.exif_transpose(image).convert("L")
            seen.thumbnail((_LONGEST, _LONGEST))
            return np.asarray(seen, np.uint8)
    except UnreadableError:
        raise
    except Exception as error:  # Pillow raises many kinds on broken files
        raise UnreadableError("image endommagée") from error


def _said_upright(gray: Gray) -> int:
    """Quarter turns against the clock after which Tesseract thinks that text stands upright."""
    import pytesseract

    try:
        said = pytesseract.image_to_osd(_as_it_is(gray), output_type=pytesseract.Output.DICT)
    except (pytesseract.TesseractError, pytesseract.TesseractNotFoundError):
        return 0  # too few letters
    return -(int(said["rotate"]) // 90) % 4
