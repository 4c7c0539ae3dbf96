"""Is there a signature in this part of the page? What is neither print nor rule nor speck is weighed.

The weights were fitted on drawn pages by `python -m benchmarks.signatures`, which prints how well they tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.dossiers.layout import Word
from processors.findings import Box
from processors.scans.readings import Gray

_FAINTER = 28  # gray levels under the paper about it: fainter is no ink
_NO_SHEET = 0.62  # times as bright as the paper
_SHADOW = 1.2  # mm about what is no sheet
_RULE = 14.0  # mm: a straight line that long is printed
_SPECK = 0.9  # mm: what is smaller both ways is dirt or a dot
_SURELY = 0.9  # words are print, as a scrawl is not read
_SURE = 0.55  # of optical reading: words under it may be handwriting
TALL = 1.8  # times the page's print: what is read so large was written
_SMALL = 2.8  # mm: notes in smaller print, of which a form may have most, are not its print
_STRAIGHT = 0.8  # mm: what is flatter is a rule's rest, a dash or a row of dots
_LEAN = 0.12  # of its length, by which a rule rises
_BENT = 1.0  # mm across it, along its own slope
_FRAME = 2.2  # mm: a mark as thin as a rule at the zone's edge is a rest of one
_CORNER = 9.0  # mm: the largest round corner of a frame
_MARK = 4.5  # mm: what is smaller both ways, all of it, is a bracket's rest; initials are larger
_SCRIPT = 7.0  # mm: what the file holds as text, and is no taller, is print

# weights of log(1 + length of ink in mm), log(1 + width), log(1 + height) of its extent; and the constant
_WEIGHTS = (2.6, 0.0, -0.65, -4.4)


@dataclass(frozen=True)
class Ink:
    """`length`: of its strokes, mm; `box`: where it is, mm of the page; None without any.

    `strokes`: the boxes of what hangs together, mm of the page.
    """

    length: float
    box: Box | None
    probability: float  # that somebody signed or stamped here
    strokes: tuple[Box, ...] = ()

    @property
    def tallest(self) -> float:
        """Of its strokes, mm."""
        return max((stroke[3] for stroke in self.strokes), default=0.0)

    @property
    def widest(self) -> float:
        """Of its strokes, of the ink's whole width."""
        return max((stroke[2] for stroke in self.strokes), default=0.0) / self.box[2] if self.box else 0.0


def ink_in(
    gray: Gray, dpi: float, zone: Box, words: Iterable[Word], without: Iterable[Box] = (), times: float = TALL
) -> Ink:
    """The ink of a zone (x, y, w, h in mm) that is no printed word.

    `gray`: the page, height × width at `dpi`; `words`: those of the page, in mm, of which those askew are a
    stamp's; `without`: parts that do not count; `times` as high as print: words read less surely that are
    higher were written.
    """
    px = dpi / 25.4
    left, top = max(0, round(zone[0] * px)), max(0, round(zone[1] * px))
    right, bottom = round((zone[0] + zone[2]) * px), round((zone[1] + zone[3]) * px)
    part = gray[top:bottom, left:right]
    if min(part.shape) < 3 * px:
        return Ink(0.0, None, 0.0)
    dark = darker(part, px)
    dark[beyond(gray, px)[top:bottom, left:right]] = 0
    _strike_rules(dark, px)
    printed = tuple(word for word in words if not word.askew)
    usual = max(_SMALL, _usual_height(printed))
    for word in printed:
        tall = usual * (times if word.sure < _SURELY else TALL)
        high = word.box[3]
        if high > tall and word.sure >= _SURELY:  # its box may hold a speck over its letters
            high = _highest(dark, word, left, top, px)
        if high <= (max(tall, _SCRIPT) if word.sure == 1 else tall):
            _strike(dark, word, left, top, px)
    for part_out in without:
        _strike(dark, Word("x", part_out), left, top, px)
    return _weigh(dark, left / px, top / px, px)


def beyond(gray: Gray, px: float) -> NDArray[np.bool_]:
    """What is no sheet: dark, and reaches in from the edge of the page; most pages have nothing of it."""
    dark = (gray < _NO_SHEET * np.percentile(gray[::8, ::8], 80)).astype(np.uint8)
    if not any(side.any() for side in (dark[0], dark[-1], dark[:, 0], dark[:, -1])):
        return np.zeros(gray.shape, np.bool_)
    _, labels = cv2.connectedComponents(dark, connectivity=4)
    at_rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    reaching = np.isin(labels, at_rim[at_rim > 0]).astype(np.uint8)
    side = int(2 * _SHADOW * px) | 1
    return cv2.dilate(reaching, np.ones((side, side), np.uint8)) > 0


def darker(part: Gray, px: float) -> Gray:
    """What is darker than the paper about it: light falls unevenly on photographs."""
    side = int(3 * px) | 1
    paper = cv2.medianBlur(cv2.dilate(part, np.ones((side, side), np.uint8)), min(side, 31))
    return ((paper.astype(np.int16) - part) > _FAINTER).astype(np.uint8)


