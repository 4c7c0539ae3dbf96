#!/bin/sh
# unpaper 7.0.0, which cleans scanned pages (OCRmyPDF's --clean runs it), wipes with its defaults what stands apart from the body of a
# page: the page number at the foot, a name at the head, a mark written in the margin. It takes the body for the sheet, and all that lies
# beyond the first wide white gap around it for the scanner's own border. Of a page whose body is straight and clean nearly all of
# the body's ink stays, and of the number "3 / 8" nothing is left; nothing is said and the exit code is 0. With --no-mask-scan the three
# stay, the mark less a third; leaving out any one of the other filters does not keep them.
#
# Seen on 2026-12-01, unpaper 7.0.0 (Debian 7.0.0-0.1), pillow 12.0.0, numpy 2.3.5, an A4 page of 200 dpi; black pixels of each before,
# by default, and with one filter left out:
#                      before   default   --no-mask-scan   --no-border-scan   --no-noisefilter
#   number at the foot       437         0              437                  0                  0
#   name at the head        1373         0             1373                  0                  0
#   mark in the margin       173         0              108                  0                  0
#   body                  135459    135389           135459             135459             135389
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
command -v unpaper > /dev/null || { echo "no unpaper: apt-get install unpaper"; exit 1; }
unpaper --version | grep -qx '7.0.0' || { echo "another unpaper: $(unpaper --version)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pillow==12.0.0 numpy==2.3.5
cd "$place"
"$place/venv/bin/python" - <<'PYTHON'
import pathlib
import subprocess
import sys

import numpy
from PIL import Image, ImageDraw, ImageFont

parts = {"number": (1480, 2200, 1654, 2300), "name": (40, 100, 400, 180), "mark": (1430, 690, 1600, 750), "body": (200, 380, 1400, 2100)}
page = Image.new("L", (1654, 2339), 255)
draw, font = ImageDraw.Draw(page), ImageFont.load_default(36)
for line in range(400, 2000, 60):
    draw.text((250, line), "Les copies sont lues puis rendues anonymes", font=font, fill=0)
for text, at in (("3 / 8", (1500, 2230)), ("candidat 12", (60, 120)), ("-2", (1450, 700))):
    draw.text(at, text, font=font, fill=0)
page.save("page.pgm")


def ink(path):
    pixels = numpy.asarray(Image.open(path).convert("L")) < 128
    return {name: int(pixels[top:bottom, left:right].sum()) for name, (left, top, right, bottom) in parts.items()}


before = ink("page.pgm")
print(f"{'before':20} {before}")
kept = {}
for option in ("", "--no-mask-scan", "--no-border-scan", "--no-noisefilter", "--no-blurfilter", "--no-grayfilter"):
    pathlib.Path("clean.pgm").unlink(missing_ok=True)
    subprocess.run(["unpaper", "-q", *filter(None, [option]), "page.pgm", "clean.pgm"], check=True, capture_output=True)
    left = ink("clean.pgm")
    kept[option] = {name: left[name] / before[name] for name in parts}
    print(f"{option or 'default':20} {left}")
gone = all(kept[option][name] < 0.1 for option in kept if option != "--no-mask-scan" for name in ("number", "name", "mark"))
stays = all(kept["--no-mask-scan"][name] > 0.5 for name in parts) and all(kept[option]["body"] > 0.99 for option in kept)
sys.exit(0 if gone and stays and all(kept[""][name] == 0 for name in ("number", "name", "mark")) else 1)
PYTHON
