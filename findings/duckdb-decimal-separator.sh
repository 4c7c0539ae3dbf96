#!/bin/sh
# DuckDB 2.0.1 is told by read_csv's decimal_separator=',' that a comma stands in numbers, and still takes the comma for what
# parts the columns when it has to find that out: marks that are written "8,5;7,5" come back as 8, "5;7" and 5. What has
# fewer commas above them is taken for a preamble and left out: the heading, and with it candidates. Told that there is a
# heading, it takes the first mark for it. Of three candidates one is left, or none, under other names, and nothing is said;
# the documentation has it as the decimal separator of numbers. A column of names beside the marks puts it
# right, so that it comes out with the file that holds marks alone. With delim=';' it is right.
#
# Seen on 2026-11-30, Python 3.11, duckdb 2.0.1; three rows below the heading, each read with decimal_separator=',':
#   marks                  ['column0', 'column1', 'column2'] [(8, '5;7', 5)]
#   marks, header=true     ['8', '5;7', '5'] []
#   marks, delim=';'       ['ecrit', 'oral'] [(12.0, 10.5), (13.25, 9.0), (8.5, 7.5)]
#   names and marks        ['nom', 'ecrit', 'oral'] [('A', 12.0, 10.5), ('B', 13.25, 9.0), ('C', 8.5, 7.5)]
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
"$place/venv/bin/python" - "$place/marks.csv" <<'PYTHON'
import sys
from pathlib import Path

import duckdb

MARKS = "ecrit;oral\n12;10,5\n13,25;9\n8,5;7,5\n"
NAMES = "nom;ecrit;oral\nA;12;10,5\nB;13,25;9\nC;8,5;7,5\n"
seen = []
for name, text, options in (
    ("marks", MARKS, {}), ("marks, header=true", MARKS, {"header": True}),
    ("marks, delim=';'", MARKS, {"delimiter": ";"}), ("names and marks", NAMES, {}),
):
    Path(sys.argv[1]).write_text(text)
    read = duckdb.read_csv(sys.argv[1], decimal=",", **options)
    seen.append((read.columns, read.fetchall()))
    print(f"{name:22} {seen[-1][0]} {seen[-1][1]}")
right = [(12.0, 10.5), (13.25, 9.0), (8.5, 7.5)]
sys.exit(0 if seen == [
    (["column0", "column1", "column2"], [(8, "5;7", 5)]), (["8", "5;7", "5"], []), (["ecrit", "oral"], right),
    (["nom", "ecrit", "oral"], [(name, *marks) for name, marks in zip("ABC", right, strict=True)]),
] else 1)
PYTHON
