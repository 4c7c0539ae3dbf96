"""Where on this image the form is, and which way up: millimetres of the form ↔ pixels of the page.

Two printed marks are looked for: the frames at the top of a sheet's first page, and the page boxes at the
bottom right of every page; of an annex, its identity frame with its rows of boxes. All are found on a map of
the strokes of the page at 100 dpi.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.circular.form import Form, Rectangle
from processors.scans.files.image import turned
from processors.scans.pages.frames import are_alone, fit_frames
from processors.scans.pages.geometry import MAX_SHIFT, PX, Affine, darkness, halved, reduced, transform
from processors.scans.pages.pageboxes import (
    BOXES_PLAIN,
    borders_seen,
    boxes_stretch,
    boxes_zone,
    find_boxes,
)
from processors.scans.readings import Gray, Turn


@dataclass(frozen=True)
class Placement:
    """Where the form lies on an upright page image.

    `turn`: what made the image upright; `to_pixels`: form mm → pixels of the turned image; `frames`: 0 to 1,
    how much was seen of the first page's frames; `boxes`: 0 to 1, how sure the page boxes are; `fields`: how
    much was seen of each row of identity boxes, on a first page; `error_mm`: mean distance of the fitted
    frames' corners from the form's; `ink`: where strokes are, on a coarse grid of the form (see `INK_MM`);
    `stretch`: how much wider and higher than the paper what lies on the image is, as far as that is sure;
    `told`: by the other half of the sheet alone, the page boxes being cut off; `to_boxes`: as `to_pixels`,
    where the page boxes of a first page are plainly seen, or its frame is too far from them to tell.
    """

    turn: Turn
    to_pixels: Affine
    frames: float
    boxes: float
    fields: dict[str, float]
    error_mm: float
    ink: NDArray[np.float32]
    told: bool = False
    to_boxes: Affine | None = None
    stretch: tuple[float, float] = (1.0, 1.0)

    @property
    def by_boxes(self) -> Placement:
        """The same, as the page boxes tell it where they are apart."""
        return self if self.to_boxes is None else replace(self, to_pixels=self.to_boxes)

    @property
    def sure(self) -> bool:
        """Whether it tells where the whole sheet lies, to some millimetres."""
        return self.told or self.frames >= FRAMES_SEEN or self.boxes >= _BOXES_SURE

    def corners(self, zone: Rectangle) -> NDArray[np.float64]:
        """The zone's corners on the upright page: 4 × 2 pixels, clockwise from the top left."""
        return transform(self.to_pixels, np.array(zone.corners))

    def shows(self, zone: Rectangle, shape: tuple[int, ...]) -> bool:
        """Whether the whole zone lies on an upright page of this shape (height, width)."""
        x, y = self.corners(zone).T
        return bool(min(x.min(), y.min()) >= 0 and x.max() < shape[1] and y.max() < shape[0])

    def enlarged(self, times: int) -> Placement:
        """The same on an image so many times larger."""
        return _enlarged(self, times)

    def patch(self, upright: Gray, zone: Rectangle, px_per_mm: float) -> Gray:
        """The zone, straightened and resampled at `px_per_mm`; white where the page ends."""
        width, height = round(zone.width * px_per_mm), round(zone.height * px_per_mm)
        to_zone = np.array([[1 / px_per_mm, 0, zone.x], [0, 1 / px_per_mm, zone.y], [0, 0, 1]])
        matrix = self.to_pixels @ to_zone
        scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        x, y, w, h = cv2.boundingRect(self.corners(zone.grown(1.0)).astype(np.float32))
        x0, y0 = max(x, 0), max(y, 0)
        crop = upright[y0 : max(y + h, 0), x0 : max(x + w, 0)]
        if crop.size == 0:
            return np.full((height, width), 255, np.uint8)
        matrix = matrix - np.array([[0, 0, x0], [0, 0, y0]])
        if scale > 1.5:  # a plain warp would skip strokes
            shrunk = cv2.resize(crop, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
            crop = np.asarray(shrunk, np.uint8)
            matrix = matrix / scale
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        straight = cv2.warpAffine(crop, matrix, (width, height), flags=flags, borderValue=255)
        return np.asarray(straight, np.uint8)


def place(gray: Gray, dpi: float, form: Form) -> Placement:
    """Find the form on a page image, in four turns. Where nothing is seen, `frames` and `boxes` are low."""
    small, scale = reduced(gray, dpi)
    return place_dark(darkness(small), scale, form)


def place_dark(dark: Gray, scale: float, form: Form) -> Placement:
    """The same from the page's darkness at `MAP_DPI`, each of whose pixels is `scale` of the page's."""
    base = Turn.RIGHT if dark.shape[1] > dark.shape[0] else Turn.NONE
    strokes = _stretched(turned(dark, base))
    best = _place_upright(strokes, base, form)
    if best.frames < FRAMES_SEEN and best.boxes < BOXES_PLAIN:
        over = np.ascontiguousarray(strokes[::-1, ::-1])
        other = _place_upright(over, Turn((base + 180) % 360), form)
        if (other.frames, other.boxes) > (best.frames, best.boxes) and (
            other.frames or other.boxes >= _BOXES_SURE
        ):
            best = other
    return _enlarged(best, scale)


def place_annex(dark: Gray, scale: float, sheet: Form, as_sheet: Placement) -> tuple[Form, Placement]:
    """The annex of `sheet` that a page is, and where it lies; the sheet, as it was placed, where it is none.

    An annex is known by its identity frame and by every row of digits in it. A frame like the sheet's own is
    told from it by the rows, and by where it stands on the page.
    """
    base = Turn.RIGHT if dark.shape[1] > dark.shape[0] else Turn.NONE
    strokes = _stretched(turned(dark, base))
    best, least = (sheet, as_sheet), max(FIELDS_SEEN, _likeness(as_sheet, scale, sheet))
    for turn, upright in (
        (base, strokes),
        (Turn((base + 180) % 360), np.ascontiguousarray(strokes[::-1, ::-1])),
    ):
        for annex in sheet.annexes:
            fitted = fit_frames(upright, annex)
            if fitted is None or fitted[1] < FRAMES_SEEN:
                continue
            placement = _enlarged(_framed(upright, turn, annex, fitted), scale)
            likeness = _likeness(placement, scale, annex)
            if likeness > least:
                best, least = (annex, placement), likeness
    return best


_PER_MM = 0.01  # what a frame loses of its likeness for each millimetre off its place


def _likeness(placement: Placement, scale: float, form: Form) -> float:
    """Least share seen of a row of digits of a first page, less where it is off its place; 0 of others."""
    if placement.frames < FRAMES_SEEN:
        return 0.0
    frame = form.identity.frame
    off = placement.corners(frame)[0] / scale / PX - [frame.x, frame.y]
    return min(placement.fields[name] for name in form.rows_of("digits")) - _PER_MM * float(np.hypot(*off))


_FAR = (0.5, 0.565, 0.64, 0.72, 0.81, 0.9, 1.13, 1.27, 1.43)
"""Scales between which the frames are found from one to the next."""


_FAR_SEEN = 0.5
"""Least shares of the frames and of the boxes, multiplied, for a sheet off scale."""


def frames_scale(small: Gray, form: Form) -> float | None:
    """How much larger or smaller than the paper the first page is that a page at `MAP_DPI` shows, if any."""
    best: tuple[float, float] = _FAR_SEEN, 1.0
    fields = tuple(form.identity.fields.values())
    across, down = (round(side * PX) for side in (form.form.page_width, form.form.page_height))
    for scale in _FAR:
        size = max(1, round(small.shape[1] / scale)), max(1, round(small.shape[0] / scale))
        image = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
        # the sides of what is too large lie outside
        beside = max(0, across - size[0]), max(0, down - size[1])
        image = cv2.copyMakeBorder(image, 0, beside[1], 0, beside[0], cv2.BORDER_CONSTANT, value=(255.0,))
        strokes = _stretched(darkness(np.asarray(image, np.uint8)))
        for turn in Turn:
            upright = turned(strokes, turn)
            fitted = fit_frames(upright, form)
            if fitted is None:
                continue
            matrix, seen, _ = fitted
            like = seen * borders_seen(upright, matrix, fields)
            if like > best[0]:
                best = like, scale * float(np.hypot(*matrix[:, 0])) / PX
    return round(best[1], 2) if best[0] > _FAR_SEEN else None


def place_halves(
    places: Sequence[Placement], darks: Sequence[Gray], scale: float, form: Form
) -> list[Placement]:
    """The left and the right half of an A3 side, each placed by itself: one lies where the other says.

    A tilted sheet may have left the image with the page boxes of one half. Where they would be inside and are
    not seen, nothing is told: another paper may lie there.
    """
    placed = list(places)
    for here, there in ((0, 1), (1, 0)):
        if is_seen(places[here]) or max(places[there].frames, places[there].boxes) < _BOXES_SURE:
            continue
        known = places[there]
        page, other = turned(darks[here], known.turn), turned(darks[there], known.turn)
        after = (here == 1) == (known.turn in (Turn.NONE, Turn.LEFT))
        step, seam = (1, other.shape[1]) if after else (-1, page.shape[1])
        matrix = _scaled(known.to_pixels, 1 / scale)
        matrix[:, 2] += step * form.form.page_width * matrix[:, 0]
        matrix[0, 2] -= step * seam
        ink = _ink(_stretched(page), matrix, form)
        told = Placement(known.turn, matrix, 0.0, 0.0, {}, known.error_mm, ink, told=True)
        if not told.shows(boxes_zone(form.pagination).grown(_TOLD_MM), page.shape):
            placed[here] = replace(told, to_pixels=_scaled(matrix, scale))
    return placed


_TOLD_MM = 5.0
"""How far off the page boxes of the other half may lie: those of one half tell the tilt to 1.5° alone."""


def is_seen(placement: Placement) -> bool:
    """Whether what is printed on a sheet is there."""
    return placement.frames >= FRAMES_SEEN or placement.boxes >= BOXES_SEEN


def _enlarged(placement: Placement, times: float) -> Placement:
    boxes = placement.to_boxes
    return replace(
        placement,
        to_pixels=_scaled(placement.to_pixels, times),
        to_boxes=None if boxes is None else _scaled(boxes, times),
    )


def _scaled(matrix: Affine, times: float) -> Affine:
    scaled = matrix * times
    scaled[:, 2] += (times - 1) / 2  # pixel centres
    return scaled


_BOXES_SURE = 0.5
"""Sureness of the page boxes that tells where the sheet lies, to some millimetres.

Letters may look like boxes: of 190 drafts, turned over, four came above 0.42, those measured to 0.44. A bold
hand may cover the borders: on every page of one clean scan they came to 0.69 at most."""

BOXES_SEEN = 0.45
"""Least sureness for the page boxes to be there: of 550 pages without, the likest came to 0.44; of 1,181
on poor scans, tilted and cut at the edge, one that can be read came lower and the next to 0.55."""

FIELDS_SEEN = 0.4
"""Least share of a row's printed borders for it to be there."""

FRAMES_SEEN = 0.6
"""Least share of the printed frames for a page to be a sheet's first."""


def shows_frames(dark: Gray, form: Form) -> bool:
    """Whether the frames of a first page, or that of an annex, are on an upright page, with rows of boxes.

    `dark`: the page's darkness at `MAP_DPI`, or that of its upper part.
    """
    strokes = _stretched(dark)
    for model in (form, *form.annexes):
        fitted = fit_frames(strokes, model)
        if fitted is None or fitted[1] < FRAMES_SEEN:
            continue
        if _is_first(fitted[1], _fields(strokes, fitted[0], model)):
            return True
    return False


def _fields(strokes: Gray, matrix: Affine, form: Form) -> dict[str, float]:
    return {name: borders_seen(strokes, matrix, (field,)) for name, field in form.identity.fields.items()}


def _is_first(frames: float, fields: dict[str, float]) -> bool:
    """Whether most rows of identity boxes are seen, or all of the frames: other papers have frames, too."""
    return sorted(fields.values())[len(fields) // 2] >= FIELDS_SEEN or are_alone(frames)


def _stretched(dark: Gray) -> Gray:
    """The darkness with the page's strong strokes at 255."""
    some = np.ascontiguousarray(dark[::5, ::5])
    counts = cv2.calcHist([some], [0], None, [256], [0, 256]).cumsum()
    strong = max(int(np.searchsorted(counts, 0.995 * counts[-1])), 60)
    return np.asarray(cv2.convertScaleAbs(dark, alpha=255 / strong), np.uint8)


def _place_upright(strokes: Gray, turn: Turn, form: Form) -> Placement:
    fitted = fit_frames(strokes, form)
    framed = None if fitted is None else _framed(strokes, turn, form, fitted)
    if framed is not None and framed.frames >= FRAMES_SEEN and not _is_first(framed.frames, framed.fields):
        framed = None
    if framed is not None and not (FRAMES_SEEN <= framed.frames < _WHOLE and framed.boxes < BOXES_SEEN):
        return framed
    nominal = np.array([[PX, 0, 0], [0, PX, 0]], dtype=np.float64)
    boxes, matrix = find_boxes(strokes, form.pagination, nominal, reach_mm=MAX_SHIFT)
    if framed is not None and boxes <= BOXES_PLAIN:
        return framed
    stretch = boxes_stretch(strokes, matrix, form.pagination) if boxes >= BOXES_SEEN else (1.0, 1.0)
    return Placement(turn, matrix, 0.0, boxes, {}, 0.0, _ink(strokes, matrix, form), stretch=stretch)


_WHOLE = 0.85
"""Share of the frames from which on they tell a first page, wherever page boxes are seen: ruled lines between
a margin and the sheet's edge, with writing between, make 0.69 of them, but not where its page boxes tell."""


def _framed(strokes: Gray, turn: Turn, form: Form, fitted: tuple[Affine, float, float]) -> Placement:
    """Where the frames tell that the form lies."""
    matrix, frames, error = fitted
    fields = _fields(strokes, matrix, form)
    wide, high = (float(side) / PX for side in np.hypot(*matrix[:, :2]))
    ink = _ink(strokes, matrix, form)
    found = Placement(turn, matrix, frames, 0.0, fields, error, ink, stretch=(wide, high))
    if form.page_boxes is None:
        return found
    reach = _FROM_ONE_FRAME_MM if form.is_annex else 4.0
    boxes, to_boxes = find_boxes(strokes, form.page_boxes, matrix, reach_mm=reach)
    return replace(found, boxes=boxes, to_boxes=to_boxes if form.is_annex or boxes > BOXES_PLAIN else None)


_FROM_ONE_FRAME_MM = 8.0
"""How far off the page boxes of an annex may lie: its frame alone tells them less well than a sheet's two."""

INK_MM = 1.5
"""Side of a square of the ink map."""


def _ink(strokes: Gray, matrix: Affine, form: Form) -> NDArray[np.float32]:
    """Share of strokes in each square of `INK_MM`: rows × columns, the same on every scan of a page."""
    fine = 0.75  # mm, first
    size = round(form.form.page_width / fine), round(form.form.page_height / fine)
    to_map = _scaled(matrix, 0.5) @ np.array([[fine, 0, fine / 2], [0, fine, fine / 2], [0, 0, 1]])
    flat = cv2.warpAffine(halved(strokes), to_map, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    coarse = round(size[0] * fine / INK_MM), round(size[1] * fine / INK_MM)
    ink = cv2.resize(flat, coarse, interpolation=cv2.INTER_AREA)
    return cast(NDArray[np.float32], cv2.GaussianBlur(ink.astype(np.float32) / 255, (0, 0), 0.8))
