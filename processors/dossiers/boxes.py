"""Which of two labels is ticked, as it is seen on the page: boxes, and the ink in one against its fellow's.

Printed, drawn as lines, or on paper: boxes are outlines of 1.6 to 8 mm beside their label. Without any, a
ring about a label, a line through the other, or a lone mark beside one tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from processors.dossiers.ink import darker
from processors.dossiers.layout import Word
from processors.dossiers.marks import mark_of
from processors.findings import Box
from processors.scans.readings import Gray

DPI = 200.0
_PX = DPI / 25.4
_BESIDE = 14.0  # mm from its label to a box
_LOOSE = 7.0  # mm from a label to a mark without a box
_SMALL, _LARGE = 1.6, 8.0  # mm: sides of a box
_FRAMED = 0.58  # of each side of an outline is drawn at its edge: of a ring 0.65, of a letter S 0.45
_TICKED, _CLEAN = 0.12, 0.06  # of a box's inside is ink
_LAID_OVER = 1.35  # times as much ink as in an empty box of the same font
_TIMES = 3.0  # as much ink as in its fellow
_LETTER = 2.2  # mm: smaller outlines in a word are letters
_BOX = 0.75  # times as wide as the widest
_ALIKE = 1.35  # times as wide or high at most
_SOLID = 0.9  # of its inside is ink
_BLACK_AND_WHITE = 1.9  # times as wide or high, where one is black: fonts draw such pairs unlike
_WITHIN, _BEYOND = 0.5, 1.2  # mm that a mark goes on outside its box: of a frame alone, of a stroke
_RULE = 10.0  # mm: a cell's side, which a mark may touch
_SLACK = 1.3  # mm by which a box may stand off its fellow's place
_NEARER = 0.6
_WALL = 1.2  # mm over and under a row that a cell's side goes on
_PALE = 0.78  # times as bright as the paper: so pale is a box's side on a photograph
_THIN = 110  # gray levels under the paper: a hair line is drawn pale


@dataclass(frozen=True)
class _Square:
    """In mm; `ink`: how much of its inside is dark, of 0 to 1."""

    box: Box
    ink: float

    @property
    def solid(self) -> bool:
        """No letter is: a box that is ticked by being black."""
        return self.ink > _SOLID


def ticked_on(gray: Gray, labels: Sequence[Box], words: Iterable[Word], optical: bool) -> int | None:
    """Which of two labels (boxes in mm) is ticked on this page at `DPI`; None where that is not clear.

    `optical`: the words were read from the picture, and a label's may hold its box.
    """
    words = list(words)
    dark, left, top = _about(gray, labels, words)
    placed = [(x - left, y - top, w, h) for x, y, w, h in labels]
    crossed = [_struck(dark, label) for label in placed]
    if sum(crossed) == 1:
        return crossed.index(False)
    ringed = [_ringed(dark, label) for label in placed]
    if sum(ringed) == 1:
        return ringed.index(True)
    if optical:
        dark, _, _ = _about(gray, labels, words, pale=True)
        joined = _squares(dark)
        joined += [hidden for label in placed if (hidden := _marked_within(dark, label, joined)) is not None]
        placed = [_without_box(label, joined) for label in placed]
    for label in placed:
        _wipe(dark, label)
    squares = _squares(dark)
    sides = [_fellows(dark, placed, squares, after) for after in (False, True)]
    clear = [pair for pair in sides if pair is not None]
    if clear:
        nearest = min(clear, key=lambda pair: pair[0])[1]
        which = _fuller([square.ink for square in nearest])
        return _crossed(dark, [square.box for square in nearest]) if which is None else which
    empty = [square.box for square in squares if square.ink < _CLEAN]
    return _loose(dark, placed, empty)


def inked_over(gray: Gray, boxes: Sequence[Box]) -> int | None:
    """Which of two boxes of one font (in mm, on a page at `DPI`) has much more ink; None where neither has.

    A cell that is all black tells nothing: it may be how the other option was struck.
    """
    paper = float(np.percentile(gray, 80))
    inks = [float((gray[_rows(box), _columns(box)] < paper - _THIN).mean()) for box in boxes]
    clear = max(inks) < _SOLID and max(inks) - min(inks) > _TICKED and max(inks) > _LAID_OVER * min(inks)
    return inks.index(max(inks)) if clear else None


def uprights(gray: Gray, row: Box, dpi: float = DPI) -> list[float]:
    """Where, mm from the left, rules cross a row of a page from above to below."""
    px = dpi / 25.4
    part = gray[max(0, round((row[1] - _WALL) * px)) : max(0, round((row[1] + row[3] + _WALL) * px))]
    dark = darker(part, px) if part.size else part  # half of a row may lie in a shadow
    tall = max(1, int((row[3] + _WALL) * px))
    columns = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((tall, 1), np.uint8)).any(0)
    starts = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(np.int8)])) == 1)
    return [float(at) / px for at in starts]


def _about(
    gray: Gray, labels: Sequence[Box], words: Iterable[Word], *, pale: bool = False
) -> tuple[Gray, float, float]:
    """Ink about the labels, the pale too, without the other words, and where that part begins, mm."""
    left = max(0.0, min(b[0] for b in labels) - _BESIDE - _LARGE)
    right = max(b[0] + b[2] for b in labels) + _BESIDE + _LARGE
    top, bottom = max(0.0, min(b[1] for b in labels) - _LARGE), max(b[1] + b[3] for b in labels) + _LARGE
    part = gray[round(top * _PX) : round(bottom * _PX), round(left * _PX) : round(right * _PX)]
    paper = float(np.percentile(part, 80)) if part.size else 255.0
    ink = _PALE * paper if pale else min(paper - 28, max(paper - _THIN, 0.62 * paper))
    dark = np.ascontiguousarray(part < ink, np.uint8)
    for word in words:
        x, y, w, h = word.box
        if any(_meet(word.box, label) for label in labels) or not _is_print(word):
            continue
        _wipe(dark, (x - left, y - top, w, h))
    return dark, left, top


def _is_print(word: Word) -> bool:
    letters = [letter for letter in word.text if letter.isalnum()]
    if any(mark_of(letter) for letter in word.text) or word.text.strip("[]()|.").lower() == "x":
        return False
    return word.sure == 1.0 or (word.sure > 0.8 and len(letters) > 2)


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _rows(box: Box, off: float = 0.0) -> slice:
    return slice(max(0, round((box[1] + off) * _PX)), max(0, round((box[1] + box[3] - off) * _PX)))


def _columns(box: Box, off: float = 0.0) -> slice:
    return slice(max(0, round((box[0] + off) * _PX)), max(0, round((box[0] + box[2] - off) * _PX)))


def _wipe(dark: Gray, box: Box) -> None:
    dark[_rows(box), _columns(box)] = 0


def _struck(dark: Gray, label: Box) -> bool:
    """Whether one line runs through the whole label, about the middle of its letters."""
    _, y, _, h = label
    middle = (label[0], y + 0.22 * h, label[2], 0.6 * h)
    part = dark[_rows(middle), _columns(middle)]
    if part.size == 0 or part.shape[1] < 2 * _PX:
        return False
    kernel = np.ones((1, int(0.93 * part.shape[1])), np.uint8)
    thick = cv2.dilate(part, np.ones((2, 1), np.uint8))
    return bool(cv2.erode(thick, kernel, borderValue=0).any()) and float(part.mean()) < 0.8


def _ringed(dark: Gray, label: Box) -> bool:
    """Whether a ring goes about the label and nothing else: a cell of a table has corners."""
    x, y, w, h = label
    outlines, tree = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for k, outline in enumerate(outlines):
        if tree[0][k][3] < 0:
            continue  # no hole
        left, top, wide, high = (side / _PX for side in cv2.boundingRect(outline))
        about = left < x + 0.15 * w and left + wide > x + 0.85 * w
        over = top < y + 0.3 * h and top + high > y + 0.7 * h
        if about and over and wide < w + 16 and high < h + 12 and not _has_corners(outline):
            return True
    return False


def _has_corners(outline: np.ndarray) -> bool:
    left, top, wide, high = cv2.boundingRect(outline)
    inside = np.zeros((high, wide), np.uint8)
    cv2.drawContours(inside, [outline - (left, top)], -1, 1, cv2.FILLED)
    rows, columns = max(1, high // 8), max(1, wide // 16)
    corners = (
        inside[:rows, :columns],
        inside[:rows, -columns:],
        inside[-rows:, :columns],
        inside[-rows:, -columns:],
    )
    return any(corner.mean() > 0.5 for corner in corners)


def _squares(dark: Gray) -> list[_Square]:
    """Outlines of the size of a box, square or round, each once."""
    outlines, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    found: list[_Square] = []
    for box in sorted({cv2.boundingRect(line) for line in outlines}, key=lambda b: -b[2] * b[3]):
        _, _, w, h = square = box[0] / _PX, box[1] / _PX, box[2] / _PX, box[3] / _PX
        if not (_SMALL <= w <= _LARGE and _SMALL <= h <= _LARGE and 0.6 < w / h < 1.6):
            continue
        if any(_meet(square, other.box) for other in found) or min(_drawn_sides(dark, square)) < _FRAMED:
            continue
        found.append(_Square(square, _inside(dark, square)))
    widest = max((square.box[2] for square in found if not square.solid), default=0.0)
    return [
        square for square in found if square.solid or square.box[2] > _BOX * widest
    ]  # letters are smaller


def _without_box(label: Box, squares: Sequence[_Square]) -> Box:
    """The label alone, where optical reading has taken its box for a letter of it."""
    x, y, w, h = label
    for square in squares:
        left, top, wide, high = square.box
        if not square.solid and (
            min(wide, high) < _LETTER
            or not any(_alike(square, other) for other in squares if other != square)
        ):
            continue
        if top < y + h and y < top + high and left < x + 0.5 * w and x < left + wide < x + 0.8 * w:
            return left + wide, y, x + w - left - wide, h
        if top < y + h and y < top + high and x + 0.5 * w < left < x + w < left + wide + _WITHIN:
            return x, y, left - x, h
    return label


def _marked_within(dark: Gray, label: Box, squares: Sequence[_Square]) -> _Square | None:
    """A box that a mark hides, which optical reading has taken for the label's first letter."""
    x, y, w, h = label
    if any(_meet(square.box, (x - _LARGE, y, _LARGE + 0.5 * w, h)) for square in squares):
        return None
    level = [square.box for square in squares if abs(square.box[1] + square.box[3] / 2 - y - h / 2) < h]
    tried = (
        (x + dx, top + dy, wide, high)
        for _, top, wide, high in level
        for dx in np.arange(-0.5, 0.4 * w, 0.15)
        for dy in np.arange(-_SLACK, _SLACK + 0.01, 0.15)
    )
    best = max(tried, key=lambda box: min(_drawn_sides(dark, box)), default=None)
    if best is None or min(_drawn_sides(dark, best)) < _FRAMED:
        return None
    return _Square(best, _inside(dark, best))


