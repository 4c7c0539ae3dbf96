"""Which blocks of a page look like bars, by their texture, and where are so many together?"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.pages.geometry import halved
from processors.scans.readings import Gray

_HALVINGS = 3
BLOCK = 1 << _HALVINGS  # pixels of the map, 2 mm
BAR_STEP = 22.0  # mean gray step between neighbours across printed bars, a third of the darkest label's
_ALONG = 0.4  # share of it along them; handwriting has as much both ways
_WINDOW = (10, 4)  # blocks along and across a label: 20 × 8 mm of bars are less than any label has
_LEANING = (5, 5)  # blocks of bars that lean by 20 to 70°
_LEANT, _LEANT_STEP = 0.55, 40.0  # share along them, and step across: a slanting hand in bold ink has as much
_FILLED = 0.53
"""Share of a window that is barred. Under the worst scribbles 0.5 to 0.6 of a label's best window is left; of
answers, 0.47 at most looks so."""
_LEANING_FILLED = 0.62  # a bold hand's answers in one bit: 0.6


def barred(small: Gray) -> list[tuple[NDArray[np.uint8], tuple[int, int], float]]:
    """Which blocks look like bars that stand upright, lie, or lean to either side.

    With the window of each, in columns and rows, and the share of it that a label fills.
    """
    height, width = (side // BLOCK for side in small.shape)
    page = small[: height * BLOCK, : width * BLOCK]
    across, down = _steps(page, page[:, 1:], page[:, :-1]), _steps(page, page[1:], page[:-1])
    falling = _steps(page, page[1:, 1:], page[:-1, :-1])
    rising = _steps(page, page[1:, :-1], page[:-1, 1:])
    return [
        (_bars(across, down, BAR_STEP, _ALONG), _WINDOW, _FILLED),
        (_bars(down, across, BAR_STEP, _ALONG), _WINDOW[::-1], _FILLED),
        (_bars(falling, rising, _LEANT_STEP, _LEANT), _LEANING, _LEANING_FILLED),
        (_bars(rising, falling, _LEANT_STEP, _LEANT), _LEANING, _LEANING_FILLED),
    ]


def _bars(
    strong: NDArray[np.float32], weak: NDArray[np.float32], step: float, along: float
) -> NDArray[np.uint8]:
    """The blocks with such steps one way, and no more than a share of them the other."""
    return np.asarray((strong > step) & (weak < along * strong), np.uint8)


def _steps(page: Gray, one: Gray, other: Gray) -> NDArray[np.float32]:
    """Of each block of a page, the mean step between its pixels and their neighbours."""
    step = np.zeros_like(page)
    rows, columns = one.shape
    cv2.absdiff(one, other, step[:rows, :columns])
    return halved(step, _HALVINGS).astype(np.float32)


def windows(blocks: NDArray[np.uint8], window: tuple[int, int], filled: float) -> NDArray[np.bool_]:
    """The middles of windows that are filled with bars."""
    if blocks.shape[0] < window[1] or blocks.shape[1] < window[0]:
        return np.zeros(blocks.shape, np.bool_)
    share = np.asarray(
        cv2.boxFilter(blocks.astype(np.float32), -1, window, borderType=cv2.BORDER_CONSTANT), np.float32
    )
    return np.asarray(share >= filled, np.bool_)


def find_bars(small: Gray) -> list[NDArray[np.int64]]:
    """The middles (x, y) of the blocks of each code's bars."""
    found = []
    for blocks, window, filled in barred(small):
        middles = windows(blocks, window, filled)
        if not middles.any():
            continue
        near = cv2.dilate(middles.astype(np.uint8), np.ones(window[::-1], np.uint8))
        count, parts = cv2.connectedComponents(near, connectivity=8)
        for part in range(1, count):
            y, x = np.nonzero((parts == part) & (blocks > 0))
            found.append(np.stack([x, y], 1) * BLOCK + BLOCK // 2)
    return sorted(found, key=len, reverse=True)
