"""An image on which the paper lies larger or smaller than it is ("fit to page"), brought to its true scale.

Along the page and down it the scale may differ. All else then reads pages at their true size, and what it
found is put back to where it lies on the image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from processors.scans.readings import Gray, PageReading, Turn

_TRUE = 0.015
"""So near its size a page is read as it is: scanners themselves are off by half of that."""

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
        return np.asarray(
            cv2.resize(image, None, fx=self.across, fy=self.down, interpolation=cv2.INTER_LINEAR), np.uint8
        )

    def of_top(self, top: Callable[[int], Gray]) -> Callable[[int], Gray]:
        """The same for an image of which the first rows can be had alone."""
        if self.is_true:
            return top
        return lambda rows: self.of(top(int(rows / self.down) + _CONTEXT))

    def put_back(self, page: PageReading) -> PageReading:
        """The reading of a page of the image at scale, its pixels being those of the image itself."""
        if self.is_true or page.frame is None:
            return page
        wide, high = (
            (self.across, self.down)
            if page.turn in (Turn.NONE, Turn.OVER)
            else (
                self.down,
                self.across,
            )
        )
        frame = tuple(((x + 0.5) / wide - 0.5, (y + 0.5) / high - 0.5) for x, y in page.frame)
        return replace(page, frame=frame)
