#!/bin/sh
# read-excel-file 9.3.17 cuts a time of day to the millisecond below, where exceljs rounds it: a spreadsheet keeps 14:30 as a fraction
# of a day that no binary number is equal to, so 14:30 is read as 14:29:59.999, and is 14:29 wherever hours and minutes
# are written. It is so for 128 of the 288 times of a day in steps of five minutes, among them 08:30 and 14:30, and not
# 08:00 or 14:00; the rest is exact, whatever the time zone. A midnight is right, so that dates alone are never a day early. openpyxl
# and XlsxWriter write the same numbers, of 16 digits; LibreOffice writes 15, and 96 times are early. Its documentation says of
# dates that telling them from numbers is not trivial and seems to work so far, and nothing of their precision.
#
# Seen on 2026-11-30, Node 20, read-excel-file 9.3.17, exceljs 4.4.0, openpyxl 3.1.5, XlsxWriter 3.3.1:
#                      XlsxWriter                           openpyxl
#   read-excel-file    128 of 288 early, 14:30 is 14:29     128 of 288 early, 14:30 is 14:29
#   exceljs            0 of 288 early, 14:30 is 14:30       0 of 288 early, 14:30 is 14:30
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 xlsxwriter==3.3.1
npm install --prefix "$place" --silent --no-audit --no-fund read-excel-file@9.3.17 exceljs@4.4.0
"$place/venv/bin/python" - "$place" <<'PYTHON'
import sys
from datetime import datetime, timedelta

import openpyxl
import xlsxwriter

times = [datetime(2026, 6, 15) + timedelta(minutes=5 * step) for step in range(288)]
with xlsxwriter.Workbook(f"{sys.argv[1]}/XlsxWriter.xlsx", {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
    sheet = book.add_worksheet()
    for row, time in enumerate(times):
        sheet.write_datetime(row, 0, time)
book = openpyxl.Workbook()
for time in times:
    book.active.append([time])
book.save(f"{sys.argv[1]}/openpyxl.xlsx")
PYTHON
cat > "$place/read.mjs" <<'JS'
import Excel from "exceljs";
import readExcelFile from "read-excel-file/node";

const readers = {
  "read-excel-file": async (path) => (await readExcelFile(path))[0].data.map((row) => row[0]),
  exceljs: async (path) => {
    const book = new Excel.Workbook();
    await book.xlsx.readFile(path);
    return book.worksheets[0].getColumn(1).values.slice(1);
  },
};
const seen = [];
console.log("".padEnd(18), "XlsxWriter".padEnd(36), "openpyxl");
for (const [name, read] of Object.entries(readers)) {
  const line = [];
  for (const writer of ["XlsxWriter", "openpyxl"]) {
    const times = (await read(`${writer}.xlsx`)).map((time) => time.toISOString().slice(11, 16));
    const due = (step) => new Date(step * 300000).toISOString().slice(11, 16);
    const early = times.filter((time, step) => time !== due(step)).length;
    line.push(`${early} of ${times.length} early, 14:30 is ${times[174]}`);
  }
  console.log(name.padEnd(18), line[0].padEnd(36), line[1]);
  seen.push(...line);
}
const expected = ["128 of 288 early, 14:30 is 14:29", "0 of 288 early, 14:30 is 14:30"].flatMap((one) => [one, one]);
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
cd "$place" && node read.mjs
