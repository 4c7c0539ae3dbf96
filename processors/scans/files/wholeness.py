"""Does a page's image show what its stream holds? A renderer leaves out what it cannot read."""

from __future__ import annotations

import contextlib
import zlib
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
from numpy.typing import NDArray

from processors.scans.files import g4
from processors.scans.files.jpeg import SHOWN, UNKNOWN, jpeg_coding, jpeg_shape, mended

CUT = "image tronquée"
NOT_SHOWN = "image que les visionneuses ne montrent pas"
_UNREAD = 128  # what a decoder makes of JPEG blocks that the stream does not hold
_MOST_ROWS = 65_500  # that libjpeg decodes
_END_OF_LINE = b"\0" * 11 + b"\1"  # of a fax stream, a byte for each bit
_EMPTY = 1024, 1000  # bytes, and pixels a byte: what a uniform JPEG 2000 or JBIG2 image takes at most


def too_precise(bits: int) -> str:
    """What is said of a JPEG with more than the eight bits that PDF allows."""
    return f"image JPEG de {bits} bits, que les visionneuses ne montrent pas (réglez le scanner sur 8 bits)"


def rows_lost(pixels: NDArray[Any]) -> int:
    """How many rows at the bottom of a decoded JPEG were not in its stream."""
    rows = (row for row in pixels[::-1])
    return next((k for k, row in enumerate(rows) if row.flat[0] != _UNREAD or np.ptp(row)), len(pixels))


def trouble_of(image: pikepdf.Object) -> str | None:
    """Why an image that is to be rendered would not be whole, in French; None if that is not known."""
    filters = [str(name) for name in as_list(image.get("/Filter"))]
    width, height = int(image.get("/Width", 0)), int(image.get("/Height", 0))
    params = (as_list(image.get("/DecodeParms")) or [None])[-1]
    params = params if isinstance(params, pikepdf.Dictionary) else pikepdf.Dictionary()
    match filters[-1:]:
        case ["/DCTDecode"]:
            data = _before_the_last(image, filters)
            return None if data is None else _jpeg_trouble(data, width, height)
        case ["/CCITTFaxDecode"]:
            data = _before_the_last(image, filters)
            return None if data is None or _holds_fax(data, width, height, params) else CUT
        case ["/JPXDecode" | "/JBIG2Decode"]:
            return None  # seen once they are drawn
        case _:
            samples, bits = samples_of(image.get("/ColorSpace")), int(image.get("/BitsPerComponent", 1))
            wanted = height * -(-width * samples * bits // 8)
            try:
                held = len(image.read_bytes(pikepdf.StreamDecodeLevel.specialized))
            except pikepdf.PdfError:
                return NOT_SHOWN
            return None if held >= wanted * (1 - g4.LOST) else CUT


def draws(shown: pypdfium2.PdfPage, pixels: NDArray[np.uint8]) -> bool:
    """Whether the renderer could read every image of which the page shows one tone alone."""
    width, height = shown.get_size()
    across, down = pixels.shape[1] / width, pixels.shape[0] / height
    seen = 0.0
    for drawn in shown.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=8):
        assert isinstance(drawn, pypdfium2.PdfImage)
        left, bottom, right, top = drawn.get_bounds()
        area = np.s_[
            max(int((height - top) * down), 0) : int((height - bottom) * down) + 1,
            max(int(left * across), 0) : int(right * across) + 1,
        ]
        seen += pixels[area].size / pixels.size
        if np.ptp(pixels[area]) if pixels[area].size else True:
            continue
        try:
            bitmap = drawn.get_bitmap().to_numpy()
        except pypdfium2.PdfiumError:
            return False
        if {"JPXDecode", "JBIG2Decode"} & set(drawn.get_filters()) and np.ptp(bitmap) == 0:
            least, share = _EMPTY
            if len(drawn.get_data()) > least + bitmap.shape[0] * bitmap.shape[1] / share:
                return False
    return seen > 0.5 or bool(np.ptp(pixels) > 0)


