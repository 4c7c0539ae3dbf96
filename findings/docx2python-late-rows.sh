#!/bin/sh
# docx2python 3.7.1 fills merged cells of a table with what they hold. It does not count the columns that a row leaves
# out at its left (w:gridBefore, which Word writes where the first cells of a row are deleted): the row's cells slide to the
# left, and a cell that is merged with the one above takes the text of another column. A mark is read under the wrong heading,
# and another mark in place of the decision, without an error. ISO/IEC 29500-1 (17.4.15) has gridBefore as the grid columns
# before a row's first cell; docx2python's README says that tables are "always nxm", filled "with content from adjacent cells".
#
# Seen on 2026-11-29, Python 3.11, docx2python 3.7.1, python-docx 1.2.0; of a table whose last row begins in the second column,
#   | Écrit | Oral | Avis     |
#   | 12    | 14   | Admis    |
#           | 17   | (merged) |
# the last row is:
#   docx2python  ['17', '14']
#   python-docx  1 column left out, ['17', 'Admis']
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check docx2python==3.7.1 python-docx==1.2.0
"$place/venv/bin/python" - "$place/table.docx" <<'PYTHON'
import sys

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx2python import docx2python

document = docx.Document()
table = document.add_table(3, 3)
for row, texts in enumerate((("Écrit", "Oral", "Avis"), ("12", "14", "Admis"), ("", "17", ""))):
    for column, text in enumerate(texts):
        table.cell(row, column).text = text
table.cell(1, 2).merge(table.cell(2, 2))
late = table.rows[2]._tr
late.remove(late.tc_lst[0])
left_out = OxmlElement("w:gridBefore")
left_out.set(qn("w:val"), "1")
late.get_or_add_trPr().insert(0, left_out)
document.save(sys.argv[1])

with docx2python(sys.argv[1]) as read:
    (rows,) = (rows for rows in read.body if len(rows) == 3)
    slid = [" ".join(cell).strip() for cell in rows[2]]
last = docx.Document(sys.argv[1]).tables[0].rows[2]
right = last.grid_cols_before, [cell.text.strip() for cell in last.cells]
print(f"docx2python  {slid}\npython-docx  {right[0]} column left out, {right[1]}")
sys.exit(0 if slid == ["17", "14"] and right == (1, ["17", "Admis"]) else 1)
PYTHON
