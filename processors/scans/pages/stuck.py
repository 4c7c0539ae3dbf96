"""Labels that show on a page: what each says and hides, and what of it lies outside the identity frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from processors.circular.form import Rectangle
from processors.scans.pages.barcode import read_label_at
from processors.scans.pages.geometry import PX
from processors.scans.pages.header import LABEL_REACH
from processors.scans.pages.hidden import Outline
from processors.scans.pages.labels import (
    Found,
    all_inside,
    cuts_writing,
    find_labels,
    lies_in,
    shows_below_a_cover,
    sticks_out,
)
from processors.scans.pages.pageboxes import boxes_zone
from processors.scans.pages.through import Shining, shining_labels
from processors.scans.pages.upright import UprightPage
from processors.scans.readings import Gray, StuckLabel, as_corners

_CLEAR = 6.0  # mm beyond a label's bars: its number in clear
_BESIDE_BOXES = 5.0  # mm around the page boxes, whose sides, and ones, look like bars
_HIGHEST_LABEL = 47.0  # mm


@dataclass(frozen=True)
class Labels:
    """`text`: what the sheet's own label says; `stuck`: those that the frame does not hold whole.

    `areas`, `behind`: where those lie that are stuck, and those that shine through. `covers`: whether one
    hides the printed line below the identity frame.
    """

    text: str | None
    stuck: tuple[StuckLabel, ...]
    areas: tuple[Outline, ...]
    behind: tuple[Outline, ...]
    covers: bool


def see_labels(page: UprightPage, text: str | None) -> Labels:
    """`text`: of the label that was read in its zone."""
    every = find_labels(page.small, page.dark)
    found, known = every, [one.area for one in every]
    if page.is_numbered and page.form.page_boxes is not None:
        numbers = boxes_zone(page.form.page_boxes).grown(_BESIDE_BOXES)
        outline = page.placement.by_boxes.corners(numbers) / page.placed.scale
        found = [one for one in found if not all_inside(one, outline)]
        known.append(outline)
    zone = None
    if page.mask is not None:
        known.append(page.mask)
        if page.answers is not None:  # all that is printed above the answers
            known.append(np.concatenate([page.sheet[:2], page.answers[1::-1]]))
        zone = page.outline(page.form.identity.label_zone.grown(LABEL_REACH + _CLEAR))
        if text is not None and not any(lies_in(one, zone) for one in found):
            found = [*found, Found(page.mask, zone)]  # read, though too pale or scribbled over to be seen
        outside = (one for one in found if sticks_out(one, page.mask, page.sheet, page.dark))
        found = [one for one in outside if not _is_header(one)]
    shining = shining_labels(page.small, page.dark, known)
    areas = [one.area for one in found]
    said = [_text_at(page, page.gray, area) for area in areas]
    if zone is not None:
        text = text or next(filter(None, said), None)
        in_zone = [text if lies_in(one, zone) else None for one in found]
        said = [one or own for one, own in zip(said, in_zone, strict=True)]
    stuck = [
        StuckLabel(_scanned(page, area), one, cuts_writing(page.dark, area, page.top, one))
        for area, one in zip(areas, said, strict=True)
    ]
    stuck += [_seen_through(page, one) for one in shining]
    covers = page.mask is not None and _covers(page, page.mask, areas)
    return Labels(text, tuple(stuck), tuple(areas), tuple(one.area for one in shining), covers)


def _seen_through(page: UprightPage, shining: Shining) -> StuckLabel:
    """A label behind the page; what cannot be read there, or lies under writing, may be no label at all."""
    text = None if shining.written else _text_at(page, shining.amplified(page.gray), shining.area)
    return StuckLabel(_scanned(page, shining.area), text, shining.written or text is None)


def _text_at(page: UprightPage, gray: Gray, area: Outline) -> str | None:
    expected, at = page.expected, area * page.placed.scale
    symbology = expected.form.label.symbology
    return read_label_at(gray, at, page.dpi, expected.label_pattern, expected.enrolled, symbology)


def _scanned(page: UprightPage, area: Outline) -> tuple[tuple[float, float], ...]:
    """In pixels of the page as it was scanned."""
    return as_corners(area * page.placed.scale * page.shrink)


def _covers(page: UprightPage, mask: Outline, areas: Sequence[Outline]) -> bool:
    """The first line below the identity frame is that of the exam block, if there is one."""
    frame, block = page.form.identity.frame, page.form.exam_block
    y = block.frame.y if block is not None else frame.y + frame.height
    below = page.outline(Rectangle(frame.x, y, frame.width, 1.0))[:2]
    return shows_below_a_cover(page.dark, below, mask, areas)


def _is_header(found: Found) -> bool:
    """Whether what looks like bars is higher than any label: rows of identity boxes on a poor scan."""
    sides = np.hypot(*(found.area - np.roll(found.area, 1, axis=0)).T)
    return bool(sides.min() > _HIGHEST_LABEL * PX)
