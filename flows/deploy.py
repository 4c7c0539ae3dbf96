"""Makes a Prefect server ready: work pool, queues, heartbeat watch, every deployment of prefect.yaml.

Run as `python -m flows.deploy` with PREFECT_API_URL set; it can be repeated at any time. With `--fleet`, for
workers on several machines and PostgreSQL, Prefect also marks as crashed the runs whose machine fell silent:
on one machine the supervisor knows, and SQLite would not bear what each heartbeat writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import WorkQueueFilter, WorkQueueFilterName
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.workers.process import ProcessWorker

POOL = "local"
SCANS, STEADY = "scans", "steady"
"""The queues: what was dropped waits for a place in one, what is done by the clock waits for none."""
_RETIRED = ("watch-inbox", "janitor")  # deployments of earlier versions
PREFECT_YAML = Path(__file__).parent.parent / "prefect.yaml"
_SILENT = {
    "massicot: mark runs without heartbeat as crashed": (
        {"prefect.flow-run.heartbeat"},
        timedelta(seconds=90),
        "No heartbeat for 90 seconds.",
    ),
    "massicot: mark runs that never began as crashed": (
        {"prefect.flow-run.Pending", "prefect.flow-run.Submitting"},
        timedelta(minutes=3),
        "Not begun for three minutes: its worker was cut off.",
    ),
}
"""Automations by name: after which event of a run, how long without another, and what is said then."""


async def _prepare(client: PrefectClient, *, fleet: bool) -> None:
    pool = WorkPoolCreate(
        name=POOL,
        type=ProcessWorker.type,
        base_job_template=ProcessWorker.get_default_base_job_template(),
    )
    with contextlib.suppress(ObjectAlreadyExists):
        await client.create_work_pool(pool)
    for name in (SCANS, STEADY):
        try:
            queue = await client.create_work_queue(name, work_pool_name=POOL)
        except ObjectAlreadyExists:
            named = WorkQueueFilter(name=WorkQueueFilterName(any_=[name]))
            queue = (await client.read_work_queues(POOL, work_queue_filter=named))[0]
        await client.update_work_queue(queue.id, concurrency_limit=None)  # workers know how much they can do
    for name in _RETIRED:
        with contextlib.suppress(ObjectNotFound):
            gone = await client.read_deployment_by_name(f"{name}/{name}")
            await client.delete_deployment(gone.id)
    for name, (after, within, said) in _SILENT.items() if fleet else ():
        if not await client.read_automations_by_name(name):
            await client.create_automation(_watch(name, after, within, said))


def _watch(name: str, after: set[str], within: timedelta, said: str) -> AutomationCore:
    """A run whose machine died, or was cut off, keeps its state for ever unless its silence is noticed."""
    return AutomationCore(
        name=name,
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after=after,
            expect={"prefect.flow-run.*"},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            threshold=1,
            within=within,
        ),
        actions=[
            ChangeFlowRunState(state=StateType.CRASHED, name="Crashed", message=said, force=False),
        ],
    )


async def _main(*, fleet: bool) -> None:
    async with get_client() as client:
        await _prepare(client, fleet=fleet)


if __name__ == "__main__":
    asyncio.run(_main(fleet="--fleet" in sys.argv[1:]))
    command = ["-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(PREFECT_YAML)]
    sys.exit(subprocess.run([sys.executable, *command], check=False).returncode)
