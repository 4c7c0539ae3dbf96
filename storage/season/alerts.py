"""Alerts: kept by the log alone, which tells whether one is still open."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from storage.database.schema import event_subjects, events
from storage.events import Event, Facts

_ALERTS = "alert/"


class AlertRaised(Facts):
    """Somebody was told that something needs a person. Subject: `alert/` and what."""

    action = "alert.raised"
    french = "alerte envoyée"


class AlertCleared(Facts):
    action = "alert.cleared"
    french = "alerte levée"


def open_alerts(connection: Connection) -> set[str]:
    """Subjects of the alerts that were raised and have not cleared."""
    latest = (
        select(func.max(event_subjects.c.seq))
        .where(event_subjects.c.subject.startswith(_ALERTS))
        .group_by(event_subjects.c.subject)
    )
    last = map(Event.parse, connection.scalars(select(events.c.line).where(events.c.seq.in_(latest))))
    return {event.subject for event in last if event.action == AlertRaised.action}
