#!/bin/sh
# A ticked option of a PDF reads as the digit 4, and "at least" as a dagger. The two symbol fonts that every viewer has, Symbol and
# ZapfDingbats, need no encoding in the file: theirs is built in (ISO 32000-2, 9.6.2.2 and annex D.5, D.6). There 4 is a tick, 8 a cross, o
# an empty box, and the byte B3 of Symbol a greater-or-equal sign. pdfminer.six, and pdfplumber with it, reads both with the
# encoding of letters; PyMuPDF knows Symbol and gives control characters for the dingbats; Ghostscript's txtwrite gives digits for them.
# "SISR (tick) SLAM (box), stay of at least 6 weeks" becomes "SISR 4 SLAM o", a number where an option was chosen, and the sign before the 6
# is lost or another. pypdf, pdfium and poppler read all of it.
#
# Seen on 2026-12-01, Python 3.11, pdfminer.six 20260107, pdfplumber 0.11.10, pypdf 7.1.1, pypdfium2 5.15.2, pymupdf 2.0, and Debian's poppler
# 22.12.0 and Ghostscript 10.00.0; what stands for a tick, a cross, an empty box and greater-or-equal:
#   pypdf                 ✔ ✘ ❏ ≥
#   pdfium                ✔ ✘ ❏ ≥
#   poppler               ✔ ✘ ❏ ≥
#   pdfminer.six          4 8 o ‡
#   pdfplumber            4 8 o ‡
#   Ghostscript           4 8 o ≥
#   PyMuPDF               U+0014 U+0018 J ≥
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
for tool in pdftotext gs; do command -v $tool > /dev/null || { echo "no $tool: apt-get install poppler-utils ghostscript"; exit 1; }; done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypdf==7.1.1 pdfminer.six==20260107 pdfplumber==0.11.10 pymupdf==2.0 pypdfium2==5.15.2
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import subprocess
import sys

import pdfplumber
import pymupdf
import pypdf
import pypdfium2
from pdfminer.high_level import extract_text
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

writer = pypdf.PdfWriter()
page = writer.add_blank_page(300, 100)


def font(name):
    return DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"), NameObject("/BaseFont"): NameObject(name)}
    )


fonts = DictionaryObject({NameObject("/Z"): font("/ZapfDingbats"), NameObject("/S"): font("/Symbol")})
page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
content = DecodedStreamObject()
content.set_data(b"BT /Z 12 Tf 20 50 Td (4) Tj 40 0 Td (8) Tj 40 0 Td (o) Tj /S 12 Tf 40 0 Td (\xb3) Tj ET")
page[NameObject("/Contents")] = writer._add_object(content)
writer.write("option.pdf")


def run(*words):
    return subprocess.run(words, check=True, capture_output=True).stdout.decode()


with pdfplumber.open("option.pdf") as opened:
    plumbed = opened.pages[0].extract_text()
said = {
    "pypdf": pypdf.PdfReader("option.pdf").pages[0].extract_text(),
    "pdfium": pypdfium2.PdfDocument("option.pdf")[0].get_textpage().get_text_range(),
    "poppler": run("pdftotext", "option.pdf", "-"),
    "pdfminer.six": extract_text("option.pdf"),
    "pdfplumber": plumbed,
    "Ghostscript": run("gs", "-q", "-sDEVICE=txtwrite", "-o", "-", "option.pdf"),
    "PyMuPDF": pymupdf.open("option.pdf")[0].get_text(),
}
seen = {}
for name, text in said.items():
    seen[name] = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in text if sign not in " \n\r\f")
    print(f"{name:21} {seen[name]}")
right, digits = "✔ ✘ ❏ ≥", "4 8 o ‡"
expected = {"pypdf": right, "pdfium": right, "poppler": right, "pdfminer.six": digits, "pdfplumber": digits}
sys.exit(0 if seen == expected | {"Ghostscript": "4 8 o ≥", "PyMuPDF": "U+0014 U+0018 J ≥"} else 1)
PYTHON
