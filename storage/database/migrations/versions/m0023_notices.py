"""Which notices an account does not want."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("notices_off", sa.JSON(none_as_null=True)))
