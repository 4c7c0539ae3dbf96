"""When uploads began and ended, and which time of a scan counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.database.instants import Instant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("inbox_key", sa.String(), nullable=False),
        sa.Column("begun_at", Instant(timezone=True), nullable=False),
        sa.Column("ended_at", Instant(timezone=True)),
        sa.Column("etag", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sa.UniqueConstraint("inbox_key", name="uq_uploads_inbox_key"),
    )
    op.add_column("scans", sa.Column("begun_at", Instant(timezone=True)))
    op.add_column("scans", sa.Column("counted_at", Instant(timezone=True)))
