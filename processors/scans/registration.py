"""Where on this image the form is, and which way up: millimetres of the form ↔ pixels of the page.

Two printed marks are looked for: the two frames at the top of a sheet's first page, and the page boxes at
the bottom right of every page. Both are found on a darkness map of the page at 100 dpi, then refined on the
full image.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.form import BoxedField, Form, Pagination, Rectangle
from processors.scans.raster import turned
from processors.scans.readings import Gray, Turn

Affine = NDArray[np.float64]
"""2 × 3: millimetres of the form to pixels of the upright page."""

MAP_DPI = 100
_PX = MAP_DPI / 25.4  # pixels of the map per millimetre
_STROKE_MM = 3.0  # anything darker than its surroundings and thinner than this is a stroke
_MAX_SKEW = 5.0  # degrees
_MAX_SHIFT = 16.0  # mm, of the form against the image


@dataclass(frozen=True)
class Placement:
    """Where the form lies on an upright page image.

    `turn`: what made the image upright; `to_pixels`: form mm → pixels of the turned image; `frames` and
    `boxes`: 0 to 1, how much was seen of the first page's frames and of the page boxes' borders; `fields`:
    the same for each row of identity boxes, on a first page; `error_mm`: mean distance of the fitted
    frames' corners from the form's; `ink`: where strokes are, on a coarse grid of the form (see `INK_MM`).
    """

    turn: Turn
    to_pixels: Affine
    frames: float
    boxes: float
    fields: dict[str, float]
    error_mm: float
    ink: NDArray[np.float32]

    def corners(self, zone: Rectangle) -> NDArray[np.float64]:
        """The zone's corners on the upright page: 4 × 2 pixels, clockwise from the top left."""
        return transform(self.to_pixels, np.array(zone.corners))

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


def transform(matrix: Affine, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply a 2 × 3 matrix to N × 2 points."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def place(gray: Gray, dpi: float, form: Form) -> Placement:
    """Find the form on a page image, in four turns. Where nothing is seen, `frames` and `boxes` are low."""
    sideways = gray.shape[1] > gray.shape[0]
    base = Turn.RIGHT if sideways else Turn.NONE
    ratio = MAP_DPI / dpi
    shrunk = cv2.resize(gray, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    strokes = _strokes(turned(np.asarray(shrunk, np.uint8), base))
    candidates = []
    for over in (False, True):
        turn = Turn((base + 180 * over) % 360)
        seen = np.ascontiguousarray(strokes[::-1, ::-1]) if over else strokes
        candidates.append(_place_upright(seen, turn, form))
    best = max(candidates, key=lambda p: (p.frames >= FRAMES_SEEN, p.frames + p.boxes))
    scale = dpi / MAP_DPI
    to_pixels = best.to_pixels * scale
    to_pixels[:, 2] += (scale - 1) / 2  # pixel centres
    return replace(best, to_pixels=to_pixels)


BOXES_SEEN = 0.4
"""Least share of printed cells for them to be there."""

FRAMES_SEEN = 0.6
"""Least share of the printed frames for a page to be a sheet's first."""


def _strokes(shrunk: Gray) -> Gray:
    """Darkness of thin strokes against their surroundings, stretched to 0–255."""
    size = round(_STROKE_MM * _PX) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    darkness = cv2.morphologyEx(shrunk, cv2.MORPH_BLACKHAT, kernel)
    strong = max(float(np.percentile(darkness[::3, ::3], 99.5)), 60.0)
    return np.asarray(cv2.convertScaleAbs(darkness, alpha=255 / strong), np.uint8)


def _place_upright(strokes: Gray, turn: Turn, form: Form) -> Placement:
    fitted = _fit_frames(strokes, form)
    if fitted is not None:
        matrix, frames, error = fitted
        boxes, _ = _find_boxes(strokes, form.pagination, matrix, reach_mm=4.0)
        fields = {n: _borders_seen(strokes, matrix, (f,)) for n, f in form.identity.fields.items()}
        return Placement(turn, matrix, frames, boxes, fields, error, _ink(strokes, matrix, form))
    nominal = np.array([[_PX, 0, 0], [0, _PX, 0]], dtype=np.float64)
    boxes, matrix = _find_boxes(strokes, form.pagination, nominal, reach_mm=_MAX_SHIFT)
    return Placement(turn, matrix, 0.0, boxes, {}, 0.0, _ink(strokes, matrix, form))


INK_MM = 1.5
"""Side of a square of the ink map."""


def _ink(strokes: Gray, matrix: Affine, form: Form) -> NDArray[np.float32]:
    """Share of strokes in each square of `INK_MM`: rows × columns, the same on every scan of a page."""
    fine = 0.75  # mm, first
    size = round(form.form.page_width / fine), round(form.form.page_height / fine)
    shrunk = cv2.blur(strokes, (round(_PX * fine), round(_PX * fine)))
    to_map = matrix @ np.array([[fine, 0, fine / 2], [0, fine, fine / 2], [0, 0, 1]])
    flat = cv2.warpAffine(shrunk, to_map, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    coarse = round(size[0] * fine / INK_MM), round(size[1] * fine / INK_MM)
    ink = cv2.resize(flat, coarse, interpolation=cv2.INTER_AREA)
    return cast(NDArray[np.float32], cv2.GaussianBlur(ink.astype(np.float32) / 255, (0, 0), 0.8))


# --- the two frames of a first page ---------------------------------------------------------------


def _fit_frames(strokes: Gray, form: Form) -> tuple[Affine, float, float] | None:
    """Affine from form mm to the map, share of the frames seen, mean error in mm; None if not there."""
    identity, exam = form.identity.frame, form.exam_block.frame
    lines_y = np.array([identity.y, identity.y + identity.height, exam.y, exam.y + exam.height])
    lines_x = np.array([identity.x, identity.x + identity.width])
    top = strokes[: int((lines_y[-1] + _MAX_SHIFT + 12) * _PX)]
    dark = np.asarray(top > 90, np.uint8)
    run = round(4.0 * _PX)
    found = _best_skew(_runs(dark, run, 1), lines_y, identity)
    if found is None:
        return None
    angle, y0 = found
    found_x = _best_columns(_runs(dark, 1, run), angle, y0, lines_y, lines_x)
    if found_x is None:
        return None
    x0 = found_x
    turn = np.deg2rad(angle)
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, -sin], [sin, cos]])
    origin = rotation @ np.array([x0 - lines_x[0] * _PX, y0 - lines_y[0] * _PX])
    guess = np.column_stack([rotation * _PX, origin])
    return _refine(top, guess, identity, exam)


