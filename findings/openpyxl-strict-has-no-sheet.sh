#!/bin/sh
# Word and Excel save a file as "Strict Open XML" too (ISO/IEC 29500-1; in Excel its name ends in .xlsx like any other): the same parts with other names of
# their XML. openpyxl 3.1.5 opens such a workbook without an error, warns of "an invalid specification for 0", and finds no sheet in it: sheetnames is empty,
# active is None, and a loop over the sheets does nothing, so that an import ends well with no row. docx2txt 0.9 gives an empty string of such a letter. pandas and python-docx stop, if with messages of something else (no worksheet
# 0; no relationship). python-calamine, mammoth and docx2python read them all.
#
# Seen on 2026-12-01, Python 3.11; a workbook and a letter, as they are saved every day, and strict:
#   openpyxl 3.1.5            ['Notes']         []
#   pandas 3.1.1              1 row             ValueError: ... 0 worksheets found
#   python-calamine 0.9.1     2 rows            2 rows
#   docx2txt 0.9              Note : 12         (empty)
#   docx2python 3.7.1         Note : 12         Note : 12
#   mammoth 1.13.0            Note : 12         Note : 12
#   python-docx 1.2.0         Note : 12         KeyError
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 pandas==3.1.1 python-calamine==0.9.1 docx2txt==0.9 \
  docx2python==3.7.1 mammoth==1.13.0 python-docx==1.2.0
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import re
import sys
import zipfile

import docx
import docx2python
import docx2txt
import mammoth
import openpyxl
import pandas
import python_calamine

book = openpyxl.Workbook()
book.active.title = "Notes"
book.active.append(["Anonymat", "Note"])
book.active.append(["A1", 12])
book.save("usual.xlsx")
letter = docx.Document()
letter.add_paragraph("Note : 12")
letter.save("usual.docx")
for kind in ("xlsx", "docx"):
    with zipfile.ZipFile(f"usual.{kind}") as usual, zipfile.ZipFile(f"strict.{kind}", "w") as strict:
        for name in usual.namelist():
            # the names of the two conformance classes differ by the year and the host alone (ISO/IEC 29500-4, annex A)
            part = re.sub(rb"http://schemas\.openxmlformats\.org/(officeDocument|\w+ml)/2006/", rb"http://purl.oclc.org/ooxml/\1/", usual.read(name))
            strict.writestr(name, part.replace(b"<workbook ", b'<workbook conformance="strict" ').replace(b"<w:document ", b'<w:document w:conformance="strict" '))

READERS = {
    "openpyxl": lambda kind: openpyxl.load_workbook(f"{kind}.xlsx").sheetnames,
    "pandas": lambda kind: len(pandas.read_excel(f"{kind}.xlsx", engine="openpyxl")),
    "python-calamine": lambda kind: len(python_calamine.CalamineWorkbook.from_path(f"{kind}.xlsx").get_sheet_by_index(0).to_python()),
    "docx2txt": lambda kind: docx2txt.process(f"{kind}.docx"),
    "docx2python": lambda kind: docx2python.docx2python(f"{kind}.docx").text,
    "mammoth": lambda kind: mammoth.extract_raw_text(open(f"{kind}.docx", "rb")).value.strip(),
    "python-docx": lambda kind: docx.Document(f"{kind}.docx").paragraphs[0].text,
}


def read(reader, kind):
    try:
        return reader(kind)
    except (KeyError, ValueError) as error:
        return type(error).__name__


seen = {name: (read(reader, "usual"), read(reader, "strict")) for name, reader in READERS.items()}
for name, (usual, strict) in seen.items():
    print(f"{name:18} {usual!r:14} {strict!r}")
SAME = ("Note : 12", "Note : 12")
sys.exit(0 if seen == {
    "openpyxl": (["Notes"], []), "pandas": (1, "ValueError"), "python-calamine": (2, 2), "docx2txt": ("Note : 12", ""),
    "docx2python": SAME, "mammoth": SAME, "python-docx": ("Note : 12", "KeyError"),
} else 1)
PYTHON
