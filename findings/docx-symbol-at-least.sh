#!/bin/sh
# What is set by Word's "Insert, Symbol" from the fonts Symbol and Wingdings stands in the file as an element of its own, w:sym, with
# font and code (ISO/IEC 29500-1, 17.3.3.30), and not as a character. python-docx 1.2.0 and docx2txt 0.9 leave it out: « moyenne ≥ 10 »
# and « moyenne ≤ 10 » are both « moyenne  10 », « ± 2 » is « 2 », and of two boxes, one ticked, none is left. docx2python 3.7.1
# gives the code as if it were of Latin-1: ≥ is ³ and ± by luck is ±, in an element that names the font. So what the line says turns into
# its contrary or into nothing; on the screen and on paper all is there. Nothing is said. mammoth 1.13.0 has the signs,
# and so has markitdown 0.1.9 by it. The same signs typed as characters are read by all.
#
# Seen on 2026-11-30, Python 3.11 (docx2python's spans left out here):
#   in Word        moyenne ≥ 10    moyenne ≤ 10    écart ± 2    ☑ oui ☐ non
#   python-docx    moyenne  10     moyenne  10     écart  2      oui  non
#   docx2txt       moyenne  10     moyenne  10     écart  2      oui  non
#   docx2python    moyenne ³ 10    moyenne £ 10    écart ± 2    þ oui ¨ non
#   mammoth        moyenne ≥ 10    moyenne ≤ 10    écart ± 2    🗹 oui 🞎 non
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check python-docx==1.2.0 docx2txt==0.9 docx2python==3.7.1 mammoth==1.13.0
"$place/venv/bin/python" - "$place/letter.docx" <<'PYTHON'
import html
import re
import sys

import docx2txt
import mammoth
from docx import Document
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx2python import docx2python

path = sys.argv[1]
SYMBOL = {
    "≥": ("Symbol", "F0B3"), "≤": ("Symbol", "F0A3"), "±": ("Symbol", "F0B1"),
    "☑": ("Wingdings", "F0FE"), "☐": ("Wingdings", "F0A8"),
}
LINES = ["moyenne ≥ 10", "moyenne ≤ 10", "écart ± 2", "☑ oui ☐ non"]


def letter(inserted):
    document = Document()
    for line in LINES:
        paragraph = document.add_paragraph()
        for part in re.split("([≥≤±☑☐])", line):
            if inserted and part in SYMBOL:
                font, code = SYMBOL[part]
                run = f'<w:r {nsdecls("w")}><w:sym w:font="{font}" w:char="{code}"/></w:r>'
                paragraph._p.append(parse_xml(run))
            elif part:
                paragraph.add_run(part)
    document.save(path)


def by_docx2python():
    with docx2python(path) as read:
        return html.unescape(re.sub("<[^>]*>", "", read.text))


def by_mammoth():
    with open(path, "rb") as file:
        result = mammoth.extract_raw_text(file)
    return result.value + "".join(message.message for message in result.messages)


readers = {
    "python-docx": lambda: "\n".join(paragraph.text for paragraph in Document(path).paragraphs),
    "docx2txt": lambda: docx2txt.process(path),
    "docx2python": by_docx2python,
    "mammoth": by_mammoth,
}


def read(inserted):
    letter(inserted)
    return {name: [line for line in reader().split("\n") if line] for name, reader in readers.items()}


typed, seen = read(inserted=False), read(inserted=True)
for name, lines in seen.items():
    print(f"{name:14} {' | '.join(lines)}")
without = ["moyenne  10", "moyenne  10", "écart  2", " oui  non"]
sys.exit(0 if typed == dict.fromkeys(readers, LINES) and seen == {
    "python-docx": without, "docx2txt": without,
    "docx2python": ["moyenne ³ 10", "moyenne £ 10", "écart ± 2", "þ oui ¨ non"],
    "mammoth": ["moyenne ≥ 10", "moyenne ≤ 10", "écart ± 2", "🗹 oui 🞎 non"],
} else 1)
PYTHON
