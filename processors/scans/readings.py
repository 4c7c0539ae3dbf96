"""What reading a scan states: of each page, of each copy, of the whole. The vocabulary of this floor."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from processors.findings import Box, Finding, Severity

Gray = NDArray[np.uint8]
"""A page image: height × width, 0 black to 255 white."""


Area = tuple[int, int, int, int]
"""x, y, width and height of a part of an image, pixels as a viewer shows it."""


class Half(StrEnum):
    """Which half of an A3 image a page is."""

    LEFT = "left"
    RIGHT = "right"


class Turn(IntEnum):
    """Clockwise degrees by which the page must be turned to stand upright."""

    NONE = 0
    RIGHT = 90
    OVER = 180
    LEFT = 270


Corners = tuple[tuple[float, float], ...]
"""x, y in pixels of the upright page, clockwise."""


def as_corners(points: NDArray[np.float64]) -> Corners:
    return tuple((float(x), float(y)) for x, y in points)


@dataclass(frozen=True)
class StuckLabel:
    """A label that the identity frame does not hold whole: it is wiped with what is printed on it.

    `text`: of its bars, None if they cannot be read; `cuts`: writing of the answers is hidden with it.
    """

    area: Corners
    text: str | None
    cuts: bool


@dataclass(frozen=True)
class Line:
    """A line that stands apart on a page: what it may say, and where (mm of the upright page).

    `doubts`: for each step along it, how much less likely than the likeliest each of `names.SYMBOLS` is, 0 to
    255; `outside`: of the answers, at the top or at the bottom; `row`: its image, on the map of 100 dpi.
    """

    text: str
    doubts: NDArray[np.uint8] = field(repr=False, compare=False)
    box: Box
    outside: bool
    row: Gray | None = field(default=None, repr=False, compare=False)


class PageKind(StrEnum):
    FIRST = "first"  # first page of a sheet: bears the identity frame
    INSIDE = "inside"
    ANNEX = "annex"  # an answer sheet printed in the subject, with an identity frame of its own
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"


class CopyStatus(StrEnum):
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    TO_DECIDE = "to_decide"


@dataclass(frozen=True)
class FieldReading:
    """A row of boxed characters.

    `probabilities`: cells × symbols, each row sums to 1; `inked`: per cell, whether anything is written.
    `text` has a blank for an empty cell; `confidence` in [0, 1] is that of the whole text. `cuts`: the cells
    as they were read (see `handwriting.cut_cells`).
    """

    text: str
    confidence: float
    probabilities: NDArray[np.float32] = field(repr=False, compare=False)
    inked: tuple[bool, ...] = ()
    cuts: NDArray[np.uint8] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Trace:
    """What the scanner itself may have left on a page's image, as it was scanned (not turned), at 100 dpi.

    `lines`: of each column, then of each row, the share (0 to 255) along which it is darker than what lies
    beside, 0 if not in the margins, too; `ink`: the mean darkness of its strokes, and `level`: the mean
    brightness of its paper over each third of its length (3 × n), in sixteenths of a gray level; `spots`:
    where it is dark at 50 dpi, bits of each row packed; `shape`: height and width; `seat`: x and y of the
    sheet's middle on the upright page and the degrees by which it is tilted, None but for first pages.
    """

    lines: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    ink: tuple[NDArray[np.uint16], NDArray[np.uint16]]
    level: tuple[NDArray[np.uint16], NDArray[np.uint16]]
    spots: NDArray[np.uint8]
    shape: tuple[int, int]
    seat: tuple[float, float, float] | None


@dataclass(frozen=True)
class PageReading:
    """What one A4 page says. `page` counts from 1 in the order of the file; `image` is the PDF page, from 1.

    `frame`: the identity frame's corners (4 × 2, pixels of the upright page; clockwise from top left) on a
    first page or an annex, whose `model` says which. `sharpness`: 0 to 1, 1 as sharp as print.
    `fingerprint`: for telling a doubled page; `imprint`: for telling it in another file (see `twice`).
    `labels`: those outside that frame, or partly; `exposed`: bars, identity boxes or a program's text show
    elsewhere yet; `lifted`: such text is left out; `headed`: rows of boxes such as identity is written in
    show on a page of no known paper; `tabled`: a table or boxes do; `hand`: how the half of an A3 is written,
    `traced`: what of another page tells it (see `writing`); `lines`: those that are read.
    """

    page: int
    image: int
    half: Half | None
    turn: Turn
    kind: PageKind
    model: str | None
    label: str | None
    boxes: dict[str, FieldReading]
    number: int | None
    total: int | None
    blank: bool
    sharpness: float
    resolution_dpi: int
    frame: Corners | None = None
    number_reading: FieldReading | None = None
    total_reading: FieldReading | None = None
    fingerprint: NDArray[np.float32] | None = field(default=None, repr=False, compare=False)
    exposed: bool = False
    hand: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    traced: NDArray[np.uint8] | None = field(default=None, repr=False, compare=False)
    headed: bool = False
    tabled: bool = False
    labels: tuple[StuckLabel, ...] = ()
    lines: tuple[Line, ...] = field(default=(), repr=False)
    lifted: bool = False
    trouble: str | None = None  # French, why it is unreadable
    trouble_box: Box | None = None  # where, None for the whole page
    imprint: str | None = field(default=None, repr=False)
    area: Area | None = None  # an A4 that lies on a larger image
    scale: tuple[float, float] = (1.0, 1.0)  # how much wider and higher than the paper it lies on the image
    trace: Trace | None = field(default=None, repr=False, compare=False)

    @property
    def undeclared(self) -> bool:
        """Whether it looks like an answer sheet of no model that the épreuve declares."""
        return self.headed or self.tabled


class Sign(StrEnum):
    """What a page bears that tells its place in the copy."""

    NUMBER = "number"  # the box reads so
    FRAME = "frame"  # the identity frame: it opens a sheet
    SIDE = "side"  # the half of an A3 image
    ANNEX = "annex"  # an answer sheet printed in the subject, or its verso


@dataclass(frozen=True)
class Guess:
    candidate: str
    probability: float


@dataclass(frozen=True)
class CopyReading:
    """A copy found in a scan: `pages` are page ids in reading order, `missing` page numbers of the copy.

    `seen`: for each of `pages`, what of it tells its place; a page without any stands where its neighbours
    leave room.
    """

    candidate: str | None
    attributed_by: tuple[str, ...]
    status: CopyStatus
    pages: tuple[int, ...]
    missing: tuple[int, ...] = ()
    guesses: tuple[Guess, ...] = ()
    findings: tuple[Finding, ...] = ()
    seen: tuple[tuple[Sign, ...], ...] = ()

    @property
    def annexes(self) -> tuple[int, ...]:
        """Those of `pages` that are of answer sheets printed in the subject."""
        return tuple(page for page, signs in zip(self.pages, self.seen, strict=False) if Sign.ANNEX in signs)

    @property
    def blocked(self) -> bool:
        return any(f.severity is Severity.BLOCKING for f in self.findings)


@dataclass(frozen=True)
class ScanReading:
    """A whole scan, read: every page stands in one copy, or in a finding of `findings`."""

    sha256: str
    images: int
    pages: tuple[PageReading, ...]
    copies: tuple[CopyReading, ...]
    findings: tuple[Finding, ...] = ()
