#!/bin/sh
# A table row in a .docx may start late: w:gridBefore says how many columns of the grid it leaves free before its first cell (ISO/IEC
# 29500-1, 17.4.15); Word writes it where the first cells of a row were deleted. mammoth 1.13.0 and docx2python 3.7.1 do not look
# at it and begin each row in the first column: the mark below U6 stands below the name, or below E4, and nothing is said, in mammoth's
# messages neither. A row that ends early is right, so that a test with a short row passes. pandoc 3.9, the last on PyPI, does the same (mended
# later by its pull request 11464). python-docx 1.2.0 gives the row's cells without a gap, and the gap as row.grid_cols_before.
#
# Seen on 2026-12-01, Python 3.11; the cells of the row, a free column shown as -:
#   in the table       mammoth, docx2python, pandoc   python-docx
#   Durand 9 10 12     Durand 9 10 12                 Durand 9 10 12
#   Petit 11           Petit 11                       Petit 11
#   - 8 9 13           8 9 13                         - 8 9 13
#   - - - 14           14                             - - - 14
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check mammoth==1.13.0 docx2python==3.7.1 pypandoc_binary==1.17 python-docx==1.2.0
"$place/venv/bin/python" - "$place/marks.docx" <<'PYTHON'
import re
import sys

import docx
import mammoth
import pypandoc
from docx2python import docx2python
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

path = sys.argv[1]
ROWS = ["nom E4 E5 U6", "Durand 9 10 12", "Petit 11", "- 8 9 13", "- - - 14"]
LEFT = [row.replace("- ", "") for row in ROWS]


def write():
    book = docx.Document()
    table = book.add_table(len(ROWS), 4)
    for row, text in zip(table.rows, ROWS, strict=True):
        values = text.split()
        cells, before = list(row.cells), values.count("-")
        for cell, value in zip(cells, values, strict=False):
            cell.text = value
        for cell in (*cells[:before], *cells[len(values):]):
            row._tr.remove(cell._tc)
        if before:
            row._tr.get_or_add_trPr().append(parse_xml(f'<w:gridBefore {nsdecls("w")} w:val="{before}"/>'))
        if after := len(cells) - len(values):
            row._tr.get_or_add_trPr().append(parse_xml(f'<w:gridAfter {nsdecls("w")} w:val="{after}"/>'))
    book.save(path)


def in_html(html):
    """The rows of a table, without the empty cells at their ends."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    cells = [[re.sub(r"<[^>]*>", "", cell) or "-" for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)] for row in rows]
    return [re.sub(r"( -)+$", "", " ".join(row)) for row in cells]


write()
with open(path, "rb") as file:
    made = mammoth.convert_to_html(file)
with docx2python(path) as read:
    body = next(table for table in read.body if len(table) == len(ROWS))
seen = {
    "mammoth": in_html(made.value),
    "docx2python": [re.sub(r"( -)+$", "", " ".join("".join(cell) or "-" for cell in row)) for row in body],
    "pandoc": in_html(pypandoc.convert_file(path, "html")),
    "python-docx": [" ".join(["-"] * row.grid_cols_before + [cell.text for cell in row.cells]) for row in docx.Document(path).tables[0].rows],
}
for name, rows in seen.items():
    print(f"{name:12} {' | '.join(rows)}")
sys.exit(0 if not made.messages and seen == dict.fromkeys(seen, LEFT) | {"python-docx": ROWS} else 1)
PYTHON
