"""Holds on what must not be destroyed; purges of what is kept no longer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.database.instants import Instant

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_holds_candidate_candidates"),
        sa.PrimaryKeyConstraint("candidate", "exam", name="pk_holds"),
    )
    op.create_table(
        "purges",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("planned_at", Instant(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String()),
        sa.Column("confirmed_at", Instant(timezone=True)),
        sa.Column("begun_at", Instant(timezone=True)),
        sa.Column("certificate", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_purges"),
    )