def _alike(one: _Square, other: _Square) -> bool:
    """Whether both may be boxes of one form, by their sizes."""
    most = _BLACK_AND_WHITE if one.solid != other.solid else _ALIKE
    return all(1 / most < one.box[side] / other.box[side] < most for side in (2, 3))


def _drawn_sides(dark: Gray, box: Box) -> tuple[float, float, float, float]:
    """How much of its top, bottom, left and right is drawn, of 0 to 1."""
    part = dark[_rows(box), _columns(box)]
    if min(part.shape) < 4:
        return 0.0, 0.0, 0.0, 0.0
    band = max(2, round(0.12 * min(part.shape)))
    across = (part[:band].any(0), part[-band:].any(0), part[:, :band].any(1), part[:, -band:].any(1))
    top, bottom, left, right = (float(side.mean()) for side in across)
    return top, bottom, left, right


def _inside(dark: Gray, box: Box) -> float:
    off = max(2 / _PX, 0.22 * min(box[2], box[3]))
    part = dark[_rows(box, off), _columns(box, off)]
    return float(part.mean()) if part.size else 0.0


def _fellows(
    dark: Gray, labels: Sequence[Box], squares: Sequence[_Square], after: bool
) -> tuple[float, list[_Square]] | None:
    """How far the labels' boxes stand on this side, and those; None unless each label has its own."""
    own = [_nearest(label, labels, squares, after) for label in labels]
    seen = [(label, square) for label, square in zip(labels, own, strict=True) if square is not None]
    if len(seen) == 1:
        own = [
            square or _where_its_fellow_stands(dark, label, *seen[0], after)
            for label, square in zip(labels, own, strict=True)
        ]
    pair = [square for square in own if square is not None]
    if len(pair) < 2 or pair[0].box == pair[1].box or not _alike(*pair):
        return None
    return sum(_gap(label, square.box, after) for label, square in zip(labels, pair, strict=True)), pair


