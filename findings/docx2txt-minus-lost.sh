#!/bin/sh
# docx2txt 0.9 and docx2python 3.7.1 leave out the hyphen that does not break, which Word writes for Ctrl+Shift+- as an element of
# its own, w:noBreakHyphen (ISO/IEC 29500-1, 17.3.3.18), and not as a character: « -2 points » becomes « 2 points », lot 2026-12 is
# lot 202612, Anne-Marie is AnneMarie. Nothing is said. The plain hyphen in the same line stays, and on the screen and on paper the two
# look alike, so that of two points taken off one may be read as given. It is what careful writers type, in order that a
# minus or a number is not parted at the end of a line. python-docx, mammoth and LibreOffice have it.
#
# Seen on 2026-11-30, Python 3.11, docx2txt 0.9, docx2python 3.7.1, python-docx 1.2.0, mammoth 1.13.0 (its U+2011 shown here as -):
#                  plain                               w:noBreakHyphen
#   python-docx    Lot 2026-12, Anne-Marie : -2        Lot 2026-12, Anne-Marie : -2
#   mammoth        Lot 2026-12, Anne-Marie : -2        Lot 2026-12, Anne-Marie : -2
#   docx2txt       Lot 2026-12, Anne-Marie : -2        Lot 202612, AnneMarie : 2
#   docx2python    Lot 2026-12, Anne-Marie : -2        Lot 202612, AnneMarie : 2
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check docx2txt==0.9 docx2python==3.7.1 python-docx==1.2.0 mammoth==1.13.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import docx
import docx2txt
import mammoth
from docx.oxml import OxmlElement
from docx2python import docx2python

LINE = "Lot 2026-12, Anne-Marie : -2"
NON_BREAKING = "\N{NON-BREAKING HYPHEN}"


def letter(plain):
    document = docx.Document()
    paragraph = document.add_paragraph()
    first, *others = LINE.split("-")
    paragraph.add_run(first)
    for other in others:
        hyphen = paragraph.add_run("-" if plain else "")
        if not plain:
            hyphen._r.append(OxmlElement("w:noBreakHyphen"))
        paragraph.add_run(other)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def by_docx2python(data):
    with docx2python(io.BytesIO(data)) as read:
        return read.text


READERS = {
    "python-docx": lambda data: docx.Document(io.BytesIO(data)).paragraphs[0].text,
    "mammoth": lambda data: mammoth.extract_raw_text(io.BytesIO(data)).value,
    "docx2txt": lambda data: docx2txt.process(io.BytesIO(data)),
    "docx2python": by_docx2python,
}
seen = {}
print(f"{'':14} {'plain':35} w:noBreakHyphen")
for name, read in READERS.items():
    seen[name] = tuple(read(letter(plain)).strip().replace(NON_BREAKING, "-") for plain in (True, False))
    print(f"{name:14} {seen[name][0]:35} {seen[name][1]}")
lost = LINE.replace("-", "")
sys.exit(0 if seen == {
    "python-docx": (LINE, LINE), "mammoth": (LINE, LINE), "docx2txt": (LINE, lost), "docx2python": (LINE, lost),
} else 1)
PYTHON
