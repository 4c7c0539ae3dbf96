"""A scan, read: every room's answer put together, page by page, then as copies."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.people import Candidate
from processors.scans import exposure, handwriting, health, quality
from processors.scans.a3 import a3_halves, half_boxes
from processors.scans.assembly import assemble
from processors.scans.barcode import read_label
from processors.scans.form import BoxedField, Form, Pagination, Rectangle
from processors.scans.geometry import darkness, reduced
from processors.scans.handwriting import CellRow, digits, letters
from processors.scans.hidden import Outline
from processors.scans.pageboxes import boxes_zone
from processors.scans.raster import BadImage, RawImage, read_images, turned
from processors.scans.readings import (
    FieldReading,
    Gray,
    Half,
    PageKind,
    PageReading,
    ScanReading,
    Turn,
)
from processors.scans.registration import (
    BOXES_SEEN,
    FIELDS_SEEN,
    FRAMES_SEEN,
    Placement,
    place_dark,
    place_halves,
)
from processors.scans.traces import trace
from processors.scans.voices import NUMBER

_WHOLE = 1 << 16  # rows, more than any page has
_OLD_MODEL = "cmen"
_LABEL_REACH = 6.0  # mm around the label's zone: labels are stuck by hand
_FRAMED = 1.0  # mm within the page boxes: what the edge of the image cuts there may read as another number
_MAX_LABEL_SCALE = 12.0  # pixels a millimetre, 300 dpi: more is slower and reads no better


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


def read_images_of(
    path: Path, expected: Expected, start: int = 0, stop: int | None = None
) -> list[PageReading]:
    """The pages of images `start` to `stop` (PDF pages, from 0). `page` counts from 1 within this range."""
    readings: list[PageReading] = []
    for image in read_images(path, start, stop):
        for reading in read_image(image, expected):
            readings.append(renumbered(reading, len(readings) + 1))
    return readings


def renumbered(reading: PageReading, page: int) -> PageReading:
    """The same reading under another page id: ranges of a file are read apart, then joined."""
    return replace(reading, page=page)


def numbers_in(pages: Sequence[PageReading], label_pattern: str) -> set[str]:
    """The candidate numbers that stand on labels and in boxes, whoever's."""
    labels = (re.fullmatch(label_pattern, page.label or "") for page in pages)
    boxes = (page.boxes.get(NUMBER) for page in pages)
    return {label["candidate"] for label in labels if label} | {row.text for row in boxes if row is not None}


def understand(
    pages: Sequence[PageReading],
    sha256: str,
    roster: Sequence[Candidate],
    centre: str,
    exam: str,
    expected: Expected,
) -> ScanReading:
    """The copies that the pages of a whole file make."""
    pattern, model = expected.label_pattern, expected.form.form.name
    copies, findings = assemble(pages, roster, centre, exam, pattern, model)
    copies, ailing = health.examine(pages, copies)
    findings = (*ailing, *findings)
    images = max((p.image for p in pages), default=0)
    return ScanReading(sha256, images, tuple(pages), copies, findings)


