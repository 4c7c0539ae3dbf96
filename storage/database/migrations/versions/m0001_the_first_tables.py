"""The first tables"""

import sqlalchemy as sa
from alembic import op

import storage.database.instants

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "candidates",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("first_names", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("option", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_candidates"),
        sa.UniqueConstraint("number", name="uq_candidates_number"),
    )
    op.create_table(
        "chain",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_chain"),
        sa.CheckConstraint("one = 1", name="ck_chain_one"),
    )
    op.create_table(
        "correctors",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("schools", sa.JSON(), nullable=False),
        sa.Column("companies", sa.JSON(), nullable=False),
        sa.Column("exams", sa.JSON(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("never_with", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_correctors"),
        sa.UniqueConstraint("reference", name="uq_correctors_reference"),
        sa.UniqueConstraint("token_hash", name="uq_correctors_token_hash"),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=True),
        sa.Column("centre", sa.String(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("inbox_key", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("deposited_at", storage.database.instants.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("claimed_at", storage.database.instants.Instant(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("duplicate_of", sa.String(), nullable=True),
        sa.Column("read_attempt", sa.Integer(), nullable=True),
        sa.Column("reading", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["duplicate_of"], ["scans.id"], name="fk_scans_duplicate_of_scans"),
        sa.PrimaryKeyConstraint("id", name="pk_scans"),
        sa.UniqueConstraint("exam", "centre", "n", name="uq_scans_exam_centre_n"),
        sa.UniqueConstraint("inbox_key", "etag", name="uq_scans_inbox_key_etag"),
    )
    op.create_index("ix_scans_state", "scans", ["state"], unique=False)
    op.create_index(
        "uq_scans_live_content",
        "scans",
        ["exam", "centre", "sha256"],
        unique=True,
        sqlite_where=sa.text("state IN ('arrived', 'processing', 'processed')"),
        postgresql_where=sa.text("state IN ('arrived', 'processing', 'processed')"),
    )

    op.create_table(
        "segments",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("cut_at", storage.database.instants.Instant(timezone=True), nullable=False),
        sa.Column("seal", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("n", name="pk_segments"),
        sa.UniqueConstraint("first", name="uq_segments_first"),
        sa.UniqueConstraint("last", name="uq_segments_last"),
    )
    op.create_table(
        "session",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("loaded_at", storage.database.instants.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_session"),
        sa.CheckConstraint("one = 1", name="ck_session_one"),
    )
    op.create_table(
        "sweeps",
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("swept_at", storage.database.instants.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exam", "centre", name="pk_sweeps"),
    )
    op.create_table(
        "attendance",
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_attendance_candidate_candidates"),
        sa.PrimaryKeyConstraint("exam", "candidate", name="pk_attendance"),
    )
    op.create_table(
        "enrolments",
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("registration", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_enrolments_candidate_candidates"),
        sa.PrimaryKeyConstraint("candidate", "exam", name="pk_enrolments"),
    )
    op.create_index("ix_enrolments_exam_centre", "enrolments", ["exam", "centre"], unique=False)

    op.create_table(
        "event_subjects",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"], name="fk_event_subjects_seq_events"),
        sa.PrimaryKeyConstraint("subject", "seq", name="pk_event_subjects"),
    )
    op.create_table(
        "lots",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("corrector", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("complementary", sa.Boolean(), nullable=False),
        sa.Column("formed_at", storage.database.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["corrector"], ["correctors.id"], name="fk_lots_corrector_correctors"),
        sa.PrimaryKeyConstraint("id", name="pk_lots"),
        sa.UniqueConstraint("exam", "number", name="uq_lots_exam_number"),
    )
    op.create_table(
        "copies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("scan", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=True),
        sa.Column("attributed_by", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("life", sa.String(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("guesses", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("anonymous_number", sa.String(), nullable=True),
        sa.Column("anonymous_sha256", sa.String(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("order_in_lot", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_copies_candidate_candidates"),
        sa.ForeignKeyConstraint(["lot"], ["lots.id"], name="fk_copies_lot_lots"),
        sa.ForeignKeyConstraint(["scan"], ["scans.id"], name="fk_copies_scan_scans"),
        sa.PrimaryKeyConstraint("id", name="pk_copies"),
        sa.UniqueConstraint("exam", "anonymous_number", name="uq_copies_exam_anonymous_number"),
        sa.UniqueConstraint("lot", "order_in_lot", name="uq_copies_lot_order_in_lot"),
        sa.UniqueConstraint("scan", "attempt", "position", name="uq_copies_scan_attempt_position"),
    )
    op.create_index("ix_copies_exam_centre", "copies", ["exam", "centre"], unique=False)
    op.create_index(
        "uq_copies_one_current",
        "copies",
        ["exam", "candidate"],
        unique=True,
        sqlite_where=sa.text("life = 'current' AND status = 'complete'"),
        postgresql_where=sa.text("life = 'current' AND status = 'complete'"),
    )

    op.create_table(
        "findings",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("k", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("exam", sa.String(), nullable=True),
        sa.Column("centre", sa.String(), nullable=True),
        sa.Column("scan", sa.String(), nullable=True),
        sa.Column("copy", sa.String(), nullable=True),
        sa.Column("candidate", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name="fk_findings_candidate_candidates"),
        sa.ForeignKeyConstraint(["copy"], ["copies.id"], name="fk_findings_copy_copies"),
        sa.ForeignKeyConstraint(["scan"], ["scans.id"], name="fk_findings_scan_scans"),
        sa.PrimaryKeyConstraint("seq", "k", name="pk_findings"),
    )
    op.create_index("ix_findings_copy", "findings", ["copy"], unique=False)
    op.create_index("ix_findings_scan", "findings", ["scan"], unique=False)
    op.bulk_insert(
        sa.table("chain", *(sa.column(name) for name in ("one", "seq", "hash"))),
        [{"one": 1, "seq": 0, "hash": "0" * 64}],
    )
