#!/bin/sh
# A gray TIFF that is to be turned for reading is torn into stripes by Pillow, where it is opened by its name. TIFF 6.0 lets a scanner
# store the lines as they pass and say in the tag Orientation (274) how to look at them; 6 and 8 are a page fed with its
# short edge first. Pillow turns such pages itself when it loads them, and says their upright size at once. Of a page
# without compression, gray or with a palette, that lies in a file of its own, it maps the file into memory instead of reading it: the
# lines are then taken to have the upright width, and the page is turned after that. Its size is that of the page that was not turned, its
# ink is scattered all over, and nothing is raised or warned of; ImageOps.exif_transpose leaves it so. The same bytes are read right out of
# memory, as are pages with any compression, in colour or of one bit, and pages that are not turned by a quarter.
#
# Seen on 2026-12-01, Python 3.11, pillow 13.0.0 (and 12.0.0 and 11.3.0), a page of 60 x 40 points with a black bar of 18 x 6, turned by
# the tag 6; size, and how wide and high what is dark lies:
#   as it should be            (40, 60)  bar 6 x 18
#   by its name, gray          (60, 40)  bar 9 x 40
#   out of memory, gray        (40, 60)  bar 6 x 18
#   by its name, LZW           (40, 60)  bar 6 x 18
#   by its name, colour        (40, 60)  bar 6 x 18
#   by its name, one bit       (40, 60)  bar 6 x 18
#   by its name, upside down   (60, 40)  bar 18 x 6
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 numpy==2.4.6
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

import numpy as np
from PIL import Image, ImageOps

page = Image.new("L", (60, 40), 255)
page.paste(0, (4, 2, 22, 8))


def seen(image):
    rows, columns = np.nonzero(np.asarray(image.convert("L")) < 128)
    return image.size, np.ptp(columns) + 1, np.ptp(rows) + 1


def stored(kind="L", turn=6, **how):
    page.convert(kind).save("page.tif", tiffinfo={274: turn}, **how)
    return "page.tif"


def opened(place):
    with Image.open(place) as image:
        image.load()
        return seen(ImageOps.exif_transpose(image))


with open(stored(), "rb") as file:
    in_memory = io.BytesIO(file.read())
found = {
    "as it should be": seen(page.transpose(Image.Transpose.ROTATE_270)),
    "by its name, gray": opened(stored()),
    "out of memory, gray": opened(in_memory),
    "by its name, LZW": opened(stored(compression="tiff_lzw")),
    "by its name, colour": opened(stored("RGB")),
    "by its name, one bit": opened(stored("1")),
    "by its name, upside down": opened(stored(turn=3)),
}
for name, (size, wide, high) in found.items():
    print(f"{name:26} {size}  bar {wide} x {high}")
upright = ((40, 60), 6, 18)
expected = dict.fromkeys(found, upright) | {
    "by its name, gray": ((60, 40), 9, 40),
    "by its name, upside down": ((60, 40), 18, 6),
}
sys.exit(0 if found == expected else 1)
PYTHON
