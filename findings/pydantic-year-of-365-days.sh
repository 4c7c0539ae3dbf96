#!/bin/sh
# pydantic 2.14.4 writes a timedelta of 365 days to JSON as P1Y, and one of 400 days as P1Y35D; a timedelta holds days, and no
# year. Read again by pydantic it is the same, as a year is 365 days there; its schema declares the value as JSON Schema's format
# "duration", which is RFC 3339's (appendix A) after ISO 8601, where Y counts calendar years. So who reads it by that, as isodate and
# isoduration do, keeps a file a day longer over a leap year, and three days longer in ten years. Up to 364 days they agree.
#
# Seen on 2026-11-29, Python 3.11, pydantic 2.14.4, isodate 0.7.2, isoduration 20.11.0; counted from 2027-09-01:
#   364 days   P364D     timedelta 2028-08-30   isodate 2028-08-30   isoduration 2028-08-30
#   365 days   P1Y       timedelta 2028-08-31   isodate 2028-09-01   isoduration 2028-09-01
#   400 days   P1Y35D    timedelta 2028-10-05   isodate 2028-10-06   isoduration 2028-10-06
#   3650 days  P10Y      timedelta 2037-08-29   isodate 2037-09-01   isoduration 2037-09-01
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.4 isodate==0.7.2 isoduration==20.11.0
"$place/venv/bin/python" - <<'PYTHON'
import sys
from datetime import datetime, timedelta

import isodate
import isoduration
from pydantic import TypeAdapter

kept = TypeAdapter(timedelta)
assert kept.json_schema() == {"type": "string", "format": "duration"}
start, seen = datetime(2027, 9, 1), {}
for days in (364, 365, 400, 3650):
    meant = timedelta(days=days)
    written = kept.dump_json(meant).decode().strip('"')
    assert kept.validate_json(f'"{written}"') == meant
    until = [start + length for length in (meant, isodate.parse_duration(written), isoduration.parse_duration(written))]
    seen[written] = [(end - until[0]).days for end in until]
    print(f"{days} days".ljust(10), written.ljust(9), *(f"{name} {end:%Y-%m-%d}  " for name, end in
                                                        zip(("timedelta", "isodate", "isoduration"), until)))
sys.exit(0 if seen == {"P364D": [0, 0, 0], "P1Y": [0, 1, 1], "P1Y35D": [0, 1, 1], "P10Y": [0, 3, 3]} else 1)
PYTHON
