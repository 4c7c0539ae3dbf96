"""Stages as Prefect tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from actions.context import Context
from actions.stages import plainly
from flows import tracing

tracing.start()  # every flow imports this module before its run begins

P = ParamSpec("P")
T = TypeVar("T")


async def run_stage(
    name: str, stage: Callable[Concatenate[Context, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """One task, which Prefect knows by its name alone: neither arguments nor result are kept."""

    @task(name=name, persist_result=False, cache_policy=NO_CACHE)
    async def run() -> T:
        return await plainly(name, stage, *args, **kwargs)

    return await run()
