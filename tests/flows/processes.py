"""What the system says of processes, which end while one asks."""

from __future__ import annotations

from pathlib import Path


def descendants(pid: int) -> list[int]:
    """This process and all that it started, and these."""
    processes = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    children = [one for one in processes if _says(one)[1:2] == [str(pid)]]
    return [pid, *(found for child in children for found in descendants(child))]


def has_ended(pid: int) -> bool:
    return _says(pid)[:1] in ([], ["Z"])


def _says(pid: int) -> list[str]:
    """Its state, its parent and so on; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
