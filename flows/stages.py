"""A stage of a flow: one Prefect task, whose work is done in a thread and whose failure names nobody."""

from __future__ import annotations

import asyncio
import functools
import secrets
import traceback
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.context import context

P = ParamSpec("P")
T = TypeVar("T")


class StageError(RuntimeError):
    """A bug, told without what it was about: Prefect shows it to whoever looks at the run."""


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
            number = secrets.token_hex(4)
            folder = context().settings.data_dir / "failures"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / f"{number}.txt").write_text(traceback.format_exc())
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            raise StageError(
                f"{function.__name__}: {type(error).__name__} at {place}, told whole in failures/{number}.txt"
            ) from None

    return run
