"""Whose subject a corrector corrects, where an épreuve has one for each option; what became of duties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("correctors", sa.Column("options", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "duties",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date()),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String()),
        sa.Column("reminded_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_duties"),
    )
