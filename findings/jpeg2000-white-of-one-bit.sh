#!/bin/sh
# White in a JPEG 2000 of one bit a sample is the gray 128, half way to black, for Pillow, pdfium, MuPDF and pypdf alike. They move a
# sample of few bits to the top of a byte, and leave the bits below it empty: of two bits white is 192, of four 240. In a
# PDF the greatest value of a sample is white, of however many bits (ISO 32000-2, 8.9.5.2), and the same page of one bit in a
# Flate stream is white, 255, by all four. No one warns. So a page scanned to black and white is gray paper: what asks for
# more than 128 to be white sees a black page, and a threshold that is looked for moves with it. That all four agree makes
# a second reader no check. imagecodecs, which gives the sample as it is stored, has 1 there. From 8 bits on all are right.
#
# Seen on 2026-11-30, Python 3.11, Pillow 13.0.0, pypdfium2 5.15.2, pymupdf 2.0 (MuPDF), pypdf 7.1.1, imagecodecs 2026.3.6; white and black:
#   bits           stored     Pillow     pdfium     MuPDF      pypdf
#   1              1 0        128 0      128 0      128 0      128 0
#   2              3 0        192 0      192 0      192 0      192 0
#   4              15 0       240 0      240 0      240 0      240 0
#   8              255 0      255 0      255 0      255 0      255 0
#   1, in Flate    1 0        -          255 0      255 0      255 0
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 pypdfium2==5.15.2 pymupdf==2.0 pypdf==7.1.1 \
    imagecodecs==2026.3.6 pikepdf==10.18.0 numpy==2.4.6
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import imagecodecs
import numpy as np
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from pikepdf import Dictionary, Name
from PIL import Image

SIDE = 64


def page(data, **keys):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(SIDE, SIDE))
    image = pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, Width=SIDE, Height=SIDE, **keys)
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im=image))
    pdf.pages[0].Contents = pdf.make_stream(f"{SIDE} 0 0 {SIDE} 0 0 cm /Im Do".encode())
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def two(pixels):
    gray = np.asarray(pixels).reshape(SIDE, SIDE, -1)[..., 0]
    return f"{int(gray[8, 8])} {int(gray[56, 8])}"


def shown(pdf):
    drawn = pymupdf.open(stream=pdf)[0].get_pixmap()
    held = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].images[0]
    return [
        two(pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_numpy()), two(np.frombuffer(drawn.samples, np.uint8)),
        two(held.image.convert("L")),
    ]


white_above = np.zeros((SIDE, SIDE), np.uint8)
white_above[:32] = 1
seen = {}
for bits in (1, 2, 4, 8):
    data = imagecodecs.jpeg2k_encode(white_above * ((1 << bits) - 1), bitspersample=bits, reversible=True, level=0)
    by_pillow = two(Image.open(io.BytesIO(data)))
    seen[str(bits)] = [two(imagecodecs.jpeg2k_decode(data)), by_pillow, *shown(page(data, Filter=Name.JPXDecode))]
flat = page(np.packbits(white_above).tobytes(), ColorSpace=Name.DeviceGray, BitsPerComponent=1)
seen["1, in Flate"] = [two(white_above), "-", *shown(flat)]
print("{:14} {:10} {:10} {:10} {:10} {}".format("bits", "stored", "Pillow", "pdfium", "MuPDF", "pypdf"))
for bits, found in seen.items():
    print("{:14} {:10} {:10} {:10} {:10} {}".format(bits, *found))
sys.exit(0 if seen == {
    "1": ["1 0", *["128 0"] * 4], "2": ["3 0", *["192 0"] * 4], "4": ["15 0", *["240 0"] * 4], "8": ["255 0"] * 5,
    "1, in Flate": ["1 0", "-", *["255 0"] * 3],
} else 1)
PYTHON
