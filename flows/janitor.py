"""`janitor`: takes up the scans whose run died."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.context import now
from actions.upkeep import find_unfinished, take_up
from flows import runs
from flows.stages import run_stage
from storage.states import ScanState


@flow(name="janitor", flow_run_name="reprises")
async def janitor() -> State[None]:
    """Every two minutes. A run that crashed less than a minute ago is left alone."""
    taken_up = 0
    for scan in await run_stage("chercher les fichiers interrompus", find_unfinished):
        over = await runs.is_over(scan.id, now(), badly=scan.state is ScanState.ARRIVED)
        if over or (over is None and scan.state is ScanState.PROCESSING):
            await run_stage("reprendre un fichier", take_up, scan)
            taken_up += 1
    if not taken_up:
        return Completed(name="Rien à reprendre")
    return Completed(name="Reprises", message=f"{taken_up} fichiers repris")
