#!/bin/sh
# Rows of an .ods sheet that are grouped, as Data, Group and Data, Subtotals of LibreOffice Calc make them, are lost by tablib 3.10.0, and by
# odfdo 3.27.3 where a group stands in a group. In the file grouped rows lie in an element of their own, table:table-row-group, and so do
# rows that are repeated on each printed page, table:table-header-rows (OpenDocument 1.3 part 3, 9.1.9 and 9.1.7): tablib takes the
# rows that lie in the table itself alone, and odfdo looks one element deep. Of four candidates one is left, or two are, and
# nothing is said; odfdo's height of the table agrees with what it gives. pandas with odf and calamine, polars, pyexcel-ods3,
# ezodf and SheetJS have all four.
#
# Seen on 2026-11-30, Python 3.11, Node 20, tablib 3.10.0, odfdo 3.27.3, odfpy 1.4.1, pandas 3.1.1, python-calamine 0.9.1, pyexcel-ods3 0.6.1,
# ezodf 0.3.2, SheetJS 0.18.5; the first row is repeated, Petit and Martin are a group, Martin a group in it:
#   in the sheet        nom Durand Petit Martin Roux
#   pandas, odf         nom Durand Petit Martin Roux
#   pandas, calamine    nom Durand Petit Martin Roux
#   pyexcel-ods3        nom Durand Petit Martin Roux
#   ezodf               nom Durand Petit Martin Roux
#   SheetJS             nom Durand Petit Martin Roux
#   odfdo               nom Durand Petit Roux
#   tablib              Durand Roux
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'tablib[ods]==3.10.0' odfpy==1.4.1 pandas==3.1.1 \
  python-calamine==0.9.1 pyexcel-ods3==0.6.1 odfdo==3.27.3 ezodf==0.3.2
npm install --prefix "$place" --silent --no-audit --no-fund xlsx@0.18.5
cat > "$place/read.cjs" <<'JS'
const xlsx = require("xlsx");
const book = xlsx.readFile(process.argv[2]);
const rows = xlsx.utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { header: 1 });
console.log(rows.map((row) => row[0]).join(" "));
JS
cd "$place"
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import subprocess
import sys

import ezodf
import odfdo
import pandas as pd
import pyexcel_ods3
import tablib
from odf import table
from odf.opendocument import OpenDocumentSpreadsheet
from odf.text import P


def row(*cells):
    out = table.TableRow()
    for value in cells:
        kind = {"valuetype": "string"} if isinstance(value, str) else {"valuetype": "float", "value": value}
        cell = table.TableCell(**kind)
        cell.addElement(P(text=str(value)))
        out.addElement(cell)
    return out


def around(element, *children):
    for child in children:
        element.addElement(child)
    return element


inner = around(table.TableRowGroup(), row("Martin", 15))
sheet = around(
    table.Table(name="Notes"),
    around(table.TableHeaderRows(), row("nom", "note")),
    row("Durand", 12),
    around(table.TableRowGroup(), row("Petit", 14), inner),
    row("Roux", 9),
)
document = OpenDocumentSpreadsheet()
document.spreadsheet.addElement(sheet)
document.save("list.ods")

with open("list.ods", "rb") as file:
    by_tablib = tablib.Dataset().load(file, format="ods", headers=False)
seen = {
    "pandas, odf": pd.read_excel("list.ods", engine="odf", header=None)[0].tolist(),
    "pandas, calamine": pd.read_excel("list.ods", engine="calamine", header=None)[0].tolist(),
    "pyexcel-ods3": [row[0] for row in pyexcel_ods3.get_data("list.ods")["Notes"]],
    "ezodf": [row[0].value for row in ezodf.opendoc("list.ods").sheets[0].rows()],
    "SheetJS": subprocess.run(["node", "read.cjs", "list.ods"], capture_output=True, text=True, check=True).stdout.split(),
    "odfdo": [row[0] for row in odfdo.Document("list.ods").body.get_table(0).get_values()],
    "tablib": [row[0] for row in by_tablib],
}
print("in the sheet        nom Durand Petit Martin Roux")
for name, first in seen.items():
    print(f"{name:19} {' '.join(first)}")
whole = ["nom", "Durand", "Petit", "Martin", "Roux"]
expected = dict.fromkeys(seen, whole) | {"odfdo": ["nom", "Durand", "Petit", "Roux"], "tablib": ["Durand", "Roux"]}
sys.exit(0 if seen == expected else 1)
PYTHON
