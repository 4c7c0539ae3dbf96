#!/bin/sh
# The answer that was chosen in a drop-down list of a Word form (FORMDROPDOWN) stands in the file as a number
# alone, w:result, beside the list of entries (ISO/IEC 29500-1, 17.16.28): no run has its words. All of five programs that make text of a
# .docx leave it out and say nothing: "Option : SLAM" on the screen and on paper is "Option :" for pandoc, mammoth, docx2txt,
# markitdown and python-docx. mammoth gives no message, though it reports other elements that it ignores, and pandoc's --verbose no
# warning. The answer in a text field of the same form is read by all, and that in the drop-down of a content control, which looks
# alike on paper, by all but python-docx; so of a form with one kind of list all is read, and of the other a blank stays.
# Where no choice was made the first entry is shown, by rule (w:result and w:default are 0 if absent), and is lost as well.
#
# Seen on 2026-11-30, Python 3.11, pypandoc_binary 1.17, mammoth 1.13.0, docx2txt 0.9, markitdown 0.1.9, python-docx 1.2.0:
#                  FORMDROPDOWN     FORMTEXT           content control
#   pandoc         Option :         Option : SLAM      Option : SLAM
#   mammoth        Option :         Option : SLAM      Option : SLAM
#   docx2txt       Option :         Option : SLAM      Option : SLAM
#   markitdown     Option :         Option : SLAM      Option : SLAM
#   python-docx    Option :         Option : SLAM      Option :
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypandoc_binary==1.17 mammoth==1.13.0 docx2txt==0.9 'markitdown[docx]==0.1.9' python-docx==1.2.0
"$place/venv/bin/python" - "$place/form.docx" <<'PYTHON'
import sys

import docx
import docx2txt
import mammoth
import pypandoc
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from markitdown import MarkItDown

ENTRIES = '<w:listEntry w:val="SISR"/><w:listEntry w:val="SLAM"/>'
PATH = sys.argv[1]


def text(words):
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def mark(kind, inner=""):
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{inner}</w:fldChar></w:r>'


def field(instruction, data, result=""):
    shown = mark("separate") + result if result else ""
    properties = f'<w:ffData><w:name w:val="option"/><w:enabled/>{data}</w:ffData>'
    command = f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
    return mark("begin", properties) + command + shown + mark("end")


FORMS = {
    "FORMDROPDOWN": field("FORMDROPDOWN", f'<w:ddList><w:result w:val="1"/>{ENTRIES}</w:ddList>'),
    "FORMTEXT": field("FORMTEXT", "<w:textInput/>", text("SLAM")),
    "content control": '<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="SISR" w:value="1"/><w:listItem w:displayText="SLAM" '
                       f'w:value="2"/></w:dropDownList></w:sdtPr><w:sdtContent>{text("SLAM")}</w:sdtContent></w:sdt>',
}
warnings = []


def by_mammoth(path):
    with open(path, "rb") as file:
        result = mammoth.extract_raw_text(file)
    warnings.extend(result.messages)
    return result.value


READERS = {
    "pandoc": lambda path: pypandoc.convert_file(path, "plain"), "mammoth": by_mammoth, "docx2txt": docx2txt.process,
    "markitdown": lambda path: MarkItDown().convert(path).text_content,
    "python-docx": lambda path: docx.Document(path).paragraphs[0].text,
}
seen = {name: [] for name in READERS}
for form in FORMS.values():
    document = docx.Document()
    document.add_paragraph()._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:t xml:space="preserve">Option : </w:t></w:r>'))
    for element in parse_xml(f'<w:p {nsdecls("w")}>{form}</w:p>'):
        document.paragraphs[0]._p.append(element)
    document.save(PATH)
    for name, read in READERS.items():
        seen[name].append(read(PATH).strip())
print(f"{'':14} {'FORMDROPDOWN':16} {'FORMTEXT':18} content control")
for name, (dropped, typed, controlled) in seen.items():
    print(f"{name:14} {dropped:16} {typed:18} {controlled}")
print(f"messages of mammoth: {len(warnings)}")
blank, answer = "Option :", "Option : SLAM"
sys.exit(0 if seen == {name: [blank, answer, blank if name == "python-docx" else answer] for name in READERS} and not warnings else 1)
PYTHON
