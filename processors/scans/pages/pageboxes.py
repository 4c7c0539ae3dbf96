"""The boxes "n / N" printed at the bottom right of every page: how much of them is seen, and where."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.circular.form import BoxedField, Pagination, Rectangle
from processors.scans.pages.geometry import (
    PX,
    Affine,
    halved,
    median,
    rotation,
    transform,
    without_grain,
)
from processors.scans.readings import Gray


def boxes_zone(pagination: Pagination) -> Rectangle:
    """What the page boxes cover, mm."""
    first = pagination.page.cells.extent(pagination.page.count)
    last = pagination.total.cells.extent(pagination.total.count)
    return Rectangle(first.x, first.y, last.x + last.width - first.x, first.height)


_NEAR_MM = 4.0  # within which most pages lie: looked at first
_FINE_MM = 2.5  # what a guess may be off after the coarse search


def find_boxes(
    strokes: Gray, pagination: Pagination, matrix: Affine, reach_mm: float
) -> tuple[float, Affine]:
    """How sure (0 to 1) the page boxes are near where `matrix` puts them, and the affine they suggest.

    Places are proposed by likeness to the drawn boxes, first on the map at half its size, then judged by
    their borders, too: the geometric mean of likeness and of the share of the borders that is seen. Straight
    strokes alone are looked at, since digits fill the boxes with their own; then so that a bold hand's are no
    darker than borders, which a scan at 150 dpi leaves half as dark.
    """
    zone = boxes_zone(pagination).grown(reach_mm + 8)
    best = 0.0, matrix
    for darkest in (255, _PALE):
        straight = _straight(np.minimum(strokes, np.uint8(darkest)), zone, matrix)
        found = _found(straight, pagination, matrix, reach_mm)
        best = max(best, found, key=lambda one: one[0])
        if best[0] > BOXES_PLAIN:
            break
    return best


def _found(strokes: Gray, pagination: Pagination, matrix: Affine, reach_mm: float) -> tuple[float, Affine]:
    """The surest place on a map of straight strokes."""
    best = _best_near(strokes, pagination, matrix, (0.0,), min(reach_mm, _NEAR_MM))
    if best[0] > BOXES_PLAIN or reach_mm <= _NEAR_MM:
        return best
    coarse = _proposals(halved(strokes), pagination, matrix, (-3.5, -1.75, 0.0, 1.75, 3.5), reach_mm, 2)
    for _, guess in sorted(coarse, key=lambda proposal: -proposal[0])[:_GUESSES]:
        best = max(
            best,
            _best_near(strokes, pagination, guess, (-1.0, 0.0, 1.0), _FINE_MM),
            key=lambda found: found[0],
        )
        if best[0] > BOXES_PLAIN:
            break
    return best


def _best_near(
    strokes: Gray, pagination: Pagination, guess: Affine, turns: Sequence[float], reach_mm: float
) -> tuple[float, Affine]:
    """The surest of the places near a guess."""
    fields = (pagination.page, pagination.total)
    proposals = [
        (math.sqrt(likeness * borders_seen(strokes, place, fields)), place)
        for likeness, place in _proposals(strokes, pagination, guess, turns, reach_mm, 1)
    ]
    return max(proposals, key=lambda found: found[0], default=(0.0, guess))


_GUESSES = 4
BOXES_PLAIN = 0.7  # so sure that neither a better place nor the other way up is looked for
_GAP = 5  # pixels
_PALE = 128  # of a dithered scan, noise is as dark
_STRAIGHT = round(3.6 * PX)  # shorter than any side of a box, longer than most strokes of a digit


def _straight(strokes: Gray, zone: Rectangle, matrix: Affine) -> Gray:
    """The strokes of a zone of the form that run along it or down it; blank elsewhere."""
    x, y, width, height = cv2.boundingRect(transform(matrix, np.array(zone.corners)).astype(np.float32))
    box = slice(max(y, 0), max(y + height, 0)), slice(max(x, 0), max(x + width, 0))
    kept = np.zeros_like(strokes)
    if strokes[box].size:
        upright, level = (_runs_along(strokes[box], axis) for axis in (0, 1))
        straight = cv2.max(upright, level)
        kept[box] = without_grain(np.asarray(straight, np.uint8))
    return kept


def _runs_along(strokes: Gray, axis: int) -> Gray:
    """The strokes of at least `_STRAIGHT` pixels along an axis; gaps of thin broken lines are bridged."""
    along, across = [1, 1], [1, 1]
    along[axis], across[1 - axis] = _GAP, 2  # a pixel thicker, so that a tilted line does not break
    whole = cv2.morphologyEx(
        cv2.dilate(strokes, np.ones(across, np.uint8)), cv2.MORPH_CLOSE, np.ones(along, np.uint8)
    )
    along[axis] = _STRAIGHT
    return np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.uint8)


def _proposals(
    strokes: Gray,
    pagination: Pagination,
    matrix: Affine,
    turns: Sequence[float],
    reach_mm: float,
    shrink: int,
) -> Iterator[tuple[float, Affine]]:
    """For each of `turns` (degrees), the two best places of the boxes around a guess, with their likeness.

    `strokes` is the map at 1 / `shrink` of its size; the affines are of the whole map.
    """
    zone = boxes_zone(pagination).grown(1.5)
    middle = np.array([zone.x + zone.width / 2, zone.y + zone.height / 2])
    centre = transform(matrix, middle[None])[0] / shrink
    reach = reach_mm * PX / shrink
    for turn in turns:
        angle = float(np.arctan2(matrix[1, 0], matrix[0, 0])) + np.deg2rad(turn)
        template = _template(pagination, round(np.rad2deg(angle) * 4) / 4, shrink)
        height, width = template.shape
        x, y = round(centre[0] - width / 2 - reach), round(centre[1] - height / 2 - reach)
        window = _window(strokes, x, y, round(width + 2 * reach), round(height + 2 * reach))
        likeness = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
        turning = rotation(angle) * PX
        for _ in range(2):
            _, score, _, (at_x, at_y) = cv2.minMaxLoc(likeness)
            if score < 0.1:
                break
            found = np.array([x + at_x + width / 2, y + at_y + height / 2]) * shrink
            yield score, np.column_stack([turning, found - turning @ middle])
            cv2.circle(likeness, (at_x, at_y), max(2, round(PX / shrink)), -1.0, -1)


def borders_seen(strokes: Gray, matrix: Affine, fields: tuple[BoxedField, ...]) -> float:
    """Share of the cells' printed borders that is dark, within half a millimetre of its place.

    What lies outside the image does not count, unless it is the greater part.
    """
    points = _across_borders(fields)
    px = transform(matrix, points.reshape(-1, 2)).astype(np.float32).reshape(points.shape)
    profile = cv2.remap(strokes, px[..., 0], px[..., 1], cv2.INTER_LINEAR, borderValue=0)
    height, width = strokes.shape
    x, y = px[:, _MIDDLE].T
    shown = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    return float((profile.max(axis=1) > 45).sum() / max(shown.sum(), len(points) / 2))


_MIDDLE = 2


_LOOK_MM = 1.3
_ALONG_SURE, _DOWN_SURE = 0.012, 0.05
"""What the lines of boxes 30 mm long and 7 mm high tell surely. Borders that are printed within cells make
these look 2.3 % lower, a tilt more: with 0.025 in place of 0.05, 16 of 49 pages at their true scale were
read as if they were lower, not 4."""
_MOST = 0.09  # what is further off is no box
_TRACED = 40  # levels


def boxes_stretch(strokes: Gray, matrix: Affine, pagination: Pagination) -> tuple[float, float]:
    """How much wider and higher the boxes are than `matrix` says: 1, 1 unless that is sure.

    The height is too small to tell the scale along the page from that down it when both are nearly the same.
    """
    fields = (pagination.page, pagination.total)
    mm, normal = _border_points(fields)
    across = np.arange(-_LOOK_MM, _LOOK_MM + 0.01, 0.1)
    points = mm[:, None] + across[None, :, None] * normal[:, None]
    px = transform(matrix, points.reshape(-1, 2)).astype(np.float32).reshape(len(mm), len(across), 2)
    profile = cv2.remap(strokes, px[..., 0], px[..., 1], cv2.INTER_LINEAR, borderValue=0)
    wide, high = (_stretch(profile[normal[:, k] == 1], mm[normal[:, k] == 1, k], across) for k in (0, 1))
    if max(abs(wide - 1), abs(high - 1)) > _MOST or (
        abs(wide - 1) < _ALONG_SURE and abs(high - 1) < _DOWN_SURE
    ):
        return 1.0, 1.0
    return wide, (wide if abs(high - wide) < _DOWN_SURE else high)


def _stretch(profile: Gray, places: NDArray[np.float64], across: NDArray[np.float64]) -> float:
    """Of parallel lines at `places` (mm), whose points' darkness `across` is given."""
    lines = np.unique(places)
    means = np.array([profile[places == line].mean(axis=0) for line in lines])
    seen = means.max(axis=1) > _TRACED
    if not seen.any() or np.ptp(lines[seen]) < 0.8 * np.ptp(lines):
        return 1.0
    weights = np.where(means > 0.7 * means.max(axis=1, keepdims=True), means, 0.0)
    offsets = (weights @ across) / np.maximum(weights.sum(axis=1), 1e-6)
    slope, start = np.polyfit(lines[seen], offsets[seen], 1)
    rest = np.abs(offsets[seen] - slope * lines[seen] - start)
    near = rest <= max(0.15, median(rest) * 2)
    return 1.0 + float(np.polyfit(lines[seen][near], offsets[seen][near], 1)[0])


