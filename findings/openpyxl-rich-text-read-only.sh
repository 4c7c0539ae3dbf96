#!/bin/sh
# openpyxl 3.1.5 (newest on 2026-11-29): load_workbook(..., read_only=True, rich_text=True) loses the formatting
# inside cells that openpyxl itself has written, without a word. Words that are struck through come back as if
# they stood. Its documentation says of rich_text: "if set to True openpyxl will preserve any rich text
# formatting in cells", and names no exception for read-only mode.
#
# Seen on 2026-11-29, Python 3.11:
#   normal     CellRichText   SISR / |SLAM struck
#   read-only  str            SISR / SLAM
# The reason: openpyxl writes rich text as inline strings; its read-only reader is given no rich_text flag for
# those, and honours it for shared strings alone, which is how Excel writes them.
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5
"$place/venv/bin/python" - "$place/book.xlsx" <<'PYTHON'
import sys

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

path = sys.argv[1]
book = openpyxl.Workbook()
book.active["A1"] = CellRichText("SISR / ", TextBlock(InlineFont(strike=True), "SLAM"))
book.save(path)


def seen(read_only):
    loaded = openpyxl.load_workbook(path, read_only=read_only, rich_text=True)
    (value,) = next(loaded.worksheets[0].iter_rows(max_row=1, max_col=1, values_only=True))
    struck = [part.text for part in value if isinstance(part, TextBlock) and part.font.strike] \
        if isinstance(value, CellRichText) else []
    print(f"{'read-only' if read_only else 'normal':10} {type(value).__name__:14} {value!s} {struck}")
    return type(value).__name__, struck


as_seen = seen(False) == ("CellRichText", ["SLAM"]) and seen(True) == ("str", [])
print("as seen" if as_seen else "CHANGED")
sys.exit(0 if as_seen else 1)
PYTHON
