#!/bin/sh
# formulas 1.3.4, which computes a spreadsheet without a spreadsheet program, rounds a mark that lies in the middle to the even
# neighbour by MROUND and TEXT, and away from zero by ROUND, as all three do in Excel and LibreOffice: a mean of 9.25 is 9 by
# MROUND(mean,0.5), where the sheet says 9.5, and 9.75 is 10 in both; 12.5 by TEXT(mean,"0") is 12, where the sheet
# says 13. Every second such mark is right, and whoever tests with ROUND sees nothing. pycel 1.0b30 has the same
# in TEXT, and no MROUND. Microsoft documents that MROUND rounds up, away from zero, from half the multiple on.
#
# Seen on 2026-11-30, Python 3.11, formulas 1.3.4, pycel 1.0b30, numpy 2.4.6, a book of XlsxWriter 3.3.1; LibreOffice 7.4.7.2 (Debian):
#             MROUND(mean,0.5)            TEXT(mean,"0")                     ROUND(mean,0)
#   mean      LibreOffice   formulas      LibreOffice   formulas   pycel     LibreOffice   formulas   pycel
#   9.25      9.5           9             9             9          9         9             9          9
#   9.75      10            10            10            10         10        10            10         10
#   12.25     12.5          12            12            12         12        12            12         12
#   12.5      12.5          12.5          13            12         12        13            13         13
#   13.5      13.5          13.5          14            14         14        14            14         14
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
soffice --version | grep -F 'LibreOffice 7.4.7.2' || { echo "another LibreOffice: $(soffice --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  formulas==1.3.4 pycel==1.0b30 numpy==2.4.6 openpyxl==3.1.5 xlsxwriter==3.3.1
TQDM_DISABLE=1 "$place/venv/bin/python" - "$place" <<'PYTHON'
import logging
import subprocess
import sys
from pathlib import Path

import formulas
import openpyxl
import xlsxwriter
from pycel import ExcelCompiler

logging.disable(logging.CRITICAL)
MEANS = (9.25, 9.75, 12.25, 12.5, 13.5)
FORMULAS = {"B": "MROUND(A{},0.5)", "C": 'TEXT(A{},"0")', "D": "ROUND(A{},0)"}
place = Path(sys.argv[1])
book = place / "book.xlsx"
with xlsxwriter.Workbook(book) as written:
    sheet = written.add_worksheet("S")
    for row, mean in enumerate(MEANS, start=1):
        sheet.write(f"A{row}", mean)
        for column, formula in FORMULAS.items():
            sheet.write_formula(f"{column}{row}", "=" + formula.format(row), value="")

subprocess.run(
    ["soffice", "--headless", f"-env:UserInstallation=file://{place}/profile", "--convert-to", "xlsx",
     "--outdir", place / "computed", book],
    check=True, capture_output=True,
)
shown = openpyxl.load_workbook(place / "computed" / "book.xlsx", data_only=True).active
solution = formulas.ExcelModel().loads(str(book)).finish().calculate()
by_formulas = {str(key).rpartition("!")[2]: value.value[0, 0] for key, value in solution.items() if "!" in str(key)}
by_pycel = ExcelCompiler(str(book))


def text(value):
    return f"{float(value):g}"


TEXT = 'TEXT(mean,"0")'
seen = []
print(f"{'':9} {'MROUND(mean,0.5)':27} {TEXT:34} ROUND(mean,0)")
print(f"{'mean':9} {'LibreOffice':13} {'formulas':13} " + f"{'LibreOffice':13} {'formulas':10} {'pycel':9} " * 2)
for row, mean in enumerate(MEANS, start=1):
    line = []
    for column in FORMULAS:
        cell = f"{column}{row}"
        line += [text(shown[cell].value), text(by_formulas[cell])]
        line += [] if column == "B" else [text(by_pycel.evaluate(f"S!{cell}"))]
    print("{:9} {:13} {:13} {:13} {:10} {:9} {:13} {:10} {}".format(text(mean), *line))
    seen.append(" ".join(line))
sys.exit(0 if seen == [
    "9.5 9 9 9 9 9 9 9", "10 10 10 10 10 10 10 10", "12.5 12 12 12 12 12 12 12",
    "12.5 12.5 13 12 12 13 13 13", "13.5 13.5 14 14 14 14 14 14",
] else 1)
PYTHON
