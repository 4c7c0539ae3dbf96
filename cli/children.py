"""A child process that is started, watched, restarted when it dies, and stopped in good order."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_FULL = 20 << 20  # bytes of a log, beyond which it is turned
_CALM = 60.0  # seconds alive after which a child's earlier deaths are forgiven


class ChildError(RuntimeError):
    """A child did not become ready; the message ends with the last lines of its log."""


def _die_with_parent() -> None:
    """In the child, before exec: a supervisor that is killed leaves no orphan behind (Linux alone)."""
    if hasattr(ctypes, "CDLL") and os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def kill_holders(file: Path) -> None:
    """Kills the groups of all other processes that hold this file open (Linux alone)."""
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):  # one that has ended since, or another user's
            group = os.getpgid(int(descriptor.parts[2]))
            if group != os.getpgrp() and descriptor.samefile(file):
                os.killpg(group, signal.SIGKILL)


@dataclass
class Child:
    """One supervised process, leader of its own session, so that Ctrl-C reaches the supervisor alone.

    `patience`: seconds to become ready. `grace`: seconds between SIGTERM and SIGKILL of the whole group.
    `holds`: open files that it inherits.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    patience: float = 180.0
    grace: float = 10.0
    holds: tuple[int, ...] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _started: float = field(default=0.0, init=False, repr=False)
    _deaths: int = field(default=0, init=False, repr=False)
    _not_before: float = field(default=0.0, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                list(self.argv),
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.holds,
                preexec_fn=_die_with_parent,
            )
        self._started = time.monotonic()

    def wait_ready(self) -> None:
        """Waits until the child answers. Raises ChildError when it dies or is out of patience."""
        end = self._started + self.patience
        while not self.ready():
            if not self.alive:
                raise ChildError(f"{self.name} ended at start-up; {self._last_lines()}")
            if time.monotonic() > end:
                raise ChildError(
                    f"{self.name} is not ready after {self.patience:.0f} s; {self._last_lines()}"
                )
            time.sleep(0.2)

    def revive(self) -> bool:
        """Starts the child again if it has died, later and later when it keeps dying. True when restarted."""
        now = time.monotonic()
        if self.alive or now < self._not_before:
            return False
        self._deaths = 1 if now - self._started > _CALM else self._deaths + 1
        self._not_before = now + min(2.0**self._deaths, 30.0)
        self._kill_group()
        self.start()
        return True

    def turn_log(self) -> None:
        """A log that is full becomes the one before; the child, which appends, begins a new one."""
        if self.log.exists() and self.log.stat().st_size > _FULL:
            shutil.copyfile(self.log, self.log.with_name(f"{self.log.name}.1"))
            os.truncate(self.log, 0)

    def stop(self) -> None:
        if self.alive and self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.grace)
        self._kill_group()

    def _kill_group(self) -> None:
        """What the child may have left behind: its own children, too."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _last_lines(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-8:]
        return f"see {self.log}:\n" + "\n".join(lines)
