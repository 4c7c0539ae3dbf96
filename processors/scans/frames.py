"""The frames printed at the top of a sheet's first page, found by their long straight lines."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.form import Form, Rectangle
from processors.scans.geometry import MAX_SHIFT, PX, Affine, rotation, transform
from processors.scans.pageboxes import borders_seen
from processors.scans.readings import Gray

_MAX_SKEW = 5.0  # degrees


def fit_frames(strokes: Gray, form: Form) -> tuple[Affine, float, float] | None:
    """Affine from form mm to the map, share of the frames seen, mean error in mm; None if not there."""
    frames, identity = form.frames, form.identity.frame
    lines_y = np.array([y for frame in frames for y in (frame.y, frame.y + frame.height)])
    lines_x = np.array([identity.x, identity.x + identity.width])
    top = strokes[: int((lines_y[-1] + MAX_SHIFT + 12) * PX)]
    dark = np.asarray(top > 90, np.uint8)
    run = round(4.0 * PX)
    upright = _runs(dark, 1, run)
    if cv2.countNonZero(upright) < 0.35 * (lines_y[-1] - lines_y[0]) * PX:
        return None  # quickly: handwriting has few upright strokes of 4 mm
    level = _runs(dark, run, 1)
    fields = tuple(form.identity.fields.values())
    best: tuple[Affine, float, float] | None = None
    likeness = 0.0
    for scales in (_NOMINAL, _OFF_SCALE):
        guesses = []
        for angle, y0, down in _skews(level, lines_y, identity, scales):
            for x0, across in _columns(upright, angle, y0, lines_y * down, lines_x, scales):
                turning = rotation(angle)
                origin = turning @ np.array([x0 - lines_x[0] * across * PX, y0 - lines_y[0] * down * PX])
                guesses.append(np.column_stack([turning * (np.array([across, down]) * PX), origin]))
        if not guesses:
            continue
        guess = max(guesses, key=lambda at: borders_seen(top, at, fields))
        for reaches in (_REACHES, _REACHES[1:]):
            fitted = _refine(top, guess, frames, reaches)
            if fitted is None:
                continue
            like = fitted[1] * borders_seen(top, fitted[0], fields)
            if like > max(likeness, _LEAST if scales is _NOMINAL else _LIKELY):
                likeness, best = like, fitted
            if likeness > _PLAINLY:
                break
        if likeness > _PLAINLY:
            break
    return best


def _runs(dark: Gray, width: int, height: int) -> Gray:
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel), np.uint8)


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
_LIKELY = 0.5  # the same, for a page to be taken for one that is off scale
_TRIES = 3
_REACHES = (2.5, 1.2)
"""Millimetres by which a line may lie off the guess, at first and then: where one lacks, its neighbour
may lie as near."""


def _skews(
    runs: Gray, lines_y: NDArray[np.float64], identity: Rectangle, scales: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Angle (radians, clockwise), height (pixels, in the turned map) of the pattern's first line, and scale.

    The likeliest first.
    """
    width = identity.width * PX
    if cv2.countNonZero(runs) < _LIKE * len(lines_y) * width:
        return []
    some = np.ascontiguousarray(runs[:, ::_SPARSE])
    at = np.flatnonzero(some)
    step = len(at) // _MOST_POINTS + 1
    ys, xs = np.divmod(at[::step], some.shape[1])
    xs *= _SPARSE
    size = runs.shape[0] + 2 * _PAD
    rows = np.outer(np.cos(_ANGLES), ys) - np.outer(np.sin(_ANGLES), xs)
    rows = np.clip(np.rint(rows).astype(np.int32) + _PAD, 0, size - 1)
    rows += (np.arange(len(_ANGLES), dtype=np.int32) * size)[:, None]
    histograms = np.bincount(rows.ravel(), minlength=len(_ANGLES) * size).reshape(len(_ANGLES), size)
    # a line is two pixels thick and may bow a little
    thick = cv2.blur(histograms.astype(np.float32), (3, 1)) * (3 * step * _SPARSE / width)
    # of one scale alone the lines may lie a little off
    near = cv2.dilate(np.minimum(thick, 1.2), np.ones((1, 5 if len(scales) == 1 else 3), np.uint8))
    found = []
    for scale in scales:
        offsets = np.rint((lines_y - lines_y[0]) * scale * PX).astype(int)
        reach = size - offsets[-1]
        if reach <= 0:
            continue
        likeness = np.mean([near[:, o : o + reach] for o in offsets], axis=0)
        angle, row = np.unravel_index(int(likeness.argmax()), likeness.shape)
        if likeness[angle, row] > _LIKE:
            found.append((float(likeness[angle, row]), (float(_ANGLES[angle]), float(row - _PAD), scale)))
    return [place for _, place in sorted(found, reverse=True)[:_TRIES]]


def _columns(
    runs: Gray,
    angle: float,
    y0: float,
    lines_y: NDArray[np.float64],
    lines_x: NDArray[np.float64],
    scales: Sequence[float],
) -> list[tuple[float, float]]:
    """Place (pixels, in the turned map) of the left of two upright lines beside the pattern, and scale.

    The likeliest first.
    """
    ys, xs = np.divmod(np.flatnonzero(runs), runs.shape[1])
    height = (lines_y[-1] - lines_y[0]) * PX
    rows = ys * np.cos(angle) - xs * np.sin(angle)
    inside = (rows >= y0 - 3) & (rows <= y0 + height + 3)
    columns = np.rint(xs[inside] * np.cos(angle) + ys[inside] * np.sin(angle)).astype(int) + _PAD
    size = runs.shape[1] + 2 * _PAD
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
        points_mm, points_px = [], []
        shares = []
        for frame in frames:
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
        error = float(np.mean(np.hypot(*(transform(matrix, mm) - px).T))) / PX
        perimeter = 2 * sum(frame.width + frame.height for frame in frames)
        seen = sum(shares) / perimeter
    scale = np.hypot(matrix[0, 0], matrix[1, 0]) / PX, np.hypot(matrix[0, 1], matrix[1, 1]) / PX
    if min(scale) < 1 - _FARTHEST or max(scale) > 1 + _FARTHEST or error > 1.5:
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
    across = np.arange(-reach_mm, reach_mm + 0.01, 0.5 / PX)
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
