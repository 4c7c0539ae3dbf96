#!/bin/sh
# pdfium says of upright letters that are set oblique, as a program slants a font that has no italics, that they are turned:
# FPDFText_GetCharAngle takes the angle from the third number of the text's matrix, which is its slant, and not from the
# second, which is its turn. Whoever tells a stamp set askew, or a watermark, by that angle takes every oblique sentence for
# one. FPDFText_GetMatrix has both numbers, and tells them apart.
#
# Seen on 2026-11-30, Python 3.11, pypdfium2 5.15.2, reportlab 4.4.4; of "Alpha" in degrees:
#   set              FPDFText_GetCharAngle    atan2(b, a) of FPDFText_GetMatrix
#   upright          0                        0
#   oblique          11.3                     0
#   turned by 10     350                      10
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 reportlab==4.4.4
"$place/venv/bin/python" - <<'PYTHON'
import io
import math
import sys

import pypdfium2
import pypdfium2.raw as pdfium
from reportlab.pdfgen.canvas import Canvas

turn = math.radians(10)
SET = {
    "upright": (1, 0, 0, 1),
    "oblique": (1, 0, 0.2, 1),
    "turned by 10": (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn)),
}
seen = {}
for name, matrix in SET.items():
    out = io.BytesIO()
    canvas = Canvas(out)
    text = canvas.beginText()
    text.setFont("Helvetica", 12)
    text.setTextTransform(*matrix, 100, 500)
    text.textOut("Alpha")
    canvas.drawText(text)
    canvas.save()
    page = pypdfium2.PdfDocument(out.getvalue())[0].get_textpage()
    m = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(page.raw, 0, m)
    said = math.degrees(pdfium.FPDFText_GetCharAngle(page.raw, 0)) % 360
    seen[name] = round(min(said, 360 - said), 1), round(math.degrees(math.atan2(m.b, m.a)), 1)
    print(f"{name:16} {said:<24.1f} {seen[name][1]:.1f}")
same = seen == {"upright": (0.0, 0.0), "oblique": (11.3, 0.0), "turned by 10": (10.0, 10.0)}
print("as it was" if same else f"changed: {seen}")
sys.exit(not same)
PYTHON