def read_scan(
    path: Path, form: Form, label_pattern: str, roster: Sequence[Candidate], centre: str, exam: str
) -> ScanReading:
    """Read a whole file in this process. BadScan when it cannot be opened."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    expected = Expected.of(form, label_pattern, roster)
    pages = read_images_of(path, expected)
    return understand(pages, sha256, roster, centre, exam, expected)


@dataclass(frozen=True)
class Look:
    """A page image; at `MAP_DPI`, `scale` pixels to one, with its darkness; and where the form lies on it."""

    gray: Gray
    small: Gray
    dark: Gray
    scale: float
    placement: Placement

    @classmethod
    def at(cls, gray: Gray, dpi: float, form: Form) -> Look:
        small, scale = reduced(gray, dpi)
        dark = darkness(small)
        return cls(gray, small, dark, scale, place_dark(dark, scale, form))


@dataclass(frozen=True)
class Scanned:
    """The page as it was scanned, `shrink` times larger than what is read of it.

    `top`: at least so many of its first rows.
    """

    shrink: int
    top: Callable[[int], Gray]


def read_image(image: RawImage, expected: Expected) -> Iterator[PageReading]:
    """The one or two A4 pages of an image; `page` is 1. A broken image is one unreadable page."""
    shrink, dpi = image.shrink, image.dpi / image.shrink
    try:
        gray = image.gray(shrink)
        halves = a3_halves(gray, dpi, shrink)
        looks = [Look.at(page, dpi, expected.form) for _, page in halves]
        if len(looks) == 2:
            places = [look.placement for look in looks]
            places = place_halves(places, [look.dark for look in looks], looks[0].scale, expected.form)
            looks = [replace(look, placement=place) for look, place in zip(looks, places, strict=True)]
        for (half, _), look in zip(halves, looks, strict=True):
            scanned = Scanned(shrink, partial(_top, image, half))
            yield read_page(look, image.image, half, dpi, expected, scanned)
    except BadImage as broken:
        yield _unreadable(image.image, None, round(image.dpi), str(broken))


def _top(image: RawImage, half: Half | None, rows: int) -> Gray:
    """The first rows of the page, or of this half of it."""
    if half is None:
        return image.top(rows)
    shape = (
        (image.height, image.width) if image.rotate in (Turn.NONE, Turn.OVER) else (image.width, image.height)
    )
    box = dict(half_boxes(shape, image.dpi))[half]
    return (image.top(rows) if box[0] == slice(None) else image.gray())[box]


def _unreadable(image: int, half: Half | None, dpi: int, trouble: str) -> PageReading:
    return PageReading(
        page=1,
        image=image,
        half=half,
        turn=Turn.NONE,
        kind=PageKind.UNREADABLE,
        model=None,
        label=None,
        boxes={},
        number=None,
        total=None,
        blank=False,
        sharpness=0.0,
        resolution_dpi=dpi,
        trouble=trouble,
    )


def read_page(
    look: Look,
    image: int,
    half: Half | None,
    dpi: float,
    expected: Expected,
    scanned: Scanned | None = None,
) -> PageReading:
    """Everything that one A4 page says, in whatever turn it was scanned.

    The image is at `dpi`; the identity of a first page is read on what was `scanned`, where that is finer.
    """
    form = expected.form
    small, dark, scale, placement = look.small, look.dark, look.scale, look.placement
    page = turned(look.gray, placement.turn)
    first = placement.frames >= FRAMES_SEEN
    boxes = placement.boxes >= BOXES_SEEN
    upright, strokes = turned(small, placement.turn), turned(dark, placement.turn)
    answers = placement.corners(_answers(form, first)) / scale if placement.sure else None
    judgement = quality.judge(upright, strokes, dpi, answers)
    written = strokes
    if answers is not None:
        numbered = placement.corners(boxes_zone(form.pagination).grown(_FRAMED)) / scale
        written = _answered(strokes, answers, numbered)
    if first:
        kind = PageKind.FIRST
    elif boxes or placement.told:
        kind = PageKind.INSIDE
    else:
        kind = PageKind.UNREADABLE if judgement.trouble is not None else PageKind.FOREIGN
    shown = (first or boxes) and placement.shows(boxes_zone(form.pagination).grown(-_FRAMED), page.shape)
    number, total = _read_pagination(page, placement, form.pagination) if shown else (None, None)
    identity, label, frame, shrink = {}, None, None, scanned.shrink if scanned else 1
    if first:
        if scanned is not None and shrink > 1:
            fine = placement.enlarged(shrink)
            page = _upright_top(scanned, fine, form)
        else:
            fine = placement
        identity = _read_rows(page, fine, form.rows_of("digits"))
        label = _label(page, fine, dpi * shrink, expected)
        if not _says(label, identity.get(NUMBER), expected):
            identity |= _read_rows(page, fine, form.rows_of("letters"))
        frame = _frame(fine, form)
    return PageReading(
        page=1,
        image=image,
        half=half,
        turn=placement.turn,
        kind=kind,
        model=_model(placement, form) if first else None,
        label=label,
        boxes=identity,
        number=_as_number(number),
        total=_as_number(total),
        blank=quality.is_blank(written),
        sharpness=round(judgement.sharpness, 3),
        resolution_dpi=round(dpi * shrink),
        frame=frame,
        number_reading=number,
        total_reading=total,
        fingerprint=_fingerprint(placement.ink, form),
        exposed=_exposed(small, dark, scale, placement, form),
        trouble=judgement.trouble,
        trouble_box=judgement.box,
        trace=trace(small, dark, placement.corners(_answers(form, False)) / scale if first else None),
    )


def _upright_top(scanned: Scanned, placement: Placement, form: Form) -> Gray:
    """The page as scanned, upright, at least as far down as its identity frame goes."""
    if placement.turn is Turn.NONE:
        return scanned.top(int(placement.corners(form.identity.frame.grown(_LABEL_REACH))[:, 1].max()))
    return turned(scanned.top(_WHOLE), placement.turn)


def _read_rows(page: Gray, placement: Placement, rows: dict[str, BoxedField]) -> dict[str, FieldReading]:
    """These rows of boxes, all of one alphabet, read in one pass of the network."""
    if not rows:
        return {}
    strips = [_strip(page, placement, row.cells.extent(row.count), [row]) for row in rows.values()]
    network = {"digits": digits, "letters": letters}[next(iter(rows.values())).alphabet]
    return dict(zip(rows, network().read_rows(strips), strict=True))


def _read_pagination(page: Gray, placement: Placement, form: Pagination) -> list[FieldReading]:
    """The page's number and the copy's number of pages: one line of boxes, found together."""
    return digits().read_rows([_strip(page, placement, boxes_zone(form), [form.page, form.total])])


def _strip(
    page: Gray, placement: Placement, boxes: Rectangle, rows: Sequence[BoxedField]
) -> tuple[Gray, list[CellRow]]:
    """What is read of a line of boxes."""
    zone = boxes.grown(handwriting.MARGIN)
    cells = [
        CellRow(
            row.cells.x - zone.x,
            row.cells.y - zone.y,
            row.cells.width,
            row.cells.height,
            row.cells.pitch,
            row.count,
        )
        for row in rows
    ]
    return placement.patch(page, zone, handwriting.PX_PER_MM), cells


def _label(page: Gray, placement: Placement, dpi: float, expected: Expected) -> str | None:
    form = expected.form
    zone = form.identity.label_zone.grown(_LABEL_REACH)
    bars = placement.patch(page, zone, min(dpi / 25.4, _MAX_LABEL_SCALE))
    reading = read_label(bars, expected.label_pattern, expected.enrolled, form.label.symbology)
    return reading.text if reading else None


def _says(label: str | None, number: FieldReading | None, expected: Expected) -> bool:
    """Whether label and number name the same candidate: then the names can add nothing."""
    named = re.fullmatch(expected.label_pattern, label or "")
    return named is not None and number is not None and named["candidate"] == number.text


def _model(placement: Placement, form: Form) -> str:
    """The model whose boxes are there: older sheets have no row for the registration number."""
    seen = [placement.fields[name] for name in form.rows_of("digits")]
    return form.form.name if min(seen) >= FIELDS_SEEN else _OLD_MODEL


def _as_number(reading: FieldReading | None) -> int | None:
    text = reading.text.replace(" ", "") if reading is not None else ""
    return int(text) if text else None


def _answers(form: Form, first: bool) -> Rectangle:
    """The sheet, below everything that is printed at the top of a first page."""
    frame = form.exam_block.frame
    top = frame.y + frame.height if first else 0.0
    return Rectangle(0.0, top, form.form.page_width, form.form.page_height - top)


def _answered(dark: Gray, answers: Outline, boxes: Outline) -> Gray:
    """What lies below the top of the answers, without the page boxes, which the edge of the image may cut."""
    rest = dark.copy()
    cv2.fillConvexPoly(rest, boxes.round().astype(np.int32), 0)
    return rest[min(max(int(answers[:2, 1].max()) + 1, 0), len(dark) - 1) :]


def _frame(placement: Placement, form: Form) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in placement.corners(form.identity.frame))


def _exposed(small: Gray, dark: Gray, scale: float, placement: Placement, form: Form) -> bool:
    if placement.frames < FRAMES_SEEN:
        return exposure.exposes(small, dark, None, form)
    wiped = form.identity.frame.grown(form.identity.mask_margin)
    upright, dark = turned(small, placement.turn), turned(dark, placement.turn)
    return exposure.exposes(upright, dark, placement.corners(wiped) / scale, form)


def _fingerprint(ink: NDArray[np.float32], form: Form) -> NDArray[np.float32]:
    """The ink map of the answers alone, without what is printed, nor the slow changes of the background."""
    rows_per_mm = ink.shape[0] / form.form.page_height
    top = int((form.exam_block.frame.y + form.exam_block.frame.height + 4) * rows_per_mm)
    bottom = int((form.pagination.page.cells.y - 4) * rows_per_mm)
    answers = ink[top:bottom, 4:-4]
    return np.asarray(answers - cv2.GaussianBlur(answers, (0, 0), 4), np.float32)
