"""The frames printed at the top of a sheet's first page, found by their long straight lines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.circular.form import Form, Rectangle
from processors.scans.pages.geometry import MAX_SHIFT, PX, Affine, median, rotation, transform, without_grain
from processors.scans.pages.pageboxes import borders_seen
from processors.scans.readings import Gray

_MAX_SKEW = 5.0  # degrees


def fit_frames(strokes: Gray, form: Form) -> tuple[Affine, float, float] | None:
    """Affine from form mm to the map, share of the frames seen, mean error in mm; None if not there."""
    frames, identity = form.frames, form.identity.frame
    lines_y = np.array([y for frame in frames for y in (frame.y, frame.y + frame.height)])
    lines_x = np.array([identity.x, identity.x + identity.width])
    top = without_grain(strokes[: int((lines_y[-1] + MAX_SHIFT + 12) * PX)])
    dark = np.asarray(top > 90, np.uint8)
    run = round(4.0 * PX)
    upright = _runs(dark, 1, run)
    if cv2.countNonZero(upright) < 0.35 * (lines_y[-1] - lines_y[0]) * PX:
        return None  # quickly: handwriting has few upright strokes of 4 mm
    level, width = _runs(dark, run, 1), identity.width * PX
    if cv2.countNonZero(level) < _LIKE * len(lines_y) * width:
        return None
    lines = _lines(level, width)
    fields = tuple(form.identity.fields.values())
    boxes = np.concatenate([np.array(field.zone.corners) for field in fields])
    best: tuple[Affine, float, float] | None = None
    likeness = 0.0
    for scales in (_NOMINAL, _OFF_SCALE):
        guesses, skews = [], _skews(lines, lines_y, scales)
        if not skews:
            continue
        upright_at = _where(upright)
        for angle, y0, down in skews:
            for x0, across in _columns(upright_at, top.shape[1], angle, y0, lines_y * down, lines_x, scales):
                turning = rotation(angle)
                origin = turning @ np.array([x0 - lines_x[0] * across * PX, y0 - lines_y[0] * down * PX])
                guesses.append(np.column_stack([turning * (np.array([across, down]) * PX), origin]))
        guesses = [at for at in guesses if _is_inked(top, at, boxes)]  # else they were wiped
        if not guesses:
            continue
        guess = max(guesses, key=lambda at: borders_seen(top, at, fields))
        for reaches in (_REACHES, _REACHES[1:]):
            fitted = _refine(top, guess, frames, reaches)
            if fitted is None:
                continue
            if form.form.pages_per_sheet > 1:  # the others are ruled for answers
                fitted = _no_ruled_lines(top, fitted, frames)
            like = fitted[1] * borders_seen(top, fitted[0], fields)
            if scales is _NOMINAL and are_alone(fitted[1]):
                like = max(like, _LEAST + 0.01)
            if like > max(likeness, _LEAST if scales is _NOMINAL else _LIKELY):
                likeness, best = like, fitted
            if likeness > _PLAINLY:
                break
        if likeness > _PLAINLY:
            break
    return best


def are_alone(frames: float) -> bool:
    """Whether so much of the frames is seen that no row of boxes need be: a threshold loses thin lines."""
    return frames >= _ALONE


def _runs(dark: Gray, width: int, height: int) -> Gray:
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel), np.uint8)


def _is_inked(strokes: Gray, matrix: Affine, boxes: NDArray[np.float64]) -> bool:
    """Whether anything stands where these boxes (corners, mm) are."""
    x, y, width, height = cv2.boundingRect(transform(matrix, boxes).astype(np.float32))
    inside = strokes[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)]
    return bool(inside.size) and int(inside.max()) > _INK


_INK = 45  # levels
_ANGLES = np.deg2rad(np.arange(-_MAX_SKEW, _MAX_SKEW + 0.01, 0.25))
_PAD = 100  # rows above and below the map that a turned line may fall on
_SPARSE = 4  # columns: what of them is enough, of runs four times as long
_MOST_POINTS = 8000
_LIKE = 0.35  # mean share of the four lines that must be seen
_NOMINAL = (1.0,)
_OFF_SCALE = tuple(1 + k / 200 for k in range(-14, 15))
"""By how much what lies on an image may be larger than the paper, along or down: "fit to page"."""
_FARTHEST = 0.085
_PLAINLY = 0.75  # shares of the frames and of the boxes seen, multiplied: no other scale is looked at
_LEAST = 0.3  # the same, of the likest page without frames 0.23: one drawn far too large
_ALONE = 0.85  # share of the frames: of another paper's (an annex's, boxes below its header) 0.69
_CLOSE, _IN_PLACE = 0.7, 0.9
"""Millimetres within which a line lies, and the share that must, for the frames to be enough: ruled lines
from a margin to the sheet's edge are as many, but nowhere two of them as close as the frames are."""
_LIKELY = 0.5  # the same, for a page to be taken for one that is off scale
_TRIES = 3
_REACHES = (2.5, 1.2)
"""Millimetres by which a line may lie off the guess, at first and then: where one lacks, its neighbour
may lie as near."""


