"""A child that is watched writes no disk full."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from cli import children
from cli.children import Child


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
        assert child.alive and "\0" not in child.log.read_text()
        assert child.log.stat().st_size < 10_000
    finally:
        child.stop()
