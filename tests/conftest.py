"""What several floors' tests need: the real store and both registers, one server of each a session."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from postbox import Received, servers_for_messages
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine, make_url

from benchmarks.postgres import Postgres, postgres
from storage.bucket.objects import Store, s3_client
from storage.database.register import Register, make_engine, open_register
from storage.database.tables import metadata
from storage.events import GENESIS
from storage.machine.weed import Weed, running

# Threads of Tesseract, and of OpenCV, take longer together than one alone: other tests have the other cores
os.environ["OMP_THREAD_LIMIT"] = os.environ["OPENCV_FOR_THREADS_NUM"] = "1"
# Each world has clients of its own, and each client would read all that there is to say of S3
botocore.session.create_loader = cache(botocore.session.create_loader)
gc.disable()  # until all is imported: none of it is ever garbage


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000)  # to look for garbage thirty times as often is a tenth of a desk test


@pytest.hookimpl(tryfirst=True)  # before tests are left out by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs a store starts a server."""
    for item in items:
        if "weed" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    """The embedded server, on free ports."""
    with running(tmp_path_factory.mktemp("weed"), port=0) as server:
        yield server


@pytest.fixture
def received() -> Iterator[Received]:
    """The messages that are sent meanwhile."""
    with servers_for_messages() as got:
        yield got


@pytest.fixture(scope="session")
def store(weed: Weed) -> Store:
    """Three buckets that all tests share: keys must be a test's own."""
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    store = Store(client, inbox="inbox", vault="vault", audit="audit")
    store.ensure_buckets()
    return store


# Whoever is still in it goes, as when it is dropped
_UNDO = "; ".join(
    (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
        f"INSERT INTO chain VALUES (1, 0, '{GENESIS}')",
    )
)


@dataclass
class Databases:
    """Where registers are made: in files, or on a server.

    `dialect`, `statements`: of the first one, for all: each would ask its driver, and compile what it says,
    anew. `undone`: on the server, those in which nothing has happened any more.
    """

    folder: Path
    server: Postgres | None
    dialect: Dialect | None = None
    statements: dict[Any, Any] = field(default_factory=dict)
    undone: list[str] = field(default_factory=list)

    def empty(self) -> str:
        """The URL of a database without a table."""
        name = f"r{secrets.token_hex(6)}"
        return self.server.create(name) if self.server else f"sqlite:///{self.folder / name}"

    def copy(self, url: str) -> str:
        """Another just like this one, which nobody may have open."""
        name = f"r{secrets.token_hex(6)}"
        if self.server:
            return self.server.create(name, template=make_url(url).database or "")
        return f"sqlite:///{shutil.copy(make_url(url).database or '', self.folder / name)}"

    def engine(self, url: str) -> Engine:
        """A crash of the machine may lose what it writes, as far as tests are concerned."""
        engine = make_engine(url)
        engine.dialect = self.dialect or engine.dialect
        engine.update_execution_options(compiled_cache=self.statements)
        if not self.server:
            event.listen(engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous=OFF"))
        return engine

    def undo(self, engine: Engine) -> None:
        """All that happened in a register: to drop it and copy another takes a server ten times as long."""
        if self.server:
            with engine.begin() as connection:
                connection.exec_driver_sql(_UNDO)
            engine.dispose()
            self.undone.append(str(engine.url))

    def drop(self, url: str) -> None:
        if self.server:
            self.server.drop(make_url(url).database or "")


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """Whatever uses it runs on both kinds of register."""
    with postgres() if request.param == "postgresql" else nullcontext() as server:
        yield Databases(tmp_path_factory.mktemp("registers"), server)


@pytest.fixture(scope="session")
def without_events(databases: Databases, store: Store) -> str:
    """The URL of a register that nothing has happened to, closed, to be copied: making one takes its time."""
    url = databases.empty()
    engine = open_register(url, store.vault).engine
    databases.dialect = engine.dialect
    engine.dispose()
    return url


@pytest.fixture
def new_register(
    databases: Databases, without_events: str, store: Store
) -> Iterator[Callable[..., Register]]:
    """Makes registers without an event, or copies of one that is closed, for as long as the test lasts."""
    blank: list[Register] = []
    copies: list[Register] = []

    def make(of: str | None = None) -> Register:
        url = databases.undone.pop() if databases.undone and not of else databases.copy(of or without_events)
        made = Register(databases.engine(url), store.vault)
        (copies if of else blank).append(made)
        return made

    yield make
    for register in (*blank, *copies):
        register.engine.dispose()
    for register in blank:
        databases.undo(register.engine)
    for register in copies:
        databases.drop(str(register.engine.url))
