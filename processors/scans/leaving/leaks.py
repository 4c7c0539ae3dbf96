"""Does what is about to leave still name anyone? Looked at again, by other ways than those that made it.

The file is taken to pieces by a library that did not write it; each page is looked at as a picture.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence

import cv2
import numpy as np
import pikepdf
import zxingcpp
from numpy.typing import NDArray

from processors.circular.form import Form
from processors.scans.files.image import RawImage
from processors.scans.files.jpeg import DRAWING, jpeg_segments
from processors.scans.files.raster import images_at
from processors.scans.leaving.anonymity import PagePlace, Polygon
from processors.scans.pages.exposure import exposes, shows_identity_row
from processors.scans.pages.geometry import PX, darkness, reduced
from processors.scans.pages.labels import shows_remains
from processors.scans.pages.registration import shows_frames
from processors.scans.readings import Gray, Turn


def leaks(
    pdf: bytes, places: Sequence[PagePlace], form: Form, label_pattern: str, forbidden: Collection[str]
) -> tuple[int, ...]:
    """The pages (from 1) of a copy's PDF that may still name its candidate; empty if it may leave.

    Looked for on each page: bars; a row of boxes such as identity is written in, wherever it lies (another
    way of seeing than the one that placed the mask); the identity frame; anything but paper inside what was
    wiped; bars or a line of print around a label that was. What is as it was scanned, and was seen when it
    was read, is not looked at again: a page of which nothing was wiped, the lower half of one that was wiped
    at its top alone; nor is a page that a person accepted as it leaves. In the file: `forbidden` texts
    (names, numbers), metadata, anything but page images. Every page leaks then.
    """
    pages = range(1, len(places) + 1)
    if not _is_bare(pdf, len(places), forbidden):
        return tuple(pages)
    doubted = [
        page for page, place in zip(pages, places, strict=True) if _is_doubted(place) and not place.accepted
    ]
    found = [page for page, place in zip(pages, places, strict=True) if place.exposed and not place.accepted]
    for page, raw in zip(doubted, images_at(io.BytesIO(pdf), [page - 1 for page in doubted]), strict=True):
        place = places[page - 1]
        seen = place.exposed is not None
        if (not (seen and not place.wiped) and _shows_identity(raw, place, form)) or (
            not (seen and not place.labels) and _has_bars(raw.gray(), form, label_pattern, forbidden)
        ):
            found.append(page)
    return tuple(sorted(found))


def _is_doubted(place: PagePlace) -> bool:
    """Whether a page has to be looked at: seen when it was read, it is what it was, unless it was wiped."""
    return place.exposed is None or (not place.exposed and bool(place.wiped))


_AROUND = 30.0  # millimetres below the mask where boxes of identity may have been left
_ROW_LEFT = 4  # of them in a row; the page boxes, far below, have two and two


def _shows_identity(raw: RawImage, place: PagePlace, form: Form) -> bool:
    """Whether anything but paper is inside what was wiped, or what belongs inside is seen elsewhere."""
    gray, dpi = _altered(raw, place), raw.dpi / raw.shrink
    small, scale = reduced(gray, dpi)
    dark = darkness(small)
    if exposes(small, dark, form):
        return True
    for area in place.wiped:
        if not _holds_paper(gray, np.asarray(area) / raw.shrink, 32 // raw.shrink):
            return True
    if any(shows_remains(small, dark, np.asarray(label) / raw.shrink / scale) for label in place.labels):
        return True
    if place.wipe is None:
        return False
    around = slice(0, int(_reach(place.wipe, raw.dpi) / raw.dpi * 25.4 * PX))
    if shows_identity_row(dark[around], form, _ROW_LEFT, axes=(0,)):  # lines of print lie as far apart
        return True
    return shows_frames(dark, form)


def _altered(raw: RawImage, place: PagePlace) -> Gray:
    """The page; its upper half, where what was altered lies there and the rest was seen when it was read."""
    upright = raw.rotate in (Turn.NONE, Turn.OVER)
    half = (raw.height if upright else raw.width) // 2
    if place.exposed is None or place.labels or place.wipe is None or _reach(place.wipe, raw.dpi) > half:
        return raw.gray(raw.shrink)
    return raw.top(half, raw.shrink)[: half // raw.shrink]


def _reach(wipe: Polygon, dpi: float) -> float:
    """The row, in pixels, down to which boxes of identity may have been left."""
    return max(y for _, y in wipe) + _AROUND / 25.4 * dpi


_STREAM_KEYS = {"/Type", "/Subtype", "/Width", "/Height", "/BitsPerComponent", "/ColorSpace", "/Filter"}
_STREAM_KEYS |= {"/DecodeParms", "/Length"}
_WORDS = {
    b"/Type",
    b"/Catalog",
    b"/Pages",
    b"/Kids",
    b"/Count",
    b"/Page",
    b"/Parent",
    b"/MediaBox",
    b"/Rotate",
}
_WORDS |= {b"/Resources", b"/XObject", b"/Im0", b"/Contents"}
_NAME, _TEXT = re.compile(rb"/[^\s/<>\[\]()]*"), re.compile(rb"\(|(?<!<)<(?!<)")
_TAIL = 1024  # bytes: few enough that no name of five letters stands there by chance
_DRAWING = re.compile(rb"[\d.]+ 0 0 [\d.]+ 0 0 cm /Im0 Do\s*")


def _is_bare(data: bytes, pages: int, forbidden: Collection[str]) -> bool:
    """Whether the file holds as many pages of one image each, and nothing else at all."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if set(pdf.trailer) - {"/Root", "/Size"}:
            return False
        images = 0
        for item in pdf.objects:
            if not isinstance(item, pikepdf.Stream):
                written = item.unparse(resolved=True)
                if _TEXT.search(written) or set(_NAME.findall(written)) - _WORDS:
                    return False
            elif "/Subtype" not in item:
                if not _DRAWING.fullmatch(item.read_bytes()):
                    return False
            elif set(item.keys()) - _STREAM_KEYS or not _draws_alone(item):
                return False
            else:
                images += 1
                # what precedes the first pixel, or follows the last one, draws nothing
                data = item.read_raw_bytes()
                if _says(data[:_TAIL] + data[-_TAIL:], [word for word in forbidden if len(word) > 4]):
                    return False
        return images == pages == len(pdf.pages)


