#!/bin/sh
# pdfium (pypdfium2 5.15.2) gives the lines of a page from the last to the first when they are seen to run down the page, a
# quarter turn to the right: each line reads well, the order of the page is backwards, nothing tells. Lines that run up the
# page or lie upside down come in their order, so a test with another turn does not find it. It makes no difference whether
# the lines were drawn so or the page was turned: pypdf's page.rotate(90) or pypdfium2's set_rotation(90), which write one key
# and leave the content as it was, turn the text around. A sheet that went sideways through a scanner that reads, or that a
# person turned the wrong way, is such a page. MuPDF and pypdf give the order of the content at every turn.
#
# Seen on 2026-11-29, Python 3.11, four lines drawn from the first to the last at an angle to the left, on a page with a
# /Rotate to the right; pypdfium2 5.15.2, pymupdf 2.0 (MuPDF), pypdf 7.1.1:
#   drawn at   /Rotate   seen           pdfium   MuPDF   pypdf
#          0         0   upright        1234     1234    1234
#          0        90   running down   4321     1234    1234
#          0       180   upside down    1234     1234    1234
#          0       270   running up     1234     1234    1234
#         90         0   running up     1234     1234    1234
#         90        90   upright        1234     1234    1234
#         90       180   running down   4321     1234    1234
#        270         0   running down   4321     1234    1234
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pymupdf==2.0 pypdf==7.1.1 reportlab==5.1.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import re
import sys

import pymupdf
import pypdf
import pypdfium2
from reportlab.pdfgen.canvas import Canvas

SEEN = ("upright", "running down", "upside down", "running up")  # by quarter turns to the right


def pdf(drawn, rotate):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 300))
    canvas.translate(150, 150)
    canvas.rotate(drawn)
    for line in (1, 2, 3, 4):
        canvas.drawString(-100, 80 - 20 * line, f"ligne {line}")
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=out)
    writer.pages[0].rotate(rotate)
    turned = io.BytesIO()
    writer.write(turned)
    return turned.getvalue()


def order(text):
    return "".join(re.findall(r"ligne (\d)", text))


as_seen = True
print("drawn at   /Rotate   seen           pdfium   MuPDF   pypdf")
for drawn, rotate in ((0, 0), (0, 90), (0, 180), (0, 270), (90, 0), (90, 90), (90, 180), (270, 0)):
    data = pdf(drawn, rotate)
    seen = SEEN[(rotate - drawn) // 90 % 4]
    by_pdfium = order(pypdfium2.PdfDocument(data)[0].get_textpage().get_text_bounded())
    by_mupdf = order(pymupdf.open(stream=data)[0].get_text())
    by_pypdf = order(pypdf.PdfReader(io.BytesIO(data), strict=True).pages[0].extract_text())
    print(f"{drawn:8} {rotate:9}   {seen:12}   {by_pdfium:8} {by_mupdf:7} {by_pypdf}")
    as_seen &= (by_pdfium, by_mupdf, by_pypdf) == ("4321" if seen == "running down" else "1234", "1234", "1234")
sys.exit(0 if as_seen else 1)
PYTHON
