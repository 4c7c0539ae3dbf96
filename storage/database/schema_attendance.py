"""The register's tables of attendance lists that are printed, signed and scanned; see `schema`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.database.tables import metadata, where

# What was printed, `id`: the number in its bars; `candidates`: their ids, in the order of the rows
attendance_lists = Table(
    "attendance_lists",
    metadata,
    Column("id", String, primary_key=True),
    Column("exam", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("seq", Integer, nullable=False),  # of the event: the last is the one in force
    Index(None, "exam", "centre"),
)

# Sheets that were read, the first time
attendance_sheets = Table(
    "attendance_sheets",
    metadata,
    Column("list", ForeignKey("attendance_lists.id"), primary_key=True),
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("file", String, nullable=False),  # SHA-256
    Column("page", Integer, nullable=False),
)

# Scans of lists, each once in an épreuve of a centre; `troubles`: page and code of what was set aside
attendance_files = Table(
    "attendance_files",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("exam", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("troubles", JSON, nullable=False),
    Index("uq_attendance_files_content", "exam", "centre", "sha256", unique=True),
)

# What the paper says of a candidate, or a person who looked at it; `asked`: why somebody is to look
signatures = Table(
    "signatures",
    metadata,
    Column("exam", String, primary_key=True),
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("centre", String, nullable=False),
    Column("signed", Boolean),  # None: it cannot be told
    Column("asked", String),
    Column("stated", Boolean),  # what was said otherwise
    Column("picture", String, nullable=False),  # key in the vault
    where("ix_signatures_asked", "asked IS NOT NULL", "exam", "centre"),
)
