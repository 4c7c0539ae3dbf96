#!/bin/sh
# LibreOffice 7.4.7.2 (headless, --convert-to pdf) dates a certificate anew. "Fait à Marseille, le 20/06/2025" whose date was put in with
# Word's Insert Date (a DATE field; the file keeps the text that was last shown, ISO/IEC 29500-1, 17.16.5.16) comes out of the
# conversion with the day on which it was converted, as does a cell =TODAY() of a sheet, though LibreOffice is otherwise set not
# to calculate anew a sheet that Excel made: the sum beside it keeps the value in the file, even a wrong one. A field that is locked
# (w:fldLock) keeps its date. pandoc, python-docx and openpyxl give the text and the value of the file. So two pieces of one
# pipeline, the one that reads the file and the one that shows it to a person, tell two dates, and the second another one each day.
#
# Seen on 2026-12-01, Python 3.11, LibreOffice 7.4.7.2 (Debian), python-docx 1.2.0, openpyxl 3.1.5, pypdf 7.1.1, files that say 20/06/2025:
#                     text in the file   LibreOffice's PDF
#   DATE field        20/06/2025         the day of the run
#   DATE, locked      20/06/2025         20/06/2025
#   =TODAY()          20/06/2025         the day of the run
#   =6*35, kept 209   209                209
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
soffice --version | grep -F 'LibreOffice 7.4.7.2' || { echo "another LibreOffice: $(soffice --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check python-docx==1.2.0 openpyxl==3.1.5 pypdf==7.1.1
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import datetime
import pathlib
import subprocess
import sys
import zipfile

import docx
import openpyxl
import pypdf
from docx.oxml import parse_xml

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def run(inner):
    return parse_xml(f'<w:r xmlns:w="{W}">{inner}</w:r>')


document = docx.Document()
for name, lock in (("plain", ""), ("locked", ' w:fldLock="true"')):
    paragraph = document.add_paragraph(f"{name} ")
    for inner in (
        f'<w:fldChar w:fldCharType="begin"{lock}/>', '<w:instrText xml:space="preserve"> DATE \\@ "dd/MM/yyyy" </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>', "<w:t>20/06/2025</w:t>", '<w:fldChar w:fldCharType="end"/>',
    ):
        paragraph._p.append(run(inner))
document.save("certificate.docx")
kept = [paragraph.text for paragraph in docx.Document("certificate.docx").paragraphs]

book = openpyxl.Workbook()
sheet = book.active
sheet["A1"], sheet["A2"] = "=TODAY()", "=6*35"
sheet["A1"].number_format = "yyyy-mm-dd"
sheet.column_dimensions["A"].width = 20
book.save("bare.xlsx")
with zipfile.ZipFile("bare.xlsx") as bare, zipfile.ZipFile("stay.xlsx", "w") as filled:  # values as Excel keeps them beside the formulas
    for name in bare.namelist():
        part = bare.read(name).decode() if name.endswith("sheet1.xml") else bare.read(name)
        if isinstance(part, str):
            for formula, value in (("TODAY()", 45828), ("6*35", 209)):
                start = part.index(f"<f>{formula}</f>") + len(f"<f>{formula}</f>")
                part = part[:start] + f"<v>{value}</v>" + part[part.index("</c>", start):]
        filled.writestr(name, part)
values = openpyxl.load_workbook("stay.xlsx", data_only=True).active

shown = {}
profile = pathlib.Path("profile").resolve().as_uri()
for name in ("certificate.docx", "stay.xlsx"):
    subprocess.run(["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", name], check=True, capture_output=True)
    shown[name] = pypdf.PdfReader(name.rsplit(".", 1)[0] + ".pdf").pages[0].extract_text().split("\n")
today = datetime.date.today()
print("in the files:", kept, values["A1"].value.date(), values["A2"].value)
print("in the PDFs: ", [line.strip() for lines in shown.values() for line in lines if line.strip()])
pages = {name: " ".join(lines) for name, lines in shown.items()}
same = kept == ["plain 20/06/2025", "locked 20/06/2025"] and str(values["A1"].value.date()) == "2025-06-20" and values["A2"].value == 209
anew = f"plain {today:%d/%m/%Y}" in pages["certificate.docx"] and "locked 20/06/2025" in pages["certificate.docx"]
sys.exit(0 if same and anew and f"{today}" in pages["stay.xlsx"] and "209" in pages["stay.xlsx"] else 1)
PYTHON
