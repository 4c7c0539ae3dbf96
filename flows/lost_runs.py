"""Runs that Prefect believes to be under way while nobody carries them out, and the places that they hold.

What a worker could not tell, killed or during an outage, it never tells: a run then stays Pending or Running
for ever, and keeps the next ones of its deployment from beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed

_UNFINISHED = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
_OF_A_SCHEDULE = {"state": {"type": {"any_": ["SCHEDULED"]}}, "tags": {"all_": ["auto-scheduled"]}}
_PATIENCE = timedelta(minutes=1)
_LIMIT_OF = "deployment:"


async def bury(client: PrefectClient, here: Collection[UUID]) -> int:
    """Marks as crashed all runs that are said to be under way and are not `here`; how many there were.

    Frees what they held up. Of the scheduled runs whose hour has passed, the last of each deployment is left:
    they do the same. As long as nothing is lost, nothing is written: SQLite has one writer.
    """
    before = set(here)  # as Prefect is asked, one may end and another begin
    lost = [run for run in await _runs(client, _UNFINISHED) if run.id not in before and run.id not in here]
    for run in lost:
        await client.set_flow_run_state(run.id, Crashed(message="No process carries it out."), force=True)
    passed = {"expected_start_time": {"before_": (datetime.now(UTC) - _PATIENCE).isoformat()}}
    late = sorted(await _runs(client, _OF_A_SCHEDULE | passed), key=lambda run: str(run.expected_start_time))
    last = {run.deployment_id: run.id for run in late}
    for run in late:
        if run.id != last[run.deployment_id]:
            await client.delete_flow_run(run.id)
    await _free_places(client)
    return len(lost)


async def _free_places(client: PrefectClient) -> None:
    """Those that Prefect's deployments hold beyond their runs.

    (Prefect can keep leases in files, but these and SQLite lock each other out.)
    """
    held = Counter(str(run.deployment_id) for run in await _runs(client, _UNFINISHED))
    for limit in await client.read_global_concurrency_limits(limit=200):
        runs = held[limit.name.removeprefix(_LIMIT_OF)]
        if limit.active_slots > runs:
            await client.update_global_concurrency_limit(
                limit.name, GlobalConcurrencyLimitUpdate(active_slots=runs)
            )


async def _runs(client: PrefectClient, which: dict[str, Any]) -> list[FlowRun]:
    return await client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(which), limit=200)
