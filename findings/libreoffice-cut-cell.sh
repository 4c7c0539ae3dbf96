#!/bin/sh
# LibreOffice 7.4.7.2 makes a PDF of a sheet in which a text too long for its cell is cut on the paper, and how the cell is
# aligned says whether the rest is in the file. Aligned left or right, the text itself is cut: of a long number kept as text
# the first digits are left, or the last, no reader has the others, and nothing on the page tells. Centred, or wrapped in a
# row of fixed height, all of it is in the file behind a clip: pypdf and pdfium give what nobody sees on the page, MuPDF
# leaves out what the clip hides. So a page's text is neither what the sheet holds nor always what the page shows.
# LibreOffice's help (Error Codes) has "###" for "The cell is not wide enough to display the contents"; a text gets none.
#
# Seen on 2026-11-29, Python 3.11, LibreOffice 7.4.7.2 (Debian), openpyxl 3.1.5, pypdf 7.1.1, pypdfium2 5.15.2, pymupdf 2.0 (MuPDF);
# of "Alpha bravo charlie delta echo foxtrot golf hotel india" in a cell 12 wide between two that are not empty:
#   cell       pypdf                 pdfium                MuPDF
#   left       Alpha                 Alpha                 Alpha
#   right      india                 india                 india
#   centred    Alpha delta india     Alpha delta india     delta
#   wrapped    Alpha delta india     Alpha delta india     india
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
soffice --version | grep -F 'LibreOffice 7.4.7.2' || { echo "another LibreOffice: $(soffice --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 pypdf==7.1.1 pypdfium2==5.15.2 pymupdf==2.0
"$place/venv/bin/python" - "$place/book.xlsx" <<'PYTHON'
import sys

import openpyxl
from openpyxl.styles import Alignment

book = openpyxl.Workbook()
book.remove(book.active)
for name, alignment in (
    ("left", Alignment(horizontal="left")), ("right", Alignment(horizontal="right")),
    ("centred", Alignment(horizontal="center")), ("wrapped", Alignment(wrap_text=True)),
):
    sheet = book.create_sheet(name)
    sheet.append(["<", "Alpha bravo charlie delta echo foxtrot golf hotel india", ">"])
    sheet["B1"].alignment = alignment
    sheet.column_dimensions["B"].width = 12
    sheet.row_dimensions[1].height = 15
book.save(sys.argv[1])
PYTHON
soffice -env:UserInstallation="file://$place/office" --headless --convert-to pdf --outdir "$place" "$place/book.xlsx" > /dev/null 2>&1
"$place/venv/bin/python" - "$place/book.pdf" <<'PYTHON'
import sys

import pymupdf
import pypdf
import pypdfium2

readers = (
    [page.extract_text() for page in pypdf.PdfReader(sys.argv[1], strict=True).pages],
    [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(sys.argv[1])],
    [page.get_text() for page in pymupdf.open(sys.argv[1])],
)
print("cell       pypdf                 pdfium                MuPDF")
seen = {}
for name, *texts in zip(("left", "right", "centred", "wrapped"), *readers, strict=True):
    seen[name] = [" ".join(word for word in ("Alpha", "delta", "india") if word in text) for text in texts]
    print(f"{name:10} {seen[name][0]:21} {seen[name][1]:21} {seen[name][2]}")
whole = "Alpha delta india"
sys.exit(0 if seen == {
    "left": ["Alpha"] * 3, "right": ["india"] * 3, "centred": [whole, whole, "delta"], "wrapped": [whole, whole, "india"],
} else 1)
PYTHON
