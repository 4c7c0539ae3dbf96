#!/bin/sh
# A TIFF of several pages whose pages are not all of one size, as a scanner that finds the paper's edge makes it, is read without
# those of another size than the first by tifffile 2026.3.3's imread, and by what builds on it: scikit-image 0.26.0 and imageio
# 2.38.1. Of four pages of which the third is four pixels longer there are three, and the fourth stands third. The file is
# parted into series of like pages, wherever they stand, and the first series is what is read: tifffile's docstring has that,
# and those of the others do not. No warning. scikit-image makes colours of three or four pages at that, as it
# does where all are of one size. Pillow and OpenCV have all four in their order.
#
# Seen on 2026-11-30, Python 3.11; pages of 200 x 300 pixels of gray 10, 20, 30, 40, the third of 200 x 304:
#                               all of one size           one of another
#   Pillow 13.0.0               10 20 30 40               10 20 30 40
#   OpenCV 5.0.0.93             10 20 30 40               10 20 30 40
#   tifffile 2026.3.3           (4, 300, 200)             (3, 300, 200): 10 20 40
#   imageio 2.38.1              (4, 300, 200)             (3, 300, 200): 10 20 40
#   scikit-image 0.26.0         (300, 200, 4)             (300, 200, 3): 10 20 40
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check tifffile==2026.3.3 imageio==2.38.1 scikit-image==0.26.0 \
  pillow==13.0.0 opencv-python-headless==5.0.0.93
"$place/venv/bin/python" - "$place/scan.tif" <<'PYTHON'
import sys
import warnings

import cv2
import imageio.v3
import numpy as np
import skimage.io
import tifffile
from PIL import Image, ImageSequence

path = sys.argv[1]
warnings.simplefilter("error")


def scan(lengths):
    first, *others = (Image.new("L", (200, length), 10 * k) for k, length in enumerate(lengths, 1))
    first.save(path, save_all=True, append_images=others)


def grays(pages):
    return " ".join(str(int(np.asarray(page).flat[0])) for page in pages)


def stack(read):
    pages = read(path)
    apart = np.moveaxis(pages, -1, 0) if pages.shape[-1] < 10 else pages
    return f"{pages.shape}: {grays(apart)}"


def by_pillow():
    with Image.open(path) as pages:
        return grays(page.copy() for page in ImageSequence.Iterator(pages))


readers = {
    "Pillow": by_pillow,
    "OpenCV": lambda: grays(cv2.imreadmulti(path, flags=cv2.IMREAD_UNCHANGED)[1]),
    "tifffile": lambda: stack(tifffile.imread),
    "imageio": lambda: stack(imageio.v3.imread),
    "scikit-image": lambda: stack(skimage.io.imread),
}
seen = {name: [] for name in readers}
for lengths in ([300] * 4, [300, 300, 304, 300]):
    scan(lengths)
    for name, read in readers.items():
        seen[name].append(read())
for name, (alike, unlike) in seen.items():
    print(f"{name:13} {alike:28} {unlike}")
four, three = "(4, 300, 200): 10 20 30 40", "(3, 300, 200): 10 20 40"
sys.exit(0 if seen == {
    "Pillow": ["10 20 30 40"] * 2, "OpenCV": ["10 20 30 40"] * 2,
    "tifffile": [four, three], "imageio": [four, three], "scikit-image": ["(300, 200, 4): 10 20 30 40", "(300, 200, 3): 10 20 40"],
} else 1)
PYTHON
