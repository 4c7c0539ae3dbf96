#!/bin/sh
# A gray TIFF says by one tag, PhotometricInterpretation, whether 0 is white or black (TIFF 6.0, section 8). Pillow 13.0.0
# heeds it at 8 bits a sample, and not at 16: where 0 is white the picture is a negative, in the same mode, I;16, as one that
# is right, and nothing tells. OpenCV 5.0.0 disagrees with itself: right with IMREAD_GRAYSCALE, a negative with
# IMREAD_UNCHANGED, the flag that keeps the 16 bits. So of two files that show one sheet, alike to a viewer, one is read with
# white writing on black paper.
#
# Seen on 2026-11-30, Python 3.11, Pillow 13.0.0, opencv-python-headless 5.0.0.93; how light the white paper is, of 1:
#   0 is    bits   Pillow   OpenCV, gray   OpenCV, unchanged
#   black   8      1.0      1.0            1.0
#   black   16     1.0      1.0            1.0
#   white   8      1.0      1.0            1.0
#   white   16     0.0      1.0            0.0
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
"$place/venv/bin/python" - <<'PYTHON'
import io
import struct
import sys

import cv2
import numpy as np
from PIL import Image

WHITE_IS_ZERO, BLACK_IS_ZERO = 0, 1


def tiff(bits, photometric):
    """White paper with a black line, uncompressed, in one strip."""
    light, dark = (0, 2**bits - 1) if photometric == WHITE_IS_ZERO else (2**bits - 1, 0)
    samples = np.full((64, 64), light, f"<u{bits // 8}")
    samples[30:34] = dark
    tags = {
        256: (4, 64), 257: (4, 64), 258: (3, bits), 259: (3, 1), 262: (3, photometric), 273: (4, 0), 277: (3, 1),
        278: (4, 64), 279: (4, samples.nbytes),
    }
    tags[273] = 4, 8 + 2 + 12 * len(tags) + 4
    entries = b"".join(
        struct.pack("<HHI", tag, kind, 1) + struct.pack("<HH" if kind == 3 else "<I", *((value, 0) if kind == 3 else (value,)))
        for tag, (kind, value) in sorted(tags.items())
    )
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0) + samples.tobytes()


def paper(pixels):
    return float(pixels[0, 0]) / np.iinfo(pixels.dtype).max


seen = {}
print("0 is    bits   Pillow   OpenCV, gray   OpenCV, unchanged")
for name, photometric in (("black", BLACK_IS_ZERO), ("white", WHITE_IS_ZERO)):
    for bits in (8, 16):
        data = tiff(bits, photometric)
        by_pillow = np.asarray(Image.open(io.BytesIO(data)))
        flags = cv2.IMREAD_GRAYSCALE, cv2.IMREAD_UNCHANGED
        by_opencv = [cv2.imdecode(np.frombuffer(data, np.uint8), flag) for flag in flags]
        seen[name, bits] = [paper(pixels) for pixels in (by_pillow, *by_opencv)]
        print("{:7} {:<6} {:.1f}      {:.1f}            {:.1f}".format(name, bits, *seen[name, bits]))
right = [1.0, 1.0, 1.0]
expected = {("black", 8): right, ("black", 16): right, ("white", 8): right, ("white", 16): [0.0, 1.0, 0.0]}
sys.exit(0 if seen == expected else 1)
PYTHON
