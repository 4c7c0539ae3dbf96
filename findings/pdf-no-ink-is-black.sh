#!/bin/sh
# What a PDF paints in the ink called None is black for some. A separation whose colorant is None "never produces any visible
# output" (ISO 32000-2, 8.6.6.4); drawing programs use it for guides and for dies that cut. pdfium, poppler's Splash (pdftoppm) and
# Ghostscript leave the page white there, MuPDF and poppler's Cairo (pdftocairo) fill it in the colour that the file gives for want
# of the ink, so that two programs of one poppler show two pages. What is beneath is hidden for one reader and plain for another.
# The colorant All, beside it, is black for all five.
#
# Seen on 2026-12-01, Python 3.11, pypdf 7.1.1 to write, pypdfium2 5.15.2, pymupdf 2.0, Debian's poppler 22.12.0 and Ghostscript 10.00.0;
# what is seen of a word in black with a box painted over it in each ink:
#                   None       All
#   pdfium          the word   the box
#   pdftoppm        the word   the box
#   Ghostscript     the word   the box
#   MuPDF           the box    the box
#   pdftocairo      the box    the box
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
for tool in pdftoppm pdftocairo gs; do command -v $tool > /dev/null || { echo "no $tool: apt-get install poppler-utils ghostscript"; exit 1; }; done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pypdfium2==5.15.2 pymupdf==2.0 pillow==12.0.0 numpy==2.3.5
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import subprocess
import sys

import numpy
import pymupdf
import pypdf
import pypdfium2
from PIL import Image
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject


def dictionary(**entries):
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def name(word):
    return NameObject(f"/{word}")


def numbers(*values):
    return ArrayObject(NumberObject(value) for value in values)


writer = pypdf.PdfWriter()
page = writer.add_blank_page(200, 100)
darker = dictionary(FunctionType=NumberObject(2), Domain=numbers(0, 1), C0=numbers(1), C1=numbers(0), N=NumberObject(1))
inks = {ink: ArrayObject([name("Separation"), name(ink), name("DeviceGray"), darker]) for ink in ("None", "All")}
font = dictionary(Type=name("Font"), Subtype=name("Type1"), BaseFont=name("Helvetica"))
page[name("Resources")] = dictionary(ColorSpace=dictionary(N=inks["None"], A=inks["All"]), Font=dictionary(F=font))
content = DecodedStreamObject()
content.set_data(
    b"BT /F 24 Tf 12 40 Td (mot) Tj 100 0 Td (mot) Tj ET /N cs 1 scn 5 10 90 80 re f /A cs 1 scn 105 10 90 80 re f"
)
page[name("Contents")] = writer._add_object(content)
writer.write("inks.pdf")

subprocess.run(["pdftoppm", "-r", "72", "-png", "-singlefile", "inks.pdf", "splash"], check=True)
subprocess.run(["pdftocairo", "-r", "72", "-png", "-singlefile", "inks.pdf", "cairo"], check=True)
subprocess.run(["gs", "-q", "-sDEVICE=png16m", "-r72", "-o", "ghost.png", "inks.pdf"], check=True)
pixmap = pymupdf.open("inks.pdf")[0].get_pixmap()
images = {
    "pdfium": pypdfium2.PdfDocument("inks.pdf")[0].render().to_pil(),
    "pdftoppm": Image.open("splash.png"),
    "Ghostscript": Image.open("ghost.png"),
    "MuPDF": Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples),
    "pdftocairo": Image.open("cairo.png"),
}
seen = {}
for program, image in images.items():
    dark = numpy.asarray(image.convert("L")) < 128
    shares = [dark[15:85, left + 10 : left + 90].mean() for left in (0, 100)]
    seen[program] = tuple("the box" if share > 0.9 else "the word" if 0.01 < share < 0.3 else f"{share:.0%} dark" for share in shares)
    print(f"{program:12} {seen[program][0]:10} {seen[program][1]}")
clear, filled = ("the word", "the box"), ("the box", "the box")
sys.exit(0 if seen == {"pdfium": clear, "pdftoppm": clear, "Ghostscript": clear, "MuPDF": filled, "pdftocairo": filled} else 1)
PYTHON
