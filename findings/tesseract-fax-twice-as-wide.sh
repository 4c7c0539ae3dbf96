#!/bin/sh
# A fax of the standard resolution has 204 dots to the inch along a line and 98 lines to the inch, and its TIFF says so (XResolution and
# YResolution, TIFF 6.0, section 8). Tesseract 5.3.0 takes the lower one for both when it writes a PDF with the text under the picture: the page
# is 44 cm wide and not 21, and the writing on it is drawn out to twice its width. What prints it to fit paper makes it half as
# high as it was. The text is read rightly, so that who looks at the text alone sees nothing, and nothing is said. At the fine resolution, 204 x 196, the
# page is a little too wide, so that a test with one passes. img2pdf, tiff2pdf and MuPDF heed both. OCRmyPDF knows of it
# and makes the picture anew (its issue 83).
#
# Seen on 2026-11-30, Python 3.11, Debian's tesseract 5.3.0 and libtiff-tools 4.5.0, img2pdf 0.6.3, pymupdf 2.0 (MuPDF), Pillow 13.0.0; the width and
# height in mm of an A4 sheet, 1728 dots wide, and what is read on it:
#               204 x 196 dpi              204 x 98 dpi
#   img2pdf     215 x 303                  215 x 303
#   tiff2pdf    215 x 303                  215 x 303
#   MuPDF       215 x 303                  215 x 303
#   tesseract   224 x 303 Durand Camille   448 x 303 Durand Camille
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
tesseract --version 2>&1 | grep -Fx 'tesseract 5.3.0' || { echo "another tesseract"; exit 1; }
command -v tiff2pdf > /dev/null || { echo "no tiff2pdf: apt-get install libtiff-tools"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check img2pdf==0.6.3 pymupdf==2.0 pillow==13.0.0
cd "$place"
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import subprocess
import sys

import img2pdf
import pymupdf
from PIL import Image, ImageDraw, ImageFont

sheet = Image.new("L", (1728, 2336), "white")
ImageDraw.Draw(sheet).text((200, 200), "Durand Camille", font=ImageFont.load_default(60), fill=0)


def size(document):
    return tuple(round(side / 72 * 25.4) for side in document[0].rect[2:])


seen = {name: [] for name in ("img2pdf", "tiff2pdf", "MuPDF", "tesseract")}
for lines, dpi in ((2336, 196), (1168, 98)):
    sheet.resize((1728, lines)).convert("1", dither=0).save("fax.tif", compression="group4", dpi=(204, dpi))
    seen["img2pdf"].append(size(pymupdf.open(stream=img2pdf.convert("fax.tif"))))
    subprocess.run(["tiff2pdf", "-o", "tiff2pdf.pdf", "fax.tif"], check=True)
    seen["tiff2pdf"].append(size(pymupdf.open("tiff2pdf.pdf")))
    seen["MuPDF"].append(size(pymupdf.open("fax.tif")))
    subprocess.run(["tesseract", "fax.tif", "read", "pdf", "txt"], check=True, capture_output=True)
    with open("read.txt") as file:
        seen["tesseract"].append((*size(pymupdf.open("read.pdf")), file.read().strip()))
print("            204 x 196 dpi              204 x 98 dpi")
for name, sizes in seen.items():
    shown = [" ".join([f"{width} x {height}", *text]) for width, height, *text in sizes]
    print(f"{name:11} {shown[0]:26} {shown[1]}")
right = [(215, 303), (215, 303)]
sys.exit(0 if seen == dict.fromkeys(("img2pdf", "tiff2pdf", "MuPDF"), right) | {
    "tesseract": [(224, 303, "Durand Camille"), (448, 303, "Durand Camille")],
} else 1)
PYTHON
