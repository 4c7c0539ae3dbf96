"""`sweep_deadlines`: once a scan deadline has passed, says what is still missing in each centre."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions import deadlines
from flows import artifacts
from flows.stages import run_stage


@flow(name="sweep-deadlines", flow_run_name="échéances")
async def sweep_deadlines() -> State[None]:
    """Every quarter of an hour."""
    swept = await run_stage("rapprocher à l'échéance", deadlines.sweep)
    swept += await run_stage("constater les dossiers absents", deadlines.sweep_dossiers)
    await artifacts.publish()
    if not swept:
        return Completed(name="Aucune échéance")
    return Completed(message=f"{swept} rapprochements et absences à l'échéance")
