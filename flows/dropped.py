"""What was dropped: each scan and each dossier has a run of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.dropped.dossiers import read
from actions.dropped.scans import claim, process
from actions.stages import plainly
from flows.stages import run_stage

T = TypeVar("T")


@flow(name="process-scan", persist_result=False)
async def process_scan(scan_id: str) -> State[None]:
    """The scan is known by an opaque id."""
    ended = await process(scan_id, _step)
    return Completed(name=ended.name, message=ended.message)


async def _step(name: str, stage: Callable[..., T], /, *args: object) -> T:
    """The claim is no stage of its own: it takes some milliseconds, and would cost Prefect 30 more."""
    if stage is claim:
        return await plainly(name, stage, *args)
    return await run_stage(name, stage, *args)


@flow(name="process-dossier", persist_result=False)
async def process_dossier(dossier_id: str) -> State[None]:
    """One run for one dossier, known by an opaque id; it can be repeated at any time."""
    return Completed(name="Dossier lu", message=await run_stage("lire le dossier", read, dossier_id))
