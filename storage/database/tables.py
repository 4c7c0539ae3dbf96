"""How the register's tables are named, indexed and asked: metadata, conditions, rows as classes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Index, MetaData, Select, Table, text

R = TypeVar("R")

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


def rows_of(connection: Connection, query: Select[Any], row: type[R]) -> list[R]:
    """What a query answers, as this dataclass: its words become what they stand for, its lists tuples."""
    made: Callable[[Any], R] = _adapter(row).validate_python  # type: ignore[arg-type]
    return [made(answer._asdict()) for answer in connection.execute(query)]


def row_of(connection: Connection, query: Select[Any], row: type[R]) -> R | None:
    """The only one, or the first."""
    return next(iter(rows_of(connection, query, row)), None)


@cache
def _adapter(row: Any) -> TypeAdapter[Any]:
    return TypeAdapter(row)
