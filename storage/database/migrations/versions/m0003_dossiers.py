"""Candidates' dossiers: files, deposit times, commissions' decisions"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("read_files", sa.Integer()),
        sa.Column("reading", sa.String()),
        sa.Column("verdict", sa.String()),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("companies", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_dossiers_candidate_candidates"),
        sa.PrimaryKeyConstraint("id", name="pk_dossiers"),
        sa.UniqueConstraint("exam", "candidate", name="uq_dossiers_exam_candidate"),
    )
    op.create_table(
        "dossier_files",
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("inbox_key", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossiers.id"], name="fk_dossier_files_dossier_dossiers"),
        sa.PrimaryKeyConstraint("dossier", "n", name="pk_dossier_files"),
        sa.UniqueConstraint(
            "inbox_key", "etag", "deposited_at", name="uq_dossier_files_inbox_key_etag_deposited_at"
        ),
    )
    op.create_table(
        "dossier_times",
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate"], ["candidates.id"], name="fk_dossier_times_candidate_candidates"
        ),
        sa.PrimaryKeyConstraint("exam", "candidate", "name", name="pk_dossier_times"),
    )
    op.create_table(
        "dossier_decisions",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossiers.id"], name="fk_dossier_decisions_dossier_dossiers"),
        sa.PrimaryKeyConstraint("seq", name="pk_dossier_decisions"),
    )
    op.create_index("ix_dossier_decisions_dossier", "dossier_decisions", ["dossier"])
