#!/bin/sh
# icalendar 7.3.2 reads RESOURCES and REQUEST-STATUS as one text each, and writes them again with their separators escaped.
# RFC 5545 has the first as a list parted by commas (3.8.1.10), the second as a code, a description and data parted by
# semicolons (3.8.8.3). So a calendar that is only read and written asks for one thing, named "salle 3,micro", where it asked
# for two, and the 2.0 of an answer is no code any more. A comma that belongs to a name cannot be told from one that parts
# names: both read alike. CATEGORIES, which is a list by the same grammar, is right; so are all of them with vobject.
#
# Seen on 2026-11-30, Python 3.11, icalendar 7.3.2, vobject 0.9.9; a line, and how it is written again:
#   line                           icalendar                      vobject
#   CATEGORIES:salle 3,micro       CATEGORIES:salle 3,micro       CATEGORIES:salle 3,micro
#   RESOURCES:salle 3,micro        RESOURCES:salle 3\,micro       RESOURCES:salle 3,micro
#   RESOURCES:salle 3\,micro       RESOURCES:salle 3\,micro       RESOURCES:salle 3\,micro
#   REQUEST-STATUS:2.0;Success     REQUEST-STATUS:2.0\;Success    REQUEST-STATUS:2.0;Success
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 vobject==0.9.9 tzdata==2026.6
"$place/venv/bin/python" - <<'PYTHON'
import sys

import vobject
from icalendar import Calendar

LINES = (
    "CATEGORIES:salle 3,micro", "RESOURCES:salle 3,micro", r"RESOURCES:salle 3\,micro", "REQUEST-STATUS:2.0;Success",
)


def again(line, read_and_write):
    text = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//exam.invalid//FR", "BEGIN:VEVENT", "UID:1@exam.invalid",
        "DTSTAMP:20260901T000000Z", "DTSTART:20261024T120000Z", line, "END:VEVENT", "END:VCALENDAR", "",
    ])
    name = line.partition(":")[0]
    (written,) = (found for found in read_and_write(text).split("\r\n") if found.startswith(name))
    return written


seen = []
print(f"{'line':30} {'icalendar':30} vobject")
for line in LINES:
    by_icalendar = again(line, lambda text: Calendar.from_ical(text).to_ical().decode())
    by_vobject = again(line, lambda text: vobject.readOne(text).serialize())
    seen.append((by_icalendar, by_vobject))
    print(f"{line:30} {by_icalendar:30} {by_vobject}")
kept = [LINES[0], r"RESOURCES:salle 3\,micro", LINES[2], r"REQUEST-STATUS:2.0\;Success"]
sys.exit(0 if seen == [*zip(kept, LINES, strict=True)] else 1)
PYTHON