def _runs(dark: Gray, width: int, height: int) -> Gray:
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel), np.uint8)


_ANGLES = np.arange(-_MAX_SKEW, _MAX_SKEW + 0.01, 0.25)


def _best_skew(runs: Gray, lines_y: NDArray[np.float64], identity: Rectangle) -> tuple[float, float] | None:
    """Angle (degrees, clockwise) and height (pixels, in the turned map) of the first line of the pattern."""
    ys, xs = np.nonzero(runs)
    if len(ys) < 200:
        return None
    if len(ys) > 20000:
        step = len(ys) // 20000 + 1
        ys, xs = ys[::step], xs[::step]
        weight = float(step)
    else:
        weight = 1.0
    offsets = np.round((lines_y - lines_y[0]) * _PX).astype(int)
    size = runs.shape[0] + 200
    best = (0.0, 0.0, 0.0)
    for angle in _ANGLES:
        turn = np.deg2rad(angle)
        rows = np.round(ys * np.cos(turn) - xs * np.sin(turn)).astype(int) + 100
        histogram = np.bincount(rows[(rows >= 0) & (rows < size)], minlength=size).astype(np.float64)
        # a line is two pixels thick and may bow a little
        thick = np.convolve(histogram, np.ones(3), "same")
        full = identity.width * _PX
        thick = np.minimum(thick * weight / full, 1.2)
        reach = size - offsets[-1] - 3
        total = np.mean([_near(thick, int(o), reach) for o in offsets], axis=0)
        at = int(np.argmax(total))
        if total[at] > best[0]:
            best = (float(total[at]), float(angle), float(at - 100))
    return (best[1], best[2]) if best[0] > 0.35 else None


def _near(histogram: NDArray[np.float64], offset: int, reach: int) -> NDArray[np.float64]:
    """The histogram shifted by `offset`, the best of ±2 pixels."""
    padded = np.pad(histogram, 2)
    return np.asarray(np.max([padded[offset + k : offset + k + reach] for k in range(5)], axis=0))


