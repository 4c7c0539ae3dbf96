"""The reader does again what it has once done."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import ratchet
from benchmarks.ratchet import Ratchet


def test_only_what_fell_below_is_worse() -> None:
    kept = Ratchet(1, 2, {"torn": {"attributed": 0.9, "named": 1.0}})
    assert kept.worse({"torn": {"attributed": 0.9, "named": 1.0}}) == []
    assert kept.worse({"torn": {"attributed": 1.0, "named": 0.99}}) == ["torn: named is 99.00%, was 100.00%"]
    assert kept.worse({"torn": {"attributed": 1.0}}) == ["torn: named is not measured any more"]


def test_it_turns_one_way_and_is_kept(tmp_path: Path) -> None:
    kept = Ratchet(1, 2, {"torn": {"attributed": 0.9}})
    raised = kept.raised({"torn": {"attributed": 0.8}, "fold": {"named": 1.0}})
    assert raised.least == {"torn": {"attributed": 0.9}, "fold": {"named": 1.0}}
    assert raised.raised({"torn": {"attributed": 0.95}}).least["torn"] == {"attributed": 0.95}
    ratchet.save(raised, tmp_path / "ratchet.toml")
    assert ratchet.load(tmp_path / "ratchet.toml") == raised


@pytest.mark.slow
@pytest.mark.parametrize("benchmark", ["reading", "piles", "attendance"])
def test_what_is_read_is_not_worse_than_it_was(benchmark: str) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", f"benchmarks.{benchmark}", "--ratchet", "--jobs", "1"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
