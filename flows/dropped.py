"""What is dropped: the inbox is watched, and each scan and each dossier gets a run of its own."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions import inbox
from actions.context import now
from actions.dossiers import read
from actions.scans import more_is_waiting, process
from flows import artifacts, runs
from flows.stages import run_stage


@flow(name="watch-inbox", flow_run_name="relever le dépôt")
async def watch_inbox() -> State[None]:
    """Every 30 seconds, one at a time. What it has noted once it never notes again."""
    lists = await run_stage("prendre les listes d'émargement", inbox.take_attendance)
    await run_stage("prendre les dossiers", inbox.take_dossiers)
    await run_stage("relever le dépôt", inbox.note_arrivals)
    await run_stage("reprendre les copies décidées", inbox.reopen_decided)
    waiting = await run_stage("chercher les fichiers à lire", inbox.find_waiting)
    for scan in waiting:
        await runs.start(scan, f"essai {scan.attempt + 1}")
    unread = await run_stage("chercher les dossiers à lire", inbox.find_unread_dossiers)
    for dossier, exam, files in unread:
        await runs.start_dossier(dossier, exam, f"{files} fichiers, {now():%Y-%m-%d %H:%M}"[:-1])
    if not waiting and not lists and not unread:
        return Completed(name="Rien de neuf")
    await artifacts.publish()
    told = f"{len(waiting)} fichiers à lire, {lists} listes d'émargement"
    told += f", {len(unread)} dossiers à lire"
    return Completed(message=told)


@flow(name="process-scan")
async def process_scan(scan_id: str) -> State[None]:
    """The scan is known by an opaque id."""
    ended = await process(scan_id, run_stage)
    # else the last of them tells, and `watch_inbox` meanwhile
    if ended.told and not await run_stage("voir ce qui reste", more_is_waiting):
        await artifacts.publish()
    return Completed(name=ended.name, message=ended.message)


@flow(name="process-dossier")
async def process_dossier(dossier_id: str) -> State[None]:
    """One run for one dossier, known by an opaque id; it can be repeated at any time."""
    verdict = await run_stage("lire le dossier", read, dossier_id)
    await artifacts.publish()
    return Completed(message=verdict)