def _best_columns(
    runs: Gray,
    angle: float,
    y0: float,
    lines_y: NDArray[np.float64],
    lines_x: NDArray[np.float64],
) -> float | None:
    ys, xs = np.nonzero(runs)
    turn = np.deg2rad(angle)
    rows = ys * np.cos(turn) - xs * np.sin(turn)
    inside = (rows >= y0 - 3) & (rows <= y0 + (lines_y[-1] - lines_y[0]) * _PX + 3)
    columns = np.round(xs[inside] * np.cos(turn) + ys[inside] * np.sin(turn)).astype(int) + 200
    size = runs.shape[1] + 400
    histogram = np.bincount(columns[(columns >= 0) & (columns < size)], minlength=size).astype(float)
    thick = np.minimum(np.convolve(histogram, np.ones(5), "same") / ((lines_y[-1] - lines_y[0]) * _PX), 1.2)
    offset = round((lines_x[1] - lines_x[0]) * _PX)
    reach = size - offset - 3
    total = _near(thick, 0, reach) + _near(thick, offset, reach)
    at = int(np.argmax(total))
    return float(at - 200) if total[at] > 0.35 else None


def _refine(
    strokes: Gray, guess: Affine, identity: Rectangle, exam: Rectangle
) -> tuple[Affine, float, float] | None:
    """Fit each printed line by its darkest points near the guess, then the affine by the corners."""
    matrix = guess
    seen = 0.0
    error = 0.0
    for reach_mm in (2.5, 1.2):
        points_mm, points_px = [], []
        shares = []
        for frame in (identity, exam):
            corners = np.array(frame.corners)
            sides = []
            for k in range(4):
                line, share = _fit_side(strokes, matrix, corners[k], corners[(k + 1) % 4], reach_mm)
                sides.append(line)
                shares.append(share * float(np.hypot(*(corners[(k + 1) % 4] - corners[k]))))
            for k in range(4):
                before, after = sides[k - 1], sides[k]
                if before is None or after is None:
                    continue
                meeting = np.cross(before, after)
                if abs(meeting[2]) > 1e-6:
                    points_mm.append(corners[k])
                    points_px.append(meeting[:2] / meeting[2])
        if len(points_mm) < 4:
            return None
        mm, px = np.array(points_mm), np.array(points_px)
        design = np.column_stack([mm, np.ones(len(mm))])
        matrix = np.linalg.lstsq(design, px, rcond=None)[0].T
        error = float(np.mean(np.hypot(*(transform(matrix, mm) - px).T))) / _PX
        perimeter = 2 * (identity.width + identity.height + exam.width + exam.height)
        seen = sum(shares) / perimeter
    scale = np.hypot(matrix[0, 0], matrix[1, 0]) / _PX, np.hypot(matrix[0, 1], matrix[1, 1]) / _PX
    if min(scale) < 0.9 or max(scale) > 1.1 or error > 1.5:
        return None
    return matrix, seen, error


