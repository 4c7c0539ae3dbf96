#!/bin/sh
# A TIFF may hold beside each page a small picture of it, which says by its tag NewSubfileType that it is "a reduced-resolution version of
# another image in this TIFF file" (TIFF 6.0, section 8), as scanners and archives write it for a quick look. img2pdf 0.6.3 makes a
# page of each, MuPDF opens the file as a document with them, Tesseract reads them as pages, and Pillow and OpenCV count
# them among the frames: two sheets scanned are four pages, every second of which is the sheet again, too coarse to be
# read. Whoever counts pages, or takes the second page for the second sheet, is wrong, and nothing is said. libtiff's own
# tiff2pdf leaves them out, and so does tifffile. img2pdf has an option for the small pictures of a camera's MPO and none for these.
#
# Seen on 2026-11-30, Python 3.11, img2pdf 0.6.3, Pillow 13.0.0, opencv-python-headless 5.0.0.93, pymupdf 2.0 (MuPDF), tifffile 2026.3.3, Debian's
# tesseract 5.3.0 and libtiff-tools 4.5.0; of two sheets, one with the word UN, one with DEUX:
#   tifffile     2
#   tiff2pdf     2
#   img2pdf      4
#   MuPDF        4
#   Pillow       4
#   OpenCV       4
#   tesseract    4
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
for tool in tiff2pdf tesseract; do command -v $tool > /dev/null || { echo "no $tool"; exit 1; }; done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check img2pdf==0.6.3 pillow==13.0.0 opencv-python-headless==5.0.0.93 \
  pymupdf==2.0 tifffile==2026.3.3 numpy==2.4.6
cd "$place"
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import io
import subprocess
import sys

import cv2
import img2pdf
import numpy as np
import pymupdf
import tifffile
from PIL import Image, ImageDraw, ImageFont

WHOLE, REDUCED = 2, 1  # NewSubfileType: a page of several, a reduced version
with tifffile.TiffWriter("scan.tif") as out:
    for word in ("UN", "DEUX"):
        sheet = Image.new("L", (1240, 1754), "white")
        ImageDraw.Draw(sheet).text((200, 200), word, font=ImageFont.load_default(90), fill=0)
        for size, kind, dpi in (((1240, 1754), WHOLE, 150), ((155, 219), REDUCED, 19)):
            pixels = np.asarray(sheet.resize(size))
            out.write(pixels, photometric="minisblack", subfiletype=kind, resolution=(dpi, dpi), resolutionunit=2, metadata=None)

subprocess.run(["tiff2pdf", "-o", "scan.pdf", "scan.tif"], check=True)
read = subprocess.run(["tesseract", "scan.tif", "-", "--psm", "6", "tsv"], capture_output=True, text=True, check=True).stdout
with Image.open("scan.tif") as scan:
    frames = scan.n_frames
seen = {
    "tifffile": len(tifffile.imread("scan.tif")),
    "tiff2pdf": len(pymupdf.open("scan.pdf")),
    "img2pdf": len(pymupdf.open(stream=io.BytesIO(img2pdf.convert("scan.tif")))),
    "MuPDF": len(pymupdf.open("scan.tif")),
    "Pillow": frames,
    "OpenCV": len(cv2.imreadmulti("scan.tif")[1]),
    "tesseract": sum(line.startswith("1\t") for line in read.splitlines()),  # a line of level 1 is a page
}
for name, pages in seen.items():
    print(f"{name:12} {pages}")
sys.exit(0 if seen == {name: 2 if name in ("tifffile", "tiff2pdf") else 4 for name in seen} else 1)
PYTHON
