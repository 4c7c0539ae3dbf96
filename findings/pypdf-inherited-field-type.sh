#!/bin/sh
# pypdf 7.1.1 does not read the answers of a PDF form's text fields whose type, /FT, stands on the field above them, as a
# group of text fields may have it once (ISO 32000-2, 12.7.4.1: it is inherited). get_form_text_fields gives the group,
# without a value, in the place of its fields; update_page_form_field_values, told their full names, changes none and says
# nothing. strict=True makes no difference. get_fields has the values, and no type. With /FT on each field all is right.
# pikepdf and MuPDF take the type from above.
#
# Seen on 2026-11-30, Python 3.11, pypdf 7.1.1, pymupdf 2.0 (MuPDF), pikepdf 10.18.0; a form with cand.nom and cand.prenom:
#   /FT on        read by pypdf                                    by MuPDF       by pikepdf     MuPDF, changed by pypdf
#   each field    {'cand.nom': 'Durand', 'cand.prenom': 'Anne'}    Durand Anne    Durand Anne    Petit Luc
#   the group     {'cand': None}                                   Durand Anne    Durand Anne    Durand Anne
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pymupdf==2.0 pikepdf==10.18.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import pikepdf
import pymupdf
import pypdf
from pikepdf import Array, Dictionary, Name, String
from pikepdf.form import Form


def form(type_on_group):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    group = pdf.make_indirect(Dictionary(T=String("cand")))
    fields = [
        pdf.make_indirect(Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, Rect=Array([10, low, 190, low + 20]), T=String(name), V=String(value), Parent=group,
        ))
        for name, value, low in (("nom", "Durand", 60), ("prenom", "Anne", 20))
    ]
    for typed in [group] if type_on_group else fields:
        typed.FT = Name.Tx
    group.Kids = pdf.pages[0].Annots = Array(fields)
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([group]), DA=String("/Helv 10 Tf 0 g"), DR=Dictionary(Font=Dictionary(Helv=font)),
    )
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def by_mupdf(data):
    return " ".join(widget.field_value for widget in pymupdf.open(stream=data)[0].widgets())


def by_pikepdf(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return " ".join(field.value for _, field in Form(pdf).items())


def changed(data):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.update_page_form_field_values(writer.pages[0], {"cand.nom": "Petit", "cand.prenom": "Luc"})
    out = io.BytesIO()
    writer.write(out)
    return by_mupdf(out.getvalue())


seen = []
print(f"{'/FT on':13} {'read by pypdf':48} {'by MuPDF':14} {'by pikepdf':14} MuPDF, changed by pypdf")
for name, type_on_group in (("each field", False), ("the group", True)):
    data = form(type_on_group)
    by_pypdf = pypdf.PdfReader(io.BytesIO(data), strict=True).get_form_text_fields(full_qualified_name=True)
    seen.append((by_pypdf, by_mupdf(data), by_pikepdf(data), changed(data)))
    print(f"{name:13} {by_pypdf!s:48} {seen[-1][1]:14} {seen[-1][2]:14} {seen[-1][3]}")
whole = "Durand Anne"
sys.exit(0 if seen == [
    ({"cand.nom": "Durand", "cand.prenom": "Anne"}, whole, whole, "Petit Luc"), ({"cand": None}, whole, whole, whole),
] else 1)
PYTHON
