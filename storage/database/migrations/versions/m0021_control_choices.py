"""Which control épreuves were chosen, and that their marks came; how many livrets did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    with op.batch_alter_table("duties") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=True))
    op.create_table(
        "control_choices",
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate"], ["candidates.id"], name="fk_control_choices_candidate_candidates"
        ),
        sa.PrimaryKeyConstraint("candidate", "exam", name="pk_control_choices"),
    )
    op.create_table(
        "control_marks",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_control_marks"),
    )
