"""A child that is watched writes no disk full, and does not outlive what follows its supervisor."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from cli import children, up
from cli.children import Child, ChildError


def test_a_log_that_is_full_is_turned_while_the_child_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(children, "_FULL", 10_000)
    program = "import time\nfor k in range(10**6): print(k, 'x' * 100, flush=True); time.sleep(0.0005)"
    child = Child("talker", [sys.executable, "-c", program], os.environ, tmp_path / "talker.log")
    before = tmp_path / "talker.log.1"
    child.start()
    try:
        end = time.monotonic() + 60
        while not before.exists() and time.monotonic() < end:
            child.turn_log()
        kept = before.read_text().splitlines()
        assert kept[0].startswith("0 ") and len(kept) > 90
        while not child.log.stat().st_size and time.monotonic() < end:
            time.sleep(0.01)
        assert child.alive
        begun_anew = child.log.read_text()  # however much it has written since
        assert int(begun_anew.split()[0]) >= len(kept) and "\0" not in begun_anew
    finally:
        child.stop()


def test_one_that_is_deaf_and_outlives_its_supervisor_is_ended_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(up, "_LAST_WORDS", 1.0)
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
    program += "; time.sleep(600)"
    with (tmp_path / "children.lock").open("w") as lock:
        assert up._locked(lock)
        log = tmp_path / "deaf.log"
        deaf = Child("deaf", [sys.executable, "-c", program], os.environ, log, holds=(lock.fileno(),))
        deaf.start()
        deaf.ready = lambda: "deaf" in log.read_text()
        deaf.wait_ready()
    try:
        with up._alone(tmp_path) as held:
            assert not deaf.alive and held
            with pytest.raises(ChildError, match="already up"), up._alone(tmp_path):
                pass
    finally:
        deaf.stop()
