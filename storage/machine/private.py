"""Files that hold keys or names: for their owner alone to read."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def load_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """What this file holds; made at the first time, by one process where several begin together."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(path, make())
        with suppress(FileExistsError):  # another process was first: its key it is
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()


def write_private(path: Path, data: bytes) -> None:
    """Replaces the file in one step; nobody but its owner ever can read it."""
    _draft(path, data).replace(path)


def _draft(path: Path, data: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return draft


def keep_private(path: Path) -> None:
    """The folder, or the file, which is made if it is not there, is its owner's alone from now on.

    What a database lays beside its file takes after it.
    """
    if not path.is_dir():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_uid == os.geteuid():
        path.chmod(0o700 if path.is_dir() else 0o600)
