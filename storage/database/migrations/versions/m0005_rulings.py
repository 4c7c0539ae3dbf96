"""What people rule: proposals, extensions, copies given back"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("copy", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("candidate", sa.String()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_proposals_candidate_candidates"),
        sa.ForeignKeyConstraint(["copy"], ["copies.id"], name="fk_proposals_copy_copies"),
        sa.PrimaryKeyConstraint("copy", name="pk_proposals"),
    )
    op.create_table(
        "extensions",
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("exam", "centre", name="pk_extensions"),
    )
    op.add_column("copies", sa.Column("returned", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE copies SET returned = (1 = 1) WHERE lot IN (SELECT id FROM lots WHERE state = 'returned')"
    )
