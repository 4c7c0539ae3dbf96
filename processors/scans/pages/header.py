"""What does the identity frame of a first page say?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from processors.scans.pages.barcode import read_label
from processors.scans.pages.registration import FIELDS_SEEN, Placement
from processors.scans.pages.rows import read_rows
from processors.scans.pages.upright import Expected, UprightPage
from processors.scans.pages.voices import NUMBER
from processors.scans.readings import Corners, FieldReading, Gray, as_corners

LABEL_REACH = 6.0
"""mm around the label's zone: labels are stuck by hand."""

_MAX_LABEL_SCALE = 12.0  # pixels a millimetre, 300 dpi: more is slower and reads no better


@dataclass(frozen=True)
class Header:
    """`frame`: its corners, in pixels of the page as scanned; all of it empty where there is none."""

    model: str | None = None
    label: str | None = None
    boxes: dict[str, FieldReading] = field(default_factory=dict)
    frame: Corners | None = None


def read_header(page: UprightPage) -> Header:
    """Of the page as it was scanned, where that is finer; names are read where they can add something."""
    if not page.is_first:
        return Header()
    form = page.form
    gray, placement = page.fine(LABEL_REACH)
    boxes = read_rows(gray, placement, form.rows_of("digits"))
    label = _label(page, gray, placement)
    if not _agree(label, boxes.get(NUMBER), page.expected):
        boxes |= read_rows(gray, placement, form.rows_of("letters"))
    return Header(_model(page), label, boxes, as_corners(placement.corners(form.identity.frame)))


def _label(page: UprightPage, gray: Gray, placement: Placement) -> str | None:
    zone, expected = page.form.identity.label_zone.grown(LABEL_REACH), page.expected
    px_per_mm = min(page.dpi * page.shrink / 25.4, _MAX_LABEL_SCALE)
    bars = placement.patch(gray, zone, px_per_mm)
    reading = read_label(bars, expected.label_pattern, expected.enrolled, expected.form.label.symbology)
    return reading.text if reading else None


def _agree(label: str | None, number: FieldReading | None, expected: Expected) -> bool:
    """Whether label and number name the same candidate."""
    named = re.fullmatch(expected.label_pattern, label or "")
    return named is not None and number is not None and named["candidate"] == number.text


def _model(page: UprightPage) -> str:
    """The model whose boxes are there: one that the form file tells by the rows that it lacks."""
    form = page.form
    unseen = {name for name in form.rows_of("digits") if page.placement.fields[name] < FIELDS_SEEN}
    # where other rows are not seen either, a threshold has lost them
    others = (model.name for model in form.other_models if unseen == set(model.lacks))
    return next(others, form.form.name)
