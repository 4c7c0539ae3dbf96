"""What is in force of a scan is found without going through the session's copies."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("ix_copies_scan_life", "copies", ["scan", "life"])
