#!/bin/sh
# A scan of one bit may name its two tones in a palette, and /Decode [1 0] then says that the bits count the other way round (ISO 32000-2, 8.9.5.2): programs
# that turn a fax over write it so, and need not touch a bit. pypdf 7.1.1 heeds /Decode for gray and forgets it for palettes: the image of such a page is its negative, white writing
# on black, and no error. A page whose image is in the colour space Lab, as scanners that compress the paper apart from the text write it, comes out
# all black, whatever stands on it. pdfium, PyMuPDF and pdfimages give both as the page shows them. Gray of one, two, four or eight bits, with and without /Decode, palettes without
# it, and CMYK are right in pypdf, so that a test with the scans at hand passes.
#
# Seen on 2026-12-01, Python 3.11; gray of a pixel of ink, and of paper:
#                             page by pdfium 5.15.2   pypdf 7.1.1   PyMuPDF 2.0
#   gray, /Decode [1 0]       0, 255                  0, 255        0, 255
#   palette                   0, 255                  0, 255        0, 255
#   palette, /Decode [1 0]    0, 255                  255, 0        0, 255
#   Lab                       0, 255                  0, 0          0, 255
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pikepdf==10.18.0 pypdf==7.1.1 pymupdf==2.0 pypdfium2==5.15.2 pillow==13.0.0 numpy==2.4.6
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import numpy
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from PIL import Image
from pikepdf import Array, Dictionary, Name, String

BITS = numpy.ones((64, 64), numpy.uint8)
BITS[10:20, 10:54] = 0  # a stroke of ten rows
PALETTE = Array([Name.Indexed, Name.DeviceGray, 1, String(b"\xff\x00")])
LAB = Array([Name.Lab, Dictionary(WhitePoint=Array([0.9505, 1, 1.089]), Range=Array([-128, 127, -128, 127]))])
LIGHT = numpy.dstack([BITS * 255, numpy.full_like(BITS, 128), numpy.full_like(BITS, 128)])


def packed(bits):
    return numpy.packbits(bits, axis=1).tobytes()


KINDS = {
    "gray, /Decode [1 0]": (packed(1 - BITS), 1, {"/ColorSpace": Name.DeviceGray, "/Decode": Array([1, 0])}),
    "palette": (packed(1 - BITS), 1, {"/ColorSpace": PALETTE}),
    "palette, /Decode [1 0]": (packed(BITS), 1, {"/ColorSpace": PALETTE, "/Decode": Array([1, 0])}),
    "Lab": (LIGHT.tobytes(), 8, {"/ColorSpace": LAB}),
}


def page(data, depth, more):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(64, 64))
    image = pikepdf.Stream(pdf, data)
    for key, value in {"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 64, "/Height": 64, "/BitsPerComponent": depth, **more}.items():
        image[key] = value
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im=image))
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"q 64 0 0 64 0 0 cm /Im Do Q")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def tones(image):
    gray = numpy.asarray(image.convert("L").resize((64, 64)))
    return int(gray[15, 30]), int(gray[40, 30])


seen = {}
for name, (data, depth, more) in KINDS.items():
    made = page(data, depth, more)
    document = pymupdf.open(stream=made)
    extracted = document.extract_image(document[0].get_images()[0][0])["image"]
    seen[name] = (
        tones(pypdfium2.PdfDocument(made)[0].render().to_pil()), tones(pypdf.PdfReader(io.BytesIO(made)).pages[0].images[0].image),
        tones(Image.open(io.BytesIO(extracted))),
    )
    print(f"{name:24}", *seen[name])
TRUE = (0, 255)
sys.exit(0 if list(seen.values()) == [
    (TRUE, TRUE, TRUE), (TRUE, TRUE, TRUE), (TRUE, (255, 0), TRUE), (TRUE, (0, 0), TRUE),
] else 1)
PYTHON