def _strike_rules(dark: Gray, px: float) -> None:
    """Takes long straight lines away, those of a page slightly askew too: all are found before any goes."""
    rules: list[Gray] = []
    for kernel, thick in (((int(_RULE * px), 1), (1, 3)), ((1, int(_RULE * px)), (3, 1))):
        grown = cv2.dilate(dark, np.ones(thick[::-1] if kernel[0] == 1 else (3, 1), np.uint8))
        long = np.asarray(cv2.morphologyEx(grown, cv2.MORPH_OPEN, np.ones(kernel[::-1], np.uint8)), np.uint8)
        rules.append(np.asarray(cv2.dilate(long, np.ones((3, 3), np.uint8)), np.uint8))
    dark[np.maximum(rules[0], rules[1]) > 0] = 0
    _strike_corners(dark, rules, px)


def _strike_corners(dark: Gray, rules: Sequence[Gray], px: float) -> None:
    """Takes the round corners of frames away: small marks between a level rule and an upright one."""
    if not all(rule.any() for rule in rules):
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    edge = max(2, round(0.4 * px))
    for index in range(1, count):
        left, top, w, h = stats[index][:4]
        if _STRAIGHT * px <= min(w, h) and max(w, h) < _CORNER * px:
            about = (
                slice(max(0, top - edge), top + h + edge),
                slice(max(0, left - edge), left + w + edge),
            )
            if all(rule[about].any() for rule in rules):
                dark[labels == index] = 0


def _usual_height(words: Sequence[Word]) -> float:
    heights = [word.box[3] for word in words if word.sure > _SURE]
    return float(np.median(heights)) if heights else 4.0


def _highest(dark: Gray, word: Word, left: int, top: int, px: float) -> float:
    """Of what hangs together where a word was read, mm."""
    part = dark[_rows_and_columns(word, left, top, px)]
    if not part.size:
        return word.box[3]
    return float(cv2.connectedComponentsWithStats(part, connectivity=8)[2][1:, 3].max(initial=0)) / px


def _strike(dark: Gray, word: Word, left: int, top: int, px: float) -> None:
    """Takes a printed word away, with what its letters throw beyond its box."""
    if word.sure < _SURE or not any(map(str.isalnum, word.text)):
        return  # dots are specks, and lines rules: what is written on them stays
    dark[_rows_and_columns(word, left, top, px)] = 0


def _rows_and_columns(word: Word, left: int, top: int, px: float) -> tuple[slice, slice]:
    x, y, w, h = word.box
    edge = 0.35
    rows = slice(max(0, int((y - edge) * px) - top), max(0, int((y + h + edge) * px) - top + 1))
    return rows, slice(max(0, int((x - edge) * px) - left), max(0, int((x + w + edge) * px) - left + 1))


def _leans(mark: NDArray[np.bool_], w: int, h: int, px: float) -> bool:
    """Whether it is a rule of a sheet that was bent: as straight, though not quite level or upright."""
    if max(w, h) < _RULE * px or min(w, h) > _LEAN * max(w, h):
        return False
    _, sides, _ = cv2.minAreaRect(np.argwhere(mark).astype(np.float32))
    return min(sides) < _BENT * px


def _weigh(dark: Gray, x: float, y: float, px: float) -> Ink:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    kept = []
    height, width = dark.shape
    for index, (left, top, w, h, _area) in enumerate(stats[1:], start=1):
        if max(w, h) < _SPECK * px or min(w, h) < _STRAIGHT * px or _leans(labels == index, w, h, px):
            continue
        at_edge = left <= 1 or top <= 1 or left + w >= width - 1 or top + h >= height - 1
        if at_edge and min(w, h) < _FRAME * px:
            continue
        kept.append(index)
    if not kept:
        return Ink(0.0, None, 0.0)
    mask = np.isin(labels, kept).astype(np.uint8)
    stroke = max(1.0, float(np.median(cv2.distanceTransform(mask, cv2.DIST_L2, 3)[mask > 0])) * 4)
    length = float(mask.sum()) / stroke / px
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    w, h = float(np.ptp(columns) + 1) / px, float(np.ptp(rows) + 1) / px
    if max(w, h) < _MARK:
        return Ink(0.0, None, 0.0)
    score = sum(weight * math.log1p(value) for weight, value in zip(_WEIGHTS, (length, w, h), strict=False))
    chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, score + _WEIGHTS[3]))))
    strokes = tuple(
        (x + float(left) / px, y + float(top) / px, float(wide) / px, float(high) / px)
        for left, top, wide, high in stats[kept, :4]
    )
    box = x + float(columns[0]) / px, y + float(rows[0]) / px, w, h
    return Ink(length, box, chance, strokes)
