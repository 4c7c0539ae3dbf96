#!/bin/sh
# pypdfium2 5.15.2 (pdfium) draws a page whose one image is a JPEG of 12 bits a sample all black, without an error and
# without a warning: whoever looks at the pixels alone sees a black page where other programs see writing.
# The PDF standard (ISO 32000-2, 7.4.8) asks for 8 bits in DCTDecode; scanners' own formats hold 12, and converters
# copy the stream. An error would be expected, or an empty page as for other streams that cannot be decoded.
#
# Seen on 2026-11-29, Python 3.11, pypdfium2 5.15.2, imagecodecs 2026.3.6: the page has one value, 0; the same picture of 8 bits has both.
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pikepdf==10.18.0 imagecodecs==2026.3.6 numpy==2.4.6
"$place/venv/bin/python" - "$place/scan.pdf" <<'PYTHON'
import sys

import imagecodecs
import numpy as np
import pikepdf
import pypdfium2


def drawn(bits):
    paper = np.full((64, 64), 2**bits - 1, np.uint8 if bits == 8 else np.uint16)
    paper[20:40, 20:40] = 0
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(64, 64))
    image = pdf.make_stream(imagecodecs.jpeg8_encode(paper, level=95, bitspersample=bits))
    image.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 64, "/Height": 64,
                  "/ColorSpace": pikepdf.Name.DeviceGray, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode})
    page = pdf.pages[0]
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.obj["/Contents"] = pdf.make_stream(b"q 64 0 0 64 0 0 cm /Im0 Do Q")
    pdf.save(sys.argv[1])
    pixels = pypdfium2.PdfDocument(sys.argv[1])[0].render().to_numpy()
    print(f"{bits:2} bits: from {pixels.min()} to {pixels.max()}")
    return int(pixels.min()), int(pixels.max())


eight, twelve = drawn(8), drawn(12)
sys.exit(0 if eight[0] < 50 < 200 < eight[1] and twelve[1] == 0 else 1)
PYTHON
