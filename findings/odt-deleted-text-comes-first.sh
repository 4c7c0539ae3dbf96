#!/bin/sh
# OpenDocument keeps what was deleted while changes are recorded in text:tracked-changes, a part at the head of the text, and leaves a mark where it stood
# (OpenDocument 1.3 part 3, 5.5). odfpy 1.4.1 (teletype.extractText) and Debian's odt2txt 0.5 read it with the rest: a letter from which "6 semaines" was deleted
# begins with the author, the hour, and "6" (and who wrote the 8, and when), before its own first line, which says 8. In Word's format the deleted text is kept where it stood and under another name, so
# that the same letter as .docx reads "8" with most readers; whoever has tried those does not expect it. Who takes the first length found takes the one
# that was withdrawn. odfdo 3.27 and pandoc 3.9 leave it out. A letter whose changes were accepted is read rightly by all.
#
# Seen on 2026-12-01, Python 3.11, LibreOffice 7.4.7.2 (Debian), python-docx 1.2.0:
#   odfpy 1.4.1                        A2026-11-29T10:00:006A2026-11-29T10:00:00Durée : 8 semaines
#   odt2txt 0.5                        A2026-11-29T10:00:00 6 A2026-11-29T10:00:00 Durée : 8 semaines
#   odfdo 3.27.3, pandoc 3.9           Durée : 8 semaines
#
# Exits with 0 while this is so, with 1 once it has changed. Needs Debian's odt2txt and libreoffice-writer.
set -eu
soffice --version | grep -F 'LibreOffice 7.4.7.2' || { echo "another LibreOffice: $(soffice --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check odfpy==1.4.1 odfdo==3.27.3 pypandoc_binary==1.17 python-docx==1.2.0
"$place/venv/bin/python" - "$place" <<'PYTHON'
import subprocess
import sys
from pathlib import Path

import docx
import odfdo
import pypandoc
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from odf import opendocument, teletype

place = Path(sys.argv[1])
BY = f'{nsdecls("w")} w:author="A" w:date="2026-11-29T10:00:00Z"'
letter = docx.Document()
paragraph = letter.add_paragraph("Durée : ")
for change in (
    f'<w:del w:id="1" {BY}><w:r><w:delText>6</w:delText></w:r></w:del>', f'<w:ins w:id="2" {BY}><w:r><w:t>8</w:t></w:r></w:ins>',
    f'<w:r {nsdecls("w")}><w:t xml:space="preserve"> semaines</w:t></w:r>',
):
    paragraph._p.append(parse_xml(change))
letter.save(place / "letter.docx")
office = ("soffice", f"-env:UserInstallation=file://{place}/office", "--headless", "--convert-to", "odt", "--outdir", str(place))
subprocess.run((*office, str(place / "letter.docx")), check=True, capture_output=True)
odt = str(place / "letter.odt")
seen = {
    "odfpy": teletype.extractText(opendocument.load(odt).text),
    "odt2txt": subprocess.run(("odt2txt", odt), check=True, capture_output=True).stdout.decode(),
    "odfdo": odfdo.Document(odt).get_formatted_text(),
    "pandoc": pypandoc.convert_file(odt, "plain"),
}
for name, text in seen.items():
    print(f"{name:8} {' '.join(text.split())}")
first = {name: "".join(text.split()) for name, text in seen.items()}
LETTER = "Durée:8semaines"
DELETED = "A2026-11-29T10:00:006"
right = first["odfpy"] == DELETED + "A2026-11-29T10:00:00" + LETTER and first["odfdo"] == first["pandoc"] == LETTER
sys.exit(0 if right and first["odt2txt"].startswith(DELETED) and first["odt2txt"].endswith(LETTER) else 1)
PYTHON
