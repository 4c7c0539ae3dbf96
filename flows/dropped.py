"""What was dropped: each scan and each dossier has a run of its own."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.dossiers import read
from actions.scans import process
from flows.stages import run_stage


@flow(name="process-scan", persist_result=False)
async def process_scan(scan_id: str) -> State[None]:
    """The scan is known by an opaque id."""
    ended = await process(scan_id, run_stage)
    return Completed(name=ended.name, message=ended.message)


@flow(name="process-dossier", persist_result=False)
async def process_dossier(dossier_id: str) -> State[None]:
    """One run for one dossier, known by an opaque id; it can be repeated at any time."""
    return Completed(message=await run_stage("lire le dossier", read, dossier_id))
