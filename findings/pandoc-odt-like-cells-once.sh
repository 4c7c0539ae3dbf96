#!/bin/sh
# pandoc 3.9 takes a cell of a table in an .odt once, however many it stands for. Adjoining cells that are alike may be written as one with the
# attribute table:number-columns-repeated (OpenDocument 1.3 part 3), in a text's tables as in a sheet's: of two fourteens one is
# left, and of two empty cells, so that what follows moves to the left, below another exam. What is missing is filled up at the row's
# end: each row has the right length. The exit code is 0, and nothing is said. Spans of columns and rows are read since its pull request 11366, so
# that a test with merged cells passes. LibreOffice 7.4.7.2 shows each mark in its place.
#
# Seen on 2026-12-01, Python 3.11, pypandoc_binary 1.17 (pandoc 3.9), odfpy 1.4.1; an empty cell is shown as -:
#   in the table       pandoc
#   nom E4 E5 U6       nom E4 E5 U6
#   Durand 9 10 12     Durand 9 10 12
#   Petit 14 14 9      Petit 14 9 -
#   Martin - - 13      Martin - 13 -
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypandoc_binary==1.17 odfpy==1.4.1
"$place/venv/bin/python" - "$place/marks.odt" <<'PYTHON'
import re
import sys

import pypandoc
from odf.opendocument import OpenDocumentText
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import P

path = sys.argv[1]
ROWS = [(("nom", 1), ("E4", 1), ("E5", 1), ("U6", 1)), (("Durand", 1), ("9", 1), ("10", 1), ("12", 1)),
        (("Petit", 1), ("14", 2), ("9", 1)), (("Martin", 1), ("", 2), ("13", 1))]


def cell(text, times):
    made = TableCell(**({"numbercolumnsrepeated": times} if times > 1 else {}))
    made.addElement(P(text=text))
    return made


document, table = OpenDocumentText(), Table(name="Notes")
table.addElement(TableColumn(numbercolumnsrepeated=4))
for cells in ROWS:
    row = TableRow()
    for text, times in cells:
        row.addElement(cell(text, times))
    table.addElement(row)
document.text.addElement(table)
document.save(path)


def shown(cells):
    return " ".join(text or "-" for text in cells)


html = pypandoc.convert_file(path, "html")
by_pandoc = [shown(re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)) for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)]
in_table = [shown(text for text, times in cells for _ in range(times)) for cells in ROWS]
for row, read in zip(in_table, by_pandoc, strict=True):
    print(f"{row:20} {read}")
sys.exit(0 if by_pandoc == [*in_table[:2], "Petit 14 9 -", "Martin - 13 -"] else 1)
PYTHON
