"""Folders for what passes through: a scan while it is read, a page while it is drawn.

One goes when its block is left; one whose process was killed, when the next opens its site.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OURS, _INSIDE = "massicot-", "scratch"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for its owner alone to read, until the block is left."""
    with tempfile.TemporaryDirectory(prefix=_OURS) as outer, _held(Path(outer)):
        inside = Path(outer, _INSIDE)  # nothing to remove is in it before it is held
        inside.mkdir()
        yield inside


def clear_scratch() -> None:
    """Removes what processes that were killed have left: nobody holds it."""
    for inside in Path(tempfile.gettempdir()).glob(f"{_OURS}*/{_INSIDE}"):
        with suppress(OSError), _held(inside.parent):  # another's, or in use
            shutil.rmtree(inside.parent)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Raises BlockingIOError if a process that lives holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
