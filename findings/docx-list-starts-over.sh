#!/bin/sh
# "Set numbering value" in a word processor gives a list of a .docx its first number: w:startOverride in the list's w:num (ISO/IEC 29500-1,
# 17.9.26), by which answers to the questions 7 and 8 are numbered 7 and 8. docx2python 3.7.1, which writes the numbers out as text, does not
# look at it and takes the start of the definition below: the answers to 7 and 8 become those to 3 and 4, numbers that others have. Lists that
# start where their definition says, and go on after a paragraph, are right, so that a test with those passes. mammoth 1.13.0 writes <ol> without
# a start: a browser numbers each list from 1, and joins the two that follow each other. Nothing is said. pandoc 3.9 has all numbers right.
#
# Seen on 2026-12-01, Python 3.11, python-docx 1.2.0; mammoth's as a browser numbers them:
#   in the document    pandoc    docx2python   mammoth
#   3 mai              3 mai     3 mai         1 mai
#   4 juin             4 juin    4 juin        2 juin
#   (a paragraph)
#   5 lundi            5 lundi   5 lundi       1 lundi
#   7 Oise             7 Oise    3 Oise        2 Oise
#   8 Aube             8 Aube    4 Aube        3 Aube
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check docx2python==3.7.1 mammoth==1.13.0 pypandoc_binary==1.17 python-docx==1.2.0
"$place/venv/bin/python" - "$place/answers.docx" <<'PYTHON'
import re
import sys

import docx
import mammoth
import pypandoc
from docx2python import docx2python
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

path, W = sys.argv[1], nsdecls("w")
ANSWERS = ((90, "mai"), (90, "juin"), (None, "Suite :"), (90, "lundi"), (91, "Oise"), (91, "Aube"))
book = docx.Document()
numbering = book.part.numbering_part.element
level = '<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
numbering.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="90">{level}</w:abstractNum>'))
again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
for number, override in ((90, ""), (91, again)):
    numbering.append(parse_xml(f'<w:num {W} w:numId="{number}"><w:abstractNumId w:val="90"/>{override}</w:num>'))
for number, text in ANSWERS:
    paragraph = book.add_paragraph(text)
    if number:
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'))
book.save(path)


def by_a_browser(html):
    lists = re.findall(r"<ol([^>]*)>(.*?)</ol>", html, re.DOTALL)
    assert not any(attributes for attributes, _ in lists), lists
    return [f"{n} {text}" for _, items in lists for n, text in enumerate(re.findall(r"<li>(.*?)</li>", items), start=1)]


def numbered(text):
    return [f"{n} {answer}" for n, answer in re.findall(r"(\d+)[.)]\s+(\w+)", text)]


with open(path, "rb") as file:
    made = mammoth.convert_to_html(file)
with docx2python(path) as read:
    text = read.text
seen = {"pandoc": numbered(pypandoc.convert_file(path, "plain")), "docx2python": numbered(text), "mammoth": by_a_browser(made.value)}
for name, answers in seen.items():
    print(f"{name:12} {', '.join(answers)}")
sys.exit(0 if not made.messages and seen == {
    "pandoc": ["3 mai", "4 juin", "5 lundi", "7 Oise", "8 Aube"],
    "docx2python": ["3 mai", "4 juin", "5 lundi", "3 Oise", "4 Aube"],
    "mammoth": ["1 mai", "2 juin", "1 lundi", "2 Oise", "3 Aube"],
} else 1)
PYTHON
