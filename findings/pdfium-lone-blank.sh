#!/bin/sh
# pdfium (pypdfium2 5.15.2) throws a blank away when it is shown by an operator of its own, and guesses another from the
# gap between its neighbours. Where letters are set a little closer the gap is too narrow for the guess, and words and
# digits run together: "Note 12 345" is read as "Note12345", though the file has both blanks, with code and width.
# The same letters at the same places, shown by one operator with the same spacing (Tc), keep their blanks. Where the guess
# is right FPDFText_IsGenerated says of the file's own blanks that pdfium made them, and a no-break one is a plain one.
# Chromium 156 prints letter by letter whatever has a CSS letter-spacing: seen there with -0.5px at 11px and the narrow
# no-break space (U+202F) of French thousands, and with -1px and ordinary blanks. A search for the words finds nothing.
#
# Seen on 2026-11-29, Python 3.11, Helvetica, letters 0.08 em closer than its widths say; pypdfium2 5.15.2, pypdf 7.1.1,
# pdfminer.six 20260107, pymupdf 2.0 (MuPDF); and, of the blanks of a line set as its widths say, those called generated:
#               one operator       one a letter
#   pdfium      Note 12 345 sur    Note12345sur
#   pypdf       Note 12 345 sur    Note 12 345 sur
#   pdfminer    Note 12 345 sur    Note 12 345 sur
#   MuPDF       Note 12 345 sur    Note 12 345 sur
#   generated   0 of 3             3 of 3
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pypdf==7.1.1 pdfminer.six==20260107 pymupdf==2.0 reportlab==5.1.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import pymupdf
import pypdf
import pypdfium2
from pdfminer.high_level import extract_text
from pypdfium2.raw import FPDFText_GetUnicode, FPDFText_IsGenerated
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

LINE, SIZE = "Note 12 345 sur", 12


def pdf(closer, each):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 100))
    text = canvas.beginText(20, 50)
    text.setFont("Helvetica", SIZE)
    if each:
        at = 20
        for letter in LINE:
            text.setTextOrigin(at, 50)
            text.textOut(letter)
            at += stringWidth(letter, "Helvetica", SIZE) - closer * SIZE
    else:
        text.setCharSpace(-closer * SIZE)
        text.textOut(LINE)
    canvas.drawText(text)
    canvas.save()
    return out.getvalue()


def by_pdfium(data):
    return pypdfium2.PdfDocument(data)[0].get_textpage()


def generated(data):
    page = by_pdfium(data)
    blanks = [at for at in range(page.count_chars()) if chr(FPDFText_GetUnicode(page, at)) == " "]
    return f"{sum(FPDFText_IsGenerated(page, at) for at in blanks)} of {len(blanks)}"


readers = {
    "pdfium": lambda data: by_pdfium(data).get_text_bounded(),
    "pypdf": lambda data: pypdf.PdfReader(io.BytesIO(data), strict=True).pages[0].extract_text(),
    "pdfminer": lambda data: extract_text(io.BytesIO(data)),
    "MuPDF": lambda data: pymupdf.open(stream=data)[0].get_text(),
}
seen = {name: [read(pdf(0.08, each)).strip() for each in (False, True)] for name, read in readers.items()}
seen["generated"] = [generated(pdf(0, each)) for each in (False, True)]
print(f"{'':11} {'one operator':18} one a letter")
for name, (one, each) in seen.items():
    print(f"{name:11} {one:18} {each}")
sys.exit(0 if seen == {
    "pdfium": [LINE, "Note12345sur"], "pypdf": [LINE] * 2, "pdfminer": [LINE] * 2, "MuPDF": [LINE] * 2,
    "generated": ["0 of 3", "3 of 3"],
} else 1)
PYTHON
