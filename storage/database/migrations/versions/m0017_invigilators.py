"""Invigilators whom schools name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "invigilators",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("school", "centre", "exam", name="pk_invigilators"),
    )
