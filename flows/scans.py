"""`process_scan`: one run for one dropped file."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.scans import more_is_waiting, process
from flows import artifacts
from flows.stages import run_stage


@flow(name="process-scan")
async def process_scan(scan_id: str) -> State[None]:
    """The scan is known by an opaque id."""
    ended = await process(scan_id, run_stage)
    # else the last of them tells, and `watch_inbox` meanwhile
    if ended.told and not await run_stage("voir ce qui reste", more_is_waiting):
        await artifacts.publish()
    return Completed(name=ended.name, message=ended.message)
