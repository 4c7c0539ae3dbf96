#!/bin/sh
# pypdf 7.1.1 writes a stream that was put into a page as it is, and not as an object of its own, inside the page's
# dictionary; a PDF may not hold a stream there (ISO 32000-2, 7.3.8: all streams are indirect objects). It says nothing,
# and reads the file back as it was meant, strict=True included; pdfium shows an empty page, qpdf finds no page at all.
# So a file that is tested with the library that wrote it is found right, and is empty for everybody else.
# There is no public way to make the object; `PdfWriter._add_object` does.
#
# Seen on 2026-11-29, Python 3.11, pypdf 7.1.1, pypdfium2 5.15.2, pikepdf 10.18.0 (and with pypdf 3.17.4 to 6.4.0):
#   pypdf, strict: 'BONJOUR'    pdfium: ''    qpdf: 0 pages
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pypdfium2==5.15.2 pikepdf==10.18.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import pikepdf
import pypdfium2
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject


def named(**values):
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in values.items()})


writer = PdfWriter()
page = writer.add_blank_page(200, 100)
font = named(Type=NameObject("/Font"), Subtype=NameObject("/Type1"), BaseFont=NameObject("/Helvetica"))
drawing = StreamObject()
drawing.set_data(b"BT /F1 24 Tf 20 40 Td (BONJOUR) Tj ET")
page[NameObject("/Resources")] = named(Font=named(F1=font))
page[NameObject("/Contents")] = drawing
file = io.BytesIO()
writer.write(file)

own = PdfReader(io.BytesIO(file.getvalue()), strict=True).pages[0].extract_text()
others = pypdfium2.PdfDocument(file.getvalue())[0].get_textpage().get_text_bounded()
with pikepdf.open(io.BytesIO(file.getvalue())) as pdf:
    pages = len(pdf.pages)
print(f"pypdf, strict: {own!r}    pdfium: {others!r}    qpdf: {pages} pages")
sys.exit(0 if (own, others, pages) == ("BONJOUR", "", 0) else 1)
PYTHON