def find_height(image: pikepdf.Object) -> None:
    """Give a JPEG the height that its stream has, where none was known when its dictionary was written."""
    if int(image.get("/Height", 0)) not in (0, UNKNOWN) or as_list(image.get("/Filter")) != ["/DCTDecode"]:
        return
    data = mended(image.read_raw_bytes(), int(image.Width), _MOST_ROWS)
    said = jpeg_shape(data)
    if said is not None and said[1] < _MOST_ROWS:
        image.Height = said[1]
    elif (small := _eighth(data)) is not None:
        image.Height = 8 * (len(small) - rows_lost(small))


def inflates_beyond(data: bytes, limit: int) -> bool:
    engine = zlib.decompressobj()
    total = 0
    with contextlib.suppress(zlib.error):  # the decoder will speak of it
        while data and not engine.eof:
            total += len(engine.decompress(data, 1 << 20))
            if total > limit:
                return True
            data = engine.unconsumed_tail
    return False


def as_list(value: Any) -> list[Any]:
    """The filters, parameters or parts of a colour space, of which a single one may stand alone."""
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


_SAMPLES = {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/RGB": 3, "/DeviceCMYK": 4, "/CMYK": 4}


def samples_of(space: Any) -> int:
    """Samples of a pixel; one where the colour space is not known."""
    parts = as_list(space)
    match str(parts[0]) if parts else "":
        case "/ICCBased":
            return int(parts[1].get("/N", 1))
        case "/DeviceN":
            return len(parts[1])
        case name:
            return _SAMPLES.get(name, 1)


def bits_of(image: pikepdf.Object) -> int:
    """Bits of a sample; a JPEG 2000 says its own, of its first component."""
    if [str(name) for name in as_list(image.get("/Filter"))] != ["/JPXDecode"]:
        return int(image.get("/BitsPerComponent", 8))
    data = image.read_raw_bytes()
    size = data.find(_START_AND_SIZE)
    return (data[size + _DEPTH] & 0x7F) + 1 if 0 <= size < len(data) - _DEPTH else 8


_START_AND_SIZE, _DEPTH = b"\xff\x4f\xff\x51", 42  # of a JPEG 2000, and from there its first component's bits


def _before_the_last(image: pikepdf.Object, filters: list[str]) -> bytes | None:
    """What the last filter is given; None if another one is broken."""
    if len(filters) == 1:
        return image.read_raw_bytes()
    try:
        return image.read_bytes(pikepdf.StreamDecodeLevel.generalized)
    except pikepdf.PdfError:
        return None


def _jpeg_trouble(data: bytes, width: int, height: int) -> str | None:
    coding, said = jpeg_coding(data), jpeg_shape(data)
    if coding is None:
        return "image endommagée"
    marker, bits = coding
    if bits != 8:
        return too_precise(bits)
    if marker not in SHOWN or said is None:
        return NOT_SHOWN
    small = _eighth(mended(data, width, height))
    if small is None:
        return None if said[2] == 4 else "image endommagée"
    return CUT if rows_lost(small) > len(small) * g4.LOST else None


def _eighth(data: bytes) -> NDArray[np.uint8] | None:
    flags = cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_IGNORE_ORIENTATION
    small = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    return None if small is None else np.asarray(small, np.uint8)


def _holds_fax(data: bytes, width: int, height: int, params: pikepdf.Dictionary) -> bool:
    """Whether the rows are there, in a stream of which that can be told."""
    kind, columns = int(params.get("/K", 0)), int(params.get("/Columns", 1728))
    if bool(params.get("/EncodedByteAlign", False)):
        return True
    if kind >= 0:  # a mark after, or before, each row
        rows = np.unpackbits(np.frombuffer(data, np.uint8)).tobytes().count(_END_OF_LINE)
        return rows < height / 4 or rows >= height * (1 - g4.LOST)
    try:
        g4.decode(data, columns, height, bool(params.get("/BlackIs1", False)))
    except ValueError:
        return False
    return True
