"""What lies on the disk while it is read is gone afterwards, whatever became of its process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from actions.site import open_site
from storage.machine.scratch import clear_scratch, scratch

_READING = """
import sys
from actions.site import open_site
from storage.machine.scratch import scratch
with scratch() as folder:
    (folder / "scan.pdf").write_bytes(b"a name")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def reading(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", _READING],
        env=os.environ | {"TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_was_reading_goes_and_what_another_reads_stays(folder: Path) -> None:
    (killed, left), (alive, read) = reading(folder), reading(folder)
    killed.kill()
    killed.communicate()
    assert (left / "scan.pdf").exists()
    with scratch() as own:
        clear_scratch()
        assert own.is_dir()
    assert (read / "scan.pdf").read_bytes() == b"a name"
    alive.communicate("")
    assert list(folder.iterdir()) == []


def test_whoever_opens_the_site_next_clears_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed, left = reading(folder)
    killed.kill()
    killed.communicate()
    monkeypatch.setenv("MASSICOT_DATA_DIR", str(folder / "data"))
    for name in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"MASSICOT_S3_{name}", "http://127.0.0.1:9")  # nobody asks it anything
    open_site.cache_clear()
    try:
        open_site().register.engine.dispose()
    finally:
        open_site.cache_clear()
    assert not left.parent.exists()


def test_folders_of_others_are_left_alone(folder: Path) -> None:
    for name in ("massicot-demo-x/store", "another/scratch"):
        (folder / name).mkdir(parents=True)
    (folder / "massicot-link").symlink_to(folder / "another")
    clear_scratch()
    assert sorted(path.name for path in folder.iterdir()) == ["another", "massicot-demo-x", "massicot-link"]
    assert (folder / "another" / "scratch").is_dir()