def _fit_side(
    strokes: Gray,
    matrix: Affine,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    reach_mm: float,
) -> tuple[NDArray[np.float64] | None, float]:
    """The line (homogeneous) along one printed side, and the share of its length that is really printed."""
    length = float(np.hypot(*(end - start)))
    along = np.linspace(0.02, 0.98, int(length * 1.2))
    normal = np.array([-(end - start)[1], (end - start)[0]]) / length
    across = np.arange(-reach_mm, reach_mm + 0.01, 0.5 / _PX)
    mm = start + along[:, None, None] * (end - start) + across[None, :, None] * normal
    px = transform(matrix, mm.reshape(-1, 2)).astype(np.float32).reshape(len(along), len(across), 2)
    profile = cv2.remap(strokes, px[..., 0], px[..., 1], cv2.INTER_LINEAR, borderValue=0).astype(np.float32)
    peak = profile.argmax(axis=1)
    strength = profile[np.arange(len(along)), peak]
    printed = strength > 90
    if printed.mean() < 0.25:
        return None, float(printed.mean())
    chosen = px[np.arange(len(along)), peak][printed]
    vx, vy, x, y = cv2.fitLine(chosen, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    offset = np.abs((chosen[:, 0] - x) * vy - (chosen[:, 1] - y) * vx)
    close = offset < max(1.5, float(np.median(offset)) * 3)
    vx, vy, x, y = cv2.fitLine(chosen[close], cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    share = float(close.sum()) / len(along)
    return np.array([vy, -vx, vx * y - vy * x], dtype=np.float64), share


# --- the page boxes -------------------------------------------------------------------------------


def boxes_zone(pagination: Pagination) -> Rectangle:
    """What the page boxes cover, mm."""
    first = pagination.page.cells.extent(pagination.page.count)
    last = pagination.total.cells.extent(pagination.total.count)
    return Rectangle(first.x, first.y, last.x + last.width - first.x, first.height)


def _find_boxes(
    strokes: Gray, pagination: Pagination, matrix: Affine, reach_mm: float
) -> tuple[float, Affine]:
    """How much of the page boxes' borders is seen near where `matrix` puts them, and the affine they suggest.

    Places are proposed by likeness to the drawn boxes, then judged by their borders alone, since digits
    fill the boxes with strokes of their own.
    """
    zone = boxes_zone(pagination).grown(1.5)
    middle = np.array([zone.x + zone.width / 2, zone.y + zone.height / 2])
    centre = transform(matrix, middle[None])[0]
    skew = float(np.rad2deg(np.arctan2(matrix[1, 0], matrix[0, 0])))
    angles = (skew,) if reach_mm < 5 else tuple(np.arange(-4.0, 4.1, 1.0))
    reach = reach_mm * _PX
    best: tuple[float, Affine] = (0.0, matrix)
    rank = 0.0
    for angle in angles:
        template = _template(pagination, round(angle, 1))
        height, width = template.shape
        x, y = round(centre[0] - width / 2 - reach), round(centre[1] - height / 2 - reach)
        window = _window(strokes, x, y, round(width + 2 * reach), round(height + 2 * reach))
        likeness = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
        turn = np.deg2rad(angle)
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * _PX
        for _ in range(2):
            _, score, _, (at_x, at_y) = cv2.minMaxLoc(likeness)
            if score < 0.1:
                break
            found = np.array([x + at_x + width / 2, y + at_y + height / 2])
            proposed = np.column_stack([rotation, found - rotation @ middle])
            borders = _borders_seen(strokes, proposed, (pagination.page, pagination.total))
            if borders + score > rank:
                rank, best = borders + score, (borders, proposed)
            cv2.circle(likeness, (at_x, at_y), round(_PX), -1.0, -1)
    return best


def _borders_seen(strokes: Gray, matrix: Affine, fields: tuple[BoxedField, ...]) -> float:
    """Share of the cells' printed borders that is dark, within half a millimetre of its place."""
    mm, normal = _border_points(fields)
    across = np.arange(-0.5, 0.51, 0.25)
    points = mm[:, None] + across[None, :, None] * normal[:, None]
    px = transform(matrix, points.reshape(-1, 2)).astype(np.float32).reshape(len(mm), len(across), 2)
    profile = cv2.remap(strokes, px[..., 0], px[..., 1], cv2.INTER_LINEAR, borderValue=0)
    return float((profile.max(axis=1) > 60).mean())


@lru_cache(maxsize=32)
def _border_points(
    fields: tuple[BoxedField, ...],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points along every border of the cells (N × 2 mm) and the direction across it (N × 2)."""
    along = np.linspace(0.1, 0.9, 9)[:, None]
    points, normals = [], []
    for field in fields:
        for k in range(field.count):
            cells = field.cells
            cell = Rectangle(cells.x + k * cells.pitch, cells.y, cells.width, cells.height)
            corners = np.array(cell.corners)
            for side in range(4):
                start, end = corners[side], corners[(side + 1) % 4]
                points.append(start + along * (end - start))
                across = np.array([0.0, 1.0]) if side % 2 == 0 else np.array([1.0, 0.0])
                normals.append(np.repeat(across[None], len(along), axis=0))
    return np.concatenate(points), np.concatenate(normals)


def _window(image: Gray, x: int, y: int, width: int, height: int) -> Gray:
    """A crop that may reach over the edge of the image, where it is blank."""
    out = np.zeros((height, width), np.uint8)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + width, image.shape[1]), min(y + height, image.shape[0])
    if x1 > x0 and y1 > y0:
        out[y0 - y : y1 - y, x0 - x : x1 - x] = image[y0:y1, x0:x1]
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.8), np.uint8)


@lru_cache(maxsize=256)
def _template(pagination: Pagination, angle: float) -> Gray:
    """The printed boxes as strokes on the map, turned by `angle` degrees clockwise."""
    zone = boxes_zone(pagination).grown(1.5)
    fine = 4  # drawn larger, then shrunk, for even lines
    scale = _PX * fine
    width, height = round(zone.width * _PX) * fine, round(zone.height * _PX) * fine
    canvas = np.zeros((height, width), np.uint8)
    for field in (pagination.page, pagination.total):
        for k in range(field.count):
            cells = field.cells
            x, y = cells.x + k * cells.pitch - zone.x, cells.y - zone.y
            near = round(x * scale), round(y * scale)
            far = round((x + cells.width) * scale), round((y + cells.height) * scale)
            cv2.rectangle(canvas, near, far, 255, fine + 2)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned = cv2.warpAffine(canvas, matrix, (width, height))
    shrunk = cv2.resize(turned, None, fx=1 / fine, fy=1 / fine, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(shrunk, (0, 0), 0.8), np.uint8)
