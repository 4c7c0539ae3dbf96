"""How scanners' firmware and other programs write a page into a PDF, soundly or not."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
"""A page in gray, h × w."""

_STRIP = 400  # rows
_ROWS_PER_STRIP, _OFFSETS, _COUNTS, _POLARITY = 278, 273, 279, 262  # tags of TIFF


class Writing(StrEnum):
    """What becomes of a page's image; those of `LOST` hold too little of it to be read."""

    PADDED = "padded"  # JPEG, with zeros after its end to fill a buffer
    LINE_ENDS = "line_ends"  # the same with line ends
    NO_END = "no_end"  # JPEG whose end mark is missing
    UNKNOWN_HEIGHT = "unknown_height"  # JPEG begun before the height was known: 65,535 rows
    NO_HEIGHT = "no_height"  # the same: none, and the true height in a segment after the rows (DNL)
    WRONG_COLOURS = "wrong_colours"  # gray JPEG, said to be RGB
    TWO_FILTERS = "two_filters"  # JPEG, deflated
    INVERTED = "inverted"  # JPEG of the negative
    FOUR_BITS = "four_bits"
    JPEG_2000 = "jpeg_2000"
    JBIG2 = "jbig2"
    FAX = "fax"  # G4 that lacks its last rows, fewer than a blank margin
    STRIPS = "strips"
    LAYERS = "layers"  # paper below, ink as a mask above
    INLINE = "inline"  # an image among the drawing operators
    IN_A_FORM = "in_a_form"
    LARGE_UNITS = "large_units"  # UserUnit
    PIXELS = "pixels"  # the page's size in pixels, as if they were points
    CUT = "cut"  # JPEG without its lower half
    FAX_CUT = "fax_cut"  # G4 with its end mark after half of the rows
    FAX_DAMAGED = "fax_damaged"  # G4 with zeros in the middle
    LOST_STRIP = "lost_strip"  # one strip of several was never written
    INLINE_CUT = "inline_cut"


LOST = frozenset({Writing.CUT, Writing.FAX_CUT, Writing.FAX_DAMAGED, Writing.LOST_STRIP, Writing.INLINE_CUT})


def written(pictures: Sequence[Picture], dpi: int, writing: Writing) -> bytes:
    """A PDF with a page of each picture, all written in the same way."""
    pdf = pikepdf.new()
    for picture in pictures:
        height, width = picture.shape
        size = (72 * width / dpi, 72 * height / dpi)
        pdf.add_blank_page(page_size=size)
        _Page(pdf, picture, size).write(writing)
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


