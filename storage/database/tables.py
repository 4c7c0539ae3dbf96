"""How the register's tables are named, indexed and asked: their metadata, and conditions on columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Index, MetaData, Table, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def unique_where(name: str, condition: str, *columns: str) -> Index:
    return where(name, condition, *columns, unique=True)


def where(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index of those rows alone for which the condition holds."""
    where = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def matching(table: Table, **wanted: Any) -> list[ColumnElement[bool]]:
    """That these columns have these values; None: whatever they have."""
    return [table.c[name] == value for name, value in wanted.items() if value is not None]
