#!/bin/sh
# Pages of a PDF that are labelled with letters are A to Z, then AA to ZZ, then AAA (ISO 32000-2, 12.4.2): the 28th is BB, the
# 53rd AAA. pypdf and pdfium say so; MuPDF, qpdf (by pikepdf) and pdfminer.six count on as a spreadsheet's columns do, AB and
# BA. So the annex that one program calls BB has another name in the next, and BB is another page there. Up to the 27th they
# agree. PyMuPDF differs once more: a prefix with an accent it gives in escapes, "\311preuve 1" for « Épreuve 1 », and its
# get_page_numbers does not find the page by its name.
#
# Seen on 2026-11-30, Python 3.11; of pages 1, 26, 27, 28, 53 and 54, and of the first page behind the prefix « Épreuve »:
#   pypdf 7.1.1                    A Z AA BB AAA BBB   Épreuve 1
#   pypdfium2 5.15.2 (pdfium)      A Z AA BB AAA BBB   Épreuve 1
#   pymupdf 2.0 (MuPDF)            A Z AA AB BA BB     \311preuve 1   found by its label: False
#   pikepdf 10.18.0 (qpdf)         A Z AA AB BA BB     Épreuve 1
#   pdfminer.six 20260107          A Z AA AB BA BB     Épreuve 1
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypdf==7.1.1 pypdfium2==5.15.2 pymupdf==2.0 pikepdf==10.18.0 pdfminer.six==20260107
"$place/venv/bin/python" - <<'PYTHON'
import io
import itertools
import sys

import pikepdf
import pymupdf
import pypdf
import pypdfium2
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pikepdf import Array, Dictionary, Name, String

PAGES = (0, 25, 26, 27, 52, 53)


def pdf(label):
    document = pikepdf.new()
    for _ in range(54):
        document.add_blank_page(page_size=(50, 50))
    document.Root.PageLabels = Dictionary(Nums=Array([0, label]))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def by_pypdf(data):
    return pypdf.PdfReader(io.BytesIO(data), strict=True).page_labels


def by_pdfium(data):
    document = pypdfium2.PdfDocument(data)
    return [document.get_page_label(page) for page in range(len(document))]


def by_mupdf(data):
    return [page.get_label() for page in pymupdf.open(stream=data)]


def by_pikepdf(data):
    with pikepdf.open(io.BytesIO(data)) as document:
        return [page.label for page in document.pages]


def by_pdfminer(data):
    return list(itertools.islice(PDFDocument(PDFParser(io.BytesIO(data))).get_page_labels(), 54))


letters = pdf(Dictionary(S=Name.A))
prefixed = pdf(Dictionary(S=Name.D, P=String("Épreuve ")))
found = pymupdf.open(stream=prefixed).get_page_numbers("Épreuve 1") == [0]
seen = {}
for name, read in (
    ("pypdf 7.1.1", by_pypdf), ("pypdfium2 5.15.2 (pdfium)", by_pdfium), ("pymupdf 2.0 (MuPDF)", by_mupdf),
    ("pikepdf 10.18.0 (qpdf)", by_pikepdf), ("pdfminer.six 20260107", by_pdfminer),
):
    labels = read(letters)
    seen[name] = " ".join(labels[page] for page in PAGES), read(prefixed)[0]
    note = f"   found by its label: {found}" if read is by_mupdf else ""
    print(f"{name:30} {seen[name][0]:19} {seen[name][1]}{note}")
by_the_standard, as_columns = "A Z AA BB AAA BBB", "A Z AA AB BA BB"
sys.exit(0 if not found and [*seen.values()] == [
    (by_the_standard, "Épreuve 1"), (by_the_standard, "Épreuve 1"), (as_columns, r"\311preuve 1"),
    (as_columns, "Épreuve 1"), (as_columns, "Épreuve 1"),
] else 1)
PYTHON
