#!/bin/sh
# Scanners that part text from paper put the text into a PDF as a stencil: one bit a pixel, and the ink is poured through where the bit is 0; with
# /Decode [1 0], where it is 1 (ISO 32000-2, 8.9.6.2). Both write the same page, and every viewer shows the same. pdfimages (poppler 22.12, Debian 12) saves the bits with
# /Decode heeded and the ink forgotten: the usual stencil comes out white on black, the other black on white, so that of one pile, or one file, some pages
# are negatives, and what looks for ink takes the paper for it. PyMuPDF's extract_image gives the negative of both; pypdf gives both as the page shows them. Images that are no
# stencils come out rightly from all three, so that a test with a scan of one bit passes.
#
# Seen on 2026-12-01, Python 3.11; gray of a pixel of ink, and of paper:
#                                page by pdfium 5.15.2   pdfimages 22.12   PyMuPDF 2.0   pypdf 7.1.1
#   stencil                      0, 255                  255, 0            255, 0        0, 255
#   stencil, /Decode [1 0]       0, 255                  0, 255            255, 0        0, 255
#   one bit gray                 0, 255                  0, 255            0, 255        0, 255
#
# Exits with 0 while this is so, with 1 once it has changed. Needs Debian's poppler-utils.
set -eu
pdfimages -v 2>&1 | grep -F 'version 22.12' || { echo "another poppler"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pikepdf==10.18.0 pypdf==7.1.1 pymupdf==2.0 pypdfium2==5.15.2 pillow==13.0.0 numpy==2.4.6
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import io
import subprocess
import sys

import numpy
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from PIL import Image
from pikepdf import Array, Dictionary, Name

BITS = numpy.ones((64, 64), numpy.uint8)
BITS[10:20, 10:54] = 0  # a stroke of ten rows
KINDS = {
    "stencil": (BITS, {"/ImageMask": True}),
    "stencil, /Decode [1 0]": (1 - BITS, {"/ImageMask": True, "/Decode": Array([1, 0])}),
    "one bit gray": (BITS, {"/ColorSpace": Name.DeviceGray}),
}


def page(bits, more):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(64, 64))
    image = pikepdf.Stream(pdf, numpy.packbits(bits, axis=1).tobytes())
    for key, value in {"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 64, "/Height": 64, "/BitsPerComponent": 1, **more}.items():
        image[key] = value
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im=image))
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"q 64 0 0 64 0 0 cm /Im Do Q")
    pdf.save("page.pdf")


def tones(image):
    gray = numpy.asarray(image.convert("L").resize((64, 64)))
    return int(gray[15, 30]), int(gray[40, 30])


seen = {}
for name, (bits, more) in KINDS.items():
    page(bits, more)
    subprocess.run(("pdfimages", "-png", "page.pdf", "out"), check=True)
    document = pymupdf.open("page.pdf")
    extracted = document.extract_image(document[0].get_images()[0][0])["image"]
    by_pypdf = pypdf.PdfReader("page.pdf").pages[0].images[0].image.convert("RGBA")
    seen[name] = (
        tones(pypdfium2.PdfDocument("page.pdf")[0].render().to_pil()), tones(Image.open("out-000.png")),
        tones(Image.open(io.BytesIO(extracted))), tones(Image.alpha_composite(Image.new("RGBA", by_pypdf.size, "white"), by_pypdf)),
    )
    print(f"{name:26}", *seen[name])
INK, NEGATIVE = (0, 255), (255, 0)
sys.exit(0 if list(seen.values()) == [
    (INK, NEGATIVE, NEGATIVE, INK), (INK, INK, NEGATIVE, INK), (INK, INK, INK, INK),
] else 1)
PYTHON
