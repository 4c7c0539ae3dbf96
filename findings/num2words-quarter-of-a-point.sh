#!/bin/sh
# A mark that num2words 0.5.14 writes in French words and text2num 3.1.0 reads again has lost its last digit, if it is a quarter or
# three quarters of a point: 12.25 is written "douze virgule deux cinq", digit by digit, where French says "vingt-cinq", and
# read as "12,2 5", the mark 12,2 with a 5 behind it; 8.75 is 8,7. Nothing is raised. Whole and half marks come back (but "un" and
# "deux" alone, which are left as words), and so does 12.05, so that a test with 12.5 passes. The same in Italian, Dutch, Portuguese and
# Spanish; English and German, which say digits, are read whole. What French says, "douze virgule vingt-cinq", is read as 12,25.
#
# Seen on 2026-11-30, Python 3.11, num2words 0.5.14, text2num 3.1.0 (alpha2digit):
#   fr   12.5    douze virgule cinq           12,5
#   fr   12.05   douze virgule zéro cinq      12,05
#   fr   12.25   douze virgule deux cinq      12,2 5
#   fr   8.75    huit virgule sept cinq       8,7 5
#   it   12.25   dodici virgola due cinque    12,2 5
#   nl   12.25   twaalf komma twee vijf       12,2 5
#   pt   12.25   doze vírgula dois cinco      12,2 5
#   es   12.25   doce punto dos cinco         12.2 5
#   en   12.25   twelve point two five        12.25
#   de   12.25   zwölf Komma zwei fünf        12,25
#   of the 71 marks from 2.25 to 19.75 the 36 with a quarter or three quarters are read wrong, the 35 others right
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.14 text2num==3.1.0
"$place/venv/bin/python" - <<'PYTHON'
import sys

from num2words import num2words
from text_to_num import alpha2digit

expected = {
    ("fr", 12.5): "12,5", ("fr", 12.05): "12,05", ("fr", 12.25): "12,2 5", ("fr", 8.75): "8,7 5", ("it", 12.25): "12,2 5",
    ("nl", 12.25): "12,2 5", ("pt", 12.25): "12,2 5", ("es", 12.25): "12.2 5", ("en", 12.25): "12.25", ("de", 12.25): "12,25",
}
seen = {}
for lang, mark in expected:
    words = num2words(mark, lang=lang)
    seen[lang, mark] = alpha2digit(words, lang)
    print(f"{lang:4} {mark:<7} {words:28} {seen[lang, mark]}")
spoken = alpha2digit("douze virgule vingt-cinq", "fr")
marks = [quarters / 4 for quarters in range(9, 80)]
wrong = [mark for mark in marks if alpha2digit(num2words(mark, lang="fr"), "fr") != f"{mark:g}".replace(".", ",")]
print(f"douze virgule vingt-cinq: {spoken}; read wrong: {len(wrong)} of {len(marks)}")
quarters = [mark for mark in marks if mark * 2 % 1]
sys.exit(0 if seen == expected and spoken == "12,25" and wrong == quarters and len(quarters) == 36 else 1)
PYTHON
