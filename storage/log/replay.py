"""The register against its own events: each table must hold what they say, row for row and no other."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from storage.ids import ids_in
from storage.log.events import Event, Head, Vault
from storage.register import Register, make_engine
from storage.schema import chain, events, metadata, segments

OF_EVENTS = tuple(table for table in metadata.sorted_tables if table is not segments)
"""The tables that events make; `segments` says what of them is shipped."""

_Rows = dict[tuple[object, ...], bytes]


def check_tables(register: Register) -> list[str]:
    """What somebody changed in the register without an event: English sentences that name nobody."""
    with register.reading() as connection, _scratch(register.vault) as replayed:
        with replayed.transaction() as transaction:
            seq = 0
            try:
                for line in connection.scalars(select(events.c.line).order_by(events.c.seq)):
                    seq += 1
                    if transaction.replay(Event.parse(line)) is None:
                        return [f"Event {seq} changes nothing: it is not one that was recorded here."]
            except (ValueError, LookupError, SQLAlchemyError) as error:
                return [f"Event {seq} cannot be replayed ({type(error).__name__})."]
        with replayed.reading() as said:
            return list(differences(connection, said))


def differences(connection: Connection, other: Connection) -> Iterator[str]:
    """How the tables of one register differ from another's, which is right."""
    for table in OF_EVENTS:
        should_be = _rows(other, table)
        try:
            is_ = _rows(connection, table)
        except (ValueError, TypeError, SQLAlchemyError) as error:
            yield f"The table {table.name} cannot be read ({type(error).__name__})."
            continue
        for what, keys in (
            ("were added without an event", is_.keys() - should_be.keys()),
            ("are missing", should_be.keys() - is_.keys()),
            ("were altered", {key for key in is_.keys() & should_be.keys() if is_[key] != should_be[key]}),
        ):
            if keys:
                ids = sorted(set(ids_in([list(key) for key in keys])))[:5]
                yield f"In {table.name}, {len(keys)} rows {what}{': ' if ids else ''}{', '.join(ids)}."


def fingerprints(connection: Connection) -> dict[str, str]:
    """A SHA-256 of each table that events make: equal for equal rows, in whatever database they lie."""
    hashes = {}
    for table in OF_EVENTS:
        rows = sorted(key_and_row for _, key_and_row in _rows(connection, table).items())
        hashes[table.name] = hashlib.sha256(b"".join(rows)).hexdigest()
    return hashes


def _rows(connection: Connection, table: Table) -> _Rows:
    """Of each row, its key and the hash of all of it."""
    width = len(table.primary_key)
    query = select(*table.primary_key, *table.c)
    return {
        tuple(row[:width]): hashlib.sha256(repr(tuple(row[width:])).encode()).digest()
        for row in connection.execute(query)
    }


@contextmanager
def _scratch(vault: Vault) -> Iterator[Register]:
    """An empty register that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="massicot-") as folder:
        register = Register(make_engine(f"sqlite:///{Path(folder) / 'register.sqlite'}"), vault)
        try:
            with register.engine.begin() as connection:
                metadata.create_all(connection, checkfirst=False)
                connection.execute(insert(chain).values(one=1, seq=0, hash=Head().hash))
            yield register
        finally:
            register.engine.dispose()
