#!/bin/sh
# markitdown 0.1.9 writes other numbers than a sheet of .xlsx has, and how depends on the column's other cells. A sum of 1234567.89 above
# 14.5 is right, and above 12.123456789, as a mean has its digits, it is 1.234568e+06, one rounded to whole euros. A candidate's
# number, an integer, gets ".0" where another row has none; there TRUE is 1.0; and a candidate whose name is NULL has NaN for a name.
# It reads the sheet with pandas, which makes one type of each column, and writes it with pandas's to_html, which rounds for the
# screen. Nothing is said, and the text looks like the sheet, so that a sum
# that is asked of it is the rounded one.
#
# Seen on 2026-11-30, Python 3.11, markitdown 0.1.9, pandas 3.1.1, openpyxl 3.1.5; the first row is Durand, 1234567890, 1234567.89, TRUE:
#   second row in the sheet                   first row by markitdown                     second row by markitdown
#   Petit, 1234567891, 14.5, FALSE            Durand, 1234567890, 1234567.89, True        Petit, 1234567891, 14.50, False
#   Petit, 1234567891, 12.123456789, FALSE    Durand, 1234567890, 1.234568e+06, True      Petit, 1234567891, 1.212346e+01, False
#   NULL, -, 14.5, -                          Durand, 1234567890.0, 1234567.89, 1.0       NaN, NaN, 14.50, NaN
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'markitdown[xlsx]==0.1.9' pandas==3.1.1 openpyxl==3.1.5
"$place/venv/bin/python" -W ignore - "$place/list.xlsx" <<'PYTHON'
import sys

import openpyxl
from markitdown import MarkItDown

path = sys.argv[1]
FIRST = ["Durand", 1234567890, 1234567.89, True]
SECOND = [["Petit", 1234567891, 14.5, False], ["Petit", 1234567891, 12.123456789, False], ["NULL", None, 14.5, None]]


def converted(second):
    book = openpyxl.Workbook()
    for row in (["nom", "numéro", "somme", "reçu"], FIRST, second):
        book.active.append(row)
    book.save(path)
    lines = MarkItDown().convert(path).text_content.splitlines()
    return tuple(line.strip("| ").replace(" | ", ", ") for line in lines[-2:])


seen = [converted(second) for second in SECOND]
for second, (first, last) in zip(SECOND, seen, strict=True):
    told = ", ".join("-" if value is None else str(value) for value in second)
    print(f"{told:41} {first:43} {last}")
sys.exit(0 if seen == [
    ("Durand, 1234567890, 1234567.89, True", "Petit, 1234567891, 14.50, False"),
    ("Durand, 1234567890, 1.234568e+06, True", "Petit, 1234567891, 1.212346e+01, False"),
    ("Durand, 1234567890.0, 1234567.89, 1.0", "NaN, NaN, 14.50, NaN"),
] else 1)
PYTHON
