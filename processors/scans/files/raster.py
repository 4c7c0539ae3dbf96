"""What page images does this file hold?

A scanned page is one image: its own stream is taken as it stands, without rendering, and without the text
and the notes that a program drew over it. A page that is anything more (several images, shapes drawn over the
image, a mask, a tilted or mirrored placement, an uncommon codec) is rendered, without them as well, so that
`RawImage.gray()` is else the page as a viewer shows it.

pikepdf (qpdf) maps the file instead of reading it whole, keeps no stream, and gives a stream's own bytes:
a pass over a file of any size takes some 30 MB.
"""

from __future__ import annotations

import io
import itertools
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
from PIL import Image

from processors.findings import Code, Finding, finding
from processors.scans.files.image import BadImage, Pixels, RawImage
from processors.scans.files.jpeg import SHOWN, jpeg_coding, jpeg_shape, mended
from processors.scans.files.overlay import alone, lift
from processors.scans.files.placement import A4_INCHES, Placed, has_inline_image, page_size, placed_image
from processors.scans.files.wholeness import (
    NOT_SHOWN,
    as_list,
    bits_of,
    draws,
    find_height,
    inflates_beyond,
    samples_of,
    too_precise,
    trouble_of,
)

Source = Path | io.BytesIO

MAX_PIXELS = 150_000_000
"""An A3 at 600 dpi has 70 million."""
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # its messages name the file


class BadScan(Exception):  # noqa: N818 - what the centre dropped is bad, the program is not
    """A file that cannot be taken as it is; `finding` says in French what to do."""

    def __init__(self, code: Code, what: str = "", n: int | None = None) -> None:
        super().__init__(code, what, n)
        self.code, self.what, self.n = code, what, n

    @property
    def finding(self) -> Finding:
        return finding(self.code, what=self.what, n=self.n)


def read_images(source: Source, start: int = 0, stop: int | None = None) -> Iterator[RawImage]:
    """The images of pages `start` to `stop` (from 0, `stop` excluded), one a page, in order.

    BadScan if the file is broken or an image is too large to be a page. What is broken in one page alone is
    found when that page's pixels are asked for.
    """
    with open_pdf(source) as pdf:
        for index in range(start, len(pdf.pages) if stop is None else min(stop, len(pdf.pages))):
            yield _image_of(pdf, index)


def images_at(source: Source, indices: Iterable[int]) -> Iterator[RawImage]:
    """The same of these pages (from 0), in any order; of a page that comes twice in a row, the same one."""
    with open_pdf(source) as pdf:
        for index, times in itertools.groupby(indices):
            raw = _image_of(pdf, index)
            yield from (raw for _ in times)


def _broken(number: int, trouble: str = "page endommagée") -> RawImage:
    """A page whose pixels are a BadImage."""
    return RawImage(number, "rendered", b"", 0, 0, 200.0, False, trouble=trouble)


def open_pdf(source: Source, inherit: bool = True) -> pikepdf.Pdf:
    """BadScan if it cannot be opened. `inherit`: pages hold what they have of the tree above them."""
    try:
        return pikepdf.open(source, inherit_page_attributes=inherit)
    except pikepdf.PasswordError as error:
        raise BadScan(Code.ENCRYPTED_FILE) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise BadScan(Code.DAMAGED_FILE) from error


# --- the image a page is made of -----------------------------------------------------------------


def _image_of(pdf: pikepdf.Pdf, index: int) -> RawImage:
    page = pdf.pages[index]
    return _embedded_of(page, index + 1) or _lifted(pdf, page, index + 1)


def _refuse_bombs(page: pikepdf.Page) -> None:
    for image in page.get_images().values():
        find_height(image)
        width, height = int(image.get("/Width", 0)), int(image.get("/Height", 0))
        if width * height > MAX_PIXELS:
            raise BadScan(Code.DAMAGED_FILE)


_MALFORMED = (
    pikepdf.PikepdfError,
    pikepdf.PdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    OSError,
)


def _embedded_of(page: pikepdf.Page, number: int) -> RawImage | None:
    """None if the page must be rendered, which also gets more out of a malformed one."""
    try:
        _refuse_bombs(page)
        placed = placed_image(page)
        return _embedded(placed, number) if placed is not None else None
    except _MALFORMED:
        return None


def _embedded(placed: Placed, number: int) -> RawImage | None:
    """The page's one image as the scanner wrote it; None if its coding is not one of the common ones."""
    image = placed.image
    width, height = int(image.Width), int(image.Height)
    filters = as_list(image.get("/Filter"))
    params = (as_list(image.get("/DecodeParms")) or [None])[-1]
    params = params if isinstance(params, pikepdf.Dictionary) else pikepdf.Dictionary()
    bits = int(image.get("/BitsPerComponent", 8))
    channels = _channels(image.get("/ColorSpace"))
    decode = [float(x) for x in as_list(image.get("/Decode"))]
    plain = not decode or decode == [0.0, 1.0] * (channels or 1)
    match [str(f) for f in filters]:
        case ["/DCTDecode"] if plain and channels in (1, 3) and "/ColorTransform" not in params:
            return _jpeg_of(image.read_raw_bytes(), width, height, placed, number)
        case ["/CCITTFaxDecode"] if channels == 1 and bits == 1 and _is_g4(params, width):
            inverted = bool(params.get("/BlackIs1", False)) != (decode == [1.0, 0.0])
            data = image.read_raw_bytes()
            return RawImage(
                number, "g4", data, width, height, placed.dpi, False, placed.rotate, inverted, True
            )
        case ["/FlateDecode"]:
            if inflates_beyond(image.read_raw_bytes(), width * height * 4 + height * 8 + 1024):
                raise BadScan(Code.DAMAGED_FILE)
            # pikepdf takes a palette's indices as they are, whatever /Decode makes of them
            return _flate(placed, number) if channels or not decode else None
        case _:
            return None


