"""Whose subject a corrector corrects, where an épreuve has one for each option."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("correctors", sa.Column("options", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("correctors") as correctors:
        correctors.drop_column("options")
