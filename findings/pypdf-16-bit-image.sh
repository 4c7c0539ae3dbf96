#!/bin/sh
# pypdf 7.1.1 takes the bytes of an image of 16 bits a sample for samples of 8 bits: page.images gives a picture of the right
# size, in which the page's upper half is stretched over the whole height, two points wide and interleaved with low
# bytes, and the lower half is gone. No error, no warning. pypdfium2 5.15.2's PdfImage.extract() does the same
# in its own way; its get_bitmap(), pikepdf and pdfium's rendering are right. 16 is one of the values of BitsPerComponent
# (ISO 32000-2, 8.9.5.1), and scanners of film and of old papers write it.
#
# Seen on 2026-11-29, Python 3.11, pypdf 7.1.1, pypdfium2 5.15.2, pikepdf 10.18.0, Pillow 13.0.0; of a white page of 64 rows
# with a black bar in rows 40 to 47, the rows in which black is found:
#   pdfium's rendering    40 to 47
#   pdfium's get_bitmap   40 to 47
#   pikepdf               40 to 47
#   pypdf                 none
#   pypdfium2's extract   none
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdf==7.1.1 pypdfium2==5.15.2 pikepdf==10.18.0 pillow==13.0.0 numpy==2.4.6
"$place/venv/bin/python" - "$place" <<'PYTHON'
import sys
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image
from pypdf import PdfReader

file = f"{sys.argv[1]}/scan.pdf"
paper = np.full((64, 64), 65535, ">u2")
paper[40:48] = 0
pdf = pikepdf.new()
pdf.add_blank_page(page_size=(64, 64))
image = pdf.make_stream(paper.tobytes())
image.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 64, "/Height": 64,
              "/ColorSpace": pikepdf.Name.DeviceGray, "/BitsPerComponent": 16})
page = pdf.pages[0]
page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
page.obj["/Contents"] = pdf.make_stream(b"q 64 0 0 64 0 0 cm /Im0 Do Q")
pdf.save(file)

document, read = pypdfium2.PdfDocument(file), pikepdf.open(file)
drawn = document[0]
(placed,) = drawn.get_objects()
placed.extract(f"{sys.argv[1]}/extracted")
(extracted,) = Path(sys.argv[1]).glob("extracted*")
pictures = {
    "pdfium's rendering": drawn.render().to_pil(),
    "pdfium's get_bitmap": placed.get_bitmap().to_pil(),
    "pikepdf": pikepdf.PdfImage(read.pages[0].Resources.XObject.Im0).as_pil_image(),
    "pypdf": PdfReader(file, strict=True).pages[0].images[0].image,
    "pypdfium2's extract": Image.open(extracted),
}
seen = {}
for name, picture in pictures.items():
    rows = np.asarray(picture).reshape(64, -1)
    dark = [row for row in range(64) if rows[row].min() == 0]
    seen[name] = f"{dark[0]} to {dark[-1]}" if dark else "none"
    print(f"{name:21} {seen[name]}")
right, lost = "40 to 47", "none"
sys.exit(0 if list(seen.values()) == [right, right, right, lost, lost] else 1)
PYTHON
