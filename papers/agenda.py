"""Dates of a session on paper, and as a feed that calendars subscribe to (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from papers.printed import BODY, HEAD, ROWS, RULED, STYLES, Paragraph, escaped, printed
from processors.circular.agenda import Entry
from processors.circular.deadlines import WEEKDAYS, clocks, french_day, french_instant, local

_REFRESH = timedelta(hours=1)


def agenda_feed(entries: Sequence[Entry], session: str, title: str, at: datetime) -> bytes:
    """A calendar. An entry keeps its UID when its date moves, and calendars move it.

    Instants are written in UTC, so that no calendar needs to be told of Paris.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//massicot//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.id}@{session}.massicot")
        event.add("dtstamp", at)
        event.add("summary", entry.title)
        event.add("dtstart", _utc(entry.begins))
        if entry.ends:
            event.add("dtend", _utc(entry.ends))
        elif entry.last:
            event.add("dtend", entry.last + timedelta(days=1))  # the first day that is not of it
        if entry.place:
            event.add("location", entry.place)
        if entry.words:
            event.add("description", entry.words)
        event.add("transp", "TRANSPARENT")  # a deadline keeps nobody from being elsewhere
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def agenda_pdf(entries: Sequence[Entry], title: str, at: datetime) -> bytes:
    """An A4 PDF of the same."""
    small = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=8.8, spaceBefore=0)
    rows = [["Quand", "Quoi", "Où"]]
    rows += [
        [Paragraph(escaped(cell), small) for cell in (when(entry), entry.title, entry.place)]
        for entry in entries
    ]
    tight = [("FONTSIZE", *HEAD, 8), ("TOPPADDING", *ROWS, 1.2), ("BOTTOMPADDING", *ROWS, 1.8)]
    story = [
        Paragraph(escaped(title), STYLES["Heading2"]),
        Paragraph(f"État du {french_instant(at)}. {clocks()}.", small),
        Spacer(1, 2 * mm),
        Table(rows, colWidths=[62 * mm, 68 * mm, 40 * mm], repeatRows=1, style=[*RULED, *tight]),
    ]
    return printed(story, title)


def when(entry: Entry) -> str:
    """In French: `lundi 18 mai 2026, 16:00–18:00`, `du … au …`, or what the deadline says of itself."""
    begins = entry.begins
    if isinstance(begins, datetime):
        begun = local(begins)
        hours = f"{begun:%H:%M}" + (f"–{local(entry.ends):%H:%M}" if entry.ends else "")
        return f"{_day(begun.date())}, {hours}"
    if entry.last and entry.last != begins:
        return f"du {_day(begins)} au {_day(entry.last)}"
    return _day(begins)


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {french_day(day)}"


def _utc(moment: datetime | date) -> datetime | date:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment
