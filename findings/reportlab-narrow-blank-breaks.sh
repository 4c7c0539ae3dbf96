#!/bin/sh
# French sets a narrow no-break space (U+202F) before ! ? and ; and within numbers. reportlab 5.1.0's Paragraph keeps the wide one, U+00A0, and takes
# the narrow one for an ordinary blank: lines end at it, and where they do not, a plain space of full width is printed. "12 500" set as it should be has its "12"
# on one line and "500" on the next, and a question mark begins a line: what the sign is there to prevent. So it is with the space as wide as a
# digit (U+2007), which lines columns of numbers up. Both are no-break by Unicode (UAX #14, class GL), and Python's own str.split, like reportlab's list of
# blanks, splits at them. Nothing is said, and text that is extracted has a plain space, too.
#
# Seen on 2026-12-01, Python 3.11, reportlab 5.1.0; a Paragraph of Helvetica 10, lines parted by |, at 50 and 200 points:
#   between    total 12?500           Prix?!
#   space      total 12 | 500         Prix !   with U+0020
#   U+00A0     total | 12?500         Prix?!   with U+00A0
#   U+202F     total 12 | 500         Prix !   with U+0020
#   U+2007     total 12 | 500         Prix !   with U+0020
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check reportlab==5.1.0
"$place/venv/bin/python" - <<'PYTHON'
import sys

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

STYLE = ParagraphStyle("plain", fontName="Helvetica", fontSize=10)
BLANKS = {"space": " ", "U+00A0": "\u00a0", "U+202F": "\u202f", "U+2007": "\u2007"}


def lines(text, width):
    paragraph = Paragraph(text, STYLE)
    paragraph.wrap(width, 500)
    return [" ".join(words) for _, words in paragraph.blPara.lines]


right = True
for name, blank in BLANKS.items():
    narrow, wide = lines(f"total 12{blank}500", 50), lines(f"Prix{blank}!", 200)
    print(f"{name:8}", " | ".join(map(ascii, narrow)), *map(ascii, wide), sep="   ")
    kept = name == "U+00A0"
    right &= narrow == (["total", "12\u00a0500"] if kept else ["total 12", "500"]) and wide == ["Prix\u00a0!" if kept else "Prix !"]
sys.exit(0 if right else 1)
PYTHON
