#!/bin/sh
# xlsx2csv 0.8.6 takes a number for a date when its format names a unit: 3 in the format 0" jours", which a spreadsheet shows
# as "3 jours", is written as the text 0" jours", and every cell of the column says the same. Letters are filled in as a
# date's: 3 candidates are "can02i02ats". It looks for the letters of dates in all of the format, though what stands between
# quotes is text to be shown. It ends with 0 and says nothing; the numbers are gone. Which units do it lies in their letters:
# « € » and "Lot" pass, "jours", "candidats" and "pts" do not, so that a test with one of the former finds nothing.
#
# Seen on 2026-11-30, Python 3.11, xlsx2csv 0.8.6, openpyxl 3.1.5; of two rows with 3 and 12:
#   format             openpyxl   xlsx2csv
#   0                  3, 12      3 | 12
#   0" €"              3, 12      3 | 12
#   "Lot "0            3, 12      3 | 12
#   0" jours"          3, 12      0" jours" | 0" jours"
#   0" candidats"      3, 12      0" can02i02ats" | 0" can11i11ats"
#   0.0" pts"          3, 12      0.0" pts" | 0.0" pts"
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check xlsx2csv==0.8.6 openpyxl==3.1.5
"$place/venv/bin/python" - "$place/book.xlsx" <<'PYTHON'
import csv
import io
import sys

import openpyxl
from xlsx2csv import Xlsx2csv

FORMATS = ("0", '0" €"', '"Lot "0', '0" jours"', '0" candidats"', '0.0" pts"')
book = openpyxl.Workbook()
for row, number in enumerate((3, 12), start=1):
    for column, number_format in enumerate(FORMATS, start=1):
        book.active.cell(row, column, number).number_format = number_format
book.save(sys.argv[1])

held = list(openpyxl.load_workbook(sys.argv[1]).active.iter_rows(values_only=True))
out = io.StringIO()
Xlsx2csv(sys.argv[1]).convert(out)
written = list(csv.reader(io.StringIO(out.getvalue())))
seen = {}
print("format             openpyxl   xlsx2csv")
for number_format, numbers, texts in zip(FORMATS, zip(*held, strict=True), zip(*written, strict=True), strict=True):
    seen[number_format] = numbers, texts
    print(f"{number_format:18} {', '.join(map(str, numbers)):10} {' | '.join(texts)}")
right = (3, 12), ("3", "12")
sys.exit(0 if seen == {
    "0": right, '0" €"': right, '"Lot "0': right, '0" jours"': ((3, 12), ('0" jours"',) * 2),
    '0" candidats"': ((3, 12), ('0" can02i02ats"', '0" can11i11ats"')), '0.0" pts"': ((3, 12), ('0.0" pts"',) * 2),
} else 1)
PYTHON
