"""Prefect's page of runs stays legible: what is to come bears plain words, what found nothing makes room."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from flows.recurring import FOUND_NOTHING

FRESH = timedelta(minutes=15)
_MOST = 200  # runs that Prefect answers at once
_TO_COME = {"state": {"type": {"any_": ["SCHEDULED"]}}, "tags": {"all_": ["auto-scheduled"]}}


async def name_what_is_to_come(
    client: PrefectClient, flow_of: Callable[[FlowRun], Awaitable[Flow[..., Any]]]
) -> None:
    """Prefect calls a scheduled run by two words at random until it begins: it gets the name it will bear."""
    which = FlowRunFilter.model_validate(_TO_COME)
    for run in await client.read_flow_runs(flow_run_filter=which, limit=_MOST):
        name = (await flow_of(run)).flow_run_name
        if isinstance(name, str) and run.name != name:
            with contextlib.suppress(ObjectNotFound):
                await client.update_flow_run(run.id, name=name)


async def forget_what_found_nothing(client: PrefectClient, fresh: timedelta = FRESH) -> None:
    """Of each flow the last such run stays, as a sign of life, and whatever ended a moment ago."""
    found = {"state": {"name": {"any_": sorted(FOUND_NOTHING)}}}
    which, kept = FlowRunFilter.model_validate(found), set()
    for run in await client.read_flow_runs(
        flow_run_filter=which, sort=FlowRunSort.END_TIME_DESC, limit=_MOST
    ):
        is_old = run.end_time is not None and run.end_time < datetime.now(UTC) - fresh
        if run.flow_id in kept and is_old:
            with contextlib.suppress(ObjectNotFound):
                await client.delete_flow_run(run.id)
        kept.add(run.flow_id)
