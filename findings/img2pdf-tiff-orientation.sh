#!/bin/sh
# img2pdf 0.6.3 turns a TIFF that has an orientation twice: Pillow turns its pixels as it loads them, for TIFF alone of all
# formats, and img2pdf, which reads the tag before, then gives the page a /Rotate as well. A sheet scanned upside down comes
# out upside down, one scanned sideways lies on its other side, without a warning. JPEG, PNG and WebP with the same orientation are
# right, and so is a TIFF of Group 4, whose data is copied and not loaded: the same scanner's one-bit pages are upright,
# its gray ones are not. TIFF 6.0 (section 8, Orientation) says where row 0 lies; there is one turn to be made.
#
# Seen on 2026-11-29, Python 3.11, img2pdf 0.6.3, Pillow 13.0.0, pypdfium2 5.15.2; the band that should be at the top is at:
#   orientation     1       6       3       8
#   JPEG            top     top     top     top
#   PNG             top     top     top     top
#   TIFF, Group 4   top     top     top     top
#   TIFF, LZW       top     right   bottom  left
#   TIFF, plain     top     right   bottom  left
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check img2pdf==0.6.3 pillow==13.0.0 pypdfium2==5.15.2 numpy==2.4.6
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import io
import sys

import img2pdf
import numpy as np
import pypdfium2
from PIL import Image

upright = np.full((64, 64), 255, np.uint8)
upright[:16] = 0
STORED = {1: 0, 6: 1, 3: 2, 8: 3}  # orientation: quarter turns to the left in which the sheet lay


def file(kind, orientation, **options):
    image = Image.fromarray(np.ascontiguousarray(np.rot90(upright, STORED[orientation])))
    out = io.BytesIO()
    if kind == "TIFF":
        image = image.convert("1") if options.get("compression") == "group4" else image
        image.save(out, kind, tiffinfo={274: orientation}, **options)
    else:
        exif = Image.Exif()
        exif[274] = orientation
        image.save(out, kind, exif=exif)
    return out.getvalue()


def band(data):
    shown = pypdfium2.PdfDocument(img2pdf.convert(data))[0].render(scale=2).to_numpy()[..., 0]
    far = len(shown) * 9 // 10
    middle, near = len(shown) // 2, len(shown) // 10
    sides = {"top": (near, middle), "right": (middle, far), "bottom": (far, middle), "left": (middle, near)}
    return [side for side, at in sides.items() if shown[at] < 100]


seen = {}
print("orientation    ", *(f"{orientation:<7}" for orientation in STORED))
for name, kind, options in (
    ("JPEG", "JPEG", {}), ("PNG", "PNG", {}), ("TIFF, Group 4", "TIFF", {"compression": "group4"}),
    ("TIFF, LZW", "TIFF", {"compression": "tiff_lzw"}), ("TIFF, plain", "TIFF", {}),
):
    seen[name] = [*(" ".join(band(file(kind, orientation, **options))) for orientation in STORED)]
    print(f"{name:15}", *(f"{side:7}" for side in seen[name]))
right, wrong = ["top"] * 4, ["top", "right", "bottom", "left"]
as_seen = seen == {"JPEG": right, "PNG": right, "TIFF, Group 4": right, "TIFF, LZW": wrong, "TIFF, plain": wrong}
sys.exit(0 if as_seen else 1)
PYTHON
