"""What shows a finding: regions of pages as numbers, and small pictures of them.

Regions go wherever findings go. Pictures show handwriting, perhaps a name: they belong in the vault, and on
the receipt of the centre that has the paper in hand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from processors.findings import Box, Evidence
from processors.scans.files.image import BadImage, turned
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace
from processors.scans.pages.a3 import part_box
from processors.scans.readings import Gray, PageReading

_AROUND = 3.0  # mm around the identity frame
_PAGE_WIDTH = 400  # pixels: a whole page is to be recognised
_CLOSE_WIDTH = 840  # a part of it is to be read
_MAX_BYTES = 30_000
_MOST = 100  # pictures of a file: a receipt stays a few megabytes when a whole pile is bad


def whole(pages: Iterable[PageReading]) -> tuple[Evidence, ...]:
    """Whole pages."""
    return tuple(Evidence(page.page) for page in pages)


def header(pages: Sequence[PageReading]) -> tuple[Evidence, ...]:
    """Where the first of these pages that has an identity frame names somebody; else the first page."""
    first = next((page for page in pages if page.frame is not None), None)
    if first is None or first.frame is None:
        return whole(pages[:1])
    corners = np.array(first.frame) * 25.4 / first.resolution_dpi
    (x0, y0), (x1, y1) = np.maximum(corners.min(axis=0) - _AROUND, 0), corners.max(axis=0) + _AROUND
    return (part(first.page, (x0, y0, x1 - x0, y1 - y0)),)


def trouble(page: PageReading) -> tuple[Evidence, ...]:
    """The page that cannot be read, and of it the part that cannot."""
    box = page.trouble_box
    return (*whole([page]), *([part(page.page, box)] if box else ()))


def part(page: int, box: Iterable[float]) -> Evidence:
    """Of a page, to a tenth of a millimetre, as far as it lies on it."""
    x, y, width, height = map(float, box)
    right, bottom = x + width, y + height
    x, y = max(x, 0.0), max(y, 0.0)
    return Evidence(page, (round(x, 1), round(y, 1), round(right - x, 1), round(bottom - y, 1)))


def pictures(
    path: Path, places: Mapping[int, PagePlace], regions: Collection[Evidence]
) -> dict[Evidence, bytes]:
    """A JPEG of each region, 30 KB at most; none of a page that cannot be decoded.

    `places`: where each page of the file lies. BadScan if the file is broken.
    """
    made: dict[Evidence, bytes] = {}
    for region in sorted(set(regions), key=lambda region: (region.page, region.box or ()))[:_MOST]:
        place = places[region.page]
        raw = next(read_images(path, place.image - 1, place.image))
        try:
            gray = raw.gray()
            part = gray[part_box(gray.shape, raw.dpi, place.half, place.area)]
        except BadImage:
            continue
        made[region] = _picture(turned(part, place.turn), raw.dpi, region.box)
    return made


def _picture(upright: Gray, dpi: float, box: Box | None) -> bytes:
    width = _PAGE_WIDTH
    if box is not None:
        width = _CLOSE_WIDTH
        x, y, w, h = (round(side * dpi / 25.4) for side in box)
        upright = upright[y : y + h, x : x + w]
    scale = min(1.0, width / max(upright.shape))
    small = cv2.resize(upright, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for quality in (80, 60, 40, 20):
        jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(jpeg) <= _MAX_BYTES:
            break
    return jpeg
