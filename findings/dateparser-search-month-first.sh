#!/bin/sh
# dateparser 1.5.0 has two doors. Told that the text is French, dateparser.parse reads 12/05/2025 as the twelfth of May, as France writes. Its
# search_dates, told the same, finds the date in a sentence and reads it as the fifth of December. A day above 12 cannot be a month and comes out
# right: of "du 12/05/2025 au 20/06/2025" the first is December and the second June, a stay that ends before it begins; of days up to 12 nothing tells.
# With points, as on letters ("12.05.2025"), it is the same. A test with the 20th, or with months in letters, passes. Naming the order (DATE_ORDER: DMY) gives May.
#
# Seen on 2026-12-01, Python 3.11, dateparser 1.5.0, languages=["fr"]:
#   12/05/2025, parse                                       2025-05-12
#   Stage du 12/05/2025 au 20/06/2025, search_dates         2025-12-05 2025-06-20
#   Fait le 12.05.2025, search_dates                        2025-12-05
#   with DATE_ORDER of DMY                                  2025-05-12 2025-06-20
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0 tzdata==2026.6
"$place/venv/bin/python" - <<'PYTHON'
import datetime
import sys

import dateparser
from dateparser.search import search_dates

STAY = "Stage du 12/05/2025 au 20/06/2025"
NOW = {"RELATIVE_BASE": datetime.datetime(2026, 6, 11, 9)}


def found(text, **options):
    settings = NOW | options.pop("settings", {})
    return [f"{day:%Y-%m-%d}" for _, day in search_dates(text, settings=settings, **options)]


alone = f"{dateparser.parse('12/05/2025', languages=['fr'], settings=NOW):%Y-%m-%d}"
stay, letter = found(STAY, languages=["fr"]), found("Fait le 12.05.2025", languages=["fr"])
ordered = found(STAY, languages=["fr"], settings={"DATE_ORDER": "DMY"})
for what, seen in (("parse", alone), (STAY, stay), ("Fait le 12.05.2025", letter), ("with DATE_ORDER of DMY", ordered)):
    print(f"{what:40} {seen}")
sys.exit(0 if alone == "2025-05-12" and stay == ["2025-12-05", "2025-06-20"] and letter == ["2025-12-05"]
         and ordered == ["2025-05-12", "2025-06-20"] else 1)
PYTHON
