#!/bin/sh
# A field of a PDF form that is hidden (flag Hidden, ISO 32000-2, 12.5.3: it is neither displayed nor printed) is shown once pdf-lib
# 1.17.1 or pypdf 7.1.1 have flattened the form, which is to make what is seen a part of the page. pdf-lib's flatten() draws every
# field, pypdf's flatten=True every field that it fills; neither looks at the flags. So a remark that the form keeps for the office
# stands on the sheet that the candidate is given, and is found in its text. Nothing is said. With one field that all
# may see the result is right, so that a test with such a form passes. pikepdf, PyMuPDF and pdfium leave the hidden field out.
#
# Seen on 2026-11-30, Python 3.11, Node 20, pdf-lib 1.17.1, pypdf 7.1.1, pikepdf 10.18.0, pymupdf 2.0 (MuPDF), pypdfium2 5.15.2 (pdfium); a
# form of reportlab 5.1.0 with "Durand" in a field that is seen and "avis sursis" in one that is hidden; what is drawn as pdfium
# draws it, and the page's text:
#   the form            Durand         -
#   flat by pikepdf     Durand         Durand
#   flat by PyMuPDF     Durand         Durand
#   flat by pdfium      Durand         Durand
#   flat by pypdf       Durand, avis   Durand avis sursis
#   flat by pdf-lib     Durand, avis   Durand avis sursis
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypdf==7.1.1 pikepdf==10.18.0 pymupdf==2.0 pypdfium2==5.15.2 reportlab==5.1.0 numpy==2.4.6
npm install --prefix "$place" --silent --no-audit --no-fund pdf-lib@1.17.1
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from reportlab.pdfgen.canvas import Canvas

canvas = Canvas("form.pdf", pagesize=(400, 100))
seen_by = {"nom": ("Durand", 20, "print"), "avis": ("avis sursis", 220, "hidden")}
for name, (value, x, flags) in seen_by.items():
    canvas.acroForm.textfield(
        name=name, value=value, x=x, y=40, width=150, height=24, fontSize=12, borderWidth=0, annotationFlags=flags
    )
canvas.showPage()
canvas.save()

with pikepdf.open("form.pdf") as pdf:
    pdf.flatten_annotations("all")
    pdf.save("pikepdf.pdf")

document = pymupdf.open("form.pdf")
document.bake()
document.save("PyMuPDF.pdf")

document = pypdfium2.PdfDocument("form.pdf")
page = document[0]
pypdfium2.raw.FPDFPage_Flatten(page.raw, pypdfium2.raw.FLAT_NORMALDISPLAY)
document.save("pdfium.pdf")

writer = pypdf.PdfWriter(clone_from="form.pdf")
writer.update_page_form_field_values(None, {name: value for name, (value, *_) in seen_by.items()}, flatten=True)
writer.remove_annotations(subtypes="/Widget")
writer.write("pypdf.pdf")
PYTHON
cat > flatten.mjs <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import { PDFDocument } from "pdf-lib";

const pdf = await PDFDocument.load(readFileSync("form.pdf"));
pdf.getForm().flatten();
writeFileSync("pdf-lib.pdf", await pdf.save());
JS
node flatten.mjs
"$place/venv/bin/python" - <<'PYTHON'
import sys

import pypdfium2

seen = {}
for name in ("form", "pikepdf", "PyMuPDF", "pdfium", "pypdf", "pdf-lib"):
    document = pypdfium2.PdfDocument(f"{name}.pdf")
    document.init_forms()
    dark = document[0].render().to_numpy().min(axis=2) < 128
    drawn = ", ".join(word for word, half in (("Durand", dark[:, :200]), ("avis", dark[:, 200:])) if half.any())
    text = " ".join(document[0].get_textpage().get_text_bounded().split())
    seen[name] = drawn, text
    print(f"{'the form' if name == 'form' else f'flat by {name}':19} {drawn:14} {text or '-'}")
right, shown = ("Durand", "Durand"), ("Durand, avis", "Durand avis sursis")
sys.exit(0 if seen == {
    "form": ("Durand", ""), "pikepdf": right, "PyMuPDF": right, "pdfium": right, "pypdf": shown, "pdf-lib": shown,
} else 1)
PYTHON
