#!/bin/sh
# A run of a .docx says whether it is struck out with w:strike, and w:val may be true, 1, on, false, 0 or off: all six are valid in the
# transitional form that Word and LibreOffice write (ISO/IEC 29500-4, ST_OnOff). mammoth 1.13.0 knows false and 0, and takes off for struck
# out (likewise w:b and w:i): a mark or an answer that its author lets stand is given as <s>, one that was withdrawn. docx2python 3.7.1
# with html=True does so with all three, whatever stands in w:val, so that a run in which a style's stroke is taken back is struck out.
# Nothing is said. pandoc 3.9 and python-docx 1.2.0 read all six. That w:val="false" was not looked at was mended in mammoth in 2016.
#
# Seen on 2026-12-01, Python 3.11; which runs are struck out:
#   python-docx    true 1 on
#   pandoc         true 1 on
#   mammoth        true 1 on off
#   docx2python    true 1 on false 0 off
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check mammoth==1.13.0 docx2python==3.7.1 pypandoc_binary==1.17 python-docx==1.2.0
"$place/venv/bin/python" - "$place/answers.docx" <<'PYTHON'
import re
import sys

import docx
import mammoth
import pypandoc
from docx2python import docx2python
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

path = sys.argv[1]
VALUES = ("true", "1", "on", "false", "0", "off")
book = docx.Document()
for value in VALUES:
    run = f'<w:r {nsdecls("w")}><w:rPr><w:strike w:val="{value}"/></w:rPr><w:t>{value}</w:t></w:r>'
    book.add_paragraph()._p.append(parse_xml(run))
book.save(path)

with open(path, "rb") as file:
    made = mammoth.convert_to_html(file)
with docx2python(path, html=True) as read:
    text = read.text
seen = {
    "python-docx": [paragraph.text for paragraph in docx.Document(path).paragraphs if paragraph.runs[0].font.strike],
    "pandoc": re.findall(r"<del>(.*?)</del>", pypandoc.convert_file(path, "html")),
    "mammoth": re.findall(r"<s>(.*?)</s>", made.value),
    "docx2python": re.findall(r"<s>(.*?)</s>", text),
}
for name, struck in seen.items():
    print(f"{name:14} {' '.join(struck)}")
right = ["true", "1", "on"]
sys.exit(0 if not made.messages and seen == {
    "python-docx": right, "pandoc": right, "mammoth": [*right, "off"], "docx2python": [*VALUES],
} else 1)
PYTHON
