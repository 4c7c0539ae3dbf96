"""What correctors give back: documents, marks; lots that are recalled, or read from their archive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("lots", sa.Column("recalled_for", sa.String()))
    op.add_column("lots", sa.Column("offline_until", sa.Date()))
    op.create_table(
        "returned_documents",
        sa.Column("copy", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("corrector", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["copy"], ["copies.id"], name="fk_returned_documents_copy_copies"),
        sa.ForeignKeyConstraint(["lot"], ["lots.id"], name="fk_returned_documents_lot_lots"),
        sa.ForeignKeyConstraint(
            ["corrector"], ["correctors.id"], name="fk_returned_documents_corrector_correctors"
        ),
        sa.PrimaryKeyConstraint("copy", name="pk_returned_documents"),
    )
    op.create_index("ix_returned_documents_lot", "returned_documents", ["lot"])
    op.create_table(
        "marks",
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("unmarked", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lots.id"], name="fk_marks_lot_lots"),
        sa.PrimaryKeyConstraint("lot", name="pk_marks"),
    )
    op.create_table(
        "mark_exports",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("file", sa.String()),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_mark_exports"),
    )
    op.create_index("ix_mark_exports_exam", "mark_exports", ["exam"])
