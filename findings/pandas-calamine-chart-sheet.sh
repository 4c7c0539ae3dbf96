#!/bin/sh
# pandas 3.1.1 with engine="calamine" counts sheets in two ways: ExcelFile.sheet_names leaves chart sheets out, and
# sheet_name=1 counts them. In a book with a chart on a sheet of its own, sheet_name=1 is then not sheet_names[1]: another
# sheet's marks are read, without an error; and sheet_name=0, which is the default, gives an empty table. read_excel's
# documentation says that "chart sheets do not count as a sheet position"; with engine="openpyxl" they do not.
#
# Seen on 2026-11-29, Python 3.11, pandas 3.1.1, python-calamine 0.9.1, openpyxl 3.1.5, a book of XlsxWriter 3.3.1:
#   openpyxl  names ['Notes', 'Absents']   0: [['Durand', 17]]   1: [['Petit', 'absent']]
#   calamine  names ['Notes', 'Absents']   0: []                 1: [['Durand', 17]]
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 python-calamine==0.9.1 openpyxl==3.1.5 xlsxwriter==3.3.1
"$place/venv/bin/python" -W ignore - "$place/book.xlsx" <<'PYTHON'
import sys

import pandas as pd
import xlsxwriter

with xlsxwriter.Workbook(sys.argv[1]) as book:
    curve = book.add_chartsheet("Courbe")
    book.add_worksheet("Notes").write_row(0, 0, ["Durand", 17])
    book.add_worksheet("Absents").write_row(0, 0, ["Petit", "absent"])
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Notes!$B$1:$B$1"})
    curve.set_chart(chart)


def seen(engine):
    with pd.ExcelFile(sys.argv[1], engine=engine) as file:
        names = file.sheet_names
        by_place = [file.parse(sheet_name=at, header=None).values.tolist() for at in (0, 1)]
    print(f"{engine:9} names {names}   0: {by_place[0]!s:18} 1: {by_place[1]}")
    return names, by_place


names, notes, absent = ["Notes", "Absents"], [["Durand", 17]], [["Petit", "absent"]]
as_seen = seen("openpyxl") == (names, [notes, absent]) and seen("calamine") == (names, [[], notes])
sys.exit(0 if as_seen else 1)
PYTHON
