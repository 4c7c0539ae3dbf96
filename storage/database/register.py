"""The register: SQL, by SQLAlchemy Core. Nothing changes in it without an event in the same transaction."""

from __future__ import annotations

import gc
import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.bucket.keys import kept_list
from storage.database.schema import chain, event_subjects, events
from storage.events import Change, Event, Facts, Head, Vault
from storage.machine.private import keep_private

P = ParamSpec("P")
T = TypeVar("T")

_MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE = 0x6D617373  # PostgreSQL's lock of whoever makes tables
_ALONE = 0x6D617374  # and of whoever looks at the inbox
_TOGETHER = 250  # events that a replay notes in one statement: two of such parts may be in memory
_ENGINE: dict[str, Any] = {
    "hide_parameters": True,
    "json_deserializer": from_json,  # in half json's time
    "json_serializer": lambda value: to_json(value).decode(),  # in a third, of models, too
}


class ReplayError(RuntimeError):
    """An event of the log is none that a register took; the message says which."""


@dataclass(frozen=True)
class Transaction:
    """A write transaction: all that is recorded in it comes true together, or not at all."""

    connection: Connection
    vault: Vault

    def record(self, facts: Facts, subject: str, *, actor: str, at: datetime) -> Event | None:
        """Changes the register and notes it as an event. None when there was nothing to change.

        Raises Refused for what the rules forbid, and sqlalchemy's IntegrityError.
        """
        event = Event.after(head(self.connection), facts, subject, actor, at)
        stated, change = self._change(event)
        if not stated.apply(change):
            return None
        self._note([event], [event.line()])
        return event

    def replay(self, lines: Iterable[str], parse: Callable[[str], Event] = Event.parse) -> int:
        """Takes the events that follow the last one, as they stand in the log; how many.

        `parse`: of a line, for who looks at it, too. Raises ReplayError at one that was never recorded in
        a register; lines that were not parsed are left where they are.
        """
        waiting = iter(lines)
        first = seq = head(self.connection).seq + 1
        while part := list(islice(waiting, _TOGETHER)):
            gc.disable()  # to look for cycles each time some hundred objects more are there costs an eighth
            try:
                happened = [parse(line) for line in part]
                self._note(happened, part)
                for _, alike in groupby(happened, lambda event: event.action):
                    changes = [self._change(event) for event in alike]
                    done = type(changes[0][0]).apply_each(changes)
                    seq += done
                    if done < len(changes):
                        raise ReplayError(f"Event {seq} changes nothing: it was never recorded here.")
            except (ValueError, LookupError, SQLAlchemyError) as error:
                raise ReplayError(f"Event {seq} cannot be replayed ({type(error).__name__}).") from error
            finally:
                gc.enable()
        return seq - first

    def _change(self, event: Event) -> tuple[Facts, Change]:
        return event.parsed_facts(), Change(self.connection, self.vault, event)

    def _note(self, happened: Sequence[Event], lines: Sequence[str]) -> None:
        """Adds events that follow each other, with their lines, to the outbox."""
        rows = [{"seq": event.seq, "line": line} for event, line in zip(happened, lines, strict=True)]
        self.connection.execute(_NOTE, rows)
        touched = [
            {"subject": subject, "seq": event.seq}
            for event, line in zip(happened, lines, strict=True)
            for subject in sorted({event.subject, *event.ids_of(line)})
        ]
        self.connection.execute(_TOUCH, touched)
        last = happened[-1].head
        self.connection.execute(_MOVE_ON, {"seq": last.seq, "hash": last.hash})


_NOTE, _TOUCH, _MOVE_ON, _HEAD = (
    insert(events),
    insert(event_subjects),
    update(chain),
    select(chain.c.seq, chain.c.hash),
)