def _lines(runs: Gray, width: float) -> NDArray[np.float32]:
    """Share of `width` that the runs of each row fill when the map is turned: by angle, then row."""
    ys, xs = _where(np.ascontiguousarray(runs[:, ::_SPARSE]))
    step = len(ys) // _MOST_POINTS + 1
    ys, xs = ys[::step], xs[::step] * _SPARSE
    size = runs.shape[0] + 2 * _PAD
    rows = np.outer(np.cos(_ANGLES), ys) - np.outer(np.sin(_ANGLES), xs)
    rows = np.clip(np.rint(rows).astype(np.int32) + _PAD, 0, size - 1)
    rows += (np.arange(len(_ANGLES), dtype=np.int32) * size)[:, None]
    histograms = np.bincount(rows.ravel(), minlength=len(_ANGLES) * size).reshape(len(_ANGLES), size)
    # a line is two pixels thick and may bow a little
    thick = cv2.blur(histograms.astype(np.float32), (3, 1)) * (3 * step * _SPARSE / width)
    return np.asarray(np.minimum(thick, 1.2), np.float32)


def _skews(
    lines: NDArray[np.float32], lines_y: NDArray[np.float64], scales: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Angle (radians, clockwise), height (pixels, in the turned map) of the pattern's first line, and scale.

    The likeliest first.
    """
    size = lines.shape[1]
    # of one scale alone the lines may lie a little off
    near = cv2.dilate(lines, np.ones((1, 5 if len(scales) == 1 else 3), np.uint8))
    found = []
    for scale in scales:
        offsets = np.rint((lines_y - lines_y[0]) * scale * PX).astype(int)
        reach = size - offsets[-1]
        if reach <= 0:
            continue
        likeness = np.asarray(sum(near[:, o : o + reach] for o in offsets)) / np.float32(len(offsets))
        angle, row = np.unravel_index(int(likeness.argmax()), likeness.shape)
        if likeness[angle, row] > _LIKE:
            found.append((float(likeness[angle, row]), (float(_ANGLES[angle]), float(row - _PAD), scale)))
    return [place for _, place in sorted(found, reverse=True)[:_TRIES]]


def _where(runs: Gray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the pixels of 0 and 1 that are 1; many times faster so than of numbers."""
    ys, xs = np.nonzero(runs.view(np.bool_))
    return ys, xs


def _columns(
    runs: tuple[NDArray[np.int64], NDArray[np.int64]],
    width: int,
    angle: float,
    y0: float,
    lines_y: NDArray[np.float64],
    lines_x: NDArray[np.float64],
    scales: Sequence[float],
) -> list[tuple[float, float]]:
    """Place (pixels, in the turned map) of the left of two upright lines beside the pattern, and scale.

    The likeliest first.
    """
    ys, xs = runs
    height = (lines_y[-1] - lines_y[0]) * PX
    rows = ys * np.cos(angle) - xs * np.sin(angle)
    inside = (rows >= y0 - 3) & (rows <= y0 + height + 3)
    columns = np.rint(xs[inside] * np.cos(angle) + ys[inside] * np.sin(angle)).astype(int) + _PAD
    size = width + 2 * _PAD
    histogram = np.bincount(np.clip(columns, 0, size - 1), minlength=size).astype(np.float32)
    thick = cv2.blur(histogram[None], (5, 1)) * (5 / height)
    near = cv2.dilate(np.minimum(thick, 1.2), np.ones((1, 5 if len(scales) == 1 else 3), np.uint8))[0]
    found = []
    for scale in scales:
        reach = size - round((lines_x[1] - lines_x[0]) * scale * PX)
        if reach <= 0:
            continue
        likeness = near[:reach] + near[size - reach :]
        at = int(likeness.argmax())
        if likeness[at] > _LIKE:
            found.append((float(likeness[at]), (float(at - _PAD), scale)))
    return [place for _, place in sorted(found, reverse=True)[:_TRIES]]


def _refine(
    strokes: Gray, guess: Affine, frames: Sequence[Rectangle], reaches_mm: Sequence[float]
) -> tuple[Affine, float, float] | None:
    """Fit each printed line by its darkest points near the guess, then the affine by the corners."""
    matrix = guess
    seen = 0.0
    error = 0.0
    for reach_mm in reaches_mm:
        points_mm, points_px, shares = [], [], 0.0
        for frame, sides in zip(frames, _fit_sides(strokes, matrix, frames, reach_mm), strict=True):
            lengths = (frame.width, frame.height) * 2
            for k, (corner, length, (line, share)) in enumerate(
                zip(frame.corners, lengths, sides, strict=True)
            ):
                before = sides[k - 1][0]
                shares += share * length
                if before is None or line is None:
                    continue
                meeting = _meeting(before, line)
                if meeting is not None:
                    points_mm.append(corner)
                    points_px.append(meeting)
        if len(points_mm) < 4:
            return None
        mm, px = np.array(points_mm), np.array(points_px, np.float64)
        design = np.column_stack([mm, np.ones(len(mm))])
        matrix = np.linalg.lstsq(design, px, rcond=None)[0].T
        error = float(np.mean(np.hypot(*(transform(matrix, mm) - px).T))) / PX
        perimeter = 2 * sum(frame.width + frame.height for frame in frames)
        seen = shares / perimeter
    scale = np.hypot(matrix[0, 0], matrix[1, 0]) / PX, np.hypot(matrix[0, 1], matrix[1, 1]) / PX
    if min(scale) < 1 - _FARTHEST or max(scale) > 1 + _FARTHEST or error > 1.5:
        return None
    return matrix, seen, error


def _no_ruled_lines(
    strokes: Gray, fitted: tuple[Affine, float, float], frames: Sequence[Rectangle]
) -> tuple[Affine, float, float]:
    """The same, but not enough by itself where lines are there that are not the frames'."""
    matrix, seen, error = fitted
    if are_alone(seen) and _seen_in_place(strokes, matrix, frames) < _IN_PLACE:
        seen = _ALONE - 0.01
    return matrix, seen, error


def _seen_in_place(strokes: Gray, matrix: Affine, frames: Sequence[Rectangle]) -> float:
    """Share of the frames that is printed where `matrix` puts it: of two lines close together, both."""
    lengths = [length for frame in frames for length in (frame.width, frame.height) * 2]
    sides = _fit_sides(strokes, matrix, frames, _CLOSE)
    shares = [share for of_one in sides for _, share in of_one]
    return float(np.average(shares, weights=lengths))


_Line = tuple[float, float, float]
"""Homogeneous."""
_Side = tuple[_Line | None, float]
"""The line along a printed side, and the share of its length that is really printed."""


def _meeting(one: _Line, other: _Line) -> tuple[float, float] | None:
    """Where two lines cross; None if they are parallel."""
    (a, b, c), (d, e, f) = one, other
    slant = a * e - b * d
    return ((b * f - c * e) / slant, (c * d - a * f) / slant) if abs(slant) > 1e-6 else None


def _fit_sides(
    strokes: Gray, matrix: Affine, frames: Sequence[Rectangle], reach_mm: float
) -> list[list[_Side]]:
    """The four sides of each frame, looked for together."""
    mm, ends = _around_sides(tuple(frames), reach_mm)
    px = transform(matrix, mm.reshape(-1, 2)).astype(np.float32).reshape(mm.shape)
    profile = cv2.remap(strokes, px[..., 0], px[..., 1], cv2.INTER_LINEAR, borderValue=0)
    peak = profile.argmax(axis=1)
    at = np.arange(len(peak))
    printed, points = profile[at, peak] > 90, px[at, peak]
    sides = [_fit_side(*side) for side in zip(np.split(points, ends), np.split(printed, ends), strict=True)]
    return [sides[k : k + 4] for k in range(0, len(sides), 4)]


@lru_cache(maxsize=32)
def _around_sides(frames: tuple[Rectangle, ...], reach_mm: float) -> tuple[NDArray[np.float64], list[int]]:
    """Along each side of the frames, and across it (N × M × 2 mm); which begin all sides but one."""
    across = np.arange(-reach_mm, reach_mm + 0.01, 0.5 / PX)
    sides = []
    for frame in frames:
        corners = np.array(frame.corners)
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            length = float(np.hypot(*(end - start)))
            along = np.linspace(0.02, 0.98, int(length * 1.2))
            normal = np.array([-(end - start)[1], (end - start)[0]]) / length
            sides.append(start + along[:, None, None] * (end - start) + across[None, :, None] * normal)
    return np.concatenate(sides), [int(end) for end in np.cumsum([len(side) for side in sides])[:-1]]


def _fit_side(points: NDArray[np.float32], printed: NDArray[np.bool_]) -> _Side:
    """Through the darkest points across a side, of those that are printed."""
    share = np.count_nonzero(printed) / len(printed)
    if share < 0.25:
        return None, share
    chosen = points[printed]
    vx, vy, x, y = cv2.fitLine(chosen, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    offset = np.abs((chosen[:, 0] - x) * vy - (chosen[:, 1] - y) * vx)
    close = offset < max(1.5, median(offset) * 3)
    vx, vy, x, y = cv2.fitLine(chosen[close], cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    line = float(vy), -float(vx), float(vx * y - vy * x)
    return line, np.count_nonzero(close) / len(printed)
