#!/bin/sh
# zbar 0.23.92 (by pyzbar 0.1.9) reads a letter with an accent in a Code 128 as another letter, without an error: "Noël" is
# read as "Nokl", "SÉVÈRE" as "SIVHRE". Code 128 writes a letter of Latin-1 as the function character FNC4 before the one that
# stands 128 below it; zbar leaves FNC4 out and gives what follows as it stands. The check character is right, so that nothing
# tells these words from words that are printed so: both codes, which have other bars, read alike. zxing-cpp reads the
# letters. In codes without accents the two agree.
#
# Seen on 2026-11-30, Python 3.11, pyzbar 0.1.9 with libzbar0 0.23.92 (Debian), zxing-cpp 3.1.1, which draws the codes:
#   drawn     zxing-cpp   zbar
#   Noel      Noel        Noel
#   Noël      Noël        Nokl
#   Nokl      Nokl        Nokl
#   SÉVÈRE    SÉVÈRE      SIVHRE
#   A à B     A à B       A ` B
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
zbar=$(dpkg-query -W -f '${Version}' libzbar0)
case $zbar in 0.23.92-*) ;; *) echo "another zbar: $zbar"; exit 1 ;; esac
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pyzbar==0.1.9 zxing-cpp==3.1.1 numpy==2.4.6 pillow==13.0.0
"$place/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import zxingcpp
from pyzbar import pyzbar

seen = []
print("drawn     zxing-cpp   zbar")
for text in ("Noel", "Noël", "Nokl", "SÉVÈRE", "A à B"):
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    picture = np.array(zxingcpp.write_barcode_to_image(code, scale=3))
    (by_zxing,) = zxingcpp.read_barcodes(picture)
    (by_zbar,) = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.CODE128])
    seen.append((text, by_zxing.text, by_zbar.data.decode()))
    print("{:9} {:11} {}".format(*seen[-1]))
sys.exit(0 if seen == [
    ("Noel", "Noel", "Noel"), ("Noël", "Noël", "Nokl"), ("Nokl", "Nokl", "Nokl"),
    ("SÉVÈRE", "SÉVÈRE", "SIVHRE"), ("A à B", "A à B", "A ` B"),
] else 1)
PYTHON
