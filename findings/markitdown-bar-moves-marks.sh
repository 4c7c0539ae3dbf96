#!/bin/sh
# markitdown 0.1.9 makes a Markdown table of a sheet or of a Word table, and lets a vertical bar in a cell part the cell in two: what stands
# behind it moves one column to the right. Of « SISR | SLAM » in the option's column, SLAM stands where the mark of E4 should, and
# each mark one on: whoever reads the table gives Durand 12 in E5, where there is 8. GitHub Flavored Markdown (Tables) has \| for a bar in a cell, and
# ignores the excess where a row has more cells than the heading: the last mark is gone. Nothing is said. Of a .csv it does
# write \|, and so does pandoc 3.9 of a .docx.
#
# Seen on 2026-11-30, Python 3.11, markitdown 0.1.9, pypandoc_binary 1.17 (pandoc 3.9), read by marko 2.2.4's GFM; of two rows,
#   | Durand | SISR \| SLAM | 12 | 8  |
#   | Petit  | SLAM         | 14 | 15 |
# Durand's is:
#   xlsx by markitdown   Durand / SISR / SLAM / 12
#   docx by markitdown   Durand / SISR / SLAM / 12
#   csv by markitdown    Durand / SISR | SLAM / 12 / 8
#   docx by pandoc       Durand / SISR | SLAM / 12 / 8
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'markitdown[docx,xlsx]==0.1.9' pypandoc_binary==1.17 python-docx==1.2.0 \
  openpyxl==3.1.5 marko==2.2.4
"$place/venv/bin/python" -W ignore - "$place" <<'PYTHON'
import csv
import sys

import docx
import openpyxl
import pypandoc
from marko.ext.gfm import gfm
from marko.ext.gfm.elements import TableRow
from markitdown import MarkItDown

place = sys.argv[1]
ROWS = [["nom", "option", "E4", "E5"], ["Durand", "SISR | SLAM", "12", "8"], ["Petit", "SLAM", "14", "15"]]
book, letter = openpyxl.Workbook(), docx.Document()
table = letter.add_table(rows=0, cols=4)
for row in ROWS:
    book.active.append(row)
    for cell, value in zip(table.add_row().cells, row, strict=True):
        cell.text = value
book.save(f"{place}/list.xlsx")
letter.save(f"{place}/list.docx")
with open(f"{place}/list.csv", "w", newline="") as file:
    csv.writer(file).writerows(ROWS)


def text(element):
    return element.children if isinstance(element.children, str) else "".join(map(text, element.children))


def rows(element):
    if isinstance(element, TableRow):
        return [[text(cell).strip() for cell in element.children]]
    return [] if isinstance(element.children, str) else [row for child in element.children for row in rows(child)]


def durand(markdown):
    for row in rows(gfm.parse(markdown)):
        if row[0] == "Durand":
            return " / ".join(row)


convert = MarkItDown().convert
seen = {f"{kind} by markitdown": durand(convert(f"{place}/list.{kind}").text_content) for kind in ("xlsx", "docx", "csv")}
seen["docx by pandoc"] = durand(pypandoc.convert_file(f"{place}/list.docx", "gfm"))
for name, row in seen.items():
    print(f"{name:20} {row}")
moved, right = "Durand / SISR / SLAM / 12", "Durand / SISR | SLAM / 12 / 8"
sys.exit(0 if list(seen.values()) == [moved, moved, right, right] else 1)
PYTHON