class _Page:
    """The last page of a PDF, to be drawn on."""

    def __init__(self, pdf: pikepdf.Pdf, picture: Picture, size: tuple[float, float]) -> None:
        self._pdf, self._picture, self._size = pdf, picture, size
        self._height, self._width = picture.shape
        self._page = pdf.pages[-1].obj
        self._page["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary())

    def write(self, writing: Writing) -> None:
        made = {
            Writing.PADDED: lambda: self._jpeg(_jpeg(self._picture) + bytes(2048)),
            Writing.LINE_ENDS: lambda: self._jpeg(_jpeg(self._picture) + b"\r\n" * 700),
            Writing.NO_END: lambda: self._jpeg(_jpeg(self._picture)[:-2]),
            Writing.UNKNOWN_HEIGHT: lambda: self._jpeg(_of_height(_jpeg(self._picture), 0xFFFF)),
            Writing.NO_HEIGHT: self._no_height,
            Writing.WRONG_COLOURS: lambda: self._jpeg(
                _jpeg(self._picture), ColorSpace=pikepdf.Name.DeviceRGB
            ),
            Writing.TWO_FILTERS: self._two_filters,
            Writing.INVERTED: lambda: self._jpeg(_jpeg(255 - self._picture), Decode=pikepdf.Array([1, 0])),
            Writing.FOUR_BITS: self._four_bits,
            Writing.JPEG_2000: self._jpeg_2000,
            Writing.JBIG2: self._jbig2,
            Writing.FAX: lambda: self._fax(_fax(self._picture[: -(self._height // 60)])),
            Writing.STRIPS: lambda: self._strips(lost=None),
            Writing.LAYERS: self._layers,
            Writing.INLINE: lambda: self._inline(_jpeg(self._picture)),
            Writing.IN_A_FORM: self._in_a_form,
            Writing.LARGE_UNITS: self._large_units,
            Writing.PIXELS: self._pixels,
            Writing.CUT: lambda: self._jpeg(_cut(_jpeg(self._picture))),
            Writing.FAX_CUT: lambda: self._fax(_fax(self._picture[: self._height // 2])),
            Writing.FAX_DAMAGED: self._fax_damaged,
            Writing.LOST_STRIP: lambda: self._strips(lost=1),
            Writing.INLINE_CUT: lambda: self._inline(_jpeg(self._picture)[:300]),
        }
        draw: Callable[[], None] = made[writing]
        draw()

    def _image(self, data: bytes, height: int, codec: str, **entries: Any) -> pikepdf.Stream:
        image = self._pdf.make_stream(data)
        image.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image})
        image.update({"/Width": self._width, "/Height": height, "/BitsPerComponent": 8})
        image.update({"/ColorSpace": pikepdf.Name.DeviceGray, "/Filter": pikepdf.Name("/" + codec)})
        for key, value in entries.items():
            image["/" + key] = value
        return image

    def _draw(self, image: pikepdf.Stream, top: float = 0.0, share: float = 1.0) -> None:
        """The image over the page's whole width, from `top` down, both shares of its height."""
        width, height = self._size
        name = f"/Im{len(self._page.Resources.XObject)}"
        self._page.Resources.XObject[name] = image
        bottom = height * (1 - top - share)
        self._add(b"q %f 0 0 %f 0 %f cm %s Do Q\n" % (width, height * share, bottom, name.encode()))

    def _add(self, operators: bytes) -> None:
        before = self._page.get("/Contents")
        drawn = before.read_bytes() if isinstance(before, pikepdf.Stream) else b""
        self._page["/Contents"] = self._pdf.make_stream(drawn + operators)

    def _jpeg(self, data: bytes, **entries: Any) -> None:
        self._draw(self._image(data, self._height, "DCTDecode", **entries))

    def _no_height(self) -> None:
        rows = b"\xff\xdc\x00\x04" + struct.pack(">H", self._height)
        self._jpeg(_of_height(_jpeg(self._picture), 0)[:-2] + rows + b"\xff\xd9")

    def _two_filters(self) -> None:
        filters = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode])
        self._jpeg(zlib.compress(_jpeg(self._picture)), Filter=filters)

    def _four_bits(self) -> None:
        levels = np.pad(self._picture >> 4, ((0, 0), (0, self._width % 2)))
        data = zlib.compress((levels[:, ::2] << 4 | levels[:, 1::2]).tobytes())
        self._draw(self._image(data, self._height, "FlateDecode", BitsPerComponent=4))

    def _jpeg_2000(self) -> None:
        buffer = io.BytesIO()
        Image.fromarray(self._picture).save(buffer, "JPEG2000", quality_layers=[20])
        self._draw(self._image(buffer.getvalue(), self._height, "JPXDecode"))

    def _jbig2(self) -> None:
        """One generic region, coded as G4 is (ITU-T T.88, 7.4.6); 1 is black there."""
        data, inverted = _fax(self._picture)
        if inverted:
            data, _ = _fax(255 - self._picture)
        size = struct.pack(">II", self._width, self._height)
        page = size + struct.pack(">IIBH", 0, 0, 0, 0)
        region = size + struct.pack(">IIB", 0, 0, 0) + b"\1" + data
        segments = b"".join(
            struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body
            for number, kind, body in ((0, 48, page), (1, 38, region))
        )
        self._draw(self._image(segments, self._height, "JBIG2Decode", BitsPerComponent=1))

    def _fax_entries(self, inverted: bool) -> dict[str, Any]:
        params = pikepdf.Dictionary(K=-1, Columns=self._width, Rows=self._height, BlackIs1=inverted)
        return {"BitsPerComponent": 1, "DecodeParms": params}

    def _fax(self, coded: tuple[bytes, bool]) -> None:
        data, inverted = coded
        self._draw(self._image(data, self._height, "CCITTFaxDecode", **self._fax_entries(inverted)))

    def _fax_damaged(self) -> None:
        data, inverted = _fax(self._picture)
        at = len(data) // 2
        self._fax((data[:at] + bytes(8) + data[at + 8 :], inverted))

    def _strips(self, lost: int | None) -> None:
        for number, top in enumerate(range(0, self._height, _STRIP)):
            strip = self._picture[top : top + _STRIP]
            data = b"" if number == lost else _jpeg(strip)
            share = len(strip) / self._height
            self._draw(self._image(data, len(strip), "DCTDecode"), top / self._height, share)

    def _layers(self) -> None:
        paper = np.full_like(self._picture, 250)
        self._jpeg(_jpeg(paper))
        data, inverted = _fax(self._picture)
        mask = self._image(data, self._height, "CCITTFaxDecode", **self._fax_entries(inverted))
        del mask["/ColorSpace"]
        mask["/ImageMask"] = True
        self._draw(mask)

    def _inline(self, data: bytes) -> None:
        said = b"/W %d /H %d /BPC 8 /CS /G /F /DCT" % (self._width, self._height)
        self._add(b"q %f 0 0 %f 0 0 cm\nBI %s ID %s\nEI Q" % (*self._size, said, data))

    def _in_a_form(self) -> None:
        self._jpeg(_jpeg(self._picture))
        form = self._page.Contents
        form.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form})
        form["/BBox"], form["/Resources"] = pikepdf.Array([0, 0, *self._size]), self._page.Resources
        self._page["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm0=form))
        self._page["/Contents"] = self._pdf.make_stream(b"/Fm0 Do")

    def _large_units(self) -> None:
        self._of_size(self._size[0] / 2, self._size[1] / 2)
        self._page["/UserUnit"] = 2
        self._jpeg(_jpeg(self._picture))

    def _pixels(self) -> None:
        self._of_size(self._width, self._height)
        self._jpeg(_jpeg(self._picture))

    def _of_size(self, width: float, height: float) -> None:
        self._size = (width, height)
        self._page["/MediaBox"] = pikepdf.Array([0, 0, width, height])


def _jpeg(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _cut(jpeg: bytes) -> bytes:
    return jpeg[: len(jpeg) // 2] + bytes(2048)


def _of_height(jpeg: bytes, rows: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">H", rows) + jpeg[at + 2 :]


def _fax(picture: Picture) -> tuple[bytes, bool]:
    """G4, and whether its black runs are paper."""
    buffer = io.BytesIO()
    image = Image.fromarray(picture).convert("1", dither=Image.Dither.NONE)
    image.save(buffer, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    with Image.open(buffer) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        start, size, inverted = tags[_OFFSETS][0], tags[_COUNTS][0], tags[_POLARITY] == 1
    return buffer.getvalue()[start : start + size], inverted
