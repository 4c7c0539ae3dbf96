"""What does one A4 page say? Every room's answer put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.people import Candidate
from processors.scans import exposure, handwriting, quality
from processors.scans.barcode import read_label, read_label_at
from processors.scans.form import BoxedField, Form, Pagination, Rectangle
from processors.scans.geometry import PX, darkness, reduced
from processors.scans.handwriting import CellRow, digits, letters
from processors.scans.hidden import Outline
from processors.scans.image import turned
from processors.scans.labels import (
    Found,
    all_inside,
    cuts_writing,
    find_labels,
    lies_in,
    shows_below_a_cover,
    sticks_out,
)
from processors.scans.laid import laid_on
from processors.scans.looks import Look
from processors.scans.names import lines_apart
from processors.scans.pageboxes import boxes_zone
from processors.scans.quality import Judgement
from processors.scans.readings import (
    FieldReading,
    Gray,
    Half,
    PageKind,
    PageReading,
    StuckLabel,
    Turn,
    as_corners,
)
from processors.scans.registration import (
    BOXES_SEEN,
    FIELDS_SEEN,
    FRAMES_SEEN,
    Placement,
)
from processors.scans.through import Shining, shining_labels
from processors.scans.traces import trace
from processors.scans.voices import NUMBER
from processors.scans.writing import hand

_HEADER_CELLS = {PageKind.FOREIGN: 8, PageKind.UNREADABLE: 8, PageKind.INSIDE: 11}
"""Boxes in a row that make a header on a page of no known paper; of answers, more than a drawn byte."""
_HEADER_MM = 80.0
_WHOLE = 1 << 16  # rows, more than any page has
_OLD_MODEL = "cmen"
_LABEL_REACH = 6.0  # mm around the label's zone: labels are stuck by hand
_CLEAR = 6.0  # mm beyond: its number in clear
_BESIDE_BOXES = 5.0  # mm around the page boxes, whose sides, and ones, look like bars
_HIGHEST_LABEL = 47.0  # mm
_CAPTION = 4.5  # mm above the page boxes
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


@dataclass(frozen=True)
class Scanned:
    """The page as it was scanned, `shrink` times larger than what is read of it.

    `top`: at least so many of its first rows; `darkest`: all of it as it is read, by its darkest channel.
    """

    shrink: int
    top: Callable[[int], Gray]
    darkest: Callable[[], Gray]


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
    form = look.form
    small, dark, scale, placement = look.small, look.dark, look.scale, look.placement
    page = turned(look.gray, placement.turn)
    first = placement.frames >= FRAMES_SEEN
    boxes = placement.boxes >= BOXES_SEEN
    upright, strokes = turned(small, placement.turn), turned(dark, placement.turn)
    answers = placement.corners(_answers(form, first)) / scale if placement.sure else None
    judgement = quality.judge(upright, strokes, dpi, answers)
    written, top = strokes, 0.0
    boxed: Outline | None = None
    if answers is not None:
        if form.page_boxes:
            boxed = placement.by_boxes.corners(_numbered(form.page_boxes)) / scale
        written, top = _answered(strokes, answers, boxed), float(answers[:2, 1].max())
    blank = quality.is_blank(written)
    if first and blank and answers is not None:  # with nothing on it, the copy would pass for blank
        blank = not _is_pale(look, scanned, dpi, answers, boxed)
    if first:
        kind = PageKind.ANNEX if form.is_annex else PageKind.FIRST
    elif boxes or placement.told:
        kind = PageKind.INSIDE
    else:
        kind = PageKind.UNREADABLE if judgement.trouble is not None else PageKind.FOREIGN
    number, total = None, None
    if form.page_boxes is not None and (boxes or (first and not form.is_annex)):
        number, total = _read_pagination(page, placement.by_boxes, form.page_boxes)
    identity, label, frame = {}, None, None
    shrink = scanned.shrink if scanned else 1
    wiped = [placement.corners(form.identity.frame.grown(form.identity.mask_margin)) / scale] if first else []
    found, coarse = find_labels(upright, strokes), page
    known = [*wiped, *(one.area for one in found)]
    if boxes and form.page_boxes is not None:
        numbers = placement.by_boxes.corners(boxes_zone(form.page_boxes).grown(_BESIDE_BOXES)) / scale
        found = [one for one in found if not all_inside(one, numbers)]
        known.append(numbers)
    if answers is not None and first:
        known.append(np.concatenate([placement.corners(_sheet(form))[:2] / scale, answers[1::-1]]))
    shining = shining_labels(upright, strokes, known)
    if first:
        if scanned is not None and shrink > 1:
            fine = placement.enlarged(shrink)
            page = _upright_top(scanned, fine, form)
        else:
            fine = placement
        identity = _read_rows(page, fine, form.rows_of("digits"))
        label = _label(page, fine, dpi * shrink, form, expected)
        zone = placement.corners(form.identity.label_zone.grown(_LABEL_REACH + _CLEAR)) / scale
        if label is not None and not any(lies_in(one, zone) for one in found):
            found.append(Found(wiped[0], zone))  # read, though too pale or scribbled over to be seen
        sheet = placement.corners(_sheet(form)) / scale
        found = [one for one in found if sticks_out(one, wiped[0], sheet, strokes) and not _is_header(one)]
        if not _says(label, identity.get(NUMBER), expected):
            identity |= _read_rows(page, fine, form.rows_of("letters"))
        frame = _frame(fine, form)
    areas = [one.area for one in found]
    below = placement.corners(_below(form))[:2] / scale
    hidden = first and shows_below_a_cover(strokes, below, wiped[0], areas)
    if judgement.trouble is None and kind in (PageKind.FIRST, PageKind.INSIDE):
        judgement = _with_note(judgement, written, len(strokes) - len(written), areas)
    symbology = expected.form.label.symbology
    texts = [
        read_label_at(coarse, one.area * scale, dpi, expected.label_pattern, expected.enrolled, symbology)
        for one in found
    ]
    if first:
        label = label or next((text for text in texts if text), None)
        texts = [
            text or (label if lies_in(one, zone) else None) for one, text in zip(found, texts, strict=True)
        ]
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
        blank=blank,
        sharpness=round(judgement.sharpness, 3),
        resolution_dpi=round(dpi * shrink),
        frame=frame,
        number_reading=number,
        total_reading=total,
        fingerprint=_fingerprint(placement.ink, form),
        hand=hand(written) if half is not None and answers is not None else None,
        headed=_is_headed(strokes, kind),
        tabled=kind is PageKind.FOREIGN and not blank and exposure.shows_printed_boxes(strokes),
        exposed=hidden
        or exposure.shows_row_outside(strokes, [*wiped, *areas], expected.form)
        or bool(shining and exposure.shows_pale_row(strokes, wiped, expected.form)),
        labels=(
            *(
                StuckLabel(
                    as_corners(one.area * scale * shrink), text, cuts_writing(strokes, one.area, top, text)
                )
                for one, text in zip(found, texts, strict=True)
            ),
            *(_seen_through(one, coarse, scale, shrink, dpi, expected) for one in shining),
        ),
        lines=lines_apart(strokes, placement, scale, form, first, [*areas, *(one.area for one in shining)]),
        trouble=judgement.trouble,
        trouble_box=judgement.box,
        trace=trace(small, dark, placement.corners(_answers(form, False)) / scale if first else None),
    )


def _seen_through(
    shining: Shining, page: Gray, scale: float, shrink: int, dpi: float, expected: Expected
) -> StuckLabel:
    """A label behind the page; what cannot be read there, or lies under writing, may be no label at all."""
    text = None
    if not shining.written:
        text = read_label_at(
            shining.amplified(page),
            shining.area * scale,
            dpi,
            expected.label_pattern,
            expected.enrolled,
            expected.form.label.symbology,
        )
    return StuckLabel(as_corners(shining.area * scale * shrink), text, shining.written or text is None)


def _with_note(judgement: Judgement, written: Gray, top: int, labels: Sequence[Outline]) -> Judgement:
    """The same, or where a note covers what is `written` on the page, from the row `top` on."""
    place = laid_on(written, [area - (0.0, top) for area in labels])
    if place is None:
        return judgement
    x, y, width, height = place
    return replace(judgement, trouble=_NOTE, box=(x, y + top / PX, width, height))


_NOTE = "un papier posé ou collé cache les lignes"


def _is_pale(
    look: Look, scanned: Scanned | None, dpi: float, answers: Outline, boxes: Outline | None
) -> bool:
    """Whether pencil shows beside the ruled lines, or ink by its colour alone, which shadows have not."""
    ruled = cv2.morphologyEx(look.dark, cv2.MORPH_OPEN, _RULED)
    seen = [cv2.subtract(look.dark, ruled)]
    if scanned is not None:
        seen.append(cv2.subtract(darkness(reduced(scanned.darkest(), dpi)[0]), look.dark))
    upright = [turned(np.asarray(dark, np.uint8), look.placement.turn) for dark in seen]
    for dark in upright:
        if boxes is not None:
            cv2.fillConvexPoly(dark, boxes.round().astype(np.int32), 0)
    return any(quality.is_pale(dark, answers) for dark in upright)


_RULED = np.ones((1, round(20 * PX)), np.uint8)


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


def _read_pagination(
    page: Gray, placement: Placement, form: Pagination
) -> Sequence[FieldReading] | tuple[None, None]:
    """The page's number and the copy's number of pages: one line of boxes, found together, if all shown."""
    if not placement.shows(boxes_zone(form).grown(-_FRAMED), page.shape):
        return None, None
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


def _label(page: Gray, placement: Placement, dpi: float, form: Form, expected: Expected) -> str | None:
    bars = placement.patch(
        page, form.identity.label_zone.grown(_LABEL_REACH), min(dpi / 25.4, _MAX_LABEL_SCALE)
    )
    reading = read_label(bars, expected.label_pattern, expected.enrolled, expected.form.label.symbology)
    return reading.text if reading else None


def _says(label: str | None, number: FieldReading | None, expected: Expected) -> bool:
    """Whether label and number name the same candidate: then the names can add nothing."""
    named = re.fullmatch(expected.label_pattern, label or "")
    return named is not None and number is not None and named["candidate"] == number.text


def _model(placement: Placement, form: Form) -> str:
    """The model whose boxes are there: older sheets have no row for the registration number."""
    if form.is_annex:
        return form.form.name
    seen = [placement.fields[name] for name in form.rows_of("digits")]
    return form.form.name if min(seen) >= FIELDS_SEEN else _OLD_MODEL


def _as_number(reading: FieldReading | None) -> int | None:
    text = reading.text.replace(" ", "") if reading is not None else ""
    return int(text) if text else None


def _is_header(found: Found) -> bool:
    """Whether what looks like bars is higher than any label: rows of identity boxes on a poor scan."""
    sides = np.hypot(*(found.area - np.roll(found.area, 1, axis=0)).T)
    return bool(sides.min() > _HIGHEST_LABEL * PX)


def _sheet(form: Form) -> Rectangle:
    """Without its edges, which a scanner's bed shows beside."""
    return Rectangle(0.0, 0.0, form.form.page_width, form.form.page_height).grown(-1.5)


