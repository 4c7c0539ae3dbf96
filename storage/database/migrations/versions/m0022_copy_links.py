"""Links to a released copy, each for a request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "copy_links",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_copy_links_candidate_candidates"),
        sa.PrimaryKeyConstraint("hash", name="pk_copy_links"),
    )
    op.create_index("ix_copy_links_candidate", "copy_links", ["candidate"])
