"""`raise_alerts`: tells the service of what needs a person.

It runs in Prefect: that Prefect itself has stopped, `/pret` tells whoever watches from outside.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.alerts import tell_new
from actions.context import now
from flows.stages import run_stage

_FAILED = {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}


@flow(name="raise-alerts", flow_run_name="alertes")
async def raise_alerts() -> State[None]:
    """Every five minutes."""
    failed = await _failed_runs(now() - timedelta(hours=1))
    count = await run_stage("signaler", tell_new, failed, now())
    if not count:
        return Completed(name="Rien à signaler")
    return Completed(name="Alertes", message=f"{count} alertes envoyées")


async def _failed_runs(since: datetime) -> int:
    which = FlowRunFilter.model_validate(_FAILED | {"end_time": {"after_": since.isoformat()}})
    async with get_client() as client:
        return len(await client.read_flow_runs(flow_run_filter=which, limit=200))