def _below(form: Form) -> Rectangle:
    """What is printed below the identity frame: its first line is that of the exam block, if there is one."""
    frame = form.identity.frame
    y = form.exam_block.frame.y if form.exam_block is not None else frame.y + frame.height
    return Rectangle(frame.x, y, frame.width, 1.0)


def _numbered(boxes: Pagination) -> Rectangle:
    """The page boxes, with what is printed above them."""
    zone = boxes_zone(boxes).grown(_FRAMED)
    above = _CAPTION if boxes.page.label else 0.0
    return Rectangle(zone.x, zone.y - above, zone.width, zone.height + above)


def _answers(form: Form, first: bool) -> Rectangle:
    """The sheet, below everything that is printed at the top of a first page."""
    top = form.answers_top if first else 0.0
    return Rectangle(0.0, top, form.form.page_width, form.form.page_height - top)


def _answered(dark: Gray, answers: Outline, boxes: Outline | None) -> Gray:
    """What lies below the top of the answers, without the page boxes, which the edge of the image may cut."""
    rest = dark.copy()
    if boxes is not None:
        cv2.fillConvexPoly(rest, boxes.round().astype(np.int32), 0)
    return rest[min(max(int(answers[:2, 1].max()) + 1, 0), len(dark) - 1) :]


def _frame(placement: Placement, form: Form) -> tuple[tuple[float, float], ...]:
    return as_corners(placement.corners(form.identity.frame))


def _is_headed(strokes: Gray, kind: PageKind) -> bool:
    """Whether rows of boxes such as identity is written in show on a page of no known paper."""
    if kind is PageKind.INSIDE:
        return exposure.shows_any_header(strokes[: round(_HEADER_MM * PX)], _HEADER_CELLS[kind])
    return kind in _HEADER_CELLS and exposure.shows_any_header(strokes, _HEADER_CELLS[kind])


def _fingerprint(ink: NDArray[np.float32], form: Form) -> NDArray[np.float32]:
    """The ink map of the answers alone, without what is printed, nor the slow changes of the background."""
    rows_per_mm = ink.shape[0] / form.form.page_height
    top = int((form.answers_top + 4) * rows_per_mm)
    bottom = int((form.answers_bottom - 4) * rows_per_mm)
    answers = ink[top:bottom, 4:-4]
    return np.asarray(answers - cv2.GaussianBlur(answers, (0, 0), 4), np.float32)
