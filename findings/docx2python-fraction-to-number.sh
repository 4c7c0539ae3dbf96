#!/bin/sh
# docx2python 3.7.1 gives an equation of Word as its digits in a row and calls that LaTeX: the fraction of 12 and 20 is
# "1220", two to the third is "23", the root of 16 is 16. Word keeps an equation as a tree (m:f, m:sSup, m:rad), and
# docx2python joins the texts of its leaves between <latex> and </latex>; what the tree says is gone, and another number
# stands there. Its README has "extracts math equations" among what it adds, without a condition. Only an equation that was
# left in Word's linear form, \frac{12}{20} as one text, comes out as LaTeX. python-docx and mammoth leave equations out,
# which is seen sooner.
#
# Seen on 2026-11-30, Python 3.11, docx2python 3.7.1, mammoth 1.13.0, python-docx 1.2.0; of "Note : " and an equation:
#   equation      docx2python                            mammoth    python-docx
#   12 over 20    Note : <latex>1220</latex>             Note :     Note :
#   2 to the 3    Note : <latex>23</latex>               Note :     Note :
#   root of 16    Note : <latex>16</latex>               Note :     Note :
#   linear        Note : <latex>\frac{12}{20}</latex>    Note :     Note :
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check docx2python==3.7.1 mammoth==1.13.0 python-docx==1.2.0
"$place/venv/bin/python" - "$place/mark.docx" <<'PYTHON'
import sys

import docx
import mammoth
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx2python import docx2python

M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def leaf(text):
    return f"<m:r><m:t>{text}</m:t></m:r>"


EQUATIONS = {
    "12 over 20": f"<m:f><m:num>{leaf(12)}</m:num><m:den>{leaf(20)}</m:den></m:f>",
    "2 to the 3": f"<m:sSup><m:e>{leaf(2)}</m:e><m:sup>{leaf(3)}</m:sup></m:sSup>",
    "root of 16": f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e>{leaf(16)}</m:e></m:rad>',
    "linear": leaf(r"\frac{12}{20}"),
}
seen = {}
print("equation      docx2python                            mammoth    python-docx")
for name, equation in EQUATIONS.items():
    document = docx.Document()
    text = '<w:r><w:t xml:space="preserve">Note : </w:t></w:r>'
    document.element.body.insert(0, parse_xml(f'<w:p {nsdecls("w")} {M}>{text}<m:oMath>{equation}</m:oMath></w:p>'))
    document.save(sys.argv[1])
    with docx2python(sys.argv[1]) as read, open(sys.argv[1], "rb") as file:
        texts = read.text, mammoth.extract_raw_text(file).value, docx.Document(sys.argv[1]).paragraphs[0].text
    seen[name] = [text.strip() for text in texts]
    print("{:13} {:38} {:10} {}".format(name, *seen[name]))
held = {"12 over 20": "1220", "2 to the 3": "23", "root of 16": "16", "linear": r"\frac{12}{20}"}
sys.exit(0 if seen == {name: [f"Note : <latex>{text}</latex>", "Note :", "Note :"] for name, text in held.items()} else 1)
PYTHON
