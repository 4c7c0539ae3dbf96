"""The same pages, with nothing left that names anyone.

A new PDF is built from the redacted bytes alone; nothing of the original file is carried over.

- A whole page without a wipe keeps the scanner's own stream, bit for bit (JPEG without comments, EXIF and
  other markers that do not draw), and is set upright by /Rotate.
- Of a half of an A3, of a wiped page and of a stream that seems to hold text the JPEG's other blocks keep
  their coefficients, and G4 and Flate are filled as pixels and encoded again without loss.
- What else there is (a JPEG in unusual colours, a turned A3, a page that had to be rendered) is encoded anew,
  a JPEG with the quantisation tables and the subsampling it came with.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin
from pypdf import PdfWriter
from pypdf.generic import (
    BooleanObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from processors.scans.files import g4, lossless
from processors.scans.files.image import BadImage, Pixels, RawImage, turned
from processors.scans.files.jpeg import speaks, stripped
from processors.scans.files.lossless import Crop
from processors.scans.files.raster import images_at
from processors.scans.pages.a3 import part_box
from processors.scans.readings import Area, Half, Turn

Polygon = tuple[tuple[float, float], ...]
"""x, y in pixels."""

_PAPER = 255
_SIDEWAYS = (Turn.RIGHT, Turn.LEFT)


@dataclass(frozen=True)
class PagePlace:
    """A page of a copy: where it lies in the scan, what sets it upright, what of it must not be seen.

    `image`: PDF page, from 1; `half` or `area`: the part of it that is the page; `turn` sets that upright;
    `wipe`: in pixels of the upright page, as are the `labels` outside it. `exposed`: whether more was seen
    when it was read, None if it was not looked for; `accepted`: whether a person saw it as a corrector gets
    it, and let it go.
    """

    image: int
    half: Half | None = None
    turn: Turn = Turn.NONE
    wipe: Polygon | None = None
    exposed: bool | None = None
    labels: tuple[Polygon, ...] = ()

    @property
    def wiped(self) -> tuple[Polygon, ...]:
        """All that must not be seen."""
        return self.labels if self.wipe is None else (self.wipe, *self.labels)

    area: Area | None = None
    accepted: bool = False

    @property
    def whole(self) -> bool:
        """Whether the page is all of its image."""
        return self.half is None and self.area is None


def wipe_polygon(corners: Sequence[tuple[float, float]], margin: float) -> Polygon:
    """A frame's four corners (clockwise from the top left) moved outwards by `margin` pixels on each side."""
    points = np.asarray(corners, np.float64)
    across = (points[1] - points[0]) + (points[2] - points[3])
    down = (points[3] - points[0]) + (points[2] - points[1])
    across, down = across / np.hypot(*across), down / np.hypot(*down)
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    grown = [p + margin * (x * across + y * down) for p, (x, y) in zip(points, signs, strict=True)]
    return tuple((float(x), float(y)) for x, y in grown)


def upright_size(path: Path, place: PagePlace) -> tuple[int, int]:
    """Width and height of the page once it is upright, in pixels. BadScan if the file is broken."""
    (raw,) = images_at(path, [place.image - 1])
    turned_by = (raw.height, raw.width) if raw.rotate in _SIDEWAYS else (raw.width, raw.height)
    rows, columns = part_box(turned_by[::-1], raw.dpi, place.half, place.area)
    width = len(range(*columns.indices(turned_by[0])))
    height = len(range(*rows.indices(turned_by[1])))
    return (height, width) if place.turn in _SIDEWAYS else (width, height)


def anonymous_pdf(path: Path, places: Sequence[PagePlace]) -> bytes:
    """The pages of one copy, upright, in this order; the same bytes each time.

    BadImage if a page cannot be decoded, BadScan if the file is broken.
    """
    pdf = PdfWriter()
    pdf.metadata = None
    for place, raw in zip(places, images_at(path, [place.image - 1 for place in places]), strict=True):
        image, width, height = _redacted(raw, place)
        _add_page(pdf, image, width * 72 / raw.dpi, height * 72 / raw.dpi, raw.rotate + place.turn)
    buffer = io.BytesIO()
    pdf.write(buffer)
    return buffer.getvalue()


def _add_page(pdf: PdfWriter, image: StreamObject, width: float, height: float, rotate: int) -> None:
    page = pdf.add_blank_page(round(width, 2), round(height, 2))
    drawing = StreamObject()
    drawing.set_data(b"%.2f 0 0 %.2f 0 0 cm /Im0 Do" % (width, height))
    # a stream that is no object of its own is written where it stands, and no reader finds it
    images = DictionaryObject({NameObject("/Im0"): pdf._add_object(image)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): images})
    page[NameObject("/Contents")] = pdf._add_object(drawing)
    page[NameObject("/Rotate")] = NumberObject(rotate % 360)


# --- one page's image, redacted ------------------------------------------------------------------


