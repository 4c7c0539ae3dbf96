"""`process_dossier`: one candidate's dossier, from its files to its reading."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.dossiers import read
from flows import artifacts
from flows.stages import run_stage


@flow(name="process-dossier")
async def process_dossier(dossier_id: str) -> State[None]:
    """One run for one dossier, known by an opaque id; it can be repeated at any time."""
    verdict = await run_stage("lire le dossier", read, dossier_id)
    await artifacts.publish()
    return Completed(message=verdict)
