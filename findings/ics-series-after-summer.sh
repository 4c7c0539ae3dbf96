#!/bin/sh
# ics 0.7.3 writes a time that is told with its zone as an instant in UTC, and the event's rule of repetition as it stood. A
# jury that meets on Mondays at 8:00 in Paris then repeats at 06:00 UTC: from the end of summer time on it is at 7:00, an
# hour early, in every program that reads the copy. Reading shows nothing (begin is 08:00+02:00), nor do the days before the
# change. RFC 5545 (3.3.5) has a local time with its zone beside UTC for that reason. A time of no zone, which is 8:00 wherever
# one is, is written as 8:00 UTC, which is 10:00 in Paris. Nothing is said. icalendar writes both as they were read.
# Beside that it writes the calendar's scale as GEORGIAN, where RFC 5545 (3.7.1) has GREGORIAN alone; it is mended here for the reader.
#
# Seen on 2026-11-30, Python 3.11, ics 0.7.3, icalendar 7.3.2, recurring-ical-events 3.8.2; a series of three Mondays and a time of no
# zone, as recurring-ical-events gives them, in the time of Paris:
#   read             19/10 08:00   26/10 08:00   02/11 08:00   no zone 08:00
#   icalendar's      19/10 08:00   26/10 08:00   02/11 08:00   no zone 08:00
#   ics's            19/10 08:00   26/10 07:00   02/11 07:00   no zone 10:00
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check ics==0.7.3 icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6
"$place/venv/bin/python" - <<'PYTHON'
import datetime
import sys
import zoneinfo

import icalendar
import ics
import recurring_ical_events

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
READ = "\r\n".join([
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//exam.invalid//FR",
    "BEGIN:VTIMEZONE", "TZID:Europe/Paris",
    "BEGIN:STANDARD", "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
    "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:19960331T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200",
    "END:DAYLIGHT", "END:VTIMEZONE",
    "BEGIN:VEVENT", "UID:1@exam.invalid", "DTSTAMP:20260901T000000Z", "SUMMARY:jury",
    "DTSTART;TZID=Europe/Paris:20261019T080000", "DTEND;TZID=Europe/Paris:20261019T120000", "RRULE:FREQ=WEEKLY;COUNT=3", "END:VEVENT",
    "BEGIN:VEVENT", "UID:2@exam.invalid", "DTSTAMP:20260901T000000Z", "SUMMARY:no zone",
    "DTSTART:20261020T080000", "DTEND:20261020T120000", "END:VEVENT", "END:VCALENDAR", "",
])


def in_paris(start):
    return start.astimezone(PARIS) if start.tzinfo else start


def told(text):
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(
        datetime.date(2026, 10, 1), datetime.date(2026, 12, 1),
    )
    starts = sorted((event["SUMMARY"] != "jury", in_paris(event.start)) for event in events)
    return [f"{'no zone ' if other else f'{start:%d/%m} '}{start:%H:%M}" for other, start in starts]


by_ics = ics.Calendar(READ).serialize()
seen = {
    "read": told(READ),
    "icalendar's": told(icalendar.Calendar.from_ical(READ).to_ical().decode()),
    "ics's": told(by_ics.replace("CALSCALE:GEORGIAN", "CALSCALE:GREGORIAN")),
}
for name, starts in seen.items():
    print(f"{name:16} {'   '.join(starts)}")
kept = ["19/10 08:00", "26/10 08:00", "02/11 08:00", "no zone 08:00"]
sys.exit(0 if seen == {
    "read": kept, "icalendar's": kept, "ics's": ["19/10 08:00", "26/10 07:00", "02/11 07:00", "no zone 10:00"],
} and "CALSCALE:GEORGIAN" in by_ics else 1)
PYTHON
