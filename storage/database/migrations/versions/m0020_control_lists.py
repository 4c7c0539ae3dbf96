"""Who is called to the control épreuves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "control_lists",
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("called", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate"], ["candidates.id"], name="fk_control_lists_candidate_candidates"
        ),
        sa.PrimaryKeyConstraint("candidate", name="pk_control_lists"),
    )
