#!/bin/sh
# pdfium (pypdfium2 5.15.2) draws a filled upright rectangle without the anti-aliasing that it gives to strokes and to a
# rectangle that leans: the width is rounded up to whole pixels. Bars of 2.6 pixels come out as 3, of 5.2 as 6, of 1.2 as 2,
# and the gaps between them lose what the bars gain. A line stroked with the same width has the right amount of black.
# A bar code is filled rectangles: at a module of 0.33 mm (1 module is 2.6 pixels at 200 dpi) zxing-cpp no longer reads one
# that it reads from MuPDF's drawing of the same page at the same 200 dpi, and from pdfium's own at 600 dpi, averaged down
# to 200. Of 60 labels drawn so this was seen on one: rare enough for a test to miss. pypdfium2 documents no_smoothpath,
# "If True, disable path anti-aliasing", and is called here without it.
#
# Seen on 2026-11-29, Python 3.11, pypdfium2 5.15.2, pymupdf 2.0 (MuPDF), reportlab 5.1.0, zxing-cpp 3.1.1:
#   black pixels across a bar 1.2, 2.6 and 5.2 pixels wide, mean of ten places
#     pdfium, filled       2.0  3.0  6.0
#     pdfium, stroked      1.2  2.6  5.2
#     pdfium, leaning      1.2  2.6  5.2
#     MuPDF, filled        1.2  2.6  5.2
#   Code 128 "F-E5-54-1-015911", read at 200 dpi
#     pdfium               nothing
#     pdfium, 600 / 3      F-E5-54-1-015911
#     MuPDF                F-E5-54-1-015911
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pymupdf==2.0 reportlab==5.1.0 zxing-cpp==3.1.1 numpy==2.4.6 pillow==13.0.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import numpy as np
import pymupdf
import pypdfium2
import zxingcpp
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

PIXEL = 72 / 200


def by_pdfium(data, dpi=200):
    return np.asarray(pypdfium2.PdfDocument(data)[0].render(scale=dpi / 72).to_pil().convert("L"))


def averaged(data):
    drawn = by_pdfium(data, 600)
    rows, columns = (length // 3 for length in drawn.shape)
    return drawn[: rows * 3, : columns * 3].reshape(rows, 3, columns, 3).mean((1, 3)).round().astype(np.uint8)


def by_mupdf(data):
    drawn = pymupdf.open(stream=data)[0].get_pixmap(dpi=200, colorspace="gray")
    return np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.stride)[:, : drawn.width]


def black(draw, width, how):
    """Pixels of black across one bar, mean of ten bars at ten places within a pixel."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(200 * PIXEL, 20 * PIXEL))
    canvas.setLineWidth(width * PIXEL)
    for place in range(10):
        left = (10 + 18.1 * place) * PIXEL
        if how == "filled":
            canvas.rect(left, 0, width * PIXEL, 20 * PIXEL, stroke=0, fill=1)
        elif how == "leaning":  # by a pixel over the height
            path = canvas.beginPath()
            path.moveTo(left, 0)
            path.lineTo(left + width * PIXEL, 0)
            path.lineTo(left + (width + 1) * PIXEL, 20 * PIXEL)
            path.lineTo(left + PIXEL, 20 * PIXEL)
            path.close()
            canvas.drawPath(path, stroke=0, fill=1)
        else:
            canvas.line(left + width * PIXEL / 2, 0, left + width * PIXEL / 2, 20 * PIXEL)
    canvas.save()
    row = draw(out.getvalue())[10].astype(int)
    return f"{(255 - row).sum() / 255 / 10:.1f}"


def label(text):
    out = io.BytesIO()
    page = SimpleDocTemplate(out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=18 * mm)
    page.build([Code128(text, barWidth=0.33 * mm, barHeight=11 * mm, humanReadable=True)])
    return out.getvalue()


bars = {
    f"{name}, {how}": "  ".join(black(draw, width, how) for width in (1.2, 2.6, 5.2))
    for name, draw, how in (
        ("pdfium", by_pdfium, "filled"), ("pdfium", by_pdfium, "stroked"), ("pdfium", by_pdfium, "leaning"), ("MuPDF", by_mupdf, "filled"),
    )
}
code = "F-E5-54-1-015911"
read = {
    name: " ".join(found.text for found in zxingcpp.read_barcodes(np.ascontiguousarray(draw(label(code))))) or "nothing"
    for name, draw in (("pdfium", by_pdfium), ("pdfium, 600 / 3", averaged), ("MuPDF", by_mupdf))
}
for name, text in (bars | read).items():
    print(f"{name:20} {text}")
right = "1.2  2.6  5.2"
as_seen = list(bars.values()) == ["2.0  3.0  6.0", right, right, right]
sys.exit(0 if as_seen and read == {"pdfium": "nothing", "pdfium, 600 / 3": code, "MuPDF": code} else 1)
PYTHON
