#!/bin/sh
# reportlab 5.1.0 puts a character that was not asked for, NUL, at the end of a Data Matrix, wherever one character is left over when the text
# is taken in threes: the label "0042" is read as "0042" and NUL by zxing-cpp and by the JavaScript ZXing alike. It encodes in C40, three values
# in two codewords, and fills a last three up with zeros, of which the first is "shift 1" and the second, then, the NUL
# of that set; ISO/IEC 16022 (5.2.5.2) has a single symbol left over encoded in ASCII. A lower-case letter and a hyphen count for two. On the screen
# nothing is seen of it, the symbol's own error correction finds it sound, and the number is not found in a list. Of numbers of five
# or six digits all are right. zxing-cpp's own Data Matrix holds what was asked for. Nothing is said. Odoo, which prints labels
# with it, has had changes proposed against the sign since 2024 (its 187208).
#
# Seen on 2026-11-30, Python 3.11, Node 20, reportlab 5.1.0, zxing-cpp 3.1.1, @zxing/library 0.21.3, pypdfium2 5.15.2; NUL is shown as ␀:
#   label        zxing-cpp     @zxing/library   zxing-cpp of its own
#   0042         0042␀         0042␀            0042
#   00421        00421         00421            00421
#   004213       004213        004213           004213
#   0042137      0042137␀      0042137␀         0042137
#   2026-0042    2026-0042␀    2026-0042␀       2026-0042
#   Durand       Durand        Durand           Durand
#   Lot7         Lot7          Lot7             Lot7
#   Lot 7        Lot 7␀        Lot 7␀           Lot 7
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  reportlab==5.1.0 zxing-cpp==3.1.1 pypdfium2==5.15.2 pillow==13.0.0 numpy==2.4.6
npm install --prefix "$place" --silent --no-audit --no-fund @zxing/library@0.21.3
cat > "$place/read.cjs" <<'JS'
const zxing = require("@zxing/library");
const [width, height] = process.argv.slice(3).map(Number);
const pixels = new Uint8ClampedArray(require("node:fs").readFileSync(process.argv[2]));
const source = new zxing.RGBLuminanceSource(pixels, width, height);
const image = new zxing.BinaryBitmap(new zxing.HybridBinarizer(source));
process.stdout.write(new zxing.DataMatrixReader().decode(image).getText());
JS
cd "$place"
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import subprocess
import sys

import pypdfium2
import zxingcpp
from PIL import ImageOps
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import createBarcodeDrawing

EXPECTED = {
    "0042": "0042\0", "00421": "00421", "004213": "004213", "0042137": "0042137\0", "2026-0042": "2026-0042\0",
    "Durand": "Durand", "Lot7": "Lot7", "Lot 7": "Lot 7\0",
}
seen = {}
print("label        zxing-cpp     @zxing/library   zxing-cpp of its own")
for label in EXPECTED:
    drawing = createBarcodeDrawing("ECC200DataMatrix", value=label, width=150, height=150)
    page = pypdfium2.PdfDocument(renderPDF.drawToString(drawing))[0]
    image = ImageOps.expand(page.render(scale=3).to_pil().convert("L"), 60, 255)
    with open("label.raw", "wb") as file:
        file.write(image.tobytes())
    size = map(str, image.size)
    by_javascript = subprocess.run(["node", "read.cjs", "label.raw", *size], capture_output=True, text=True, check=True).stdout
    own = zxingcpp.create_barcode(label, zxingcpp.BarcodeFormat.DataMatrix)
    texts = (
        zxingcpp.read_barcodes(image)[0].bytes.decode(),
        by_javascript,
        zxingcpp.read_barcodes(zxingcpp.write_barcode_to_image(own, scale=4))[0].bytes.decode(),
    )
    seen[label] = texts
    print(f"{label:12}", *(f"{text.replace(chr(0), '␀'):{width}}" for text, width in zip(texts, (13, 16, 0), strict=True)))
sys.exit(0 if seen == {label: (read, read, label) for label, read in EXPECTED.items()} else 1)
PYTHON
