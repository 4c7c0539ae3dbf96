#!/bin/sh
# polars 2.1.0: read_excel guesses a column's type from its first 100 rows, and what comes later and does not fit is made null
# by its default engine, calamine, without a warning: "absent" in the 101st row of marks is as if nothing had been written
# there, and a bare 2026 among dates is a day in 1905. The same function with engine="openpyxl" gives the word, with
# engine="xlsx2csv" it raises, as read_csv does. A test with a hundred candidates or fewer sees nothing.
# infer_schema_length is documented as how many rows are scanned for the schema, not as what becomes of the rest; with None
# the word is kept.
#
# Seen on 2026-11-30, Python 3.11, polars 2.1.0, fastexcel 0.21.0, openpyxl 3.1.5, xlsx2csv 0.8.6, books of XlsxWriter 3.3.1; the row
# that follows so many like the first:
#                              calamine           openpyxl        xlsx2csv
#   12.5, absent, 99 before    absent             absent          absent
#   12.5, absent, 100 before   None               absent          ComputeError
#   12.5, absent, None         absent             absent          absent
#   date, 2026, 100 before     1905-07-18         ComputeError    2026
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  polars==2.1.0 fastexcel==0.21.0 openpyxl==3.1.5 xlsx2csv==0.8.6 xlsxwriter==3.3.1
"$place/venv/bin/python" - "$place/book.xlsx" <<'PYTHON'
import sys
from datetime import date

import polars as pl
import xlsxwriter

ENGINES = ("calamine", "openpyxl", "xlsx2csv")


def book(first, before, late):
    with xlsxwriter.Workbook(sys.argv[1], {"default_date_format": "dd/mm/yyyy"}) as written:
        sheet = written.add_worksheet()
        sheet.write_row(0, 0, ("code", "value"))
        for row, value in enumerate([first] * before + [late], start=1):
            sheet.write_row(row, 0, (f"C{row}", value))


def last(engine, **options):
    # openpyxl has no infer_schema_length: it looks at every row
    options = {} if engine == "openpyxl" else options
    try:
        return str(pl.read_excel(sys.argv[1], engine=engine, **options)["value"][-1])
    except pl.exceptions.PolarsError as error:
        return type(error).__name__


seen = []
print(f"{'':26} {'calamine':18} {'openpyxl':15} xlsx2csv")
for name, content, options in (
    ("12.5, absent, 99 before", (12.5, 99, "absent"), {}),
    ("12.5, absent, 100 before", (12.5, 100, "absent"), {}),
    ("12.5, absent, None", (12.5, 100, "absent"), {"infer_schema_length": None}),
    ("date, 2026, 100 before", (date(2026, 6, 15), 100, 2026), {}),
):
    book(*content)
    seen.append([last(engine, **options) for engine in ENGINES])
    print("{:26} {:18} {:15} {}".format(name, *seen[-1]))
sys.exit(0 if seen == [
    ["absent"] * 3, ["None", "absent", "ComputeError"], ["absent"] * 3, ["1905-07-18", "ComputeError", "2026"],
] else 1)
PYTHON
