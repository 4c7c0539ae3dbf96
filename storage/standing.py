"""How everything stands, in numbers and ages: what metrics and alerts are made of. No personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.events import Event
from storage.facts import Facts
from storage.schema import event_subjects, events, lots, scans, segments
from storage.states import ScanState

_ALERTS = "alert/"


class AlertRaised(Facts):
    """Somebody was told that something needs a person. Subject: `alert/` and what."""

    action = "alert.raised"


class AlertCleared(Facts):
    action = "alert.cleared"


def scans_by_state(connection: Connection) -> dict[str, int]:
    """Every state, with how many scans are in it."""
    counted = select(scans.c.state, func.count()).group_by(scans.c.state)
    found = {row.state: row[1] for row in connection.execute(counted)}
    return {state.value: found.get(state, 0) for state in ScanState}


def lots_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """By épreuve and state."""
    counted = select(lots.c.exam, lots.c.state, func.count()).group_by(lots.c.exam, lots.c.state)
    return {(exam, state): count for exam, state, count in connection.execute(counted)}


def waiting_since(connection: Connection) -> datetime | None:
    """When the oldest scan was deposited that is not done; None when all are."""
    unfinished = scans.c.state.in_([ScanState.ARRIVED, ScanState.PROCESSING])
    oldest: datetime | None = connection.scalar(select(func.min(scans.c.deposited_at)).where(unfinished))
    return oldest


def unsealed(connection: Connection) -> tuple[int, datetime | None]:
    """How many events the log does not have yet, and the time of the oldest of them."""
    last = select(func.coalesce(func.max(segments.c.last), 0)).where(segments.c.seal.is_not(None))
    beyond = events.c.seq > last.scalar_subquery()
    count = connection.execute(select(func.count()).select_from(events).where(beyond)).scalar_one()
    oldest = connection.scalar(select(events.c.line).where(beyond).order_by(events.c.seq).limit(1))
    return count, Event.parse(oldest).at if oldest else None


def open_alerts(connection: Connection) -> set[str]:
    """Subjects of the alerts that were raised and have not cleared."""
    latest = (
        select(func.max(event_subjects.c.seq))
        .where(event_subjects.c.subject.startswith(_ALERTS))
        .group_by(event_subjects.c.subject)
    )
    told = map(Event.parse, connection.scalars(select(events.c.line).where(events.c.seq.in_(latest))))
    return {event.subject for event in told if event.action == AlertRaised.action}
