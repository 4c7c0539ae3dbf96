#!/bin/sh
# nameparser 2.6.0 takes surnames of two letters for degrees: BA, DO, MA and ED stand at the end of "Léo BA", "Marie DO", "Jean MA" as they do in
# English behind a name (Bachelor of Arts, Doctor of Osteopathy, Master of Arts, Education), so that the person has no last name: it is empty, and nothing
# is said. All four are surnames that French lists of candidates have, from Senegal, Vietnam and China; Paul VI is taken for the sixth of
# that name. Whoever sorts, or compares, by last name puts these people first, under nothing, and two of them are the same.
# DO before a first name, or any of them behind a comma or between other names, is right: "BA, Léo". Its documentation says that suffixes are
# told by a list, and how to take words out of it.
#
# Seen on 2026-12-01, Python 3.11, nameparser 2.6.0; first, last and suffix:
#   Léo BA           Léo     -         BA
#   Marie DO         Marie   -         DO
#   Jean MA          Jean    -         MA
#   Inès ED          Inès    -         ED
#   Lou LY           Lou     LY        -
#   BA, Léo          Léo     BA        -
#   without them in its list: Léo BA, Marie DO, Jean MA, Inès ED have last names
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check nameparser==2.6.0
"$place/venv/bin/python" - <<'PYTHON'
import sys

from nameparser import HumanName
from nameparser.config import CONSTANTS

SHORT = ("Léo BA", "Marie DO", "Jean MA", "Inès ED")


def parts(text):
    name = HumanName(text)
    return name.first, name.last, name.suffix


seen = {text: parts(text) for text in (*SHORT, "Lou LY", "BA, Léo")}
for text, (first, last, suffix) in seen.items():
    print(f"{text:16} {first:7} {last or '-':9} {suffix or '-'}")
CONSTANTS.suffix_acronyms.remove("ba", "do", "ma", "ed")
mended = {text: parts(text) for text in SHORT}
print("without them in its list:", mended)
sys.exit(0 if all(seen[text] == (text.split()[0], "", text.split()[1]) for text in SHORT)
         and seen["Lou LY"] == ("Lou", "LY", "") and seen["BA, Léo"] == ("Léo", "BA", "")
         and all(mended[text] == (*text.split(), "") for text in SHORT) else 1)
PYTHON