def _gap(label: Box, box: Box, after: bool) -> float:
    return box[0] - label[0] - label[2] if after else label[0] - box[0] - box[2]


def _nearest(label: Box, labels: Sequence[Box], squares: Sequence[_Square], after: bool) -> _Square | None:
    """The box that stands next to a label on this side, without another label between."""
    middle = label[1] + label[3] / 2
    near = [
        (gap, square)
        for square in squares
        if -0.5 < (gap := _gap(label, square.box, after)) < _BESIDE
        and abs(square.box[1] + square.box[3] / 2 - middle) < max(2.5, label[3])
        and not any(
            other is not label
            and abs(other[1] - label[1]) < label[3]
            and -0.5 < _gap(label, other, after) < gap
            for other in labels
        )
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _where_its_fellow_stands(
    dark: Gray, label: Box, other: Box, square: _Square, after: bool
) -> _Square | None:
    """A box whose outline a mark hides or leaves, at the place beside its label that its fellow has."""
    x, y, w, h = square.box
    edge = label[0] + label[2] - other[0] - other[2] if after else label[0] - other[0]
    place = (x + edge, y + label[1] + label[3] / 2 - other[1] - other[3] / 2, w, h)
    steps = np.arange(-_SLACK, _SLACK + 0.01, 0.15)
    tried = ((place[0] + dx, place[1] + dy, w, h) for dx in steps for dy in steps)
    best = max(tried, key=lambda box: min(_drawn_sides(dark, box)))
    if min(_drawn_sides(dark, best)) < _FRAMED:
        return None
    return _Square(best, _inside(dark, best))


def _fuller(inks: Sequence[float]) -> int | None:
    least, most = sorted(inks)
    return list(inks).index(most) if most >= _TICKED and least <= max(_CLEAN, most / _TIMES) else None


def _crossed(dark: Gray, boxes: Sequence[Box]) -> int | None:
    """Which of two boxes has a stroke over its frame that goes on outside, mostly missing its inside."""
    free = dark.copy()
    for kernel in (np.ones((1, int(_RULE * _PX)), np.uint8), np.ones((int(_RULE * _PX), 1), np.uint8)):
        free[cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel) > 0] = 0
    _, marks, stats, _ = cv2.connectedComponentsWithStats(free, connectivity=8)
    beyond = []
    for x, y, w, h in boxes:
        own = marks[_rows((x, y, w, h)), _columns((x, y, w, h))]
        if not own.any():
            return None
        left, top, wide, high = stats[np.bincount(own[own > 0]).argmax()][:4] / _PX
        beyond.append(max(x - left, y - top, left + wide - x - w, top + high - y - h))
    least, most = sorted(beyond)
    return beyond.index(most) if least < _WITHIN and _BEYOND < most < _LARGE else None


