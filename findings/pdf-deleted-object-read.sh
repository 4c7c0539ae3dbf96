#!/bin/sh
# An incremental update of a PDF deletes an object by a free entry in its cross-reference section (ISO 32000-2, 7.5.6), and a
# reference to it is null from then on (7.3.10), as if the key were not there (7.3.7). qpdf and MuPDF read it so; pypdf,
# pdfium and pdfminer.six go on to the older section, where the entry is still in use, and give what was deleted: two
# readers of one valid file show two pages, and neither says anything. A page that is looked at with the one and
# searched or drawn with the other is not the same page.
#
# Seen on 2026-11-29, Python 3.11; "DEUX" stands on the second page, in a stream that was deleted:
#   pikepdf 10.18.0 (qpdf)         UN|
#   pymupdf 2.0 (MuPDF)            UN|
#   pypdf 7.1.1, strict            UN|DEUX
#   pypdfium2 5.15.2 (pdfium)      UN|DEUX
#   pdfminer.six 20260107          UN|DEUX
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pikepdf==10.18.0 pymupdf==2.0 pypdf==7.1.1 pypdfium2==5.15.2 pdfminer.six==20260107
"$place/venv/bin/python" - <<'PYTHON'
import io
import re
import sys

import pikepdf
import pymupdf
import pypdf
import pypdfium2
from pdfminer.high_level import extract_text


def drawing(text):
    data = b"BT /F1 12 Tf 20 40 Td (%s) Tj ET" % text
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(data), data)


objects = [
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 200 100]/Resources<</Font<</F1 7 0 R>>>>>>",
    b"<</Type/Page/Parent 2 0 R/Contents 5 0 R>>",
    b"<</Type/Page/Parent 2 0 R/Contents 6 0 R>>",
    drawing(b"UN"),
    drawing(b"DEUX"),
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
]
pdf, entries = b"%PDF-1.7\n", [b"0000000000 65535 f \n"]
for number, body in enumerate(objects, start=1):
    entries.append(b"%010d 00000 n \n" % len(pdf))
    pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
first = len(pdf)
pdf += b"xref\n0 8\n%strailer\n<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (b"".join(entries), first)
second = len(pdf)  # the update: object 6 heads the list of the free ones
pdf += b"xref\n0 1\n0000000006 65535 f \n6 1\n0000000000 00001 f \n"
pdf += b"trailer\n<</Size 8/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (first, second)

def by_qpdf():
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert not opened.check_pdf_syntax()  # valid
        for page in opened.pages:
            drawn = page.obj["/Contents"].read_bytes() if isinstance(page.obj.get("/Contents"), pikepdf.Stream) else b""
            yield "".join(re.findall(r"\((.*?)\) Tj", drawn.decode()))


texts = {
    "pikepdf 10.18.0 (qpdf)": by_qpdf(),
    "pymupdf 2.0 (MuPDF)": (page.get_text() for page in pymupdf.open(stream=pdf)),
    "pypdf 7.1.1, strict": (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages),
    "pypdfium2 5.15.2 (pdfium)": (page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)),
    "pdfminer.six 20260107": extract_text(io.BytesIO(pdf)).removesuffix("\f").split("\f"),
}
seen = ["|".join(text.strip() for text in pages) for pages in texts.values()]
for name, text in zip(texts, seen):
    print(f"{name:30} {text}")
sys.exit(0 if seen == ["UN|", "UN|", "UN|DEUX", "UN|DEUX", "UN|DEUX"] else 1)
PYTHON
