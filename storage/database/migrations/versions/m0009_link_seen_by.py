"""Who saw the link with which an account was opened is none who confirms with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("link_seen_by", sa.String()))
