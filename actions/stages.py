"""A stage of what a flow does: done in a thread, and its failure names nobody."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from typing import Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy.exc import InterfaceError, OperationalError

from actions.site import open_site
from storage.bucket.objects import StoreError
from storage.machine.failures import keep_failure

T = TypeVar("T")


class StageError(RuntimeError):
    """A bug, told without what it was about: Prefect shows it to whoever looks at the run."""


class SurroundingsError(StageError):
    """The store, the register or the disk did not do its part: what was being done can be done later."""


_SURROUNDINGS = (
    *(ClientError, BotoCoreError, StoreError),
    *(OperationalError, InterfaceError),
    *(ConnectionError, TimeoutError),
)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE}


class Step(Protocol):
    """Runs a stage with what it works with; `name` is what the service reads, in French."""

    async def __call__(self, name: str, stage: Callable[..., T], /, *args: object) -> T: ...


async def plainly(name: str, stage: Callable[..., T], /, *args: object) -> T:
    """Here and now. Texts of exceptions may quote a name or a number: they go to a file instead."""

    def discreet() -> T:
        try:
            return stage(open_site(), *args)
        except Exception as error:
            kept = keep_failure(open_site().settings.data_dir, error)
            kind = SurroundingsError if _of_the_surroundings(error) else StageError
            raise kind(f"{stage.__name__}: {kept}") from None

    return await asyncio.to_thread(discreet)


def _of_the_surroundings(error: Exception) -> bool:
    return isinstance(error, _SURROUNDINGS) or (isinstance(error, OSError) and error.errno in _FULL)
