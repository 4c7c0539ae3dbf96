"""`ship_audit`: the register's new events leave for the audit bucket, sealed and signed."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.context import Context, now
from flows import artifacts
from flows.stages import run_stage
from storage import audit
from storage.signing import load_or_make_key


@flow(name="ship-audit", flow_run_name="sceller le journal")
async def ship_audit() -> State[None]:
    """Every five minutes."""
    shipped = await run_stage("sceller le journal", ship)
    if not shipped:
        return Completed(name="Rien de neuf")
    await artifacts.publish()  # whatever was decided, pulled or returned meanwhile
    return Completed(message=f"{shipped} événements scellés")


def ship(work: Context) -> int:
    """How many events have left."""
    key = load_or_make_key(work.settings.signing_key_path)
    return audit.ship(work.register, work.store.audit, key, at=now())
