#!/bin/sh
# The answer to a list of a PDF form in which several entries may be chosen is an array once more than one is (ISO 32000-2,
# 12.7.5.4). PyMuPDF's field_value is then "", as where nothing was chosen, and so is pikepdf's value, whose docstring has at least
# that such lists are "currently treated as single-selection fields". One choice is given by both, in such a list, too, so that
# a test with one passes. Nothing is said. Who chose two languages is read as one who chose none; pypdf gives both.
#
# Seen on 2026-11-30, Python 3.11, pymupdf 2.0 (MuPDF), pikepdf 10.18.0, pypdf 7.1.1:
#   chosen                 PyMuPDF      pikepdf      pypdf
#   -                      ''           None         None
#   allemand               'allemand'   'allemand'   'allemand'
#   anglais allemand       ''           ''           ['anglais', 'allemand']
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pymupdf==2.0 pikepdf==10.18.0 pypdf==7.1.1
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import pikepdf
import pymupdf
import pypdf
from pikepdf import Array, Dictionary, Name, String
from pikepdf.form import Form

LANGUAGES = ("anglais", "allemand", "espagnol")


def form(chosen):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    field = pdf.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, Rect=Array([10, 10, 190, 90]), FT=Name.Ch, Ff=1 << 21, T=String("langues"),
        Opt=Array([String(language) for language in LANGUAGES]), DA=String("/Helv 10 Tf 0 g"), F=4,
    ))
    if chosen:
        field.I = Array([LANGUAGES.index(language) for language in chosen])
        field.V = Array([String(language) for language in chosen]) if len(chosen) > 1 else String(chosen[0])
    pdf.pages[0].Annots = Array([field])
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), DA=String("/Helv 10 Tf 0 g"), DR=Dictionary(Font=Dictionary(Helv=font)),
    )
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


seen = []
print(f"{'chosen':22} {'PyMuPDF':12} {'pikepdf':12} pypdf")
for chosen in ((), LANGUAGES[1:2], LANGUAGES[:2]):
    data = form(chosen)
    (widget,) = pymupdf.open(stream=data)[0].widgets()
    ((_, by_pikepdf),) = Form(pikepdf.open(io.BytesIO(data))).items()
    by_pypdf = pypdf.PdfReader(io.BytesIO(data)).get_fields()["langues"].value
    seen.append((widget.field_value, by_pikepdf.value, by_pypdf))
    print("{:22} {:12} {:12} {!r}".format(" ".join(chosen) or "-", *map(repr, seen[-1][:2]), seen[-1][2]))
one, two = LANGUAGES[1], [*LANGUAGES[:2]]
sys.exit(0 if seen == [("", None, None), (one, one, one), ("", "", two)] else 1)
PYTHON
