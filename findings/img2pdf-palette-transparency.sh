#!/bin/sh
# img2pdf 0.6.3 loses the picture of a PNG that has a palette of 16 colours or fewer and a tRNS chunk, even where the chunk
# says that every colour is opaque. It cuts the transparency out as a mask of 8 bits a pixel, and declares that mask with the
# depth of the palette's indices, 1, 2 or 4 bits: the mask ends in its first rows, nothing below is drawn, and the page is
# white. img2pdf says on the way that it computes a soft mask to keep the transparency, and raises nothing. With 17 colours or
# more it is right, and so is the same picture in RGBA. A stamp or a drawing that a program made small is such a PNG, and so
# is a GIF with a transparent colour.
#
# Seen on 2026-11-30, Python 3.11, img2pdf 0.6.3, Pillow 13.0.0, pypdfium2 5.15.2, pymupdf 2.0 (MuPDF); pixels that are not white
# of 64 by 64, the left half black, the right half green, which is transparent or not:
#   picture                        Pillow   pdfium   MuPDF
#   PNG, 2 colours, no tRNS        4096     4096     4096
#   PNG, 2 colours, all opaque     4096     72       72
#   PNG, 2 colours                 2048     73       73
#   PNG, 16 colours                2048     96       96
#   PNG, 17 colours                2048     2048     2048
#   PNG, RGBA                      2048     2048     2048
#   GIF, 2 colours                 2048     81       81
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  img2pdf==0.6.3 pillow==13.0.0 pypdfium2==5.15.2 pymupdf==2.0 numpy==2.4.6
"$place/venv/bin/python" - <<'PYTHON'
import io
import logging
import sys

import img2pdf
import numpy as np
import pymupdf
import pypdfium2
from PIL import Image

logging.disable(logging.WARNING)  # img2pdf's, that there is transparency
OPAQUE, CLEAR = b"\xff\xff", b"\xff\x00"


def picture(kind, colours, transparency=None, mode="P"):
    image = Image.frombytes("P", (64, 64), (b"\0" * 32 + b"\1" * 32) * 64)
    image.putpalette([0, 0, 0, 0, 160, 0] + [9] * 3 * (colours - 2))
    if transparency is not None:
        image.info["transparency"] = transparency
    out = io.BytesIO()
    image.convert(mode).save(out, kind)
    return out.getvalue()


def by_pillow(data):
    paper = Image.new("RGBA", (64, 64), "white")
    paper.alpha_composite(Image.open(io.BytesIO(data)).convert("RGBA"))
    return np.asarray(paper.convert("RGB"))


def drawn(pixels):
    return int((pixels.min(axis=2) < 250).sum())


seen = []
print("picture                        Pillow   pdfium   MuPDF")
for name, data in (
    ("PNG, 2 colours, no tRNS", picture("PNG", 2)),
    ("PNG, 2 colours, all opaque", picture("PNG", 2, OPAQUE)),
    ("PNG, 2 colours", picture("PNG", 2, CLEAR)),
    ("PNG, 16 colours", picture("PNG", 16, CLEAR)),
    ("PNG, 17 colours", picture("PNG", 17, CLEAR)),
    ("PNG, RGBA", picture("PNG", 2, CLEAR, "RGBA")),
    ("GIF, 2 colours", picture("GIF", 2, 1)),
):
    pdf = img2pdf.convert(data, layout_fun=img2pdf.get_layout_fun((64, 64)))
    by_pdfium = pypdfium2.PdfDocument(pdf)[0].render().to_numpy()[..., :3]
    shown = pymupdf.open(stream=pdf)[0].get_pixmap()
    by_mupdf = np.frombuffer(shown.samples, np.uint8).reshape(shown.height, shown.width, 3)
    seen.append((drawn(by_pillow(data)), drawn(by_pdfium), drawn(by_mupdf)))
    print(f"{name:30} {seen[-1][0]:<8} {seen[-1][1]:<8} {seen[-1][2]}")
kept = [(4096, 4096, 4096), None, None, None, (2048, 2048, 2048), (2048, 2048, 2048), None]
as_seen = all(got == whole if whole else max(got[1:]) < 200 < got[0] for got, whole in zip(seen, kept, strict=True))
sys.exit(0 if as_seen else 1)
PYTHON
