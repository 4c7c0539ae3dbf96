#!/bin/sh
# pandas 3.1.1 reads truth values and times of an .ods from what is displayed, not from what the cell holds: a TRUE that is
# displayed in French, "VRAI", or in German, "WAHR", is read as False, and seconds that the format does not show are gone.
# Nothing is said. In English it is right, so tests made in English pass. OpenDocument 1.3 part 3 (19.389) has the
# value in office:boolean-value and office:time-value; LibreOffice writes both there. pandas' other engine for the same
# file, calamine, reads them there. pandas' documentation says of odf only that it "supports OpenDocument file formats".
#
# Seen on 2026-11-29, Python 3.11, pandas 3.1.1, odfpy 1.4.1, python-calamine 0.9.1; the file is LibreOffice 7.4.7.2's
# (Debian), of a book whose cells have a French, an English and a German format:
#   cell holds              displayed    odf         calamine
#   true                    VRAI         False       True
#   true                    TRUE         True        True
#   true                    WAHR         False       True
#   PT14H30M15S             14:30        14:30:00    14:30:15
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
soffice --version | grep -F 'LibreOffice 7.4.7.2' || { echo "another LibreOffice: $(soffice --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 odfpy==1.4.1 python-calamine==0.9.1 openpyxl==3.1.5
"$place/venv/bin/python" - "$place" <<'PYTHON'
import datetime
import sys

import openpyxl

book = openpyxl.Workbook()
for row, shown in enumerate(("[$-40C]BOOLEAN", "[$-409]BOOLEAN", "[$-407]BOOLEAN"), start=1):
    book.active.cell(row, 1, True).number_format = shown
book.active.cell(4, 1, datetime.time(14, 30, 15)).number_format = "hh:mm"
book.save(f"{sys.argv[1]}/book.xlsx")
PYTHON
soffice -env:UserInstallation="file://$place/office" --headless --convert-to ods --outdir "$place" "$place/book.xlsx" > /dev/null 2>&1
"$place/venv/bin/python" -W ignore - "$place/book.ods" <<'PYTHON'
import re
import sys
import zipfile

import pandas as pd

content = zipfile.ZipFile(sys.argv[1]).read("content.xml").decode()
held = re.findall(r'office:(?:boolean|time)-value="([^"]+)".*?<text:p>(.*?)</text:p>', content)
odf, calamine = (
    [str(value) for value in pd.read_excel(sys.argv[1], engine=engine, header=None, dtype=object)[0]]
    for engine in ("odf", "calamine")
)
seen = [(*cell, *read) for cell, *read in zip(held, odf, calamine)]
for line in [("cell holds", "displayed", "odf", "calamine"), *seen]:
    print("{:24}{:13}{:12}{}".format(*line))
sys.exit(0 if seen == [
    ("true", "VRAI", "False", "True"), ("true", "TRUE", "True", "True"), ("true", "WAHR", "False", "True"),
    ("PT14H30M15S", "14:30", "14:30:00", "14:30:15"),
] else 1)
PYTHON