def _loose(dark: Gray, labels: Sequence[Box], empty: Sequence[Box]) -> int | None:
    """The label beside which the only mark stands; an empty box is none."""
    marks = [mark for mark in _marks(dark) if not any(_meet(mark, box) for box in empty)]
    near = []
    for mark in marks:
        gaps = []
        for label in labels:
            level = abs(mark[1] + mark[3] / 2 - label[1] - label[3] / 2) < max(3.0, label[3])
            gap = max(_gap(label, mark, after=False), _gap(label, mark, after=True))
            gaps.append(gap if level and gap > -2 else 1e9)
        if min(gaps) < _LOOSE:
            near.append(gaps)
    if len(near) != 1:
        return None
    least, most = sorted(max(0.1, gap) for gap in near[0])
    return near[0].index(min(near[0])) if least < _NEARER * most else None


def _marks(dark: Gray) -> Iterator[Box]:
    """Crosses and ticks that stand by themselves: no rules, no specks, no letters' rests."""
    grown = cv2.dilate(dark, np.ones((2, 2), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    for left, top, wide, high, _area in stats[1:]:
        x, y, w, h = (side / _PX for side in (left, top, wide, high))
        if 1.3 < w < 10 and 1.3 < h < 10 and 0.4 < w / h < 2.5:
            yield x, y, w, h
