#!/bin/sh
# A rectangle of a PDF is given by any two of its corners that lie opposite one another (ISO 32000-2, 7.9.5), so that a page may have the
# box [0 842 595 0], from the top left to the bottom right. Of such a page pypdf 7.1.1 says that it is -842 points high, and scale_to,
# told the height that it should have, turns it upside down as in a mirror: nobody can read it, and its text is found as
# before. With both corners exchanged the page stands on its head. pdfplumber 0.11.10 has the page's size right and its words
# one page below or beside it: crop of the upper half gives nothing, where the name stands. No error, no warning.
# pdfium, MuPDF and poppler put the corners in order; OCRmyPDF does so since 17.6, as such files are met (its issue 1526).
#
# Seen on 2026-11-30, Python 3.11, pypdf 7.1.1, pdfplumber 0.11.10, pypdfium2 5.15.2 (pdfium), reportlab 5.1.0; a page of 200 x 100 with the
# name "Durand" in its upper half:
#   its box          height by pypdf   scale_to(400, 200)   text after it   in the upper half by pdfplumber
#   0 0 200 100      100               upright              Durand          Durand
#   0 100 200 0      -100              mirrored             Durand          -
#   200 100 0 0      -100              on its head          Durand          -
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypdf==7.1.1 pdfplumber==0.11.10 pypdfium2==5.15.2 reportlab==5.1.0 numpy==2.4.6
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import numpy as np
import pdfplumber
import pypdf
import pypdfium2
from reportlab.pdfgen.canvas import Canvas

out = io.BytesIO()
canvas = Canvas(out, pagesize=(200, 100))
canvas.setFont("Helvetica", 20)
canvas.drawString(20, 60, "Durand")
canvas.save()
upright = pypdf.PdfReader(out)


def saved(writer):
    out = io.BytesIO()
    writer.write(out)
    return out


def drawn(file):
    document = pypdfium2.PdfDocument(file)
    dark = document[0].render(grayscale=True).to_numpy().squeeze() < 128
    rows, columns = np.nonzero(dark)
    return dark[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], document[0].get_textpage().get_text_bounded()


def scaled(writer):
    writer.pages[0].scale_to(400, 200)
    return drawn(saved(writer))


right, _ = scaled(pypdf.PdfWriter(upright))
FORMS = {"upright": right, "mirrored": right[::-1], "on its head": right[::-1, ::-1]}


def form(shown):
    # the form whose pixels differ least, as edges are smoothed otherwise
    height, width = (min(a, b) for a, b in zip(shown.shape, right.shape, strict=True))
    return min(FORMS, key=lambda name: (FORMS[name][:height, :width] != shown[:height, :width]).mean())


seen = {}
print("its box          height by pypdf   scale_to(400, 200)   text after it   in the upper half by pdfplumber")
for box in ((0, 0, 200, 100), (0, 100, 200, 0), (200, 100, 0, 0)):
    writer = pypdf.PdfWriter(upright)
    writer.pages[0][pypdf.generic.NameObject("/MediaBox")] = pypdf.generic.RectangleObject(box)
    file = saved(writer)
    with pdfplumber.open(file) as pdf:
        found = pdf.pages[0].crop((0, 0, 200, 50)).extract_text()
    shown, text = scaled(writer)
    seen[box] = int(pypdf.PdfReader(file).pages[0].mediabox.height), form(shown), text, found
    print(f"{' '.join(map(str, box)):16} {seen[box][0]:<17} {seen[box][1]:20} {text:15} {found or '-'}")
sys.exit(0 if seen == {
    (0, 0, 200, 100): (100, "upright", "Durand", "Durand"),
    (0, 100, 200, 0): (-100, "mirrored", "Durand", ""),
    (200, 100, 0, 0): (-100, "on its head", "Durand", ""),
} else 1)
PYTHON
