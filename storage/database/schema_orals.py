"""The register's tables of orals; see `schema`."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from storage.database.instants import Instant
from storage.database.tables import metadata

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
