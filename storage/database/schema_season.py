"""The register's tables of what a season asks for: attendance lists, duties, orals; see `schema`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table

from storage.database.instants import Instant
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

# What was said of an obligation, `id`: duty and party; nothing, and it has no row
duties = Table(
    "duties",
    metadata,
    Column("id", String, primary_key=True),
    Column("received_on", Date),
    Column("waived", Boolean, nullable=False),
    Column("words", String),  # key in the vault: who brought it, or why it is waived
    Column("reminded_on", Date),
    Column("number", Integer),  # of pieces that came, where they are counted
)

# How many invigilators a school sends to a centre for an épreuve; `file`: key of the list that names them
invigilators = Table(
    "invigilators",
    metadata,
    Column("school", String, primary_key=True),
    Column("centre", String, primary_key=True),
    Column("exam", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("file", String, nullable=False),
)

# Who sits on a half-day at a place; `number`: counts those of an épreuve; `members`: ids of correctors
panels = Table(
    "panels",
    metadata,
    Column("exam", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("place", String, nullable=False),
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("members", JSON, nullable=False),
)

# Sheets that panels gave back, by their codes; `file`: SHA-256 of the scan, which is not kept
oral_sheets = Table(
    "oral_sheets",
    metadata,
    Column("code", String, primary_key=True),
    Column("exam", String, nullable=False),
    Column("file", String, nullable=False),
    Index(None, "exam"),
)

# When a candidate is examined, and before whom
turns = Table(
    "turns",
    metadata,
    Column("exam", String, primary_key=True),
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("panel", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "exam", "panel"),
)
