"""Straight strokes: a cross or a line, which are no signature, and a line through one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.attendance.lines import PX

_NEAR = 0.17  # mm beside a straight stroke
_WHOLE, _STRUCK = 0.85, 0.985  # share of its length that is inked; of one that strikes something out
_STRIKE, _BEYOND = 30.0, 8.0  # mm of a straight stroke through what else is written, and beyond its ends


def straight_strokes(mask: NDArray[np.bool_]) -> tuple[float, bool]:
    """The share of the ink on two straight strokes at most; whether one goes through what else there is."""
    y, x = np.nonzero(mask)
    deep = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    near = _NEAR * PX + max(1.0, 2 * float(deep[mask].mean()) - 0.5)
    points, left, struck = np.stack([x, y], 1).astype(np.float32), np.ones(len(x), bool), False
    for k in range(2):
        line = _straightest(points[left], near)
        if line is None:
            break
        beside = np.abs(points @ line[:2] - line[2]) < near
        on, along = beside & left, points @ np.array([-line[1], line[0]])
        reach = np.percentile(along[on], [1, 99])
        within = along[beside & (along >= reach[0]) & (along <= reach[1])]
        filled = len(np.unique(np.rint(within))) / max(1.0, float(np.ptp(reach)))
        if filled < _WHOLE:
            break
        rest = left & ~on
        if k == 0 and filled > _STRUCK and np.ptp(reach) > _STRIKE * PX and rest.sum() > 0.25 * len(x):
            side = points[rest] @ line[:2] - line[2]
            over = np.percentile(along[rest], [2, 98])
            beyond = max(0.0, over[0] - reach[0]) + max(0.0, reach[1] - over[1])
            struck = bool(beyond > _BEYOND * PX and min((side < 0).mean(), (side > 0).mean()) > 0.2)
        left = rest
    return 1.0 - float(left.mean()), struck


def _straightest(points: NDArray[np.float32], near: float) -> NDArray[np.float64] | None:
    """Normal and offset of the straight line with the most points within `near` pixels; None of too few."""
    if len(points) < 30:
        return None
    some = points[:: max(1, len(points) // 900)]
    angles = np.deg2rad(np.arange(0, 180, 2.0))
    normals = np.stack([np.cos(angles), np.sin(angles)], 1)
    offsets = some @ normals.T
    width = 1.2 * near
    best = (0, 0.0, 0)
    for k in range(len(angles)):
        bins = np.floor(offsets[:, k] / width).astype(int)
        counts = np.bincount(bins - bins.min())
        pairs = counts[:-1] + counts[1:] if len(counts) > 1 else counts
        top = int(pairs.argmax())
        if pairs[top] > best[0]:
            best = int(pairs[top]), (top + bins.min() + 1) * width, k
    chosen = points[np.abs(points @ normals[best[2]] - best[1]) < 1.6 * width]
    vx, vy, x, y = cv2.fitLine(chosen, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    return np.array([vy, -vx, vy * x - vx * y], np.float64)
