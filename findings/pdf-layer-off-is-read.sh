#!/bin/sh
# A PDF may keep two versions of a line in two layers of which one is off (optional content, ISO 32000-2, 8.11): the mark 14 is shown
# and printed, the 12 of before is not. pypdf 7.1.1, pdfminer.six and pdfium (pypdfium2 5.15.2) give the text of both, joined, so that
# there is a third mark, 1214, which stands nowhere. pdfium contradicts itself: the picture that it draws has the 14 alone, so that
# text laid over its picture is of two minds. MuPDF gives what is shown, and so do pdftotext (poppler 22.12) and
# Ghostscript's txtwrite (10.00), seen with a file like this one. Nothing is said.
#
# Seen on 2026-11-30, Python 3.11, pypdf 7.1.1, pypdfium2 5.15.2, pdfminer.six 20260107, pymupdf 2.0 (MuPDF); « Note : », then 12 in
# one layer and 14 in the other:
#   layers that are on    pdfium, drawn      pdfium       pypdf        pdfminer     MuPDF
#   12 and 14             of both            Note: 1214   Note: 1214   Note: 1214   Note: 1214
#   14                    of 14 alone        Note: 1214   Note: 1214   Note: 1214   Note: 14
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pypdfium2==5.15.2 pdfminer.six==20260107 pymupdf==2.0 \
  pikepdf==10.18.0 pillow==13.0.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import pikepdf
import pymupdf
import pypdf
import pypdfium2
from pdfminer.high_level import extract_text
from pikepdf import Array, Dictionary, Name, String

BOTH = b"BT /F 12 Tf 10 50 Td (Note: ) Tj /OC /A BDC (12) Tj EMC /OC /B BDC (14) Tj EMC ET"


def page(content, off):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    layers = {name: pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(name))) for name in "AB"}
    pdf.pages[0].Resources = Dictionary(Font=Dictionary(F=font), Properties=Dictionary(**layers))
    pdf.pages[0].Contents = pdf.make_stream(content)
    every = Array(list(layers.values()))
    pdf.Root.OCProperties = Dictionary(OCGs=every, D=Dictionary(Order=every, OFF=Array([layers[name] for name in off])))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def picture(data):
    return pypdfium2.PdfDocument(data)[0].render(scale=2).to_pil().tobytes()


READERS = {
    "pdfium": lambda data: pypdfium2.PdfDocument(data)[0].get_textpage().get_text_bounded(),
    "pypdf": lambda data: pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text(),
    "pdfminer": lambda data: extract_text(io.BytesIO(data)),
    "MuPDF": lambda data: pymupdf.open(stream=data)[0].get_text(),
}
drawn = {picture(page(BOTH.replace(b"/OC /A BDC (12) Tj EMC", b"3 Tr (12) Tj 0 Tr"), "")): "of 14 alone", picture(page(BOTH, "")): "of both"}
seen = []
print(f"{'layers that are on':21} {'pdfium, drawn':18} " + " ".join(f"{name:12}" for name in READERS))
for name, off in (("12 and 14", ""), ("14", "A")):
    data = page(BOTH, off)
    seen.append([drawn.get(picture(data), "another"), *(" ".join(read(data).split()) for read in READERS.values())])
    print(f"{name:21} {seen[-1][0]:18} " + " ".join(f"{text:12}" for text in seen[-1][1:]))
both, one = "Note: 1214", "Note: 14"
sys.exit(0 if seen == [["of both", *[both] * 4], ["of 14 alone", both, both, both, one]] else 1)
PYTHON
