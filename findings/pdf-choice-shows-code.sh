#!/bin/sh
# An entry of a list in a PDF form may be a pair: the value that is exported, and the text that shall be displayed (/Opt, ISO 32000-2,
# 12.7.5.4). A form that shows SISR and SLAM may keep "1" and "2". Filled by pypdf 7.1.1, pikepdf 10.18.0 or PyMuPDF 2.0 with the value
# "2", its page shows 2: they draw what is exported, and whoever prints the form or looks at it reads a number of no
# meaning. With the text, "SLAM", pypdf and PyMuPDF show it, and write it as the value, which the list does not have; pikepdf
# refuses it. So the one is wrong on the paper and the other in the data, and nothing is said. pdfium's own filling, as in a
# browser, keeps 2 and shows SLAM. A list without pairs is right everywhere, so that a test with one passes.
#
# Seen on 2026-11-30, Python 3.11; what is kept as the value, and what the page shows:
#                       filled with 2      filled with SLAM
#   pypdf 7.1.1         2, shows 2         SLAM, shows SLAM
#   pikepdf 10.18.0     2, shows 2         refused
#   pymupdf 2.0         2, shows 2         SLAM, shows SLAM
#   pypdfium2 5.15.2    the second entry chosen: 2, shows SLAM
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pikepdf==10.18.0 pymupdf==2.0 pypdfium2==5.15.2
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import pikepdf
import pymupdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Array, Dictionary, Name, String
from pikepdf.form import DefaultAppearanceStreamGenerator, Form

COMBO = 1 << 17


def form():
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 60))
    field = pdf.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Ch, Ff=COMBO, T=String("option"), F=4, Rect=Array([10, 20, 190, 40]),
        Opt=Array([Array([String("1"), String("SISR")]), Array([String("2"), String("SLAM")])]), DA=String("/Helv 12 Tf 0 g"),
    ))
    page.Annots = Array([field])
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), DA=String("/Helv 12 Tf 0 g"), DR=Dictionary(Font=Dictionary(Helv=font)),
    )
    return saved(pdf)


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def by_pypdf(data, answer):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.update_page_form_field_values(writer.pages[0], {"option": answer}, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def by_pikepdf(data, answer):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        Form(pdf, DefaultAppearanceStreamGenerator)["option"].value = answer
        return saved(pdf)


def by_mupdf(data, answer):
    document = pymupdf.open(stream=data)
    page = document[0]
    for field in page.widgets():
        field.field_value = answer
        field.update()
    return document.tobytes()


def by_pdfium(data, index):
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    fields = document.formenv.raw
    page = document[0]
    pdfium.FORM_OnLButtonDown(fields, page.raw, 0, 50, 30)
    pdfium.FORM_OnLButtonUp(fields, page.raw, 0, 50, 30)
    assert pdfium.FORM_SetIndexSelected(fields, page.raw, index, True)
    pdfium.FORM_ForceToKillFocus(fields)
    return saved(document)


def told(fill, answer):
    try:
        filled = fill(form(), answer)
    except ValueError:
        return "refused"
    value = pypdf.PdfReader(io.BytesIO(filled)).get_fields()["option"].value
    return f"{value}, shows {pymupdf.open(stream=filled)[0].get_text().strip()}"


seen = {
    name: [told(fill, answer) for answer in ("2", "SLAM")]
    for name, fill in (("pypdf", by_pypdf), ("pikepdf", by_pikepdf), ("pymupdf", by_mupdf))
}
seen["pdfium, second entry"] = [told(by_pdfium, 1)]
for name, answers in seen.items():
    print(f"{name:22} {'    '.join(answers)}")
both = ["2, shows 2", "SLAM, shows SLAM"]
sys.exit(0 if seen == {
    "pypdf": both, "pikepdf": ["2, shows 2", "refused"], "pymupdf": both, "pdfium, second entry": ["2, shows SLAM"],
} else 1)
PYTHON
