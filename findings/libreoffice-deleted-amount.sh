#!/bin/sh
# LibreOffice 7.4.7.2 converts a document with tracked changes to text by writing both what was deleted and what was
# inserted, with nothing between: 100 euros changed to 200 become "100200 euros", and a sentence that was moved stands twice.
# docx2txt and docx2python leave deletions out (w:del, ISO/IEC 29500-1, 17.13.5.14: its text is w:delText, so that it is not
# taken for text), but give the moved sentence twice too: its old place is in w:moveFrom (17.13.5.22), whose text is w:t as
# everywhere. python-docx leaves out all that was inserted or moved. mammoth alone gives the letter as it reads now.
#
# Seen on 2026-11-29, Python 3.11, LibreOffice 7.4.7.2 (Debian), docx2txt 0.9, docx2python 3.7.1, mammoth 1.13.0, python-docx 1.2.0:
#   LibreOffice  Prix : 100200 euros | Deux. Un. Deux.
#   docx2txt     Prix : 200 euros | Deux. Un. Deux.
#   docx2python  Prix : 200 euros | Deux. Un. Deux.
#   mammoth      Prix : 200 euros | Un. Deux.
#   python-docx  Prix : euros | Un.
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
soffice --version | grep -F 'LibreOffice 7.4.7.2' || { echo "another LibreOffice: $(soffice --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check docx2txt==0.9 docx2python==3.7.1 mammoth==1.13.0 python-docx==1.2.0
"$place/venv/bin/python" - "$place/letter.docx" <<'PYTHON'
import sys

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

BY = 'w:author="A" w:date="2026-11-29T10:00:00Z"'


def run(text, tag="t"):
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


paragraphs = (
    run("Prix : ") + f'<w:del w:id="1" {BY}>{run("100", "delText")}</w:del><w:ins w:id="2" {BY}>{run("200")}</w:ins>' + run(" euros"),
    f'<w:moveFromRangeStart w:id="3" {BY} w:name="move1"/><w:moveFrom w:id="4" {BY}>{run("Deux. ")}</w:moveFrom>'
    f'<w:moveFromRangeEnd w:id="3"/>{run("Un. ")}<w:moveToRangeStart w:id="5" {BY} w:name="move1"/>'
    f'<w:moveTo w:id="6" {BY}>{run("Deux. ")}</w:moveTo><w:moveToRangeEnd w:id="5"/>',
)
document = docx.Document()
for content in paragraphs:
    document.element.body.insert(-1, parse_xml(f'<w:p {nsdecls("w")}>{content}</w:p>'))
document.save(sys.argv[1])
PYTHON
soffice -env:UserInstallation="file://$place/office" --headless --convert-to 'txt:Text (encoded):UTF8' --outdir "$place" "$place/letter.docx" > /dev/null 2>&1
"$place/venv/bin/python" - "$place" <<'PYTHON'
import sys
from pathlib import Path

import docx
import docx2txt
import mammoth
from docx2python import docx2python

letter = f"{sys.argv[1]}/letter.docx"
with open(letter, "rb") as file:
    raw = mammoth.extract_raw_text(file).value
texts = {
    "LibreOffice": Path(sys.argv[1], "letter.txt").read_text("utf-8-sig"),
    "docx2txt": docx2txt.process(letter),
    "docx2python": docx2python(letter).text,
    "mammoth": raw,
    "python-docx": "\n".join(paragraph.text for paragraph in docx.Document(letter).paragraphs),
}
seen = {}
for name, text in texts.items():
    seen[name] = " | ".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    print(f"{name:12} {seen[name]}")
sys.exit(0 if seen == {
    "LibreOffice": "Prix : 100200 euros | Deux. Un. Deux.", "docx2txt": "Prix : 200 euros | Deux. Un. Deux.",
    "docx2python": "Prix : 200 euros | Deux. Un. Deux.", "mammoth": "Prix : 200 euros | Un. Deux.",
    "python-docx": "Prix : euros | Un.",
} else 1)
PYTHON
