"""Runs of `process-scan`: how one is started, whether one is still alive. Prefect knows ids alone."""

from __future__ import annotations

from datetime import datetime

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import arun_deployment

from actions.dropped.upkeep import SETTLING
from storage.dropped.scans import ScanRow


async def start(client: PrefectClient, scan: ScanRow, occasion: str) -> None:
    """Starts a run of this scan. The same occasion never gets two, even when the first has crashed."""
    place = f"{scan.centre or 'centre inconnu'} {scan.exam or 'épreuve inconnue'}"
    tags = [scan.id, *filter(None, (scan.centre, scan.exam))]
    await _start(client, "process-scan", {"scan_id": scan.id}, occasion, f"scan {place} #{scan.n}", tags)


async def start_dossier(client: PrefectClient, dossier: str, exam: str, occasion: str) -> None:
    """Starts a reading of this dossier. The same occasion never gets two."""
    name = f"dossier {exam} {dossier}"
    await _start(client, "process-dossier", {"dossier_id": dossier}, occasion, name, [dossier, exam])


async def _start(
    client: PrefectClient, flow: str, what: dict[str, str], occasion: str, name: str, tags: list[str]
) -> None:
    """`tags`: the id of what the run is about, and its place."""
    await arun_deployment(
        f"{flow}/{flow}",
        client=client,
        parameters=what,
        timeout=0,
        idempotency_key=f"{tags[0]}:{occasion}",
        flow_run_name=name,
        tags=tags,
        as_subflow=False,
    )


async def is_over(scan: str, at: datetime, *, badly: bool) -> bool | None:
    """Whether the last run of this scan ended some time ago. None when Prefect remembers none.

    `badly`: one that completed does not count, such as one that gave the scan back.
    """
    async with get_client() as client:
        runs = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[scan])),
            sort=FlowRunSort.EXPECTED_START_TIME_DESC,
            limit=1,
        )
    if not runs:
        return None
    state = runs[0].state
    if state is None or not state.is_final() or (badly and state.is_completed()):
        return False
    return state.timestamp < at - SETTLING
