#!/bin/sh
# pypdf 7.1.1 tears a page that is stored as a fax of two dimensions, CCITTFaxDecode with a positive /K (ISO 32000-2, 7.4.6: rows
# coded alone and rows coded by the one above are mixed): page.images gives a picture of the right size in which most of the
# pixels are wrong. It puts the data into a TIFF of Group 3 without the tag that says so (T4Options, TIFF 6.0, section 11), and
# every row is read as if it were coded alone. libtiff complains on the standard error, row by row; nothing is raised or warned
# of in Python, with strict=True as without. Fax of one dimension (/K 0) and Group 4 (/K -1) are right, so that a test with
# those passes. pikepdf, pdfium and MuPDF read all three.
#
# Seen on 2026-11-30, Python 3.11, Pillow 13.0.0 (libtiff), one drawing of 400 x 200; pixels that are wrong:
#                       /K -1     /K 0      /K 4
#   pypdf 7.1.1         0.0 %     0.0 %     63.6 %
#   pikepdf 10.18.0     0.0 %     0.0 %     0.0 %
#   pypdfium2 5.15.2    0.0 %     0.0 %     0.0 %
#   pymupdf 2.0         0.0 %     0.0 %     0.0 %
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pikepdf==10.18.0 pypdfium2==5.15.2 pymupdf==2.0 \
  pillow==13.0.0 numpy==2.4.6
"$place/venv/bin/python" - <<'PYTHON' 2> "$place/libtiff.log" || { grep -v 'Bad code word' "$place/libtiff.log"; exit 1; }
import io
import sys
import warnings

import numpy as np
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from pikepdf import Dictionary, Name, Stream
from PIL import Image, ImageDraw, TiffImagePlugin

WIDTH, HEIGHT = 400, 200
T4_OPTIONS, STRIPS, LENGTHS, PHOTOMETRIC = 292, 273, 279, 262
warnings.simplefilter("error")


def drawing():
    picture = Image.new("1", (WIDTH, HEIGHT), 1)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((50, 30, 300, 170), fill=0)
    draw.line((10, 190, 390, 20), fill=0, width=3)
    return picture


def fax(picture, k):
    """A page that is the picture, coded by libtiff."""
    options = TiffImagePlugin.ImageFileDirectory_v2()
    if k >= 0:
        options[T4_OPTIONS] = int(k > 0)
    tiff = io.BytesIO()
    picture.save(tiff, "TIFF", compression="group3" if k >= 0 else "group4", tiffinfo=options)
    tags = Image.open(tiff).tag_v2
    data = b"".join(tiff.getvalue()[at:at + length] for at, length in zip(tags[STRIPS], tags[LENGTHS]))
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
    image = Stream(
        pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=WIDTH, Height=HEIGHT, BitsPerComponent=1, ColorSpace=Name.DeviceGray,
        Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(K=k, Columns=WIDTH, Rows=HEIGHT, BlackIs1=tags[PHOTOMETRIC] == 1),
    )
    page.Resources = Dictionary(XObject=Dictionary(Scan=pdf.make_indirect(image)))
    page.Contents = pdf.make_stream(f"{WIDTH} 0 0 {HEIGHT} 0 0 cm /Scan Do".encode())
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def by_pikepdf(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return pikepdf.PdfImage(pdf.pages[0].Resources.XObject.Scan).as_pil_image().convert("L")


readers = {
    "pypdf": lambda data: pypdf.PdfReader(io.BytesIO(data), strict=True).pages[0].images[0].image.convert("L"),
    "pikepdf": by_pikepdf,
    "pypdfium2": lambda data: pypdfium2.PdfDocument(data)[0].render(grayscale=True).to_numpy(),
    "pymupdf": lambda data: np.frombuffer(pymupdf.open(stream=data)[0].get_pixmap(colorspace="gray").samples, np.uint8),
}
picture = drawing()
kinds = {k: fax(picture, k) for k in (-1, 0, 4)}


def wrong(read, data):
    pixels = np.asarray(read(data)).reshape(HEIGHT, WIDTH) > 127
    return f"{(pixels != np.asarray(picture)).mean():.1%}"


seen = {name: [wrong(read, data) for data in kinds.values()] for name, read in readers.items()}
for name, shares in seen.items():
    print(f"{name:10} {' '.join(f'{share:8}' for share in shares)}")
right = ["0.0%"] * 3
torn = float(seen["pypdf"].pop().rstrip("%"))
sys.exit(0 if torn > 30 and seen == {"pypdf": right[:2], "pikepdf": right, "pypdfium2": right, "pymupdf": right} else 1)
PYTHON
