#!/bin/sh
# Two people fill the same PDF form, and somebody puts both into one file with pypdf 7.1.1 (PdfWriter.append). Each page still shows its own answers, but
# get_fields and get_form_text_fields give one of each name: the last person's name, and the last person's boxes, for the whole file. The first is nowhere
# in them, and nothing is said. Fields of one full name are one field with one value by ISO 32000-2 (12.7.4.2), so that joining has to rename
# them; append lists both as they are. PyMuPDF 2.0 renames the second as it joins, and pypdf gives both of what it made; of what pypdf
# joined, PyMuPDF gives each page its own. pikepdf's pages.extend leaves the fields out of the form, and warns
# of it; each page shows its answers.
#
# Seen on 2026-12-01, Python 3.11, reportlab 5.1.0 made the forms; what get_fields of pypdf gives:
#   joined by pypdf 7.1.1       nom: BRAVO, slam: /Off
#   joined by PyMuPDF 2.0       nom: ALPHA, slam: /Yes, nom [..]: BRAVO, slam [..]: /Off
#   joined by pikepdf 10.18.0   none
#   PyMuPDF, of pypdf's file    page 1 ALPHA, page 2 BRAVO
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pymupdf==2.0 pikepdf==10.18.0 reportlab==5.1.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import pikepdf
import pymupdf
import pypdf
from reportlab.pdfgen.canvas import Canvas


def form(name, slam):
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.acroForm.textfield(name="nom", value=name, x=50, y=700, width=200, height=20)
    canvas.acroForm.checkbox(name="slam", checked=slam, x=50, y=600)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


FORMS = form("ALPHA", True), form("BRAVO", False)
writer, joined, pages = pypdf.PdfWriter(), pymupdf.open(), pikepdf.new()
for data in FORMS:
    writer.append(io.BytesIO(data))
    joined.insert_pdf(pymupdf.open(stream=data))
kept = [pikepdf.open(io.BytesIO(data)) for data in FORMS]
for source in kept:
    pages.pages.extend(source.pages)
by_pypdf, by_pikepdf = io.BytesIO(), io.BytesIO()
writer.write(by_pypdf)
pages.save(by_pikepdf)


def fields(data):
    return [str(field.get("/V")) for field in (pypdf.PdfReader(io.BytesIO(data)).get_fields() or {}).values()]


seen = fields(by_pypdf.getvalue()), fields(joined.tobytes()), fields(by_pikepdf.getvalue())
shown = [next(w.field_value for w in page.widgets() if w.field_name == "nom") for page in pymupdf.open(stream=by_pypdf.getvalue())]
for name, values in zip(("pypdf", "PyMuPDF", "pikepdf"), seen):
    print(f"joined by {name:8} {values}")
print("PyMuPDF, of pypdf's file", shown)
sys.exit(0 if seen == (["BRAVO", "/Off"], ["ALPHA", "/Yes", "BRAVO", "/Off"], []) and shown == ["ALPHA", "BRAVO"] else 1)
PYTHON
