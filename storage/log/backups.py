"""Backups that were made and pruned: those that stand still hold what they held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.database.schema import event_subjects, events
from storage.events import Event, Facts

ALL = "backups"
"""The subject of what happens to backups."""


class BackupMade(Facts):
    """`name`, and `sha256` of its manifest as it lies there; `seq`: the last event that is in it.

    Subject: `backups`. Of a backup that an earlier version made, `seq` is not known.
    """

    action = "backup.made"
    french = "sauvegarde faite"
    name: str
    sha256: str
    seq: int | None
    encrypted: bool


class BackupPruned(Facts):
    """The one of this name and hash holds nothing any longer. Subject: as above."""

    action = "backup.pruned"
    french = "sauvegarde supprimée"
    name: str
    sha256: str
    seq: int | None


@dataclass(frozen=True)
class KeptBackup:
    """One that was made and not pruned: it holds what was known up to event `seq`, and holds it still."""

    name: str
    sha256: str
    seq: int | None
    encrypted: bool
    noted_at: datetime


def kept_backups(connection: Connection) -> list[KeptBackup]:
    """From the first to the last that was noted."""
    query = select(events.c.line).join(event_subjects).where(event_subjects.c.subject == ALL)
    kept: dict[tuple[str, str], KeptBackup] = {}
    for line in connection.scalars(query.order_by(events.c.seq)):
        event = Event.parse(line)
        facts = event.parsed_facts()
        if isinstance(facts, BackupMade):
            made = KeptBackup(facts.name, facts.sha256, facts.seq, facts.encrypted, event.at)
            kept.setdefault((facts.name, facts.sha256), made)
        elif isinstance(facts, BackupPruned):
            kept.pop((facts.name, facts.sha256), None)
    return list(kept.values())
