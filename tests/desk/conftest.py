"""A desk on a store and a register of its own, with people invented for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from filling import Filled, fill, in_hand
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from visitors import Desk

from actions.site import Site, now
from cli.demo_session import write_demo_session
from desk.app import create_app
from desk.entry import passwords, signin
from desk.settings import DeskSettings
from storage.bucket.objects import Store
from storage.database.register import Register
from storage.machine.settings import Settings
from storage.machine.weed import Weed


@pytest.fixture(scope="session")
def session_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("session") / "session.toml"
    write_demo_session(path, now())
    return path


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """For all that desks are asked: each request would begin a loop, and threads, of its own."""
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has the tries of an address of its own, and passwords that cost little."""
    monkeypatch.setattr(signin, "_limiter", MovingWindowRateLimiter(MemoryStorage()))
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    monkeypatch.setattr(passwords, "_NOBODYS", cheap.hash("of no account"))


@pytest.fixture
def desk(tmp_path: Path, store: Store, new_register: Callable[[], Register], session_file: Path) -> Desk:
    settings = Settings(data_dir=tmp_path, session_path=session_file)
    site = Site(settings, store, new_register())
    return Desk(site, create_app(site, DeskSettings(desk_url="http://desk")))


@pytest.fixture
def filled(desk: Desk) -> Filled:
    return fill(desk)


@pytest.fixture(scope="module")
def stage(
    weed: Weed, tmp_path_factory: pytest.TempPathFactory, session_file: Path
) -> Iterator[tuple[Desk, Filled]]:
    """A desk on the data directory that the command line works with, with a lot in its corrector's hands."""
    with in_hand(weed, tmp_path_factory.mktemp("data"), session_file) as stage:
        yield stage
