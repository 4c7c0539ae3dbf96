"""What does one A4 page say? Every room's answer put together."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.circular.form import Form
from processors.scans.files.image import turned
from processors.scans.pages import exposure, quality
from processors.scans.pages.geometry import PX, darkness, reduced
from processors.scans.pages.header import read_header
from processors.scans.pages.laid import laid_on
from processors.scans.pages.names import lines_apart
from processors.scans.pages.placed import PlacedImage
from processors.scans.pages.quality import Judgement
from processors.scans.pages.registration import INK_MM
from processors.scans.pages.rows import as_number, read_pagination
from processors.scans.pages.squares import shows_squares
from processors.scans.pages.stuck import Labels, see_labels
from processors.scans.pages.traces import trace
from processors.scans.pages.twice import imprint
from processors.scans.pages.upright import Expected, Original, UprightPage, answers_zone
from processors.scans.pages.writing import hand, traced
from processors.scans.readings import Gray, Half, PageKind, PageReading

_HEADER_CELLS = {PageKind.FOREIGN: 8, PageKind.UNREADABLE: 8, PageKind.INSIDE: 11}
"""Boxes in a row that make a header on a page of no known paper; of answers, more than a drawn byte."""
_HEADER_MM = 80.0
_TOP_MM = 15.0
"""What stands above on an inside page is nobody's answer."""
_NOTE = "un papier posé ou collé cache les lignes"
_RULED = np.ones((1, round(20 * PX)), np.uint8)


def read_page(
    placed: PlacedImage,
    image: int,
    half: Half | None,
    dpi: float,
    expected: Expected,
    original: Original | None = None,
) -> PageReading:
    """Everything that one A4 page says, in whatever turn it was scanned.

    The image is at `dpi`; the identity of a first page is read on its `original`, where that is finer.
    """
    page = UprightPage(placed, dpi, expected, original)
    judgement = quality.judge(page.small, page.dark, dpi, page.answers)
    kind = _kind(page, judgement)
    blank = quality.is_blank(page.written)
    if page.is_first and blank:  # with nothing on it, the copy would pass for blank
        blank = not _is_pale(page)
    number, total = read_pagination(page)
    header = read_header(page)
    labels = see_labels(page, header.label)
    if judgement.trouble is None and kind in (PageKind.FIRST, PageKind.INSIDE):
        judgement = _with_note(judgement, page, labels)
    placement, scale, first = page.placement, placed.scale, page.is_first
    return PageReading(
        page=1,
        image=image,
        half=half,
        turn=placement.turn,
        kind=kind,
        model=header.model,
        label=labels.text,
        boxes=header.boxes,
        number=as_number(number),
        total=as_number(total),
        blank=blank,
        sharpness=round(judgement.sharpness, 3),
        resolution_dpi=round(dpi * page.shrink),
        frame=header.frame,
        number_reading=number,
        total_reading=total,
        fingerprint=_fingerprint(placement.ink, page.form),
        imprint=None if blank or page.form.is_annex else imprint(_written(placement.ink, page.form, first)),
        hand=hand(page.written) if half is not None and page.answers is not None else None,
        traced=traced(page.written) if half is None and page.answers is not None and not blank else None,
        headed=_is_headed(page.dark, kind),
        tabled=kind is PageKind.FOREIGN and not blank and exposure.shows_printed_boxes(page.dark),
        exposed=_is_exposed(page, labels),
        labels=labels.stuck,
        lines=lines_apart(
            page.small, page.dark, placement, scale, page.form, first, [*labels.areas, *labels.behind]
        ),
        trouble=judgement.trouble,
        trouble_box=judgement.box,
        trace=trace(
            placed.small, placed.dark, page.outline(answers_zone(page.form, False)) if first else None
        ),
    )


def _kind(page: UprightPage, judgement: Judgement) -> PageKind:
    if page.is_first:
        return PageKind.ANNEX if page.form.is_annex else PageKind.FIRST
    if page.is_numbered or page.placement.told:
        return PageKind.INSIDE
    return PageKind.UNREADABLE if judgement.trouble is not None else PageKind.FOREIGN


def _with_note(judgement: Judgement, page: UprightPage, labels: Labels) -> Judgement:
    """The same, or where a note covers what is written on the page."""
    top = len(page.dark) - len(page.written)
    place = laid_on(page.written, [area - (0.0, top) for area in labels.areas])
    if place is None:
        return judgement
    x, y, width, height = place
    return replace(judgement, trouble=_NOTE, box=(x, y + top / PX, width, height))


def _is_pale(page: UprightPage) -> bool:
    """Whether pencil shows beside the ruled lines, or ink by its colour alone, which shadows have not."""
    if page.answers is None:
        return False
    dark = page.placed.dark
    seen = [cv2.subtract(dark, cv2.morphologyEx(dark, cv2.MORPH_OPEN, _RULED))]
    if page.original is not None:
        seen.append(cv2.subtract(darkness(reduced(page.original.darkest(), page.dpi)[0]), dark))
    upright = [turned(np.asarray(one, np.uint8), page.placement.turn) for one in seen]
    for one in upright:
        if page.page_boxes is not None:
            cv2.fillConvexPoly(one, page.page_boxes.round().astype(np.int32), 0)
    return any(quality.is_pale(one, page.answers) for one in upright)


def _is_exposed(page: UprightPage, labels: Labels) -> bool:
    """Whether something outside the frame may name the candidate."""
    wiped = [] if page.mask is None else [page.mask]
    form = page.expected.form
    return (
        labels.covers
        or exposure.shows_row_outside(page.dark, [*wiped, *labels.areas], form)
        or bool(labels.behind and exposure.shows_pale_row(page.dark, wiped, form))
        or shows_squares(page, [*wiped, *labels.areas])
    )


def _is_headed(strokes: Gray, kind: PageKind) -> bool:
    """Whether rows of boxes such as identity is written in show on a page of no known paper."""
    if kind is PageKind.INSIDE:
        return exposure.shows_any_header(strokes[: round(_HEADER_MM * PX)], _HEADER_CELLS[kind], closed=True)
    return kind in _HEADER_CELLS and exposure.shows_any_header(strokes, _HEADER_CELLS[kind])


def _written(ink: NDArray[np.float32], form: Form, first: bool) -> NDArray[np.float32]:
    """The ink map of all that may be answered on a page."""
    top, bottom = form.answers_top + 4 if first else _TOP_MM, form.answers_bottom - 4
    return ink[round(top / INK_MM) : round(bottom / INK_MM), 4:-4]


def _fingerprint(ink: NDArray[np.float32], form: Form) -> NDArray[np.float32]:
    """The ink map of the answers alone, without what is printed, nor the slow changes of the background."""
    rows_per_mm = ink.shape[0] / form.form.page_height
    top = int((form.answers_top + 4) * rows_per_mm)
    bottom = int((form.answers_bottom - 4) * rows_per_mm)
    answers = ink[top:bottom, 4:-4]
    return np.asarray(answers - cv2.GaussianBlur(answers, (0, 0), 4), np.float32)
