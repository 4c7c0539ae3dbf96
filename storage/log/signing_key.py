"""Which key signs the log: it can be replaced, and the log says when."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.database.schema import event_subjects, events
from storage.events import Event, Facts

SIGNING_KEY = "signing_key"
"""The subject of its events."""


class SigningKeyReplaced(Facts):
    """Raw public keys, hexadecimal. The new one signs the segment that this event begins, and all later."""

    action = "signing_key.replaced"
    french = "clé du journal remplacée"
    old: str
    new: str


def replacements(connection: Connection) -> dict[int, SigningKeyReplaced]:
    """By the number of the event, in their order; there are hardly any."""
    query = select(events.c.line).join(event_subjects).where(event_subjects.c.subject == SIGNING_KEY)
    happened = map(Event.parse, connection.scalars(query.order_by(events.c.seq)))
    return {event.seq: SigningKeyReplaced.model_validate(event.facts) for event in happened}
