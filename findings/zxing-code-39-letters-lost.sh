#!/bin/sh
# Code 39 has 43 characters, among them + - . / $ % and the capitals. A second reading of it, "full ASCII", takes a sign with the letter behind it
# for one other character: /B for a quotation mark, +B for a small b, $M for a carriage return (ISO/IEC 16388, annex). Nothing in the bars
# tells which of the two is meant. zxing-cpp 3.1.1 tries the second by itself, wherever each sign is followed by a letter that makes a pair, and calls
# the format "Code 39 Extended": of a label printed AIX/B12 it gives AIX"12, of E4 $M12 a line's end in the middle. A number where a digit follows
# the sign is right, so that a test with 13/0426 passes, and one centre's labels fail. zbar 0.23 gives what is printed under the bars.
# With formats=Code39Std, which names the plain code alone, zxing-cpp does too; with formats=Code39, which one would ask for, it does not.
#
# Seen on 2026-12-01, Python 3.11, zxing-cpp 3.1.1, pyzbar 0.1.9, python-barcode 0.16.1:
#   printed     zxing-cpp, any format and Code39   Code39Std   zbar
#   13/0426     13/0426                            13/0426     13/0426
#   AIX/B12     AIX"12                             AIX/B12     AIX/B12
#   A+B12       Ab12                               A+B12       A+B12
#   E4 $M12     E4 \r12                            E4 $M12     E4 $M12
#
# Exits with 0 while this is so, with 1 once it has changed. zbar's library is Debian's libzbar0.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check zxing-cpp==3.1.1 pyzbar==0.1.9 python-barcode==0.16.1 pillow==12.3.0
"$place/venv/bin/python" - <<'PYTHON'
import sys

import barcode
import zxingcpp
from barcode.writer import ImageWriter
from pyzbar.pyzbar import decode

PRINTED = {"13/0426": "13/0426", "AIX/B12": 'AIX"12', "A+B12": "Ab12", "E4 $M12": "E4 \r12"}
FORMATS = zxingcpp.BarcodeFormat


def drawn(text):
    return barcode.Code39(text, writer=ImageWriter(), add_checksum=False).render({"write_text": False}).convert("L")


right = True
for text, taken in PRINTED.items():
    image = drawn(text)
    anything, asked, plain = (
        [found.text for found in zxingcpp.read_barcodes(image, **options)]
        for options in ({"text_mode": zxingcpp.TextMode.Plain}, {"formats": FORMATS.Code39, "text_mode": zxingcpp.TextMode.Plain},
                        {"formats": FORMATS.Code39Std})
    )
    zbar = [found.data.decode() for found in decode(image)]
    print(f"{text:10} {anything!r:14} {asked!r:14} {plain!r:14} {zbar!r}")
    right &= anything == [taken] and asked == [taken] and plain == [text] and zbar == [text]
sys.exit(0 if right else 1)
PYTHON
