"""Does a code of squares (QR, DataMatrix, Aztec, stacked bars) show on a page, outside what is wiped?

There is ink in all of its parts, and in writing next to none between two lines: few places are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import zxingcpp

from processors.scans.pages.geometry import transform
from processors.scans.pages.labels import Quad
from processors.scans.pages.registration import INK_MM
from processors.scans.pages.upright import UprightPage
from processors.scans.readings import Gray

_SIDE = np.ones((4, 4), np.uint8)  # squares of the ink map: 6 mm
_DENSE = 0.28
"""Least ink in all of them: of drawn codes from 8 mm on 0.39 and more, but for one of 9 mm in one bit (0.25);
of dense writing 0.29 at most, 0.23 on most pages."""
_AROUND = 23.0  # mm about the densest place: a code's side and a half
_MOST = 3  # places


def shows_squares(page: UprightPage, wiped: Sequence[Quad]) -> bool:
    """Whether one can be read; of an annex's, which may be printed there, one that names somebody."""
    found = [code for part in _dense_places(page, wiped) for code in _codes(part)]
    if page.form.is_annex:
        return any(number in code.text for code in found for number in page.expected.enrolled)
    return bool(found)


def _dense_places(page: UprightPage, wiped: Sequence[Quad]) -> Iterator[Gray]:
    """The page around its densest places, on which nothing that is wiped lies."""
    ink = cv2.erode(page.placement.ink, _SIDE)
    hidden = [*wiped, *([] if page.page_boxes is None else [page.page_boxes])]
    apart = round(_AROUND / INK_MM)
    for _ in range(_MOST):
        _, most, _, (column, row) = cv2.minMaxLoc(ink)
        if most < _DENSE:
            return
        ink[max(row - apart, 0) : row + apart, max(column - apart, 0) : column + apart] = 0
        x, y = ((at + 0.5) * INK_MM for at in (column, row))
        on_map = transform(page.placement.to_pixels, np.array([[x, y]]))[0] / page.placed.scale
        if all(cv2.pointPolygonTest(area.astype(np.float32), on_map.tolist(), False) < 0 for area in hidden):
            (left, top), reach = on_map * page.placed.scale, _AROUND / 25.4 * page.dpi
            rows, columns = (slice(max(round(at - reach), 0), round(at + reach)) for at in (top, left))
            yield np.ascontiguousarray(page.gray[rows, columns])


def _codes(part: Gray) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        part,
        formats=zxingcpp.barcode_formats_from_str("AllMatrix,PDF417"),
        try_downscale=False,
        try_invert=False,
    )
