"""The register's tables of what is owed by schools and centres; see `schema`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, String, Table

from storage.database.tables import metadata

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