@lru_cache(maxsize=32)
def _across_borders(fields: tuple[BoxedField, ...]) -> NDArray[np.float64]:
    """Five points across each of those, a quarter of a millimetre apart: N × 5 × 2 mm."""
    mm, normal = _border_points(fields)
    across = np.arange(-_MIDDLE, _MIDDLE + 1) * 0.25
    return np.asarray(mm[:, None] + across[None, :, None] * normal[:, None], np.float64)


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
def _template(pagination: Pagination, angle: float, shrink: int) -> Gray:
    """The printed boxes as strokes on the map, turned by `angle` degrees clockwise, at 1 / `shrink`."""
    zone = boxes_zone(pagination).grown(1.5)
    fine = 4  # drawn larger, then shrunk, for even lines
    scale = PX * fine
    width, height = (round(side * PX / shrink) * shrink * fine for side in (zone.width, zone.height))
    canvas = np.zeros((height, width), np.uint8)
    for field in (pagination.page, pagination.total):
        for k in range(field.count):
            cells = field.cells
            x, y = cells.x + k * cells.pitch - zone.x, cells.y - zone.y
            near = round(x * scale), round(y * scale)
            far = round((x + cells.width) * scale), round((y + cells.height) * scale)
            cv2.rectangle(canvas, near, far, 255, fine + 2)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned_canvas = cv2.warpAffine(canvas, matrix, (width, height))
    size = width // (fine * shrink), height // (fine * shrink)
    shrunk = cv2.resize(turned_canvas, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(shrunk, (0, 0), 0.8), np.uint8)
