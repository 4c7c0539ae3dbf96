"""A page the right way up, and where on it that lies which its form prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2

from processors.circular.form import Form, Pagination, Rectangle
from processors.lists.people import Candidate
from processors.scans.files.image import turned
from processors.scans.pages.hidden import Outline
from processors.scans.pages.pageboxes import boxes_zone
from processors.scans.pages.placed import PlacedImage
from processors.scans.pages.registration import BOXES_SEEN, FRAMES_SEEN, Placement
from processors.scans.readings import Gray, Turn

FRAMED = 1.0
"""mm within the page boxes: what the edge of the image cuts there may read as another number."""

_CAPTION = 4.5  # mm above the page boxes
_WHOLE = 1 << 16  # rows, more than any page has


@dataclass(frozen=True)
class Expected:
    """What the pages of a scan are read against: the paper model, the labels' pattern, who may sit.

    `enrolled`: the candidate numbers that are to be expected: a label with another must be seen twice.
    """

    form: Form
    label_pattern: str
    enrolled: frozenset[str]

    @classmethod
    def of(cls, form: Form, label_pattern: str, roster: Sequence[Candidate]) -> Expected:
        return cls(form, label_pattern, frozenset(c.number for c in roster))


@dataclass(frozen=True)
class Original:
    """The page as it was scanned, `shrink` times larger than what is read of it.

    `top`: at least so many of its first rows; `darkest`: all of it as it is read, by its darkest channel.
    """

    shrink: int
    top: Callable[[int], Gray]
    darkest: Callable[[], Gray]


@dataclass(frozen=True)
class UprightPage:
    """`placed` is at `dpi`. Outlines are in pixels of the map, the page at `MAP_DPI`."""

    placed: PlacedImage
    dpi: float
    expected: Expected
    original: Original | None

    @property
    def form(self) -> Form:
        return self.placed.form

    @property
    def placement(self) -> Placement:
        return self.placed.placement

    @property
    def shrink(self) -> int:
        return self.original.shrink if self.original else 1

    @property
    def is_first(self) -> bool:
        """Whether it bears the identity frame of its form."""
        return self.placement.frames >= FRAMES_SEEN

    @property
    def is_numbered(self) -> bool:
        """Whether page boxes show."""
        return self.placement.boxes >= BOXES_SEEN

    @cached_property
    def gray(self) -> Gray:
        return turned(self.placed.gray, self.placement.turn)

    @cached_property
    def small(self) -> Gray:
        """The map."""
        return turned(self.placed.small, self.placement.turn)

    @cached_property
    def dark(self) -> Gray:
        """The map's darkness."""
        return turned(self.placed.dark, self.placement.turn)

    def outline(self, zone: Rectangle) -> Outline:
        return self.placement.corners(zone) / self.placed.scale

    @cached_property
    def answers(self) -> Outline | None:
        """The sheet, below what is printed at the top of a first page; None if it is not placed surely."""
        if not self.placement.sure:
            return None
        return self.outline(answers_zone(self.form, self.is_first))

    @cached_property
    def page_boxes(self) -> Outline | None:
        """With what is printed above them."""
        if self.answers is None or self.form.page_boxes is None:
            return None
        return self.placement.by_boxes.corners(_numbered(self.form.page_boxes)) / self.placed.scale

    @cached_property
    def mask(self) -> Outline | None:
        """What is wiped of a first page."""
        identity = self.form.identity
        return self.outline(identity.frame.grown(identity.mask_margin)) if self.is_first else None

    @property
    def sheet(self) -> Outline:
        """Without its edges, which a scanner's bed shows beside."""
        paper = self.form.form
        return self.outline(Rectangle(0.0, 0.0, paper.page_width, paper.page_height).grown(-1.5))

    @property
    def top(self) -> float:
        """The row from which on there are answers."""
        return 0.0 if self.answers is None else float(self.answers[:2, 1].max())

    @cached_property
    def written(self) -> Gray:
        """The darkness from there on, without the page boxes, which the edge of the image may cut."""
        if self.answers is None:
            return self.dark
        rest = self.dark.copy()
        if self.page_boxes is not None:
            cv2.fillConvexPoly(rest, self.page_boxes.round().astype("int32"), 0)
        return rest[min(max(int(self.top) + 1, 0), len(rest) - 1) :]

    def fine(self, reach: float) -> tuple[Gray, Placement]:
        """The page as it was scanned, at least as far down as `reach` mm below its identity frame."""
        if self.original is None or self.shrink == 1:
            return self.gray, self.placement
        placement = self.placement.enlarged(self.shrink)
        if placement.turn is not Turn.NONE:
            return turned(self.original.top(_WHOLE), placement.turn), placement
        lowest = placement.corners(self.form.identity.frame.grown(reach))[:, 1].max()
        return self.original.top(int(lowest)), placement


def answers_zone(form: Form, first: bool) -> Rectangle:
    """The sheet, below everything that is printed at the top of a first page."""
    top = form.answers_top if first else 0.0
    return Rectangle(0.0, top, form.form.page_width, form.form.page_height - top)


def _numbered(boxes: Pagination) -> Rectangle:
    zone = boxes_zone(boxes).grown(FRAMED)
    above = _CAPTION if boxes.page.label else 0.0
    return Rectangle(zone.x, zone.y - above, zone.width, zone.height + above)
