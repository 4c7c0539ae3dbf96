#!/bin/sh
# frictionless 5.21.0 takes a column of marks with a decimal comma for places on the Earth: it finds by itself that semicolons part the
# columns, and the type of 12,5 is geopoint, longitude 12 and latitude 5. So 12,5 and 12,05 are the same place, and the same mark in the table
# that it writes again: the nought is gone for good. validate() calls the file valid. It is so where every mark has a comma
# and decimals that a latitude may have; with one mark of no comma, or 12,99, all are texts as they stand, so that another list of the
# same kind is right. Table Schema has a number with a decimal comma (decimalChar); it is not among what is guessed.
#
# Seen on 2026-11-30, Python 3.11, frictionless 5.21.0:
#   marks in the file      type       read                      written again
#   12,5  12,05  8,25      geopoint   12:5  12:5  8:25          12,5  12,5  8,25
#   12,5  12,05  14        string     12,5  12,05  14           12,5  12,05  14
#   12,5  12,05  12,99     string     12,5  12,05  12,99        12,5  12,05  12,99
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check frictionless==5.21.0
cd "$place"
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import csv
import sys
from pathlib import Path

from frictionless import Resource


def look(*marks):
    names = ("Durand", "Petit", "Martin")
    Path("marks.csv").write_text("nom;note\n" + "".join(f"{name};{mark}\n" for name, mark in zip(names, marks, strict=True)))
    assert Resource("marks.csv").validate().valid
    resource = Resource("marks.csv")
    values = [row["note"] for row in resource.read_rows()]
    kind = resource.schema.get_field("note").type
    read = [value if isinstance(value, str) else ":".join(str(part).removesuffix(".0") for part in value) for value in values]
    Resource("marks.csv").write("again.csv")
    with open("again.csv", newline="") as file:
        again = [row["note"] for row in csv.DictReader(file)]
    found = kind, "  ".join(read), "  ".join(again)
    print(f"{'  '.join(marks):22} {found[0]:10} {found[1]:25} {found[2]}")
    return found


seen = [look("12,5", "12,05", "8,25"), look("12,5", "12,05", "14"), look("12,5", "12,05", "12,99")]
sys.exit(0 if seen == [
    ("geopoint", "12:5  12:5  8:25", "12,5  12,5  8,25"),
    ("string", "12,5  12,05  14", "12,5  12,05  14"),
    ("string", "12,5  12,05  12,99", "12,5  12,05  12,99"),
] else 1)
PYTHON
