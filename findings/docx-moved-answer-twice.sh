#!/bin/sh
# An answer that is dragged to another place while changes are tracked stands twice in the .docx: where it was in w:moveFrom, where it is in
# w:moveTo (ISO/IEC 29500-1, 17.13.5). What was deleted has an element of its own for its text, w:delText; what was moved away has w:t, like any
# text. docx2txt 0.9 and docx2python 3.7.1 leave out what was deleted and give what was moved twice: with the two lines below changed
# round, the question has two answers. A test with tracked insertions and deletions passes. Nothing is said. mammoth 1.13.0 and pandoc 3.9
# give it once, where it is; python-docx 1.2.0 gives it in neither place.
#
# Seen on 2026-12-01, Python 3.11; of "Question 1 :", "12 mai" moved from below question 1 to below "Question 2 :", "juin" deleted:
#   docx2txt       Question 1 : 12 mai Question 2 : 12 mai
#   docx2python    Question 1 : 12 mai Question 2 : 12 mai
#   mammoth        Question 1 : Question 2 : 12 mai
#   pandoc         Question 1 : Question 2 : 12 mai
#   python-docx    Question 1 : Question 2 :
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check docx2txt==0.9 docx2python==3.7.1 mammoth==1.13.0 pypandoc_binary==1.17 \
  python-docx==1.2.0
"$place/venv/bin/python" - "$place/answers.docx" <<'PYTHON'
import sys

import docx
import docx2txt
import mammoth
import pypandoc
from docx2python import docx2python
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

path = sys.argv[1]
book = docx.Document()


def tracked(number, name, text, element="t"):
    """A paragraph with one run that is tracked; of a move, with the marks of where it begins and ends."""
    by = 'w:author="A" w:date="2026-06-17T09:00:00Z"'
    marks = ["", ""]
    if name.startswith("move"):
        start = f'<w:{name}RangeStart w:id="{number + 1}" w:name="move1" {by}/>'
        marks = [start, f'<w:{name}RangeEnd w:id="{number + 1}"/>']
    body = f'<w:{name} w:id="{number}" {by}><w:r><w:{element}>{text}</w:{element}></w:r></w:{name}>'
    book.element.body.insert(len(book.paragraphs), parse_xml(f"<w:p {nsdecls('w')}>{marks[0]}{body}{marks[1]}</w:p>"))


book.add_paragraph("Question 1 :")
tracked(1, "moveFrom", "12 mai")
tracked(3, "del", "juin", "delText")
book.add_paragraph("Question 2 :")
tracked(4, "moveTo", "12 mai")
book.save(path)

with open(path, "rb") as file:
    made = mammoth.extract_raw_text(file)
with docx2python(path) as read:
    by_docx2python = read.text
seen = {
    "docx2txt": docx2txt.process(path),
    "docx2python": by_docx2python,
    "mammoth": made.value,
    "pandoc": pypandoc.convert_file(path, "plain"),
    "python-docx": " ".join(paragraph.text for paragraph in docx.Document(path).paragraphs),
}
seen = {name: " ".join(text.split()) for name, text in seen.items()}
for name, text in seen.items():
    print(f"{name:14} {text}")
twice, once = "Question 1 : 12 mai Question 2 : 12 mai", "Question 1 : Question 2 : 12 mai"
sys.exit(0 if seen == {
    "docx2txt": twice, "docx2python": twice, "mammoth": once, "pandoc": once, "python-docx": "Question 1 : Question 2 :",
} else 1)
PYTHON
