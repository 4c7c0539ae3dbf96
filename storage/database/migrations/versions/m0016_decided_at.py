"""When a copy was last decided of."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from storage.database.instants import Instant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("copies", sa.Column("decided_at", Instant(timezone=True)))
    op.create_index("ix_copies_decided_at", "copies", ["decided_at"])
    copies = sa.table("copies", sa.column("id"), sa.column("decision"), sa.column("decided_at", Instant()))
    events = sa.table("events", sa.column("seq"), sa.column("line"))
    subjects = sa.table("event_subjects", sa.column("subject"), sa.column("seq"))
    told = (
        sa.select(subjects.c.subject, events.c.line)
        .join_from(subjects, copies, copies.c.id == subjects.c.subject)
        .join(events, events.c.seq == subjects.c.seq)
        .where(copies.c.decision.is_not(None))
        .order_by(subjects.c.seq)
    )
    connection = op.get_bind()
    decided: dict[str, datetime] = {}
    for copy, line in connection.execute(told):
        event = json.loads(line)
        if event["action"] == "copy.decided" and event["subject"] == copy:
            decided[copy] = datetime.fromisoformat(event["at"])
    for copy, at in decided.items():
        connection.execute(sa.update(copies).where(copies.c.id == copy).values(decided_at=at))
