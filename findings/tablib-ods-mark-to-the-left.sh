#!/bin/sh
# tablib 3.10.0 moves the marks of an .ods sheet to the left. LibreOffice Calc writes adjoining cells that are alike once, with the
# attribute table:number-columns-repeated (OpenDocument 1.3, part 3), and empty cells, too: tablib leaves out the empty ones, however
# many they stand for, so that Durand, who has a mark in the third exam alone, has it in the first; and gives the others once, so that of
# three fourteens one is left. What is missing is filled up with '' at the row's end: each row has the right length. Nothing is said.
# One empty cell alone is in its place, so that a test with one gap passes. pandas with odf and calamine, and pyexcel-ods3, have all in its
# place. A pull request for it (jazzband/tablib 616) has been there since 2025.
#
# Seen on 2026-11-30, Python 3.11, tablib 3.10.0, odfpy 1.4.1, pandas 3.1.1, python-calamine 0.9.1, pyexcel-ods3 0.6.1; the sheet is written
# here with odfpy as LibreOffice 7.4.7.2 wrote it from a .csv of these rows; an empty cell is shown as -:
#   in the sheet          tablib                pandas, odf           pandas, calamine      pyexcel-ods3
#   Durand - - 12         Durand 12 - -         Durand - - 12         Durand - - 12         Durand - - 12
#   Petit 14 14 14        Petit 14 - -          Petit 14 14 14        Petit 14 14 14        Petit 14 14 14
#   Martin 9 - 10         Martin 9 - 10         Martin 9 - 10         Martin 9 - 10         Martin 9 - 10
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'tablib[ods]==3.10.0' odfpy==1.4.1 pandas==3.1.1 python-calamine==0.9.1 \
  pyexcel-ods3==0.6.1
"$place/venv/bin/python" - "$place/marks.ods" <<'PYTHON'
import sys
from itertools import groupby

import pandas
import pyexcel_ods3
import tablib
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

path = sys.argv[1]
HEADING = ["nom", "E4", "E5", "U6"]
ROWS = [["Durand", None, None, 12], ["Petit", 14, 14, 14], ["Martin", 9, None, 10]]


def cell(value, times):
    how = {"numbercolumnsrepeated": times} if times > 1 else {}
    if isinstance(value, int):
        made = TableCell(valuetype="float", value=value, **how)
    else:
        made = TableCell(**how) if value is None else TableCell(valuetype="string", **how)
    if value is not None:
        made.addElement(P(text=str(value)))
    return made


book, table = OpenDocumentSpreadsheet(), Table(name="Notes")
for values in (HEADING, *ROWS):
    row = TableRow()
    for value, alike in groupby(values):
        row.addElement(cell(value, len(list(alike))))
    table.addElement(row)
book.spreadsheet.addElement(table)
book.save(path)


def by_tablib():
    with open(path, "rb") as file:
        return list(tablib.Dataset().load(file, format="ods"))


def by_pandas(engine):
    return pandas.read_excel(path, engine=engine).values.tolist()


def shown(rows):
    return [" ".join("-" if value in (None, "") or value != value else str(value).removesuffix(".0") for value in row) for row in rows]


seen = {
    "in the sheet": shown(ROWS),
    "tablib": shown(by_tablib()),
    "pandas, odf": shown(by_pandas("odf")),
    "pandas, calamine": shown(by_pandas("calamine")),
    "pyexcel-ods3": shown(pyexcel_ods3.get_data(path)["Notes"][1:]),
}
print(" ".join(f"{name:21}" for name in seen))
for line in zip(*seen.values(), strict=True):
    print(" ".join(f"{row:21}" for row in line))
right = shown(ROWS)
sys.exit(0 if seen == dict.fromkeys(seen, right) | {"tablib": ["Durand 12 - -", "Petit 14 - -", "Martin 9 - 10"]} else 1)
PYTHON
