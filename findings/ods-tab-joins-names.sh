#!/bin/sh
# A tab between two words of an .ods cell is lost without a word by pandas 3.1.1 (engines odf and calamine) and polars 2.1.0: MARTIN,
# tab, Paul is read as MARTINPaul. LibreOffice Calc writes a tab of a list that it has opened so, as text:tab
# (seen with 7.4.7.2). A line break inside a paragraph, text:line-break, is lost by calamine and polars, too, and kept by odf;
# spaces, text:s, are kept by all. OpenDocument 1.3 part 3 (6.1.4, 6.1.5): the elements stand for U+0009 and
# a line break. pyexcel-ods3 0.6.1 and odfdo 3.27.3 give them.
#
# Seen on 2026-11-30, Python 3.11, pandas 3.1.1, odfpy 1.4.1, python-calamine 0.9.1, polars 2.1.0 (fastexcel 0.21.0):
#   between         pandas, odf      pandas, calamine   polars           pyexcel-ods3     odfdo
#   a space         'MARTIN Paul'    'MARTIN Paul'      'MARTIN Paul'    'MARTIN Paul'    'MARTIN Paul'
#   a tab           'MARTINPaul'     'MARTINPaul'       'MARTINPaul'     'MARTIN\tPaul'   'MARTIN\tPaul'
#   a line break    'MARTIN\nPaul'   'MARTINPaul'       'MARTINPaul'     'MARTIN\nPaul'   'MARTIN\nPaul'
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 odfpy==1.4.1 python-calamine==0.9.1 \
  polars==2.1.0 fastexcel==0.21.0 pyexcel-ods3==0.6.1 odfdo==3.27.3
"$place/venv/bin/python" - "$place/list.ods" <<'PYTHON'
import sys

import odfdo
import pandas
import polars
import pyexcel_ods3
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import LineBreak, P, S, Tab

path = sys.argv[1]
BETWEEN = {"a space": S, "a tab": Tab, "a line break": LineBreak}
book, table = OpenDocumentSpreadsheet(), Table(name="Candidats")
for element in BETWEEN.values():
    row, cell, paragraph = TableRow(), TableCell(valuetype="string"), P(text="MARTIN")
    paragraph.addElement(element())
    paragraph.addText("Paul")
    cell.addElement(paragraph)
    row.addElement(cell)
    table.addElement(row)
book.spreadsheet.addElement(table)
book.save(path)
read = {
    "pandas, odf": pandas.read_excel(path, header=None, engine="odf")[0].tolist(),
    "pandas, calamine": pandas.read_excel(path, header=None, engine="calamine")[0].tolist(),
    "polars": polars.read_ods(path, has_header=False).to_series(0).to_list(),
    "pyexcel-ods3": [line[0] for line in pyexcel_ods3.get_data(path)["Candidats"]],
    "odfdo": [line[0] for line in odfdo.Document(path).body.get_table(0).iter_values()],
}
print(f"{'between':15} " + " ".join(f"{name:16}" for name in read))
for k, name in enumerate(BETWEEN):
    print(f"{name:15} " + " ".join(f"{found[k]!r:16}" for found in read.values()))
space, tab, line, lost = "MARTIN Paul", "MARTIN\tPaul", "MARTIN\nPaul", "MARTINPaul"
sys.exit(0 if list(read.values()) == [
    [space, lost, line], [space, lost, lost], [space, lost, lost], [space, tab, line], [space, tab, line],
] else 1)
PYTHON
