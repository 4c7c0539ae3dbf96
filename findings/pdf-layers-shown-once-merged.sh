#!/bin/sh
# A layer of a PDF that is off is shown once the page has been taken into another file. Whether a layer is on stands in the document's
# catalog (/OCProperties, ISO 32000-2, 8.11.4), and not in the page: pypdf's append, pikepdf and qpdf, PyMuPDF's insert_pdf, pdfium
# and pdftk copy the page and leave that behind. A mark that was corrected, the 12 of before in a layer that is off beside the 14
# that counts, stands there again, on the screen and on paper, in the file that is made of several reports. Nothing
# is said, and the layers cannot be turned off any more. poppler's pdfunite and Ghostscript keep them off; so does pypdf where it clones
# the document. That merged files lose their layers is asked after (pikepdf 118, pypdf 92 and a pull request,
# 3980, of 2026), as of layers that no viewer lists any more.
#
# Seen on 2026-11-30, Python 3.11, pypdf 7.1.1, pikepdf 10.18.0, pymupdf 2.0, pypdfium2 5.15.2, and Debian's qpdf 11.3.0, pdftk-java 3.3.2,
# poppler 22.12.0, Ghostscript 10.00.0; what is drawn of the page by pdfium and by MuPDF:
#   the page as it is          14       14
#   pypdf, clone_from          14       14
#   pdfunite                   14       14
#   Ghostscript                14       14
#   pypdf, append              12 14    12 14
#   pikepdf, pages.extend      12 14    12 14
#   PyMuPDF, insert_pdf        12 14    12 14
#   pdfium, import_pages       12 14    12 14
#   qpdf --pages               12 14    12 14
#   pdftk cat                  12 14    12 14
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
for tool in qpdf pdftk pdfunite gs; do command -v $tool > /dev/null || { echo "no $tool: apt-get install $tool"; exit 1; }; done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypdf==7.1.1 pikepdf==10.18.0 pymupdf==2.0 pypdfium2==5.15.2 numpy==2.4.6
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import subprocess
import sys

import numpy as np
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from pikepdf import Array, Dictionary, Name

with pikepdf.new() as pdf:
    page = pdf.add_blank_page(page_size=(200, 100))
    before, now = (pdf.make_indirect(Dictionary(Type=Name.OCG, Name=name)) for name in ("avant", "note"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([before, now]), D=Dictionary(Order=Array([before, now]), OFF=Array([before])))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F=font), Properties=Dictionary(A=before, B=now))
    page.Contents = pdf.make_stream(
        b"/OC /A BDC BT /F 20 Tf 20 40 Td (12) Tj ET EMC /OC /B BDC BT /F 20 Tf 120 40 Td (14) Tj ET EMC"
    )
    pdf.save("report.pdf")


def run(*words):
    subprocess.run(words, check=True)
    return "out.pdf"


def clone():
    pypdf.PdfWriter(clone_from="report.pdf").write("out.pdf")


def append():
    writer = pypdf.PdfWriter()
    writer.append("report.pdf")
    writer.write("out.pdf")


def extend():
    with pikepdf.new() as out, pikepdf.open("report.pdf") as pdf:
        out.pages.extend(pdf.pages)
        out.save("out.pdf")


def insert():
    out = pymupdf.open()
    out.insert_pdf(pymupdf.open("report.pdf"))
    out.save("out.pdf")


def import_pages():
    out = pypdfium2.PdfDocument.new()
    out.import_pages(pypdfium2.PdfDocument("report.pdf"))
    out.save("out.pdf")


def drawn(path):
    shown = pymupdf.open(path)[0].get_pixmap()
    by_mupdf = np.frombuffer(shown.samples, np.uint8).reshape(shown.height, shown.width, 3)
    by_pdfium = pypdfium2.PdfDocument(path)[0].render().to_numpy()[..., :3]
    return tuple(
        " ".join(mark for mark, half in (("12", slice(0, 100)), ("14", slice(100, None))) if (pixels[:, half] < 128).any())
        for pixels in (by_pdfium, by_mupdf)
    )


WAYS = {
    "pypdf, clone_from": clone,
    "pdfunite": lambda: run("pdfunite", "report.pdf", "report.pdf", "out.pdf"),
    "Ghostscript": lambda: run("gs", "-q", "-sDEVICE=pdfwrite", "-o", "out.pdf", "report.pdf", "report.pdf"),
    "pypdf, append": append,
    "pikepdf, pages.extend": extend,
    "PyMuPDF, insert_pdf": insert,
    "pdfium, import_pages": import_pages,
    "qpdf --pages": lambda: run("qpdf", "--empty", "--pages", "report.pdf", "report.pdf", "--", "out.pdf"),
    "pdftk cat": lambda: run("pdftk", "report.pdf", "report.pdf", "cat", "output", "out.pdf"),
}
seen = {"the page as it is": drawn("report.pdf")}
for name, way in WAYS.items():
    way()
    seen[name] = drawn("out.pdf")
for name, marks in seen.items():
    print(f"{name:26} {marks[0]:8} {marks[1]}")
kept = ("the page as it is", "pypdf, clone_from", "pdfunite", "Ghostscript")
sys.exit(0 if seen == {name: ("14", "14") if name in kept else ("12 14", "12 14") for name in seen} else 1)
PYTHON
