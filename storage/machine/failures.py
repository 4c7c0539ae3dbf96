"""What broke, told whole in a file of the data directory: the text of an exception may quote a name."""

from __future__ import annotations

import secrets
import shutil
import traceback
from contextlib import suppress
from pathlib import Path


def keep_failure(data_dir: Path, error: Exception) -> str:
    """Its kind, its place and where it is told whole: all that a log may say of it."""
    number = secrets.token_hex(4)
    folder = data_dir / "failures"
    with suppress(OSError):  # a full disk may be what broke
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text("".join(traceback.format_exception(error)))
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"{type(error).__name__} at {place}, told whole in failures/{number}.txt"


def forget_failures(data_dir: Path) -> None:
    """Those whom they may quote are gone."""
    shutil.rmtree(data_dir / "failures", ignore_errors=True)
