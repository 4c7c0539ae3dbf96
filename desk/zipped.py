"""A ZIP that is sent while it is made: one of its files at a time is in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Its pieces. Times in it are all the same: they tell nothing of when a file came."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w") as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
            yield pieces.taken()
    yield pieces.taken()


class _Pieces(io.RawIOBase):
    """What was written since one looked last; a stream that cannot be gone back in."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken
