#!/bin/sh
# python-barcode 0.16.1 leaves the digits 99 out of the bars of a Code 128 that begins with them, and prints them all below: the
# label says 9912345678 and is read as 12345678. Two digits are one code in set C, and 99 is the same code that means "go on in set
# C" in the other sets. Where it comes first python-barcode takes it for that, and makes "start in set C" of start and 99. The check
# character is made of what is left, so that every reader takes the label for sound. Nothing is said. 99 anywhere else,
# or any other two digits in front, are right, so that numbers that are counted up from 1 are, too, until they come to 99.
#
# Seen on 2026-11-30, Python 3.11, python-barcode 0.16.1 by its ImageWriter, read by zxing-cpp 3.1.1 and zbar (pyzbar 0.1.9):
#   label         in the bars, by both
#   9812345678    9812345678
#   9912345678    12345678
#   1299345678    1299345678
#   A9912345678   A9912345678
#   098           098
#   991           1
#   lost of the numbers 0980 to 1000: none; of 9890 to 9910: 9900 to 9910
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check python-barcode==0.16.1 pillow==13.0.0 zxing-cpp==3.1.1 pyzbar==0.1.9
"$place/venv/bin/python" - <<'PYTHON'
import sys

import zxingcpp
from barcode import Code128
from barcode.writer import ImageWriter
from pyzbar import pyzbar


def bars(label):
    picture = Code128(label, writer=ImageWriter()).render({"write_text": False}).convert("L")
    by_zxing = "".join(found.text for found in zxingcpp.read_barcodes(picture))
    by_zbar = "".join(found.data.decode() for found in pyzbar.decode(picture))
    return by_zxing if by_zxing == by_zbar else f"{by_zxing} or {by_zbar}"


expected = {
    "9812345678": "9812345678", "9912345678": "12345678", "1299345678": "1299345678", "A9912345678": "A9912345678",
    "098": "098", "991": "1",
}
seen = {label: bars(label) for label in expected}
for label, read in seen.items():
    print(f"{label:13} {read}")
wrong = [[label for label in range(*span) if bars(f"{label:04}") != f"{label:04}"] for span in ((980, 1001), (9890, 9911))]
print("wrong:", *wrong)
sys.exit(0 if seen == expected and wrong == [[], list(range(9900, 9911))] else 1)
PYTHON
