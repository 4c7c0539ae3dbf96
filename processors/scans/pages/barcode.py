"""What do the bars say? Two independent decoders, on several preparations of the label's zone."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import pyzbar

from processors.scans.readings import Gray

_ZBAR = {"Code128": pyzbar.ZBarSymbol.CODE128, "Code39": pyzbar.ZBarSymbol.CODE39}


@dataclass(frozen=True)
class LabelReading:
    """The text of the bars, and which decoder and preparation gave it."""

    text: str
    by: str


def read_label(
    zone: Gray, pattern: str, enrolled: Container[str], symbology: str = "Code128"
) -> LabelReading | None:
    """Read the label in an upright image of its zone (any scale from 150 to 600 dpi), or None.

    `pattern`: the session's regular expression, with a group `candidate`; a text that does not match it whole
    is no reading. One sight is enough for the number of an `enrolled` candidate; any other must be seen by
    two preparations, since a damaged label can pass its check digit and say something else.
    """
    fits = re.compile(pattern)
    seen: set[str] = set()
    for by, texts in _attempts(zone, symbology):
        for text in texts:
            match = fits.fullmatch(text)
            if match is None:
                continue
            if match["candidate"] in enrolled or text in seen:
                return LabelReading(text, by)
        seen.update(texts)
    return None


def read_label_at(
    page: Gray,
    area: NDArray[np.float64],
    dpi: float,
    pattern: str,
    enrolled: Container[str],
    symbology: str = "Code128",
) -> str | None:
    """The text of a label anywhere on a page: `area` has its corners, the first two along the bars."""
    (along, across), density = (np.hypot(*(area[k] - area[0])) for k in (1, 3)), min(1.0, 300 / dpi)
    size = round(along * density), round(across * density)
    upright = np.array([[0, 0], [size[0], 0], [size[0], size[1]]], np.float32)
    matrix = cv2.getAffineTransform(area[:3].astype(np.float32), upright)
    bars = np.asarray(cv2.warpAffine(page, matrix, size, borderValue=255), np.uint8)
    reading = read_label(bars, pattern, enrolled, symbology)
    return reading.text if reading else None


def _attempts(zone: Gray, symbology: str) -> Iterator[tuple[str, list[str]]]:
    """The preparations that read most for their time; zbar is the slower, and given the whole zone last."""
    soft = np.asarray(cv2.GaussianBlur(zone, (3, 3), 0), np.uint8)
    yield "zxing soft", _zxing(soft, symbology)
    straight = _straightened(zone)
    for bands in (6, 12, 20):
        yield f"zxing {bands} bands", _zxing(_banded(straight, bands), symbology)
    yield "zbar 6 bands", _zbar(_banded(straight, 6), symbology)
    yield "zxing raw", _zxing(zone, symbology)
    wide = np.asarray(cv2.resize(straight, None, fx=2, fy=1, interpolation=cv2.INTER_CUBIC), np.uint8)
    for bands in (6, 12):
        banded = _banded(wide, bands)
        yield f"zbar {bands} wide bands", _zbar(banded, symbology)
        yield f"zxing {bands} contrasted bands", _zxing(_contrasted(banded), symbology)
    yield "zbar raw", _zbar(zone, symbology)


def _banded(straight: Gray, bands: int) -> Gray:
    """Bands of the zone, half overlapping, each averaged along the bars, where every row says the same.

    Noise, scribbles and tears seldom cross all of them.
    """
    band = max(5, straight.shape[0] // bands)
    means = cv2.blur(straight, (1, band))[band // 2 : -(band // 2) : band // 2]
    return np.repeat(means, 2, axis=0)


def _contrasted(banded: Gray) -> Gray:
    """Black and white by the gray around: under a stain or a pen, ink is still darker than paper."""
    around = cv2.blur(banded, (_AROUND, 1)).astype(np.int16)
    return np.where(banded > around - 20, np.uint8(255), np.uint8(0))


_AROUND = 61  # pixels of a widened zone: a bar and its neighbours


def _zxing(image: Gray, symbology: str) -> list[str]:
    found = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.barcode_formats_from_str(symbology),
        try_rotate=False,
        try_invert=False,
        try_downscale=False,
    )
    return [result.text for result in found]


def _zbar(image: Gray, symbology: str) -> list[str]:
    found = pyzbar.decode(image, symbols=[_ZBAR[symbology]])
    return [result.data.decode("ascii", "replace") for result in found]


def _straightened(zone: Gray) -> Gray:
    """The zone turned so that the bars stand upright: bars have one direction of gradient, text has many."""
    small = cv2.resize(zone, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (3, 3), 0)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    # structure tensor, averaged: half the angle of the doubled gradient direction
    energy = gx * gx + gy * gy
    strong = energy > np.percentile(energy[::2, ::2], 85)
    angle = 0.5 * np.arctan2((2 * gx * gy)[strong].sum(), (gx * gx - gy * gy)[strong].sum())
    degrees = float(np.rad2deg(angle))
    if abs(degrees) < 0.3 or abs(degrees) > 15:
        return zone
    height, width = zone.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(zone, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)
