"""A stage of a flow: one Prefect task, whose work is done in a thread and whose failure names nobody."""

from __future__ import annotations

import asyncio
import errno
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.exc import InterfaceError, OperationalError

from actions.context import context
from flows import tracing
from flows.failures import keep_failure
from storage.objects import StoreError

tracing.start()  # every flow imports this module before its run begins

P = ParamSpec("P")
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


def stage(name: str) -> Callable[[Callable[P, T]], Callable[P, Coroutine[Any, Any, T]]]:
    """Makes a task of a plain function. `name` is what the service reads, in French."""

    def make(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
        @task(name=name, persist_result=False, cache_policy=NO_CACHE)
        @functools.wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return await asyncio.to_thread(discreet(function), *args, **kwargs)

        return run

    return make


def discreet(function: Callable[P, T]) -> Callable[P, T]:
    """Texts of exceptions may quote a name or a number: they go to a file of the data directory instead."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            told = keep_failure(context().settings.data_dir, error)
            kind = SurroundingsError if _of_the_surroundings(error) else StageError
            raise kind(f"{function.__name__}: {told}") from None

    return run


def _of_the_surroundings(error: Exception) -> bool:
    return isinstance(error, _SURROUNDINGS) or (isinstance(error, OSError) and error.errno in _FULL)
