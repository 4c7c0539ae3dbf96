#!/bin/sh
# csvkit 2.2.0 reads a mark written with a decimal comma as ten or a hundred times the mark: 12,5 is 125 and 8,25 is 825. It finds
# by itself that semicolons part the columns, as a French spreadsheet writes them, and takes a comma in a number for
# one that groups thousands in English, wherever it stands: it is left out, though 8,25 is no number so grouped. Nothing is
# said, and the exit code is 0. csvsort writes the wrong marks in their wrong order, csvjson hands them on, csvstat's mean is
# 321 out of 20. csvcut, which guesses no types, leaves them as they are. With --locale fr_FR they are right; the documentation
# has that option as the locale "of any formatted numbers", and nothing of what becomes of others. Of two columns of marks
# the one that has whole marks alone is right.
#
# Seen on 2026-11-30, Python 3.11, csvkit 2.2.0, agate 1.14.2; the marks 12,5 and 8,25 and 13 in a file with semicolons:
#   csvsort -c ecrit               13 125 825
#   csvsort -c ecrit -L fr_FR      8.25 12.5 13
#   csvjson                        125.0 825.0 13.0
#   csvstat -c ecrit --mean        321
#   csvcut -d ; -c ecrit           12,5 8,25 13
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check csvkit==2.2.0 agate==1.14.2
printf 'nom;ecrit\nDurand;12,5\nMartin;8,25\nPetit;13\n' > "$place/marks.csv"
"$place/venv/bin/python" - "$place" <<'PYTHON'
import csv
import json
import pathlib
import subprocess
import sys

PLACE = pathlib.Path(sys.argv[1])


def said(tool, *options):
    command = [PLACE / "venv/bin" / tool, *options, PLACE / "marks.csv"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def column(text):
    return " ".join(row["ecrit"] for row in csv.DictReader(text.splitlines()))


seen = {
    "csvsort -c ecrit": column(said("csvsort", "-c", "ecrit")),
    "csvsort -c ecrit -L fr_FR": column(said("csvsort", "-c", "ecrit", "-L", "fr_FR")),
    "csvjson": " ".join(str(row["ecrit"]) for row in json.loads(said("csvjson"))),
    "csvstat -c ecrit --mean": said("csvstat", "-c", "ecrit", "--mean").strip(),
    "csvcut -d ; -c ecrit": column(said("csvcut", "-d", ";", "-c", "ecrit")),
}
for tool, marks in seen.items():
    print(f"{tool:30} {marks}")
sys.exit(0 if [*seen.values()] == ["13 125 825", "8.25 12.5 13", "125.0 825.0 13.0", "321", "12,5 8,25 13"] else 1)
PYTHON
