#!/bin/sh
# pdfium (by pypdfium2 5.15.2, newest on 2026-11-30) leaves out the blank behind an accent that stands for itself (U+0301 and its
# like, ISO/IEC 10646), where word and blank are strings of their own, as programs write that place every word: « André » and « Martin »
# come back as one word, « Noté » and « 12 » too. The same line with é as one character has its blank. pypdf 7.1.1 has it in both. Text
# that was typed or pasted in the decomposed form (Unicode, UAX 15: NFD; file names of macOS are) reaches PDFs so, and looks the same
# on the screen. Nothing is said; whoever looks for a name or a label finds neither.
#
# Seen on 2026-11-30, Python 3.11:
#               é as one character    e and its accent
#   pypdfium2   André Martin          AndréMartin
#   pypdf       André Martin          André Martin
# pdfium throws away a blank that stands in a string of its own, and guesses one from the gap (pdfium-lone-blank.sh); behind an
# accent the guess fails where nothing is set closer than usual, up to four tenths of the font's size.
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pypdf==7.1.1 pikepdf==10.18.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys
import unicodedata

import pikepdf
import pypdf
import pypdfium2
from pikepdf import Dictionary, Name

MEANS = b"""/CIDInit /ProcSet findresource begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <20> <7E> <0020> endbfrange
2 beginbfchar <B4> <0301> <E9> <00E9> endbfchar
endcmap end"""


def page(name):
    """The name, a blank and « Martin », each a string at its place; points."""
    pdf = pikepdf.new()
    sheet = pdf.add_blank_page(page_size=(200, 100)).obj
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding,
        ToUnicode=pdf.make_stream(MEANS),
    )
    sheet.Resources = Dictionary(Font=Dictionary(F=font))
    strings = ((20, name), (52, b" "), (55.3, b"Martin"))
    sheet.Contents = pdf.make_stream(
        b" ".join(b"BT /F 12 Tf %.1f 50 Td (%s) Tj ET" % (x, said) for x, said in strings)
    )
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def by_pypdfium2(data):
    return pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()


def by_pypdf(data):
    return pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()


found = {}
for reader in (by_pypdfium2, by_pypdf):
    for how, name in (("one", b"Andr\xe9"), ("two", b"Andre\xb4")):
        said = " ".join(unicodedata.normalize("NFC", reader(page(name))).split())
        found[reader.__name__, how] = said
        print(f"{reader.__name__:14} {how}  {said}")

as_seen = found == {
    ("by_pypdfium2", "one"): "André Martin",
    ("by_pypdfium2", "two"): "AndréMartin",
    ("by_pypdf", "one"): "André Martin",
    ("by_pypdf", "two"): "André Martin",
}
print("as seen" if as_seen else "CHANGED")
sys.exit(0 if as_seen else 1)
PYTHON
