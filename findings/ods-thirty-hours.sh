#!/bin/sh
# A length of thirty hours in an .ods sheet, shown as 30:00, stops or changes what reads the sheet, where 23:00 is read by all. pandas 3.1.1
# with engine odf takes the displayed text for a time of day and raises DateParseError, and gives no cell of the sheet; python-calamine
# 0.9.1, and so pandas with that engine, gives the text PT30H00M00S among times of day. pyexcel-ods3 and odfdo give thirty hours.
# OpenDocument 1.3 part 3 (19.389) has a duration in office:time-value, which may be of any length, for
# both; from an .xlsx sheet of the same lengths calamine gives thirty hours.
#
# Seen on 2026-11-30, Python 3.11, pandas 3.1.1, odfpy 1.4.1, python-calamine 0.9.1, pyexcel-ods3 0.6.1, odfdo 3.27.3, XlsxWriter 3.3.1:
#   cell     pandas, odf         calamine            pyexcel-ods3       odfdo              calamine, .xlsx
#   23:00    23:00:00            23:00:00            23:00:00           23:00:00           23:00:00
#   30:00    DateParseError      PT30H00M00S         1 day, 6:00:00     1 day, 6:00:00     1 day, 6:00:00
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 odfpy==1.4.1 python-calamine==0.9.1 \
  pyexcel-ods3==0.6.1 odfdo==3.27.3 xlsxwriter==3.3.1
"$place/venv/bin/python" - "$place" <<'PYTHON'
import sys
from datetime import timedelta
from pathlib import Path

import odfdo
import pandas
import pyexcel_ods3
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from python_calamine import CalamineWorkbook

place = Path(sys.argv[1])


def ods(hours):
    book, table, row = OpenDocumentSpreadsheet(), Table(name="Stage"), TableRow()
    cell = TableCell(valuetype="time", timevalue=f"PT{hours}H00M00S")
    cell.addElement(P(text=f"{hours}:00"))
    row.addElement(cell)
    table.addElement(row)
    book.spreadsheet.addElement(table)
    book.save(path := place / f"{hours}.ods")
    return path


def xlsx(hours):
    with xlsxwriter.Workbook(path := place / f"{hours}.xlsx") as book:
        shown = book.add_format({"num_format": "[h]:mm"})
        book.add_worksheet("Stage").write_datetime(0, 0, timedelta(hours=hours), shown)
    return path


def by_pandas(path, engine):
    return pandas.read_excel(path, header=None, engine=engine).iloc[0, 0]


def by_calamine(path):
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0][0]


def tried(read, *how):
    try:
        return str(read(*how))
    except ValueError as error:
        return type(error).__name__


seen = []
print(f"{'cell':8} {'pandas, odf':19} {'calamine':19} {'pyexcel-ods3':18} {'odfdo':18} calamine, .xlsx")
for hours in (23, 30):
    sheet, other = ods(hours), xlsx(hours)
    seen.append([
        tried(by_pandas, sheet, "odf"),
        tried(by_calamine, sheet),
        tried(lambda: pyexcel_ods3.get_data(str(sheet))["Stage"][0][0]),
        tried(lambda: odfdo.Document(str(sheet)).body.get_table(0).get_value((0, 0))),
        tried(by_calamine, other),
    ])
    print(f"{hours}:00    {seen[-1][0]:19} {seen[-1][1]:19} {seen[-1][2]:18} {seen[-1][3]:18} {seen[-1][4]}")
whole, long = "23:00:00", "1 day, 6:00:00"
sys.exit(0 if seen == [[whole] * 5, ["DateParseError", "PT30H00M00S", long, long, long]] else 1)
PYTHON
