#!/bin/sh
# Word's "Insert Alignment Tab", by which headers and footers part what stands left from what stands right, is in the file as an element of
# its own, w:ptab (ISO/IEC 29500-1, 17.3.3.23), and not as a tab. pandoc 3.9, mammoth 1.13.0, docx2txt 0.9 and docx2python 3.7.1 leave it
# out with nothing in its place: "Lot 2026" and "12 copies" at the two ends of a line are "Lot 202612 copies", a number that
# stands nowhere. A line break that is written as w:cr (17.3.3.4), which is the same as w:br, is left out so by pandoc, mammoth and
# docx2python. A tab (w:tab) and a w:br are read by all, so that a test with those passes. mammoth alone has a message of what it
# ignored; pandoc's exit code is 0. python-docx has both.
#
# Seen on 2026-11-30, Python 3.11, pypandoc_binary 1.17, mammoth 1.13.0, docx2txt 0.9, docx2python 3.7.1, python-docx 1.2.0; between
# "Lot 2026" and "12 copies" the text has (any blank is shown as a space, nothing as -):
#                  w:tab   w:ptab   w:br   w:cr
#   python-docx    space   space    space  space
#   docx2txt       space   -        space  space
#   pandoc         space   -        space  -
#   mammoth        space   -        space  -
#   docx2python    space   -        space  -
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypandoc_binary==1.17 mammoth==1.13.0 docx2txt==0.9 \
  docx2python==3.7.1 python-docx==1.2.0
cd "$place"
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import re
import sys

import docx
import docx2txt
import mammoth
import pypandoc
from docx2python import docx2python
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

BETWEEN = {
    "w:tab": "<w:tab/>",
    "w:ptab": '<w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/>',
    "w:br": "<w:br/>",
    "w:cr": "<w:cr/>",
}


def by_mammoth():
    with open("lot.docx", "rb") as file:
        read = mammoth.convert_to_html(file)
    said.extend(message.message for message in read.messages)
    return re.sub(r"<[^>]+>", lambda tag: " " if tag[0] == "<br />" else "", read.value)


READERS = {
    "python-docx": lambda: docx.Document("lot.docx").paragraphs[0].text,
    "docx2txt": lambda: docx2txt.process("lot.docx"),
    "pandoc": lambda: pypandoc.convert_file("lot.docx", "plain", extra_args=["--wrap=none"]),
    "mammoth": by_mammoth,
    "docx2python": lambda: docx2python("lot.docx").text,
}
said = []
seen = {name: [] for name in READERS}
for between in BETWEEN.values():
    document = docx.Document()
    run = f"<w:r><w:t>Lot 2026</w:t>{between}<w:t>12 copies</w:t></w:r>"
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{run}</w:p>"))
    document.save("lot.docx")
    for name, read in READERS.items():
        text = " ".join(read().split())
        assert text in ("Lot 2026 12 copies", "Lot 202612 copies"), text
        seen[name].append("-" if "202612" in text else "space")
print("               w:tab   w:ptab   w:br   w:cr")
for name, cells in seen.items():
    print(f"{name:14} {cells[0]:7} {cells[1]:8} {cells[2]:6} {cells[3]}")
assert said == [f"An unrecognised element was ignored: {name}" for name in ("w:ptab", "w:cr")], said
sys.exit(0 if seen == {
    "python-docx": ["space"] * 4,
    "docx2txt": ["space", "-", "space", "space"],
    "pandoc": ["space", "-", "space", "-"],
    "mammoth": ["space", "-", "space", "-"],
    "docx2python": ["space", "-", "space", "-"],
} else 1)
PYTHON
