#!/bin/sh
# pandoc 3.9 reads an RTF letter in which a numbered list stands right before a table, and puts the list before the paragraph that introduces it: "Bonjour",
# 1., 2., table becomes 1., 2., "Bonjour", table. Nothing is said, and no word is lost, so that counting words does not tell it. pandoc 2.17 (Debian 12) moved
# the list into the table's first cell instead. With a paragraph between list and table, or in the same letter saved as .docx or .odt, all is in its
# place. A letter of missions with its table of hours below is just that.
#
# Seen on 2026-12-01, Python 3.11, pandoc 3.9 (pypandoc-binary 1.17), LibreOffice 7.4.7.2 (Debian), python-docx 1.2.0:
#   list, then table                1. Installer 2. Sauvegarder / Missions : / table
#   list, paragraph, then table     Missions : / 1. Installer 2. Sauvegarder / Heures : / table
#   list, then table, as .odt       Missions : / 1. Installer 2. Sauvegarder / table
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
soffice --version | grep -F 'LibreOffice 7.4.7.2' || { echo "another LibreOffice: $(soffice --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypandoc-binary==1.17 python-docx==1.2.0
"$place/venv/bin/python" - "$place" <<'PYTHON'
import subprocess
import sys
from pathlib import Path

import docx
import pypandoc

place = Path(sys.argv[1])


def read(name, between, kind):
    letter = docx.Document()
    letter.add_paragraph("Missions :")
    for mission in ("Installer", "Sauvegarder"):
        letter.add_paragraph(mission, style="List Number")
    if between:
        letter.add_paragraph("Heures :")
    table = letter.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Semaine 1", "35"
    letter.add_paragraph("Cordialement")
    letter.save(place / f"{name}.docx")
    office = ("soffice", f"-env:UserInstallation=file://{place}/office", "--headless", "--convert-to", kind, "--outdir", str(place))
    subprocess.run((*office, str(place / f"{name}.docx")), check=True, capture_output=True)
    text = pypandoc.convert_file(str(place / f"{name}.{kind}"), "plain").split()
    return [word for word in text if word in ("Missions", "Installer", "Sauvegarder", "Heures", "35", "Cordialement")]


alone, parted, odt = read("a", False, "rtf"), read("b", True, "rtf"), read("c", False, "odt")
print(alone, parted, odt, sep="\n")
TRUE = ["Missions", "Installer", "Sauvegarder", "35", "Cordialement"]
sys.exit(0 if alone == ["Installer", "Sauvegarder", "Missions", "35", "Cordialement"] and odt == TRUE
         and parted == [*TRUE[:3], "Heures", *TRUE[3:]] else 1)
PYTHON
