"""What is written in a page's boxes: the rows of its identity frame, its number and the copy's total."""

from __future__ import annotations

from collections.abc import Sequence

from processors.circular.form import BoxedField, Rectangle
from processors.scans.pages import handwriting
from processors.scans.pages.handwriting import CellRow, digits, letters
from processors.scans.pages.pageboxes import boxes_zone
from processors.scans.pages.registration import Placement
from processors.scans.pages.upright import FRAMED, UprightPage
from processors.scans.readings import FieldReading, Gray


def read_rows(page: Gray, placement: Placement, rows: dict[str, BoxedField]) -> dict[str, FieldReading]:
    """These rows of boxes, all of one alphabet, read in one pass of the network."""
    if not rows:
        return {}
    strips = [_strip(page, placement, row.cells.extent(row.count), [row]) for row in rows.values()]
    network = {"digits": digits, "letters": letters}[next(iter(rows.values())).alphabet]
    return dict(zip(rows, network().read_rows(strips), strict=True))


def read_pagination(page: UprightPage) -> Sequence[FieldReading] | tuple[None, None]:
    """The page's number and the copy's number of pages: one line of boxes, found together, if all shown."""
    boxes, placement = page.form.page_boxes, page.placement.by_boxes
    if boxes is None or not (page.is_numbered or (page.is_first and not page.form.is_annex)):
        return None, None
    if not placement.shows(boxes_zone(boxes).grown(-FRAMED), page.gray.shape):
        return None, None
    return digits().read_rows([_strip(page.gray, placement, boxes_zone(boxes), [boxes.page, boxes.total])])


def as_number(reading: FieldReading | None) -> int | None:
    text = reading.text.replace(" ", "") if reading is not None else ""
    return int(text) if text else None


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
