"""What is done by the clock: deadlines, lots, the log and its seals, alerts, reminders.

That Prefect itself has stopped, `/pret` tells whoever watches from outside.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.alerts import tell_new
from actions.corrected.lots import form_all
from actions.dropped import deadlines
from actions.season import duties, notices
from actions.site import Site, now
from flows.stages import run_stage
from processors.wording import plural
from storage.log import segments
from storage.log.signing import load_or_make_key

_NO_DEADLINE, _NO_COPY, _NO_EVENT = "Aucune échéance", "Rien à répartir", "Rien de neuf"
_NO_ALERT, _NO_REMINDER = "Rien à signaler", "Rien à rappeler"
FOUND_NOTHING = frozenset({_NO_DEADLINE, _NO_COPY, _NO_EVENT, _NO_ALERT, _NO_REMINDER})
"""How a run says that it had nothing to do: see flows/tidy.py."""
_FAILED = {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}


@flow(name="sweep-deadlines", flow_run_name="échéances")
async def sweep_deadlines() -> State[None]:
    """Every quarter of an hour."""
    swept = await run_stage("constater les copies absentes", deadlines.sweep)
    swept += await run_stage("constater les dossiers absents", deadlines.sweep_dossiers)
    if not swept:
        return Completed(name=_NO_DEADLINE)
    return Completed(name="Échéances constatées", message=f"{swept} rapprochements et absences à l'échéance")


@flow(name="form-lots", flow_run_name="former les lots")
async def form_lots() -> State[None]:
    """Every hour of the day. Copies that come later make complementary lots."""
    plans = await run_stage("former les lots", form_all)
    lots = [lot for plan in plans for lot in plan.lots]
    unroutable = sum(len(left.copies) for plan in plans for left in plan.unroutable)
    if not lots and not unroutable:
        return Completed(name=_NO_COPY)
    copies = sum(len(lot.copies) for lot in lots)
    formed = f"{plural(len(lots), 'lot', 'lots')}, {plural(copies, 'copie', 'copies')}"
    message = f"{formed}, {unroutable} sans correcteur possible"
    return Completed(name="Copies sans correcteur" if unroutable else "Lots formés", message=message)


@flow(name="ship-audit", flow_run_name="sceller le journal")
async def ship_audit() -> State[None]:
    """Every five minutes."""
    shipped = await run_stage("sceller le journal", ship)
    if not shipped:
        return Completed(name=_NO_EVENT)
    return Completed(name="Journal scellé", message=f"{shipped} événements scellés")


def ship(site: Site) -> int:
    """How many events have left."""
    key = load_or_make_key(site.settings.signing_key_path)
    return segments.ship(site.register, site.store.audit, key, at=now())


@flow(name="raise-alerts", flow_run_name="alertes")
async def raise_alerts() -> State[None]:
    """Every five minutes."""
    failed = await _failed_runs(now() - timedelta(hours=1))
    count = await run_stage("signaler", tell_new, failed, now())
    mails = await run_stage("avertir par courriel", notices.tell, now())
    if not count and not mails:
        return Completed(name=_NO_ALERT)
    name = "Alertes" if count else "Avis envoyés"
    return Completed(name=name, message=f"{count} alertes, {mails} avis par courriel")


@flow(name="remind-duties", flow_run_name="rappels")
async def remind_duties() -> State[None]:
    """Every morning."""
    count = await run_stage("rappeler ce qui manque", duties.remind, now())
    if not count:
        return Completed(name=_NO_REMINDER)
    return Completed(name="Rappels", message=f"{count} obligations rappelées")


async def _failed_runs(since: datetime) -> int:
    which = FlowRunFilter.model_validate(_FAILED | {"end_time": {"after_": since.isoformat()}})
    async with get_client() as client:
        return len(await client.read_flow_runs(flow_run_filter=which, limit=200))