def _draws_alone(image: pikepdf.Stream) -> bool:
    """Whether a JPEG holds its image and no other marker."""
    if str(image.get("/Filter")) != "/DCTDecode":
        return True
    data = image.read_raw_bytes()
    return all(
        marker in DRAWING or (marker, end - start) in ((0xE0, 18), (0xEE, 16))
        for marker, start, end in jpeg_segments(data)
    )


def _says(written: bytes, forbidden: Collection[str]) -> bool:
    text = written.lower()
    return any(spelling.lower() in text for word in filter(None, forbidden) for spelling in _spellings(word))


def _spellings(word: str) -> set[bytes]:
    cased = (word.lower(), word.upper())
    narrow = {one.encode(code, "replace") for one in cased for code in ("utf-8", "latin-1")}
    return narrow | {one.encode("utf-16-le")[:-1] for one in cased}  # the other byte order holds the same


def _holds_paper(gray: Gray, wipe: NDArray[np.float64], edge: int) -> bool:
    """Whether the mask holds paper alone, `edge` pixels within: there a JPEG borrows from what is outside."""
    outline = np.round(wipe).astype(np.int32)
    x, y, width, height = cv2.boundingRect(outline)
    left, top = max(x - edge, 0), max(y - edge, 0)
    gray = gray[top : max(y + height + edge, 0), left : max(x + width + edge, 0)]
    mask = np.zeros(gray.shape, np.uint8)
    cv2.fillPoly(mask, [outline - (left, top)], 255)
    mask = np.asarray(cv2.erode(mask, np.ones((edge + 1, edge + 1), np.uint8), borderValue=255), np.uint8)
    return bool(mask.any()) and int(gray[mask > 0].min()) >= 235


def _has_bars(gray: Gray, form: Form, pattern: str, forbidden: Collection[str]) -> bool:
    """Whether a label can be read; of symbologies that scribbles imitate, only what names somebody counts."""
    found = zxingcpp.read_barcodes(
        cv2.GaussianBlur(gray, (3, 3), 0),
        formats=zxingcpp.barcode_formats_from_str("AllLinear,AllMatrix,PDF417"),
        try_rotate=True,
        try_invert=False,
    )
    ours = zxingcpp.barcode_formats_from_str(form.label.symbology)
    return any(
        code.format in ours or re.search(pattern, code.text) or _says(code.text.encode(), forbidden)
        for code in found
    )
