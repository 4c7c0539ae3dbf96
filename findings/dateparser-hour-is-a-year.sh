#!/bin/sh
# dateparser 1.5.0 reads a time of day as French prints it, "14 h 30" with its blanks, as a length of time or as a year. Alone it is
# fourteen hours before now; "demain 8 h 30" is now and a day and eight hours; and after a date it takes the date with it:
# "12/06/2026 8 h 30" is eight hours before now as well, "vendredi 12 juin 14 h" a midnight of 2014, where 14 passes for the
# year. It has been told that the text is French, and says nothing; of a month in letters with its year it gives None, which is
# seen. Hours and minutes without blanks are right, and "8h" is right after a whole date alone: a test with what programs write passes,
# a notice that was typeset is another day. dateutil, which knows no French, reads the times rightly. The documentation shows lengths of
# time in the languages with their "il y a" or "dans", and has nothing of times of day that pass for them.
#
# Seen on 2026-11-30, Python 3.11, dateparser 1.5.0, python-dateutil 2.9.0.post0; languages=["fr"], now is 2026-06-11 09:00:
#   14h30                     2026-06-11 14:30   14 h 30                      2026-06-10 19:00
#   demain 8h30               2026-06-12 08:30   demain 8 h 30                2026-06-12 17:00
#   12/06/2026 8h30           2026-06-12 08:30   12/06/2026 8 h 30            2026-06-11 01:00
#   vendredi 12 juin 14:00    2026-06-12 14:00   vendredi 12 juin 14 h        2014-06-12 00:00
#   12 juin 2026 8h           2026-06-12 08:00   12 juin 2026 8 h             None
#   dateutil: 14 h 30 is 14:30
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0 python-dateutil==2.9.0.post0 tzdata==2026.6
"$place/venv/bin/python" - <<'PYTHON'
import datetime
import sys

import dateparser
import dateutil.parser

NOW = datetime.datetime(2026, 6, 11, 9)
PAIRS = (
    ("14h30", "14 h 30"), ("demain 8h30", "demain 8 h 30"), ("12/06/2026 8h30", "12/06/2026 8 h 30"),
    ("vendredi 12 juin 14:00", "vendredi 12 juin 14 h"), ("12 juin 2026 8h", "12 juin 2026 8 h"),
)


def read(text):
    found = dateparser.parse(text, languages=["fr"], settings={"RELATIVE_BASE": NOW})
    return f"{found:%Y-%m-%d %H:%M}" if found else "None"


seen = []
for pair in PAIRS:
    seen.append(tuple(read(text) for text in pair))
    print(f"{pair[0]:25} {seen[-1][0]:18} {pair[1]:28} {seen[-1][1]}")
by_dateutil = f"{dateutil.parser.parse('14 h 30', default=NOW):%H:%M}"
print(f"dateutil: 14 h 30 is {by_dateutil}")
sys.exit(0 if by_dateutil == "14:30" and seen == [
    ("2026-06-11 14:30", "2026-06-10 19:00"), ("2026-06-12 08:30", "2026-06-12 17:00"), ("2026-06-12 08:30", "2026-06-11 01:00"),
    ("2026-06-12 14:00", "2014-06-12 00:00"), ("2026-06-12 08:00", "None"),
] else 1)
PYTHON