class Register:
    """`vault` holds the personal data that events only point at."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.engine = engine
        self.vault = vault

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One writer at a time: until it is left, nobody else can add an event to the chain."""
        with self.engine.connect().execution_options(massicot_writes=True) as connection, connection.begin():
            connection.execute(select(chain.c.seq).with_for_update())  # SQLite has locked all already
            yield Transaction(connection, self.vault)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For the queries: all of them see the register at one moment."""
        one_moment = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**one_moment) as connection, connection.begin():
            yield connection

    def ask(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What one query answers; it must not answer bit by bit."""
        with self.reading() as connection:
            return query(connection, *args, **kwargs)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else is within such a block. On SQLite, of one machine, nobody ever is."""
        if self.engine.dialect.name == "sqlite":
            yield True
            return
        with self.engine.connect() as connection, connection.begin():
            yield bool(connection.scalar(select(func.pg_try_advisory_xact_lock(_ALONE))))

    def record(self, facts: Facts, subject: str, *, actor: str, at: datetime) -> Event | None:
        """A transaction of one event."""
        with self.transaction() as transaction:
            return transaction.record(facts, subject, actor=actor, at=at)

    def keep(self, key: str, value: Any) -> str:
        """Keeps in the vault, as JSON, what the log must not hold. The key."""
        self.vault.put(key, json.dumps(value, ensure_ascii=False).encode())
        return key

    def keep_list(self, data: bytes) -> str:
        """A list that somebody brought, in the vault; its key."""
        sha256 = hashlib.sha256(data).hexdigest()
        key = kept_list(sha256)
        if not self.vault.put(key, data, only_if_absent=True) and self.vault.get(key) != data:
            key = kept_list(f"{sha256}-{secrets.token_hex(4)}")  # there stands what a purge left of it
            self.vault.put(key, data)
        return key


def head(connection: Connection) -> Head:
    """The last event's number and hash."""
    row = connection.execute(_HEAD).one()
    return Head(row.seq, row.hash)


def events_of(connection: Connection, subject: str) -> list[Event]:
    """Every event that touched this candidate, corrector, scan, copy or lot, oldest first."""
    query = (
        select(events.c.line)
        .join(event_subjects)
        .where(event_subjects.c.subject == subject)
        .order_by(events.c.seq)
    )
    return [Event.parse(line) for line in connection.scalars(query)]


def open_register(url: str, vault: Vault) -> Register:
    """The register at this SQLAlchemy URL, its tables brought up to date."""
    register = Register(make_engine(url), vault)
    upgrade(register.engine)
    return register


def rewrite(engine: Engine) -> None:
    """Writes the database anew: of rows that were changed, no earlier bytes are left in its files."""
    sqlite = engine.dialect.name == "sqlite"
    with closing(engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        if not sqlite:
            driver.autocommit = True
        cursor = driver.cursor()
        for order in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)") if sqlite else ("VACUUM FULL",):
            cursor.execute(order)
        cursor.close()
        connection.detach()  # closed for good: it is not as the others are


def make_engine(url: str) -> Engine:
    """SQLite in WAL mode, with foreign keys, or PostgreSQL, as the URL says.

    Values are kept out of exceptions: they may be names, and exceptions are shown.
    """
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True, **_ENGINE)
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "handle_error", _leave_values_out)
        return engine
    if database := make_url(url).database:
        keep_private(Path(database))
    engine = create_engine(url, connect_args={"timeout": 30}, **_ENGINE)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def upgrade(engine: Engine, to: str = "head") -> None:
    """Makes or mends the tables, by every migration that was not yet made. Several may try at once."""
    if to == "head" and _revision(engine) == newest_revision():
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.connect().execution_options(massicot_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE)))
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def newest_revision() -> str:
    """The last migration, as its file is called: Alembic takes longer to load than most commands to run."""
    return max(path.name[1:5] for path in _MIGRATIONS.glob("versions/m*.py"))


def _revision(engine: Engine) -> str | None:
    """The migration that was made last; None where there is no table yet."""
    try:
        with engine.connect() as connection, connection.begin():
            made: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return made
    except DBAPIError:
        return None


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")
    for patience in range(100, -1, -1):  # the change to WAL, once in a register's life, heeds no busy_timeout
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if not patience:
                raise
            time.sleep(0.1)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one who reads first and then writes would be refused at random."""
    writes = connection.get_execution_options().get("massicot_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """Who reads sees one state throughout, as on SQLite; writers wait for each other at the chain."""
    if not connection.get_execution_options().get("massicot_writes", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _leave_values_out(context: ExceptionContext) -> None:
    """PostgreSQL's details of an error quote the row."""
    said = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    for error in (context.original_exception, context.sqlalchemy_exception):
        if said and error is not None:
            error.args = (said,)
