"""Where the paper of a file lies, and the copy that an upload scans again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("scans", sa.Column("paper", sa.String()))
    op.add_column("uploads", sa.Column("again_for", sa.String()))
