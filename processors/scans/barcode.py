"""What do the bars say? Two independent decoders, on several preparations of the label's zone."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
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


def _attempts(zone: Gray, symbology: str) -> Iterator[tuple[str, list[str]]]:
    soft = _soft(zone)
    yield "zxing soft", _zxing(soft, symbology)
    # Along the bars every row says the same: a tall blur averages scribbles and noise away.
    straight = _straightened(zone)
    tall = _along(straight, max(9, straight.shape[0] // 20))
    yield "zxing tall", _zxing(tall, symbology)
    yield "zxing raw", _zxing(zone, symbology)
    small = np.asarray(cv2.resize(soft, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    yield "zxing half", _zxing(small, symbology)
    large = np.asarray(cv2.resize(straight, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    yield "zxing large", _zxing(_along(large, 25), symbology)
    yield "zxing strips", _zxing_strips(straight, symbology)
    yield "zbar raw", _zbar(zone, symbology)
    yield "zbar soft", _zbar(soft, symbology)
    yield "zbar tall", _zbar(tall, symbology)


def _soft(image: Gray) -> Gray:
    return np.asarray(cv2.GaussianBlur(image, (3, 3), 0), np.uint8)


def _along(image: Gray, height: int) -> Gray:
    return np.asarray(cv2.blur(image, (1, height)), np.uint8)


def _zxing(image: Gray, symbology: str) -> list[str]:
    found = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.barcode_formats_from_str(symbology),
        try_rotate=False,
        try_invert=False,
        try_downscale=False,
    )
    return [result.text for result in found]


def _zxing_strips(image: Gray, symbology: str) -> list[str]:
    """Narrow bands of the label, each averaged along the bars: a scribble seldom crosses all of them."""
    height = image.shape[0]
    band = max(8, height // 12)
    texts: list[str] = []
    for top in range(0, height - band, band // 2):
        row = image[top : top + band].mean(axis=0, dtype=np.float32).astype(np.uint8)
        texts += _zxing(np.repeat(row[None], 24, axis=0), symbology)
    return texts


def _zbar(image: Gray, symbology: str) -> list[str]:
    found = pyzbar.decode(image, symbols=[_ZBAR[symbology]])
    return [result.data.decode("ascii", "replace") for result in found]


def _straightened(zone: Gray) -> Gray:
    """The zone turned so that the bars stand upright: bars have one direction of gradient, text has many."""
    soft = cv2.GaussianBlur(zone, (5, 5), 0)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    # structure tensor, averaged: half the angle of the doubled gradient direction
    energy = gx * gx + gy * gy
    strong = energy > np.percentile(energy, 85)
    angle = 0.5 * np.arctan2((2 * gx * gy)[strong].sum(), (gx * gx - gy * gy)[strong].sum())
    degrees = float(np.rad2deg(angle))
    if abs(degrees) < 0.3 or abs(degrees) > 15:
        return zone
    height, width = zone.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(zone, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)
