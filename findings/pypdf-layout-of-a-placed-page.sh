#!/bin/sh
# pypdf 7.1.1 extracts nothing in its layout mode from a page that another program has placed. Stamping, imposing ("2 on 1"), and
# putting a page of another size onto A4 draw the page as a form XObject (ISO 32000-2, 8.10), which the plain mode reads and
# extraction_mode="layout" does not follow: the text is "", without an error or a warning, though what is written on the page beside
# the placed one is there. A program that asks for the layout, to keep the columns of a table, takes a typed document for
# a scanned one. pdfplumber's layout and poppler's give the text.
#
# Seen on 2026-12-01, Python 3.11, pypdf 7.1.1, pikepdf 10.18.0 to place the page, pdfplumber 0.11.10, Debian's poppler 22.12.0:
#                            the page itself         placed on an A4
#   pypdf, plain             Stage de six semaines   Stage de six semaines
#   pypdf, layout            Stage de six semaines
#   pdfplumber, layout       Stage de six semaines   Stage de six semaines
#   pdftotext -layout        Stage de six semaines   Stage de six semaines
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
command -v pdftotext > /dev/null || { echo "no pdftotext: apt-get install poppler-utils"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pikepdf==10.18.0 pdfplumber==0.11.10
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
import warnings

import pdfplumber
import pikepdf
import pypdf
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

TEXT = "Stage de six semaines"
writer = pypdf.PdfWriter()
page = writer.add_blank_page(300, 100)
font = DictionaryObject(
    {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"), NameObject("/BaseFont"): NameObject("/Helvetica")}
)
page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F"): font})})
content = DecodedStreamObject()
content.set_data(f"BT /F 12 Tf 20 50 Td ({TEXT}) Tj ET".encode())
page[NameObject("/Contents")] = writer._add_object(content)
writer.write("itself.pdf")
with pikepdf.open("itself.pdf") as one, pikepdf.new() as sheet:
    sheet.add_blank_page(page_size=(595, 842))
    sheet.pages[0].add_overlay(one.pages[0], pikepdf.Rectangle(50, 400, 550, 600))
    sheet.save("placed.pdf")


def words(text):
    return " ".join(text.split())


seen = {}
with warnings.catch_warnings():
    warnings.simplefilter("error")
    for name in ("itself", "placed"):
        first = pypdf.PdfReader(f"{name}.pdf").pages[0]
        with pdfplumber.open(f"{name}.pdf") as opened:
            plumbed = opened.pages[0].extract_text(layout=True)
        poppler = subprocess.run(["pdftotext", "-layout", f"{name}.pdf", "-"], check=True, capture_output=True, text=True).stdout
        seen[name] = {
            "pypdf, plain": words(first.extract_text()),
            "pypdf, layout": words(first.extract_text(extraction_mode="layout")),
            "pdfplumber, layout": words(plumbed),
            "pdftotext -layout": words(poppler),
        }
for how in seen["itself"]:
    print(f"{how:20} {seen['itself'][how]!r:26} {seen['placed'][how]!r}")
alike = dict.fromkeys(seen["itself"], TEXT)
sys.exit(0 if seen["itself"] == alike and seen["placed"] == alike | {"pypdf, layout": ""} else 1)
PYTHON
