"""Panels of orals: who examines whom, where and when; what an examiner is, and when away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.batch_alter_table("correctors") as table:
        table.add_column(sa.Column("role", sa.String(), nullable=False, server_default="enseignant"))
        table.add_column(sa.Column("away", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "panels",
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exam", "number", name="pk_panels"),
    )
    op.create_table(
        "turns",
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("panel", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_turns_candidate_candidates"),
        sa.PrimaryKeyConstraint("exam", "candidate", name="pk_turns"),
    )
    op.create_table(
        "oral_sheets",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_oral_sheets"),
    )
    op.create_index("ix_oral_sheets_exam", "oral_sheets", ["exam"])
    op.create_index("ix_turns_exam_panel", "turns", ["exam", "panel"])
