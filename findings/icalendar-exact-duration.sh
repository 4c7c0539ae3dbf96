#!/bin/sh
# icalendar 7.3.2 keeps hours and days of a DURATION in one timedelta, where RFC 5545 (3.3.6) keeps them apart: a day is
# nominal, as long as its place in the calendar makes it, and hours are exact. So a night's watch of PT8H over the end of
# summer time ends an hour late by `event.end`, after nine hours; and a deposit that closes PT24H after it opens is written again
# as P1D by to_ical, which is another instant to every program that reads the copy. A TRIGGER of -PT24H becomes -P1D. The
# docstring of its vDuration quotes the very rule. The same events are right on all days but two of the year.
#
# Seen on 2026-11-29, Python 3.11, icalendar 7.3.2; Paris, from 2026-10-24:
#   PT8H  from 22:00   ends 2026-10-25T06:00:00+01:00 after 9:00:00          by RFC 5545 05:00:00+01:00   written PT8H
#   PT24H from 12:00   ends 2026-10-25T12:00:00+01:00 after 1 day, 1:00:00   by RFC 5545 11:00:00+01:00   written P1D
#   P1D   from 12:00   ends 2026-10-25T12:00:00+01:00 after 1 day, 1:00:00   by RFC 5545 12:00:00+01:00   written P1D
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 tzdata==2026.6
"$place/venv/bin/python" - <<'PYTHON'
import sys
from datetime import UTC, timedelta

from icalendar import Calendar

seen = []
for duration, hour, days, hours in (("PT8H", 22, 0, 8), ("PT24H", 12, 0, 24), ("P1D", 12, 1, 0)):
    text = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//exam.invalid//FR", "BEGIN:VEVENT", "UID:1@exam.invalid",
        "DTSTAMP:20260901T000000Z", f"DTSTART;TZID=Europe/Paris:20261024T{hour}0000", f"DURATION:{duration}",
        "END:VEVENT", "END:VCALENDAR", "",
    ])
    calendar = Calendar.from_ical(text)
    (event,) = calendar.events
    lasts = event.end.astimezone(UTC) - event.start.astimezone(UTC)
    nominal = event.start + timedelta(days=days)
    due = (nominal.astimezone(UTC) + timedelta(hours=hours)).astimezone(event.start.tzinfo)
    (written,) = (line[9:] for line in calendar.to_ical().decode().split("\r\n") if line.startswith("DURATION:"))
    print(f"{duration:5} from {hour}:00   ends {event.end.isoformat()} after {lasts!s:16} "
          f"by RFC 5545 {due.isoformat()[11:]}   written {written}")
    seen.append((event.end == due, written))
sys.exit(0 if seen == [(False, "PT8H"), (False, "P1D"), (True, "P1D")] else 1)
PYTHON
