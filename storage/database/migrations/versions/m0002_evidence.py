"""Findings say where they can be seen"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("findings", sa.Column("evidence", sa.JSON(), nullable=False, server_default="[]"))
