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
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

POOL = "local"
QUEUES = {"scans": 2, "steady": 1}  # how many runs at once: SQLite locks up with many more
FLEET_QUEUES = {"scans": None, "steady": 1}  # on PostgreSQL, what the workers take together
PREFECT_YAML = Path(__file__).parent.parent / "prefect.yaml"
_HEARTBEAT = "massicot: mark runs without heartbeat as crashed"


async def _prepare(client: PrefectClient, *, fleet: bool) -> None:
    pool = WorkPoolCreate(
        name=POOL,
        type=ProcessWorker.type,
        base_job_template=ProcessWorker.get_default_base_job_template(),
    )
    with contextlib.suppress(ObjectAlreadyExists):
        await client.create_work_pool(pool)
    for name, limit in (FLEET_QUEUES if fleet else QUEUES).items():
        try:
            queue = await client.create_work_queue(name, work_pool_name=POOL)
        except ObjectAlreadyExists:
            named = WorkQueueFilter(name=WorkQueueFilterName(any_=[name]))
            queue = (await client.read_work_queues(POOL, work_queue_filter=named))[0]
        await client.update_work_queue(queue.id, concurrency_limit=limit)
    if fleet and not await client.read_automations_by_name(_HEARTBEAT):
        await client.create_automation(_heartbeat_watch())


def _heartbeat_watch() -> AutomationCore:
    """A run whose machine died stays Running for ever unless its silence is noticed."""
    return AutomationCore(
        name=_HEARTBEAT,
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            threshold=1,
            within=timedelta(seconds=90),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, name="Crashed", message="No heartbeat for 90 seconds.", force=False
            )
        ],
    )


async def _main(*, fleet: bool) -> None:
    async with get_client() as client:
        await _prepare(client, fleet=fleet)


if __name__ == "__main__":
    asyncio.run(_main(fleet="--fleet" in sys.argv[1:]))
    command = ["-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(PREFECT_YAML)]
    sys.exit(subprocess.run([sys.executable, *command], check=False).returncode)
