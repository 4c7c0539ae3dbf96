"""The register against its own events: each table must hold what they say, row for row and no other."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from itertools import starmap, zip_longest
from operator import eq

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from storage.database.register import Register, ReplayError, make_engine
from storage.database.schema import chain, events, segments
from storage.database.tables import metadata
from storage.events import Event, Head, Vault
from storage.ids import ids_in
from storage.machine.scratch import scratch

OF_EVENTS = tuple(table for table in metadata.sorted_tables if table is not segments)
"""The tables that events make; `segments` says what of them is shipped."""

_MADE = tuple(table for table in OF_EVENTS if table is not events)
_PARTS = 256
_Key = tuple[object, ...]


def check_against(
    connection: Connection,
    lines: Iterable[str],
    vault: Vault,
    parse: Callable[[str], Event] = Event.parse,
) -> list[str]:
    """What somebody changed without an event in the tables that this connection sees, against these events:
    English sentences that name nobody.
    """
    with _scratch(vault) as replayed:
        try:
            with replayed.transaction() as transaction:
                transaction.replay(lines, parse)
        except ReplayError as error:
            return [str(error)]
        with replayed.reading() as stated:
            return list(differences(connection, stated))


def lines_of(connection: Connection) -> Iterator[str]:
    """The register's own events, as they stand in the log."""
    lines = select(events.c.line).order_by(events.c.seq).execution_options(yield_per=1000)
    yield from connection.scalars(lines)


def differences(connection: Connection, other: Connection) -> Iterator[str]:
    """How the tables of one register differ from another's, which is right.

    A table is held against the other by sums over parts of it, so that neither is ever in memory as a whole.
    """
    for table in _MADE:
        try:
            if _is_kept_alike(connection, other, table):
                continue
            is_, should_be = _sums(connection, table), _sums(other, table)
            parts = {part for part in range(_PARTS) if is_[part] != should_be[part]}
            if parts:
                yield from _rows_that_differ(
                    table, _rows(connection, table, parts), _rows(other, table, parts)
                )
        except (ValueError, TypeError, SQLAlchemyError, sqlite3.Error) as error:
            yield f"The table {table.name} cannot be read ({type(error).__name__})."


def fingerprints(connection: Connection) -> dict[str, str]:
    """Of each table that events make, the sum of the SHA-256 of its rows: equal for equal rows, in whatever
    database and order they lie.
    """
    hashes = {}
    for table in OF_EVENTS:
        total = sum(
            int.from_bytes(hashlib.sha256(said.encode()).digest()) for _, said in _streamed(connection, table)
        )
        hashes[table.name] = f"{total % 2**256:064x}"
    return hashes


def _streamed(connection: Connection, table: Table) -> Iterator[tuple[_Key, str]]:
    """Of each row, its key and the text of all of it."""
    width = len(table.primary_key)
    query = select(*table.primary_key, *table.c).execution_options(yield_per=1000)
    for row in connection.execute(query):
        yield tuple(row[:width]), repr(row[width:])


def _sums(connection: Connection, table: Table) -> list[int]:
    """Of each part of the rows, the sum of their hashes, which are secret to this process."""
    sums = [0] * _PARTS
    for key, said in _streamed(connection, table):
        sums[hash(key) % _PARTS] += hash(said)
    return sums


def _is_kept_alike(connection: Connection, other: Connection, table: Table) -> bool:
    """Whether two SQLite databases hold the same bytes in the same order, as a replay makes them again; no
    values are made of them. Others may be alike, too, as another database's are.
    """
    if {connection.dialect.name, other.dialect.name} != {"sqlite"}:
        return False
    columns = ", ".join(f'"{name}"' for name in table.c.keys())  # noqa: SIM118 - no dict
    asked = f'SELECT {columns} FROM "{table.name}"'
    is_, should_be = (one.connection.cursor().execute(asked) for one in (connection, other))
    return all(starmap(eq, zip_longest(is_, should_be)))


def _rows(connection: Connection, table: Table, parts: Set[int]) -> dict[_Key, str]:
    """The rows of these parts by their keys."""
    return {key: said for key, said in _streamed(connection, table) if hash(key) % _PARTS in parts}


def _rows_that_differ(table: Table, is_: Mapping[_Key, str], should_be: Mapping[_Key, str]) -> Iterator[str]:
    for what, keys in (
        ("were added without an event", is_.keys() - should_be.keys()),
        ("are missing", should_be.keys() - is_.keys()),
        ("were altered", {key for key in is_.keys() & should_be.keys() if is_[key] != should_be[key]}),
    ):
        if keys:
            ids = sorted(set(ids_in([list(key) for key in keys])))[:5]
            yield f"In {table.name}, {len(keys)} rows {what}{': ' if ids else ''}{', '.join(ids)}."


@contextmanager
def _scratch(vault: Vault) -> Iterator[Register]:
    """An empty register that is thrown away."""
    with scratch() as folder:
        register = Register(make_engine(f"sqlite:///{folder / 'register.sqlite'}"), vault)
        try:
            with register.engine.begin() as connection:
                metadata.create_all(connection, checkfirst=False)
                connection.execute(insert(chain).values(one=1, seq=0, hash=Head().hash))
            yield register
        finally:
            register.engine.dispose()
