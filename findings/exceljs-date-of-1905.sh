#!/bin/sh
# A cell of an .xlsx may hold a date as text in the form of ISO 8601, of the type "d" (ISO/IEC 29500-1, 18.18.11); openpyxl writes
# it so where a workbook's iso_dates is set. exceljs 4.4.0 does not know the type and takes the number that the text begins with for
# days since 1900: the 12th of June 2026, 14:30, is the 18th of July 1905, as 2026 is that day, and a time of 14:30 is the 13th of
# January 1900. All dates of a year are one day, and what exceljs writes again is that day for good. xlsx-populate 1.21.0 gives
# null, as for an empty cell, and SheetJS 0.18.5 an invalid date for the time. None says a word. read-excel-file refuses the
# time and has the date; calamine and openpyxl have both.
#
# Seen on 2026-11-30, Python 3.11, Node 20, openpyxl 3.1.5, exceljs 4.4.0, xlsx-populate 1.21.0, xlsx (SheetJS) 0.18.5,
# read-excel-file 9.3.17, python-calamine 0.9.1:
#   written                 2026-06-12T14:30:00        14:30:00
#   exceljs                 1905-07-18T00:00:00.000Z   1900-01-13T00:00:00.000Z
#   xlsx-populate           null                       null
#   SheetJS                 2026-06-12T14:30:00.000Z   null
#   read-excel-file         2026-06-12T14:30:00.000Z   refused
#   calamine                2026-06-12T14:30:00        14:30:00
#   exceljs, then calamine  1905-07-18                 1900-01-14
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1
npm install --prefix "$place" --silent --no-audit --no-fund exceljs@4.4.0 xlsx-populate@1.21.0 xlsx@0.18.5 read-excel-file@9.3.17
cat > "$place/write.py" <<'PYTHON'
import datetime as dt

import openpyxl

for name, value in (("moment", dt.datetime(2026, 6, 12, 14, 30)), ("time", dt.time(14, 30))):
    book = openpyxl.Workbook()
    book.iso_dates = True
    book.active.append([value])
    book.save(f"{name}.xlsx")
PYTHON
cat > "$place/read.mjs" <<'JS'
import { writeFileSync } from "node:fs";
import ExcelJS from "exceljs";
import readExcelFile from "read-excel-file/node";
import XLSX from "xlsx";
import XlsxPopulate from "xlsx-populate";

const readers = {
  exceljs: async (name) => {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(`${name}.xlsx`);
    await book.xlsx.writeFile(`${name}-again.xlsx`);
    return book.worksheets[0].getCell("A1").value;
  },
  "xlsx-populate": async (name) => (await XlsxPopulate.fromFileAsync(`${name}.xlsx`)).sheet(0).cell("A1").value() ?? null,
  SheetJS: (name) => XLSX.readFile(`${name}.xlsx`, { cellDates: true }).Sheets.Sheet.A1.v,
  "read-excel-file": async (name) => (await readExcelFile(`${name}.xlsx`))[0].data[0][0],
};
const seen = {};
for (const [reader, read] of Object.entries(readers)) {
  seen[reader] = [];
  for (const name of ["moment", "time"]) {
    const value = await Promise.resolve(name).then(read).catch(() => "refused");
    seen[reader].push(value instanceof Date ? JSON.parse(JSON.stringify(value)) : value);
  }
}
writeFileSync("seen.json", JSON.stringify(seen));
JS
cat > "$place/judge.py" <<'PYTHON'
import json
import sys

import python_calamine


def by_calamine(name):
    return python_calamine.load_workbook(f"{name}.xlsx").get_sheet_by_index(0).to_python()[0][0].isoformat()


with open("seen.json") as file:
    seen = json.load(file)
seen["calamine"] = [by_calamine(name) for name in ("moment", "time")]
seen["exceljs, then calamine"] = [by_calamine(f"{name}-again") for name in ("moment", "time")]
for reader, (moment, time) in seen.items():
    print(f"{reader:23} {moment or 'null':26} {time or 'null'}")
sys.exit(0 if seen == {
    "exceljs": ["1905-07-18T00:00:00.000Z", "1900-01-13T00:00:00.000Z"],
    "xlsx-populate": [None, None],
    "SheetJS": ["2026-06-12T14:30:00.000Z", None],
    "read-excel-file": ["2026-06-12T14:30:00.000Z", "refused"],
    "calamine": ["2026-06-12T14:30:00", "14:30:00"],
    "exceljs, then calamine": ["1905-07-18", "1900-01-14"],
} else 1)
PYTHON
cd "$place"
venv/bin/python write.py
node read.mjs
venv/bin/python judge.py
