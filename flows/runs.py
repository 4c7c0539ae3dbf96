"""Runs of `process-scan`: how one is started, whether one is still alive. Prefect knows ids alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import arun_deployment

_DEPLOYMENT = "process-scan/process-scan"
SETTLING = timedelta(minutes=1)  # a run that has just died may still be told otherwise


async def start(scan: str, *, number: int, attempt: int, centre: str | None, exam: str | None) -> None:
    """Starts a run for this attempt at a scan; the same attempt never gets two."""
    place = f"{centre or 'centre inconnu'} {exam or 'épreuve inconnue'}"
    again = f", essai {attempt}" if attempt > 1 else ""
    await arun_deployment(
        _DEPLOYMENT,
        parameters={"scan_id": scan},
        timeout=0,
        idempotency_key=f"{scan}:{attempt}",
        flow_run_name=f"scan {place} #{number}{again}",
        tags=[scan, *filter(None, (centre, exam))],
        as_subflow=False,
    )


async def is_dead(scan: str, at: datetime) -> bool:
    """Whether the last run of this scan ended over a minute ago, or there is none that Prefect remembers."""
    async with get_client() as client:
        runs = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[scan])),
            sort=FlowRunSort.EXPECTED_START_TIME_DESC,
            limit=1,
        )
    if not runs:
        return True
    state = runs[0].state
    return state is not None and state.is_final() and state.timestamp < at - SETTLING
