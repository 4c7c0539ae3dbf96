#!/bin/sh
# pypdf 7.1.1 makes a page smaller or larger (scale, scale_by, scale_to) with the frames of its annotations, /Rect, and leaves the
# places where they were: /QuadPoints of a highlight, as well as /L and /InkList, which say what a mark lies on. A highlight
# that the viewer draws by them, as pypdf's own Highlight, which has no appearance, is then gone from a page made half as large, and
# lies on other words of one made twice as large; pdfium draws it so. transfer_rotation_to_content turns the content and
# leaves the annotations, frames, too: before it the mark lies on its word, and after it beside. Nothing is said. The docstring of
# scale has contents and boundaries, that of transfer_rotation_to_content recommends it before pages are merged.
#
# Seen on 2026-11-30, Python 3.11, pypdf 7.1.1, pypdfium2 5.15.2 (pdfium); left, top, right, bottom in pixels as drawn:
#                                    word               highlight
#   as it was made                   20 45 120 55       20 40 120 60
#   scale_by(0.5)                    10 22 60 27        nothing
#   scale_by(2)                      40 90 240 110      20 240 120 260
#   rotate(90)                       145 20 155 120     140 20 160 120
#   transfer_rotation_to_content     145 20 155 120     20 140 120 160
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pypdfium2==5.15.2 numpy==2.4.6 reportlab==5.1.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import numpy as np
import pypdf
import pypdfium2
from pypdf.annotations import Highlight
from pypdf.generic import ArrayObject, FloatObject
from reportlab.pdfgen.canvas import Canvas


def marked():
    """A page with a black bar for a word, and a highlight on it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 200))
    canvas.rect(20, 145, 100, 10, stroke=0, fill=1)
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=out)
    corners = ArrayObject([FloatObject(value) for value in (20, 160, 120, 160, 20, 140, 120, 140)])
    writer.add_annotation(0, Highlight(rect=(20, 140, 120, 160), quad_points=corners))
    return writer


def box(pixels):
    down, across = np.where(pixels)
    return f"{across.min()} {down.min()} {across.max() + 1} {down.max() + 1}" if len(down) else "nothing"


def drawn(*steps):
    writer = marked()
    for step in steps:
        step(writer.pages[0])
    out = io.BytesIO()
    writer.write(out)
    colours = pypdfium2.PdfDocument(out.getvalue())[0].render(scale=1).to_numpy().astype(int)
    lightest, darkest = colours.max(axis=2), colours.min(axis=2)
    return box(lightest < 60), box(lightest - darkest > 100)


def turned(page):
    page.rotate(90)


seen = {
    "as it was made": drawn(),
    "scale_by(0.5)": drawn(lambda page: page.scale_by(0.5)),
    "scale_by(2)": drawn(lambda page: page.scale_by(2)),
    "rotate(90)": drawn(turned),
    "transfer_rotation_to_content": drawn(turned, lambda page: page.transfer_rotation_to_content()),
}
print(f"{'':32} {'word':18} highlight")
for name, (word, highlight) in seen.items():
    print(f"{name:32} {word:18} {highlight}")
sys.exit(0 if list(seen.values()) == [
    ("20 45 120 55", "20 40 120 60"), ("10 22 60 27", "nothing"), ("40 90 240 110", "20 240 120 260"),
    ("145 20 155 120", "140 20 160 120"), ("145 20 155 120", "20 140 120 160"),
] else 1)
PYTHON
