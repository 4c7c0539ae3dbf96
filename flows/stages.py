"""Stages as Prefect tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from actions.stages import plainly
from flows import tracing

tracing.start()  # every flow imports this module before its run begins

T = TypeVar("T")


async def run_stage(name: str, stage: Callable[..., T], /, *args: object) -> T:
    """One task, which Prefect knows by its name alone: neither arguments nor result are kept.

    `name`: in letters without accents, the others vanish from the graph of a run.
    """

    @task(name=name, persist_result=False, cache_policy=NO_CACHE)
    async def run() -> T:
        return await plainly(name, stage, *args)

    return await run()
