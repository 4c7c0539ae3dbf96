"""What invigilators leave in the box « Absent »: crosses, ticks, strokes, boxes filled or ringed, sloppily.

Drawn on the pen's layer of a page, in pixels.
"""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np

from specimens.hand import Rng
from specimens.sheet import Gray


class Tick(StrEnum):
    CROSS = "cross"
    CHECK = "check"
    FILLED = "filled"
    RING = "ring"
    STROKE = "stroke"  # through the box
    SCRAWL = "scrawl"  # to and fro


def draw_tick(pen: Gray, tick: Tick, box: tuple[float, float, float, float], px: float, rng: Rng) -> None:
    """`box`: x, y, width and height in mm; `px`: pixels a millimetre. One in four goes over the edge."""
    x, y, w, _ = box
    size = w * (rng.uniform(1.1, 1.7) if rng.random() < 0.25 else rng.uniform(0.6, 1.0))
    middle = np.array([x, y]) + w / 2 + rng.normal(0, 0.09 * w, 2)
    for line in _strokes(tick, rng):
        shaken = line + cv2.GaussianBlur(rng.normal(0, 0.05, line.shape), (1, 0), 0, sigmaY=2.0)
        points = np.rint((middle + shaken * size / 2) * px * 8).astype(np.int32)
        thick = max(1, round(rng.uniform(0.25, 0.6) * px))
        cv2.polylines(pen, [points], False, int(rng.integers(10, 95)), thick, cv2.LINE_AA, shift=3)


def _strokes(tick: Tick, rng: Rng) -> list[np.ndarray]:
    """Lines from -1 to 1 about the middle."""
    match tick:
        case Tick.CROSS:
            return [_bent((-1, -1), (1, 1)), _bent((1, -1), (-1, 1))]
        case Tick.CHECK:
            foot = (rng.uniform(-0.5, 0), rng.uniform(0.6, 1))
            return [np.concatenate([_bent((-1, rng.uniform(-0.3, 0.4)), foot), _bent(foot, (1.2, -1.1))])]
        case Tick.FILLED:
            level = np.linspace(-1, 1, 15)
            ends = np.where(np.arange(15) % 2, 0.95, -0.95)
            return [np.stack([ends, level], 1) @ _turned(rng.normal(0, 0.3))]
        case Tick.RING:
            angle = np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.15), 40) + rng.uniform(0, 6)
            return [
                np.stack([np.cos(angle), rng.uniform(0.8, 1.1) * np.sin(angle)], 1) * rng.uniform(0.8, 1.7)
            ]
        case Tick.STROKE:
            return [_bent((-1.2, rng.uniform(-0.2, 1)), (1.2, rng.uniform(-1, 0.2)))]
        case Tick.SCRAWL:
            return [rng.uniform(-1, 1, (9, 2))]


def _bent(a: tuple[float, float], b: tuple[float, float]) -> np.ndarray:
    return np.linspace(a, b, 12)


def _turned(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
