#!/bin/sh
# tablib 3.10.0 reads the comment of an .ods cell in place of the cell: where somebody has put a note on a candidate's name, the note's first
# line is the name, and the name is nowhere. A comment, office:annotation, stands in the cell before the paragraph of the cell (so does
# LibreOffice 7.4.7.2 write it), has paragraphs of its own, and tablib takes the first paragraph it comes upon. A number with a comment is
# right, as it is taken from office:value. Of a text of two lines, which are two paragraphs, it gives the first alone. Nothing is said.
# pandas with odf and calamine, and pyexcel-ods3, read the cell.
#
# Seen on 2026-11-30, Python 3.11, tablib 3.10.0, odfpy 1.4.1, pandas 3.1.1, python-calamine 0.9.1, pyexcel-ods3 0.6.1:
#   cell                      tablib                pandas, odf           pandas, calamine      pyexcel-ods3
#   Durand                    'Durand'              'Durand'              'Durand'              'Durand'
#   Petit, with a comment     'Absent le 12 juin'   'Petit'               'Petit'               'Petit'
#   SISR and SLAM, two lines  'SISR'                'SISR\nSLAM'          'SISR\nSLAM'          'SISR\nSLAM'
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'tablib[ods]==3.10.0' odfpy==1.4.1 pandas==3.1.1 python-calamine==0.9.1 \
  pyexcel-ods3==0.6.1
"$place/venv/bin/python" - "$place/list.ods" <<'PYTHON'
import sys

import pandas
import pyexcel_ods3
import tablib
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

path = sys.argv[1]


def cell(*lines, comment=None):
    made = TableCell(valuetype="string")
    if comment:
        note = Annotation()
        note.addElement(P(text=comment))
        made.addElement(note)
    for line in lines:
        made.addElement(P(text=line))
    return made


CELLS = {
    "Durand": cell("Durand"),
    "Petit, with a comment": cell("Petit", comment="Absent le 12 juin"),
    "SISR and SLAM, two lines": cell("SISR", "SLAM"),
}
book, table = OpenDocumentSpreadsheet(), Table(name="Candidats")
for made in CELLS.values():
    row = TableRow()
    row.addElement(made)
    table.addElement(row)
book.spreadsheet.addElement(table)
book.save(path)


def by_tablib():
    with open(path, "rb") as file:
        return [value for (value,) in tablib.Dataset().load(file, format="ods", headers=False)]


def by_pandas(engine):
    return pandas.read_excel(path, header=None, engine=engine)[0].tolist()


seen = {
    "tablib": by_tablib(),
    "pandas, odf": by_pandas("odf"),
    "pandas, calamine": by_pandas("calamine"),
    "pyexcel-ods3": [value for (value,) in pyexcel_ods3.get_data(path)["Candidats"]],
}
print(f"{'cell':25} " + " ".join(f"{name:21}" for name in seen))
for name, *found in zip(CELLS, *seen.values(), strict=True):
    print(f"{name:25} " + " ".join(f"{value!r:21}" for value in found))
right = ["Durand", "Petit", "SISR\nSLAM"]
sys.exit(0 if seen == dict.fromkeys(seen, right) | {"tablib": ["Durand", "Absent le 12 juin", "SISR"]} else 1)
PYTHON
