#!/bin/sh
# A page of a PDF may be measured in a unit of its own, so many times the point (/UserUnit, ISO 32000-2, 8.3.2.3); programs write it where a
# side is longer than 200 inches, img2pdf among them, and drawing programs for any. poppler takes no notice: pdfinfo says half the
# size of a page whose unit is two points, pdftoppm draws it with a quarter of the pixels, and pdftocairo -pdf writes it anew half as
# large, for good. pdfium's and pdfplumber's sizes are halved as well. pypdf, which has the number (page.user_unit), makes A2 of it by
# scale_to(595, 842), A4, as it leaves the unit there. A bar code, or a ruler, that is measured on such a page is half as large, or twice.
# Nothing is said. MuPDF and Ghostscript heed it. That a page's size leaves it out is asked after (libvips 4701, pdfcpu
# 905), and that pdftocairo makes it so for good is not.
#
# Seen on 2026-11-30, Python 3.11, pypdf 7.1.1, pymupdf 2.0 (MuPDF), pypdfium2 5.15.2 (pdfium), pdfplumber 0.11.10, Debian's poppler 22.12.0 and
# Ghostscript 10.00.0; a page of 297.5 x 421 units of two points, which is A4, and the size in points that it has by
#   MuPDF                                595 x 842
#   Ghostscript, drawn at 72 dpi         595 x 842
#   pdfium                               297 x 421
#   pdfplumber                           297 x 421
#   pdfinfo                              297 x 421
#   pdftoppm, drawn at 72 dpi            298 x 421
#   MuPDF, after Ghostscript's pdfwrite  595 x 842
#   MuPDF, after pdftocairo -pdf         297 x 421
#   MuPDF, after pypdf's scale_to(A4)    1190 x 1684
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
for tool in pdfinfo pdftoppm pdftocairo gs; do command -v $tool > /dev/null || { echo "no $tool"; exit 1; }; done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypdf==7.1.1 pymupdf==2.0 pypdfium2==5.15.2 pdfplumber==0.11.10 pillow==13.0.0
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import re
import subprocess
import sys

import pdfplumber
import pymupdf
import pypdf
import pypdfium2
from PIL import Image
from pypdf.generic import FloatObject, NameObject

writer = pypdf.PdfWriter()
writer.add_blank_page(297.5, 421)[NameObject("/UserUnit")] = FloatObject(2)
writer.pdf_header = "%PDF-1.6"
writer.write("plan.pdf")
writer.pages[0].scale_to(595, 842)
writer.write("scaled.pdf")


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def by_mupdf(path):
    return pymupdf.open(path)[0].rect[2:]


run("pdftoppm", "-r", "72", "-png", "-singlefile", "plan.pdf", "poppler")
run("gs", "-q", "-r72", "-sDEVICE=pnggray", "-o", "ghostscript.png", "plan.pdf")
run("gs", "-q", "-sDEVICE=pdfwrite", "-o", "pdfwrite.pdf", "plan.pdf")
run("pdftocairo", "-pdf", "plan.pdf", "cairo.pdf")
with pdfplumber.open("plan.pdf") as pdf:
    by_pdfplumber = pdf.pages[0].width, pdf.pages[0].height
SIZES = {
    "MuPDF": by_mupdf("plan.pdf"),
    "Ghostscript, drawn at 72 dpi": Image.open("ghostscript.png").size,
    "pdfium": pypdfium2.PdfDocument("plan.pdf")[0].get_size(),
    "pdfplumber": by_pdfplumber,
    "pdfinfo": re.search(r"Page size: +([\d.]+) x ([\d.]+)", run("pdfinfo", "plan.pdf")).groups(),
    "pdftoppm, drawn at 72 dpi": Image.open("poppler.png").size,
    "MuPDF, after Ghostscript's pdfwrite": by_mupdf("pdfwrite.pdf"),
    "MuPDF, after pdftocairo -pdf": by_mupdf("cairo.pdf"),
    "MuPDF, after pypdf's scale_to(A4)": by_mupdf("scaled.pdf"),
}
seen = {name: tuple(int(float(side)) for side in size) for name, size in SIZES.items()}
for name, size in seen.items():
    print(f"{name:36} {size[0]} x {size[1]}")
sys.exit(0 if list(seen.values()) == [
    (595, 842), (595, 842), (297, 421), (297, 421), (297, 421), (298, 421), (595, 842), (297, 421), (1190, 1684),
] else 1)
PYTHON
