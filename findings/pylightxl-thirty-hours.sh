#!/bin/sh
# pylightxl 1.61 takes whole days out of a length of time: a placement of thirty hours, in the format [h]:mm, is read as the text
# 06:00:00, and one of 24 hours as 00:00:00. Of a moment, 12 June 2026 at 14:30, shown as a date alone, the hour is lost. And a
# number whose format names a unit with a letter of dates is a time of day: 3 shown as "3 jours" is 00:00:00. Nothing is
# said. It looks for letters of dates and hours in the format, and writes what is left of a day with them; [h] is for hours elapsed,
# and what stands between quotes is text to be shown. openpyxl gives thirty hours, the moment, and 3.
#
# Seen on 2026-11-30, Python 3.11, pylightxl 1.61, openpyxl 3.1.5, XlsxWriter 3.3.1:
#   cell                                openpyxl               pylightxl
#   14 h 30, hh:mm                      14:30:00               14:30:00
#   24 h, [h]:mm                        1 day, 0:00:00         00:00:00
#   30 h, [h]:mm                        1 day, 6:00:00         06:00:00
#   12/06/2026 14:30, dd/mm/yyyy        2026-06-12 14:30:00    2026/06/12
#   3, 0" jours"                        3                      00:00:00
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pylightxl==1.61 openpyxl==3.1.5 xlsxwriter==3.3.1
"$place/venv/bin/python" - "$place/hours.xlsx" <<'PYTHON'
import sys
from datetime import datetime, timedelta

import openpyxl
import pylightxl
import xlsxwriter

path = sys.argv[1]
CELLS = {
    "14 h 30, hh:mm": (timedelta(hours=14.5), "hh:mm"),
    "24 h, [h]:mm": (timedelta(hours=24), "[h]:mm"),
    "30 h, [h]:mm": (timedelta(hours=30), "[h]:mm"),
    "12/06/2026 14:30, dd/mm/yyyy": (datetime(2026, 6, 12, 14, 30), "dd/mm/yyyy"),
    '3, 0" jours"': (3, '0" jours"'),
}
with xlsxwriter.Workbook(path) as book:
    sheet = book.add_worksheet("Stage")
    for row, (value, shown) in enumerate(CELLS.values()):
        sheet.write(row, 0, value, book.add_format({"num_format": shown}))
by_openpyxl = [str(value) for (value,) in openpyxl.load_workbook(path)["Stage"].iter_rows(values_only=True)]
by_pylightxl = [str(value) for value in pylightxl.readxl(path).ws("Stage").col(1)]
for name, *found in zip(CELLS, by_openpyxl, by_pylightxl, strict=True):
    print(f"{name:35} {found[0]:22} {found[1]}")
sys.exit(0 if by_openpyxl == ["14:30:00", "1 day, 0:00:00", "1 day, 6:00:00", "2026-06-12 14:30:00", "3"]
         and by_pylightxl == ["14:30:00", "00:00:00", "06:00:00", "2026/06/12", "00:00:00"] else 1)
PYTHON