def _jpeg_of(data: bytes, width: int, height: int, placed: Placed, number: int) -> RawImage | None:
    """What viewers show of it goes as it stands; what they leave black is decoded here, and drawn anew."""
    data = mended(data, width, height)
    shape, coding = jpeg_shape(data), jpeg_coding(data)
    if shape is not None and shape[0] * shape[1] > MAX_PIXELS:
        raise BadScan(Code.DAMAGED_FILE)
    if coding is not None and coding[1] != 8:
        return _broken(number, too_precise(coding[1]))
    if shape is None or coding is None or shape[2] not in (1, 3):
        return None
    raw = RawImage(number, "jpeg", data, shape[0], shape[1], placed.dpi, shape[2] == 3, placed.rotate)
    if coding[0] in SHOWN:
        return raw
    try:
        return replace(raw, codec="rendered", data=b"", _pixels=raw.pixels())
    except BadImage as broken:
        return _broken(number, str(broken))


def _flate(placed: Placed, number: int) -> RawImage | None:
    try:
        decoded = pikepdf.PdfImage(placed.image).as_pil_image()
    except (*_MALFORMED, NotImplementedError):
        return None
    if decoded.mode not in ("1", "L", "P", "RGB"):
        return None
    bilevel = decoded.mode == "1"
    if decoded.mode == "P":
        decoded = decoded.convert("RGB")
    pixels = np.asarray(decoded.convert("L") if bilevel else decoded, np.uint8)
    pixels = _without_false_colour(pixels)
    height, width = pixels.shape[:2]
    size = (width, height, placed.dpi, pixels.ndim == 3, placed.rotate)
    return RawImage(number, "flate", b"", *size, bilevel=bilevel, _pixels=pixels)


def _lifted(pdf: pikepdf.Pdf, page: pikepdf.Page, number: int) -> RawImage:
    """The page without what a program drew over it: rendered, unless it is its image alone then."""
    try:
        over = lift(pdf, page)
        raw = _embedded_of(page, number) if over.changed else None
        if raw is None:
            with pypdfium2.PdfDocument(alone(pdf, page)) as document:
                raw = _rendered(document[0], page, number)
        return replace(raw, lifted=over.seen, captioned=raw.captioned or over.doubtful)
    except BadImage as broken:
        return _broken(number, str(broken))
    except (*_MALFORMED, pypdfium2.PdfiumError):
        return _broken(number)


def _rendered(shown: pypdfium2.PdfPage, page: pikepdf.Page, number: int) -> RawImage:
    """BadImage if one of the page's images is not, or not wholly, drawn: a viewer says nothing of that."""
    width, height = page_size(page)
    images = list(page.get_images().values())
    finest = max((int(i.get("/Width", 0)) * int(i.get("/Height", 0)) for i in images), default=0)
    long_inches = A4_INCHES * max(width, height) / 842
    if not 7 <= long_inches <= 18:  # points that are no real lengths
        long_inches = A4_INCHES
    area = long_inches**2 * min(width, height) / max(width, height)
    dpi = 300.0 if (finest / area) ** 0.5 > 250 else 200.0
    for trouble in filter(None, map(trouble_of, images)):
        raise BadImage(trouble)
    rendered = shown.render(scale=dpi * long_inches / max(width, height), rev_byteorder=True)
    pixels = _without_false_colour(np.array(rendered.to_numpy()[:, :, :3], np.uint8))
    if (images or has_inline_image(page)) and not draws(shown, pixels):
        raise BadImage(NOT_SHOWN)
    bilevel = bool(images) and all(bool(i.get("/ImageMask", False)) or bits_of(i) == 1 for i in images)
    if bilevel and pixels.ndim == 2:  # of JPEG 2000, pdfium's white is 128
        pixels = np.where(pixels > int(pixels.max()) // 2, np.uint8(255), np.uint8(0))
    return RawImage(
        number,
        "rendered",
        b"",
        pixels.shape[1],
        pixels.shape[0],
        dpi,
        pixels.ndim == 3,
        bilevel=bilevel and pixels.ndim == 2,
        captioned=shown.get_textpage().count_chars() > 0,
        _pixels=pixels,
    )


def _without_false_colour(pixels: Pixels) -> Pixels:
    """One channel if three say the same."""
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    same = all(float(cv2.absdiff(green, other).max()) <= 4 for other in (red, blue))
    return np.asarray(green, np.uint8) if same else pixels


def _channels(space: Any) -> int | None:
    """1 for gray, 3 for RGB, None for what is better left to a renderer (CMYK, indexed, spot colours)."""
    count = samples_of(space) if str(next(iter(as_list(space)), "")) in _PLAIN else 0
    return count if count in (1, 3) else None


_PLAIN = {"/DeviceGray", "/CalGray", "/G", "/DeviceRGB", "/CalRGB", "/ICCBased"}


def _is_g4(params: pikepdf.Dictionary, width: int) -> bool:
    return (
        int(params.get("/K", 0)) < 0
        and int(params.get("/Columns", 1728)) == width
        and not bool(params.get("/EncodedByteAlign", False))
    )
