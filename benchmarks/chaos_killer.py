"""Whoever pulls the plug: SIGKILL to one process of a machine after the other, at random but from a seed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from cli.up import Machine

_WEIGHTS = {
    "audit shipper": 26,
    "program using the register": 14,
    "worker": 20,
    "child reading pages": 16,
    "store": 12,
    "desk": 8,
    "Prefect server": 4,
}
_SHIPPER = """
import time
from actions.site import open_site, now
from storage.log.segments import ship
from storage.log.signing import load_or_make_key
work = open_site()
key = load_or_make_key(work.settings.signing_key_path)
while True:
    ship(work.register, work.store.audit, key, at=now())
    time.sleep(0.2)
"""
_USER = """
import hashlib
import time
from actions.site import open_site, now
from storage.season.session import SessionLoaded
work = open_site()
wanted = work.settings.session_file.read_bytes()
there = SessionLoaded(sha256=hashlib.sha256(wanted).hexdigest(), name=work.session.name)
other = SessionLoaded(sha256="another", name="another")
while True:  # two changes that undo each other: half of them would be seen
    with work.register.transaction() as transaction:
        transaction.record(other, "session", actor="chaos", at=now())
        time.sleep(0.05)
        transaction.record(there, "session", actor="chaos", at=now())
    time.sleep(0.5)
"""


class Killer:
    """Kills `kills` times, a little ahead of the session's progress, and counts whom.

    What is killed must be there and must have answered since it was last killed.
    """

    def __init__(self, machine: Machine, kills: int, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self._machine, self._kills, self._random = machine, kills, random.Random(seed)
        self._progress, self._most = 0.0, 0.0
        self._users: list[subprocess.Popen[bytes]] = []
        self._shipper: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        return sum(self.killed.values()) >= self._kills

    def progress(self, done: float, most: float) -> None:
        """Shares of the session that is over, and of the kills that may fall before it goes on."""
        self._progress, self._most = done, most

    def use(self, program: subprocess.Popen[bytes]) -> None:
        """One more that may be killed."""
        self._users.append(program)

    def tend(self) -> None:
        self._users = [user for user in self._users if user.poll() is None]
        if self._over.is_set():
            return
        if self._shipper is None or self._shipper.poll() is not None:
            self._shipper = self._start(_SHIPPER)
        if not self._users:
            self._users.append(self._start(_USER))

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        for process in (*self._users, *filter(None, (self._shipper,))):
            process.kill()
            process.wait()

    def _start(self, program: str) -> subprocess.Popen[bytes]:
        log = (self._machine.data / "logs" / "users.log").open("ab")
        return subprocess.Popen([sys.executable, "-c", program], env=self._machine.environment, stderr=log)

    def _run(self) -> None:
        while not self._over.is_set() and not self.is_done:
            killed = sum(self.killed.values()) / self._kills
            behind = killed < self._progress + 0.03
            self._over.wait(self._random.uniform(0.5, 2.5) if behind else self._random.uniform(4, 10))
            if killed < self._most and not self._over.is_set():
                self._kill_one()

    def _kill_one(self) -> None:
        there = self._targets()
        kinds = [kind for kind in _WEIGHTS if there.get(kind)]
        if kinds:
            (kind,) = self._random.choices(kinds, [_WEIGHTS[kind] for kind in kinds])
            with suppress(ProcessLookupError):
                os.kill(self._random.choice(there[kind]), signal.SIGKILL)
                self.killed[kind] += 1

    def _targets(self) -> dict[str, list[int]]:
        machine = self._machine
        found: dict[str, list[int]] = {}
        for kind, child in (
            ("store", machine.store),
            ("Prefect server", machine.server),
            ("desk", machine.desk),
        ):
            if child.alive and child.pid and child.ready():
                found[kind] = [child.pid]
        if machine.worker.alive and machine.worker.pid:
            children = _children()
            servers = [
                child
                for child in children.get(machine.worker.pid, ())
                if b"forkserver" in _read(child, "cmdline")
            ]
            if servers:  # it has begun to read
                found["worker"] = [machine.worker.pid]
            found["child reading pages"] = [child for server in servers for child in children.get(server, ())]
        found["audit shipper"] = []
        if self._shipper is not None and self._shipper.poll() is None:
            found["audit shipper"].append(self._shipper.pid)
        found["program using the register"] = [user.pid for user in self._users if user.poll() is None]
        return found


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        parent = _read(int(path.name), "stat").rpartition(b")")[2].split()
        if parent:
            found.setdefault(int(parent[1]), []).append(int(path.name))
    return found


def _read(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""
