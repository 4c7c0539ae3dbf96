"""A file that comes as the body of a request: on the disk while it is read, and no more of it than may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import HTTPException, Request

from storage.machine.scratch import scratch


@asynccontextmanager
async def handed_in(request: Request, most: int, too_large: str) -> AsyncIterator[Path]:
    """Where the body of this request lies. Of more than `most` bytes: 413, `too_large` (French)."""
    with scratch() as folder:
        path, size = folder / "handed", 0
        with path.open("wb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise HTTPException(413, too_large)
                file.write(piece)
        yield path
