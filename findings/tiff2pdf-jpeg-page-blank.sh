#!/bin/sh
# A page that a scanner compressed as JPEG within a TIFF is blank in the PDF that libtiff's tiff2pdf makes of it. In TIFF (technical note 2 of
# 1995, compression 7) the tables of a JPEG may stand once in a tag and its strips without them; what PDF takes is one whole JPEG. tiff2pdf
# copies the one into the other ("passthrough", its default) so that what comes out is no JPEG: pdfium, poppler and Ghostscript draw a white
# page, gray or in colour, of one strip or of several, and MuPDF a black one. It ends with 0 and says nothing; nor do the options -z and -j, which
# ask for another compression, change it. With -n, which forbids to copy, the page is there, as it is with LZW or fax compression. A pile
# of such copies has the right number of pages and the right size of each. One project that feeds documents to a search wrote around it
# (alephdata/ingest-file 587, of 2024).
#
# Seen on 2026-12-01, Debian's libtiff-tools 4.5.0-6+deb12u4, poppler 22.12.0 and Ghostscript 10.00.0, Python 3.11, pillow 13.0.0, pypdfium2 5.15.2; dark
# points of a page with a bar of 180 x 60, drawn by pdfium, poppler, Ghostscript:
#   gray, LZW                   10800  10800  10800
#   gray, JPEG                      0      0      0
#   gray, JPEG, ten strips          0      0      0
#   colour, JPEG                    0      0      0
#   gray, JPEG, with -z             0      0      0
#   gray, JPEG, with -n         10800  10800  10800
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
for tool in tiff2pdf pdftoppm gs; do command -v $tool > /dev/null || { echo "no $tool: apt-get install libtiff-tools poppler-utils ghostscript"; exit 1; }; done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 pypdfium2==5.15.2 numpy==2.4.6
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import subprocess
import sys

import numpy as np
import pypdfium2
from PIL import Image

page = Image.new("L", (600, 400), 255)
page.paste(0, (40, 20, 220, 80))


def drawn(kind, compression, rows, *options):
    page.convert(kind).save("page.tif", compression=compression, dpi=(72, 72), tiffinfo={278: rows})
    for command in (
        ("tiff2pdf", *options, "-o", "page.pdf", "page.tif"),
        ("pdftoppm", "-gray", "-r", "72", "-singlefile", "page.pdf", "poppler"),
        ("gs", "-q", "-sDEVICE=pnggray", "-r72", "-o", "gs.png", "page.pdf"),
    ):
        subprocess.run(command, check=True, capture_output=True)
    by_pdfium = pypdfium2.PdfDocument("page.pdf")[0].render(grayscale=True).to_numpy()
    images = (by_pdfium, np.asarray(Image.open("poppler.pgm")), np.asarray(Image.open("gs.png")))
    return tuple(int((image < 128).sum()) for image in images)


seen = {
    "gray, LZW": drawn("L", "tiff_lzw", 400),
    "gray, JPEG": drawn("L", "jpeg", 400),
    "gray, JPEG, ten strips": drawn("L", "jpeg", 40),
    "colour, JPEG": drawn("RGB", "jpeg", 400),
    "gray, JPEG, with -z": drawn("L", "jpeg", 400, "-z"),
    "gray, JPEG, with -n": drawn("L", "jpeg", 400, "-n"),
}
for name, dark in seen.items():
    print(f"{name:26}", *(f"{count:6}" for count in dark))
there = ("gray, LZW", "gray, JPEG, with -n")
sys.exit(0 if seen == {name: (10800,) * 3 if name in there else (0,) * 3 for name in seen} else 1)
PYTHON
