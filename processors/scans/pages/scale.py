"""An image on which the paper lies larger or smaller than it is ("fit to page"), brought to its true scale.

Along the page and down it the scale may differ. All else then reads pages at their true size, and what it
found is put back to where it lies on the image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from processors.findings import Code, Finding, finding
from processors.scans.readings import Corners, Gray, PageKind, PageReading, Turn

_TRUE = 0.015
"""So near its size a page is read as it is: scanners themselves are off by half of that."""

_READ = 0.085
"""What is so much larger or smaller than the paper is not read, but named."""

_MOSTLY = 3
"""Sheets off scale for each one that is read: then it is the pile that is off scale."""

_TOLD = 0.02

_CONTEXT = 8  # rows, for what is interpolated


@dataclass(frozen=True)
class Drawn:
    """How much wider and higher an image is made to show the paper at its true scale."""

    across: float = 1.0
    down: float = 1.0

    @classmethod
    def by(cls, stretch: tuple[float, float], turn: Turn) -> Drawn:
        """What undoes a stretch that was seen on the upright page, which `turn` set upright."""
        wide, high = stretch if turn in (Turn.NONE, Turn.OVER) else stretch[::-1]
        return cls(1 / wide, 1 / high) if max(abs(wide - 1), abs(high - 1)) > _TRUE else cls()

    @property
    def is_true(self) -> bool:
        """Whether the image has the paper's scale already."""
        return self == Drawn()

    def of(self, image: Gray) -> Gray:
        """The image at the paper's scale."""
        if self.is_true:
            return image
        height, width = image.shape
        size = max(1, round(width * self.across)), max(1, round(height * self.down))
        return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)

    def of_top(self, top: Callable[[int], Gray]) -> Callable[[int], Gray]:
        """The same for an image of which the first rows can be had alone."""
        if self.is_true:
            return top
        return lambda rows: self.of(top(int(rows / self.down) + _CONTEXT))

    def put_back(self, page: PageReading) -> PageReading:
        """The reading of a page of the image at scale, its pixels being those of the image itself."""
        if self.is_true:
            return page
        upright = page.turn in (Turn.NONE, Turn.OVER)
        wide, high = (self.across, self.down) if upright else (self.down, self.across)
        scale = (round(1 / wide, 3), round(1 / high, 3))

        def back(corners: Corners) -> Corners:
            return tuple(((x + 0.5) / wide - 0.5, (y + 0.5) / high - 0.5) for x, y in corners)

        labels = tuple(replace(label, area=back(label.area)) for label in page.labels)
        return replace(page, frame=page.frame and back(page.frame), labels=labels, scale=scale)


def is_off_scale(page: PageReading) -> bool:
    """Whether the paper lies on the image so large or so small that the page is not read."""
    return max(abs(side - 1) for side in page.scale) > _READ


def percent(scale: tuple[float, float]) -> str:
    """`97 %`, or `97 % en largeur et 103 % en hauteur`."""
    wide, high = (round(100 * side) for side in scale)
    if abs(wide - high) <= 1:
        return f"{round(50 * sum(scale))} %"
    return f"{wide} % en largeur et {high} % en hauteur"


def pile_off_scale(pages: Sequence[PageReading]) -> Finding | None:
    """That nothing of a file can be read since its scale is wrong, or that it was read though it is."""
    firsts = [page for page in pages if page.kind is PageKind.FIRST]
    far = [page for page in pages if is_off_scale(page)]
    if far and len(far) > _MOSTLY * len(firsts):
        return finding(Code.OFF_SCALE_PILE, [page.page for page in pages], what=percent(_median(far)))
    if firsts and max(abs(side - 1) for side in _median(firsts)) >= _TOLD:
        return finding(Code.SCALED_PILE, what=percent(_median(firsts)))
    return None


def usual_scale(pages: Sequence[PageReading]) -> Drawn | None:
    """What brings the images of a file to the paper's scale, by its first pages; None if they have it."""
    firsts = [page for page in pages if page.kind is PageKind.FIRST]
    if not firsts:
        return None
    drawn = Drawn.by(_median(firsts), firsts[0].turn)
    return None if drawn.is_true else drawn


def _median(pages: Sequence[PageReading]) -> tuple[float, float]:
    wide, high = np.median([page.scale for page in pages], axis=0)
    return float(wide), float(high)
