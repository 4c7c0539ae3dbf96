"""`form_lots`: lots of the copies of each épreuve whose window is open."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.lots import form_all
from flows import artifacts
from flows.stages import run_stage


@flow(name="form-lots", flow_run_name="former les lots")
async def form_lots() -> State[None]:
    """Every hour of the day. Copies that come later make complementary lots."""
    formed = await run_stage("répartir les copies", form_all)
    await artifacts.publish()
    if not formed.lots and not formed.unroutable:
        return Completed(name="Rien à répartir")
    message = f"{formed.lots} lots, {formed.copies} copies, {formed.unroutable} sans correcteur possible"
    return Completed(name="Copies sans correcteur" if formed.unroutable else "Lots formés", message=message)
