"""`form_lots`: lots of the copies of each épreuve whose window is open."""

from __future__ import annotations

from dataclasses import dataclass

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions import lots as of_lots
from actions.context import context, now
from flows import artifacts
from flows.stages import stage


@dataclass(frozen=True)
class Formed:
    """`lots` and `copies`: those of this run; `unroutable`: copies that no corrector may take."""

    lots: int
    copies: int
    unroutable: int


@flow(name="form-lots", flow_run_name="former les lots")
async def form_lots() -> State[None]:
    """Every hour of the day. Copies that come later make complementary lots."""
    formed = await form_all()
    await artifacts.publish()
    if not formed.lots and not formed.unroutable:
        return Completed(name="Rien à répartir")
    message = f"{formed.lots} lots, {formed.copies} copies, {formed.unroutable} sans correcteur possible"
    return Completed(name="Copies sans correcteur" if formed.unroutable else "Lots formés", message=message)


@stage("répartir les copies")
def form_all() -> Formed:
    work = context()
    lots = copies = unroutable = 0
    for exam in work.session.written:
        if exam.in_window(now()):
            plan = of_lots.form(work, exam, at=now(), actor="form_lots")
            lots += len(plan.lots)
            copies += sum(len(lot.copies) for lot in plan.lots)
            unroutable += sum(len(left.copies) for left in plan.unroutable)
    return Formed(lots, copies, unroutable)
