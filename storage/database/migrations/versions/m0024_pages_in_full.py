"""Pages that an earlier release wrote, with what it did not know of: the log makes such rows, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_PAGE: dict[str, object] = {
    **dict.fromkeys(("page", "image", "half", "turn", "area", "frame", "model")),
    "annex": False,
    "exposed": None,
    "labels": [],
    "accepted": False,
    "imprint": None,
    "masks": [],
}
"""In the order in which this release writes them."""


def upgrade() -> None:
    copies = sa.table("copies", sa.column("id"), sa.column("pages", sa.JSON()))
    connection = op.get_bind()
    of = copies.c.id == sa.bindparam("copy")
    fill = sa.update(copies).where(of).values(pages=sa.bindparam("in_full"))
    for rows in connection.execute(sa.select(copies).execution_options(yield_per=1000)).partitions():
        filled = [
            {"copy": row.id, "in_full": [{**_PAGE, **page} for page in row.pages]}
            for row in rows
            if any(page.keys() != _PAGE.keys() for page in row.pages)
        ]
        if filled:
            connection.execute(fill, filled)