def _redacted(raw: RawImage, place: PagePlace) -> tuple[StreamObject, int, int]:
    """The image that may be seen, its width and height."""
    if raw.codec == "jpeg":
        try:
            data = stripped(raw.data)
        except ValueError as error:
            raise BadImage("image tronquée") from error
        if place.whole and not place.wiped and not speaks(data):
            return _stream(raw, data, raw.width, raw.height), raw.width, raw.height
        if (kept := _kept_blocks(raw, data, place)) is not None:
            return _stream(raw, *kept), *kept[1:]
    elif raw.codec == "g4" and place.whole and not place.wiped:
        ended = g4.until_end(raw.data)
        if ended is not None:
            return _stream(raw, ended, raw.width, raw.height, raw.inverted), raw.width, raw.height
    pixels = raw.pixels()
    if not place.whole or place.wiped:
        upright = turned(_part(turned(pixels, raw.rotate), raw.dpi, place), place.turn)
        for area in place.wiped:
            upright = upright.copy()
            cv2.fillPoly(upright, [np.round(area).astype(np.int32)], (_PAPER,) * 3)
        pixels = turned(upright, Turn((-raw.rotate - place.turn) % 360))
    height, width = pixels.shape[:2]
    if raw.bilevel:
        data, inverted = g4.encode(pixels)
        return _stream(raw, data, width, height, inverted), width, height
    if raw.codec == "flate":
        return _flate(pixels), width, height
    return _stream(raw, _jpeg(pixels, raw), width, height), width, height


def _kept_blocks(raw: RawImage, data: bytes, place: PagePlace) -> tuple[bytes, int, int] | None:
    """The JPEG without what must not be seen, its width and height; None where that takes pixels."""
    crop: Crop | None = None
    width, height = raw.width, raw.height
    if not place.whole:
        if raw.rotate is not Turn.NONE:
            return None
        box = part_box((height, width), raw.dpi, place.half, place.area)
        (y, bottom, _), (x, right, _) = box[0].indices(height), box[1].indices(width)
        width, height = right - x, bottom - y
        crop = Crop(x, y, width, height)
    wiped = None
    for area in place.wiped:
        inside = _blocks_inside(area, width, height, Turn((raw.rotate + place.turn) % 360))
        wiped = inside if wiped is None else wiped | inside
    redacted = lossless.redacted(data, crop, wiped)
    return None if redacted is None else (redacted, width, height)


def _blocks_inside(wipe: Polygon, width: int, height: int, turn: Turn) -> NDArray[np.bool_]:
    """The blocks of 8 × 8 pixels whose middle, as far as they show, is inside the polygon once turned."""
    starts = (np.arange(0, side, 8) for side in (height, width))
    middles = [
        (at + np.minimum(at + 7, side - 1)) / 2 for at, side in zip(starts, (height, width), strict=True)
    ]
    y, x = np.meshgrid(*middles, indexing="ij")
    match turn:
        case Turn.RIGHT:
            x, y = height - 1 - y, x
        case Turn.OVER:
            x, y = width - 1 - x, height - 1 - y
        case Turn.LEFT:
            x, y = y, width - 1 - x
    inside = np.ones(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(wipe, (*wipe[1:], wipe[0]), strict=True):
        inside &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0
    return inside


def _part(view: Pixels, dpi: float, place: PagePlace) -> Pixels:
    return np.ascontiguousarray(view[part_box(view.shape, dpi, place.half, place.area)])


def _jpeg(pixels: Pixels, raw: RawImage) -> bytes:
    buffer = io.BytesIO()
    if raw.codec == "jpeg":
        with Image.open(io.BytesIO(raw.data)) as original:
            assert isinstance(original, JpegImagePlugin.JpegImageFile)
            tables, sampling = original.quantization, JpegImagePlugin.get_sampling(original)
        Image.fromarray(pixels).save(buffer, "JPEG", qtables=tables, subsampling=sampling)
    else:
        Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _stream(raw: RawImage, data: bytes, width: int, height: int, inverted: bool = False) -> StreamObject:
    if not raw.bilevel:
        return _image(data, width, height, raw.colour, 8, "/DCTDecode")
    image = _image(data, width, height, False, 1, "/CCITTFaxDecode")
    parameters = _numbers(K=-1, Columns=width, Rows=height)
    parameters[NameObject("/BlackIs1")] = BooleanObject(inverted)
    image[_PARAMETERS] = parameters
    return image


def _flate(pixels: Pixels) -> StreamObject:
    """What a PNG holds is what Flate with predictor 15 means."""
    colour = pixels.ndim == 3
    ok, png = cv2.imencode(".png", pixels[:, :, ::-1] if colour else pixels)
    assert ok
    height, width = pixels.shape[:2]
    image = _image(b"".join(_idat(png.tobytes())), width, height, colour, 8, "/FlateDecode")
    image[_PARAMETERS] = _numbers(Predictor=15, Colors=3 if colour else 1, Columns=width)
    return image


def _idat(png: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            yield png[at + 8 : at + 8 + size]
        at += 12 + size


def _image(data: bytes, width: int, height: int, colour: bool, bits: int, codec: str) -> StreamObject:
    image = StreamObject()
    image.set_data(data)
    image.update(_numbers(Width=width, Height=height, BitsPerComponent=bits))
    space = "/DeviceRGB" if colour else "/DeviceGray"
    names = {"/Type": "/XObject", "/Subtype": "/Image", "/ColorSpace": space, "/Filter": codec}
    image.update({NameObject(key): NameObject(name) for key, name in names.items()})
    return image


_PARAMETERS = NameObject("/DecodeParms")


def _numbers(**values: int) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): NumberObject(value) for key, value in values.items()})
