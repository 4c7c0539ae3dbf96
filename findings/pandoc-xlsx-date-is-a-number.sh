#!/bin/sh
# pandoc 3.9 reads an .xlsx without its number formats and types. The 17th of June 2026 becomes 46190.0, half past eight 0.3541666666666667, a
# cell that is true (of type b, ISO/IEC 29500-1, 18.18.11) 1.0 and one that is false 0.0, just as the marks 1 and 0 do; a candidate's
# number, 12345678901, is 1.2345678901e10. A table that begins in column C is moved to the first column, and a hidden sheet is shown like the
# others. Texts, and marks with a half, are right, so that a test with names and marks passes. The exit code is 0, and nothing is said. In
# pandoc's tracker there is no issue on it that we found; openpyxl 3.1.5 gives dates, hours and truth as such.
#
# Seen on 2026-12-01, Python 3.11, pypandoc_binary 1.17 (pandoc 3.9), XlsxWriter 3.3.1, openpyxl 3.1.5:
#   in the sheet         openpyxl               pandoc
#   Durand               Durand                 Durand
#   14.5                 14.5                   14.5
#   17/06/2026           2026-06-17 00:00:00    46190.0
#   08:30                08:30:00               0.3541666666666667
#   TRUE                 True                   1.0
#   FALSE                False                  0.0
#   12345678901          12345678901            1.2345678901e10
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypandoc_binary==1.17 XlsxWriter==3.3.1 openpyxl==3.1.5
"$place/venv/bin/python" - "$place/book.xlsx" <<'PYTHON'
import datetime
import re
import sys

import openpyxl
import pypandoc
import xlsxwriter

path = sys.argv[1]
VALUES = {
    "Durand": ("Durand", None), "14.5": (14.5, None), "17/06/2026": (datetime.datetime(2026, 6, 17), "dd/mm/yyyy"),
    "08:30": (datetime.time(8, 30), "hh:mm"), "TRUE": (True, None), "FALSE": (False, None), "12345678901": (12345678901, "0"),
}
book = xlsxwriter.Workbook(path)
sheet, late, hidden = (book.add_worksheet(name) for name in ("Notes", "Plus loin", "Cachée"))
sheet.write_row(0, 0, ["affiché", "valeur"])
for row, (shown, (value, number_format)) in enumerate(VALUES.items(), start=1):
    sheet.write_string(row, 0, shown)
    sheet.write(row, 1, value, book.add_format({"num_format": number_format}) if number_format else None)
late.write_row(1, 2, ["C2", "D2"])
hidden.write_row(0, 0, ["brouillon"])
hidden.hide()
book.close()

html = pypandoc.convert_file(path, "html")
by_pandoc = dict(re.findall(r"<td>([^<]*)</td>\s*<td>([^<]*)</td>", html))
held = {shown: str(value) for shown, value in openpyxl.load_workbook(path)["Notes"].iter_rows(min_row=2, values_only=True)}
for shown in VALUES:
    print(f"{shown:20} {held[shown]:22} {by_pandoc[shown]}")
moved = re.findall(r"<th>([^<]*)</th>", html)[2:]
print("headings of the other sheets:", moved)
sys.exit(0 if moved == ["C2", "D2", "brouillon"] and [*by_pandoc.values()] == [
    "Durand", "14.5", "46190.0", "0.3541666666666667", "1.0", "0.0", "1.2345678901e10",
] and [*held.values()] == ["Durand", "14.5", "2026-06-17 00:00:00", "08:30:00", "True", "False", "12345678901"] else 1)
PYTHON
