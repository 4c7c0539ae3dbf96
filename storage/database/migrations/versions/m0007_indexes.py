"""Indexes, for the questions whose answer would take the longer the more copies there are"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_PLAIN = {
    "ix_enrolments_centre": ("enrolments", ["centre"]),
    "ix_copies_life_status_anonymous_sha256": ("copies", ["life", "status", "anonymous_sha256"]),
    "ix_scans_duplicate_of": ("scans", ["duplicate_of"]),
    "ix_copies_exam_candidate_life_status": ("copies", ["exam", "candidate", "life", "status"]),
    "ix_findings_candidate": ("findings", ["candidate"]),
}
_PARTIAL = {
    "ix_findings_open": ("findings", ["exam", "centre"], "resolved_by IS NULL"),
}


def upgrade() -> None:
    for name, (table, columns) in _PLAIN.items():
        op.create_index(name, table, columns)
    for name, (table, columns, condition) in _PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
