#!/bin/sh
# pandoc 3.9 leaves out what a field shows. In a .docx it reads the text of a field that is written with marks (w:fldChar), and not
# of the same field written as one element, w:fldSimple: both are found in Word's files, and a letter that is made by mail merge then
# has a name or has none. In an .odt it drops nearly every field of LibreOffice: the fixed date, the name from a database, the user's
# variable, the entry chosen in a list, the computed sum. The text as last shown stands in both
# files (ISO/IEC 29500-1, 17.16.19; OpenDocument 1.3 part 3, chapter 7). The exit code is 0, and nothing is said, nor with --verbose.
# Cross-references and numbers of captions are read. odfdo 3.27.3 disagrees with itself: get_formatted_text drops the fields as
# pandoc does, and inner_text has them; odfpy 1.4.1 has them. Neither manual names fields among what is not kept; pandoc's says
# in general that conversions from formats more expressive than its own can be expected to be lossy.
#
# Seen on 2026-11-30, Python 3.11, pypandoc_binary 1.17 (pandoc 3.9), python-docx 1.2.0, odfdo 3.27.3, odfpy 1.4.1:
#                           pandoc          odfdo, formatted   odfdo, inner_text   odfpy
#   .docx, w:fldChar        Nom : Durand.
#   .docx, w:fldSimple      Nom : .
#   .odt, mail merge        Nom : .         Nom : .            Nom : Durand.       Nom : Durand.
#   .odt, user's variable   Nom : .         Nom : .            Nom : Durand.       Nom : Durand.
#   .odt, fixed date        Nom : .         Nom : .            Nom : Durand.       Nom : Durand.
#   .odt, list's entry      Nom : .         Nom : .            Nom : Durand.       Nom : Durand.
#   .odt, computed          Nom : .         Nom : .            Nom : Durand.       Nom : Durand.
#   .odt, reference         Nom : Durand.   Nom : .            Nom : Durand.       Nom : Durand.
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  pypandoc_binary==1.17 python-docx==1.2.0 odfdo==3.27.3 odfpy==1.4.1
"$place/venv/bin/python" - "$place" <<'PYTHON'
import subprocess
import sys

import docx
import odfdo
import pypandoc
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from odf import opendocument, teletype, text

PLACE = sys.argv[1]
SHOWN = "Durand"


def run(inner):
    return f"<w:r>{inner}</w:r>"


RESULT = run(f"<w:t>{SHOWN}</w:t>")
MARKS = [run(f'<w:fldChar w:fldCharType="{kind}"/>') for kind in ("begin", "separate", "end")]
WORD = {
    "w:fldChar": MARKS[0] + run("<w:instrText> MERGEFIELD Nom </w:instrText>") + MARKS[1] + RESULT + MARKS[2],
    "w:fldSimple": f'<w:fldSimple w:instr=" MERGEFIELD Nom ">{RESULT}</w:fldSimple>',
}
OPEN = {
    "mail merge": '<text:database-display text:table-name="t" text:table-type="table" text:column-name="nom">{}</text:database-display>',
    "user's variable": '<text:user-field-get text:name="nom">{}</text:user-field-get>',
    "fixed date": '<text:date text:fixed="true" text:date-value="2026-06-15">{}</text:date>',
    "list's entry": '<text:drop-down text:name="l"><text:label text:value="Durand" text:current-selected="true"/>{}</text:drop-down>',
    "computed": '<text:expression office:value-type="string" office:string-value="Durand">{}</text:expression>',
    "reference": '<text:bookmark-ref text:reference-format="text" text:ref-name="nom">{}</text:bookmark-ref>',
}


def by_pandoc(path):
    done = subprocess.run([pypandoc.get_pandoc_path(), "--verbose", "--to=plain", path], capture_output=True, text=True, check=True)
    assert "WARNING" not in done.stderr, done.stderr
    return done.stdout.strip()


def of_word(inner):
    document = docx.Document()
    paragraph = document.add_paragraph("Nom : ")
    for element in list(parse_xml(f'<w:p {nsdecls("w")}>{inner}{run("<w:t>.</w:t>")}</w:p>')):
        paragraph._p.append(element)
    document.save(f"{PLACE}/letter.docx")
    return [by_pandoc(f"{PLACE}/letter.docx")]


def of_open(inner):
    path = f"{PLACE}/letter.odt"
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(odfdo.Element.from_tag(f"<text:p>Nom : {inner.format(SHOWN)}.</text:p>"))
    document.save(path)
    read = odfdo.Document(path)
    (paragraph,) = opendocument.load(path).getElementsByType(text.P)
    return [
        by_pandoc(path), read.get_formatted_text().strip(), read.body.get_paragraph(0).inner_text.strip(),
        teletype.extractText(paragraph),
    ]


print(subprocess.run([pypandoc.get_pandoc_path(), "--version"], capture_output=True, text=True).stdout.splitlines()[0])
seen = {}
print(f"{'':23} {'pandoc':15} {'odfdo, formatted':18} {'odfdo, inner_text':19} odfpy")
for kind, fields, make in ((".docx", WORD, of_word), (".odt", OPEN, of_open)):
    for name, inner in fields.items():
        seen[name] = make(inner)
        cells = [*seen[name], "", "", ""][:4]
        print("{:23} {:15} {:18} {:19} {}".format(f"{kind}, {name}", *cells).rstrip())
lost, kept = "Nom : .", f"Nom : {SHOWN}."
expected = {name: [lost, lost, kept, kept] for name in OPEN} | {"reference": [kept, lost, kept, kept]}
sys.exit(0 if seen == {"w:fldChar": [kept], "w:fldSimple": [lost], **expected} else 1)
PYTHON
