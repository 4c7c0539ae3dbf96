"""Attendance lists that are printed, signed and scanned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "attendance_lists",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attendance_lists"),
    )
    op.create_index("ix_attendance_lists_exam_centre", "attendance_lists", ["exam", "centre"])
    op.create_table(
        "attendance_sheets",
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("sheet", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list"], ["attendance_lists.id"], name="fk_attendance_sheets_list_attendance_lists"
        ),
        sa.PrimaryKeyConstraint("list", "sheet", name="pk_attendance_sheets"),
    )
    op.create_table(
        "attendance_files",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("troubles", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_attendance_files"),
    )
    op.create_index(
        "uq_attendance_files_content", "attendance_files", ["exam", "centre", "sha256"], unique=True
    )
    op.create_table(
        "signatures",
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("signed", sa.Boolean()),
        sa.Column("asked", sa.String()),
        sa.Column("stated", sa.Boolean()),
        sa.Column("picture", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_signatures_candidate_candidates"),
        sa.PrimaryKeyConstraint("exam", "candidate", name="pk_signatures"),
    )
    asked = sa.text("asked IS NOT NULL")
    op.create_index(
        "ix_signatures_asked", "signatures", ["exam", "centre"], sqlite_where=asked, postgresql_where=asked
    )
