#!/bin/sh
# An image of a PDF may say by /Decode [1 0] that black is stored as white, and white as black (ISO 32000-2, 8.9.5.2). pikepdf 10.18.0
# heeds it in as_pil_image and extract_to where the image is stored plain or deflated, since 10.9 (its issue 650), and not where
# it is a JPEG: then the picture is the negative of what every viewer shows, in the same mode, without a warning. So the page of
# a film or of a blueprint, which are scanned so, is read as white writing on black paper, and two files that differ by that key
# alone, and of which one is shown black where the other is white, give one and the same picture. PyMuPDF's extract_image does
# as pikepdf does, and its Pixmap does not; pypdf is right. A palette's /Decode is not heeded either, but there pikepdf warns.
# Its documentation says of both methods that the array is applied so that the result matches what a viewer renders, and of
# extract_to that a JPEG with one is therefore written anew as .png; it writes the .jpg as it is.
#
# Seen on 2026-11-30, Python 3.11, pikepdf 10.18.0, Pillow 13.0.0, pypdfium2 5.15.2, pymupdf 2.0, pypdf 7.1.1; a gray of 20 above 240:
#                        drawn      pikepdf    extract_image   Pixmap     pypdf
#   deflated            20 240     20 240     20 240          20 240     20 240
#   deflated, [1 0]     235 15     235 15     235 15          235 15     235 15
#   JPEG                20 240     20 240     20 240          20 240     20 240
#   JPEG, [1 0]         235 15     20 240     20 240          235 15     235 15
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pikepdf==10.18.0 pillow==13.0.0 pypdfium2==5.15.2 pymupdf==2.0 pypdf==7.1.1 numpy==2.4.6
"$place/venv/bin/python" -W error - <<'PYTHON'
import io
import sys
import zlib

import numpy as np
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from PIL import Image
from pikepdf import Array, Dictionary, Name

SIDE = 16  # two blocks of a JPEG, each of one gray, so that nothing is lost
gray = np.full((SIDE, SIDE), 240, np.uint8)
gray[: SIDE // 2] = 20
jpeg = io.BytesIO()
Image.fromarray(gray).save(jpeg, "JPEG", quality=100)


def pdf(data, coding, decode):
    out = io.BytesIO()
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(SIDE, SIDE))
        image = pikepdf.Stream(made, data, Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=SIDE, Height=SIDE, BitsPerComponent=8, ColorSpace=Name.DeviceGray,
        ))
        image.write(data, filter=coding)
        if decode:
            image.Decode = Array(decode)
        page.Resources = Dictionary(XObject=Dictionary(I=image))
        page.Contents = made.make_stream(b"q %d 0 0 %d 0 0 cm /I Do Q" % (SIDE, SIDE))
        made.save(out)
    return out.getvalue()


def halves(picture):
    picture = picture.convert("L")
    values = [picture.getpixel((SIDE // 2, SIDE // 4)), picture.getpixel((SIDE // 2, SIDE * 3 // 4))]
    # within the rounding of a JPEG
    return " ".join(str(next((known for known in (20, 240, 235, 15) if abs(known - v) <= 2), v)) for v in values)


def by_pikepdf(data):
    with pikepdf.open(io.BytesIO(data)) as read:
        return pikepdf.PdfImage(read.pages[0].Resources.XObject.I).as_pil_image()


def extracted(data):
    document = pymupdf.open(stream=data)
    return Image.open(io.BytesIO(document.extract_image(document[0].get_images()[0][0])["image"]))


def pixmap(data):
    document = pymupdf.open(stream=data)
    return Image.open(io.BytesIO(pymupdf.Pixmap(document, document[0].get_images()[0][0]).tobytes("png")))


READERS = {
    "drawn": lambda data: pypdfium2.PdfDocument(data)[0].render().to_pil(), "pikepdf": by_pikepdf,
    "extract_image": extracted, "Pixmap": pixmap, "pypdf": lambda data: pypdf.PdfReader(io.BytesIO(data)).pages[0].images[0].image,
}
flate, dct = (zlib.compress(gray.tobytes()), Name.FlateDecode), (jpeg.getvalue(), Name.DCTDecode)
seen = {}
print(f"{'':19} " + " ".join(f"{name:{15 if name == 'extract_image' else 10}}" for name in READERS))
for name, (data, coding), decode in (
    ("deflated", flate, None), ("deflated, [1 0]", flate, [1, 0]), ("JPEG", dct, None), ("JPEG, [1 0]", dct, [1, 0]),
):
    seen[name] = [halves(read(pdf(data, coding, decode))) for read in READERS.values()]
    print("{:19} {:10} {:10} {:15} {:10} {}".format(name, *seen[name]))
right, turned = "20 240", "235 15"
sys.exit(0 if seen == {
    "deflated": [right] * 5, "deflated, [1 0]": [turned] * 5, "JPEG": [right] * 5,
    "JPEG, [1 0]": [turned, right, right, turned, turned],
} else 1)
PYTHON
