"""`watch_inbox`: takes note of what centres dropped, and starts a run for each scan."""

from __future__ import annotations

import json

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows import runs
from flows.answers import answer_and_clear
from flows.context import context, now
from flows.keys import ATTENDANCE, SCANS, attendance_answer_key, attendance_path, scan_path
from flows.reconciling import reconcile_centre
from flows.stages import stage
from storage import intake, queries
from storage.objects import ObjectInfo
from storage.rows import ScanRow
from storage.schema import ScanState

ACTOR = "watch_inbox"


@flow(name="watch-inbox", flow_run_name="relever le dépôt")
async def watch_inbox() -> State[None]:
    """Every 30 seconds, one at a time. What it has noted once it never notes again."""
    lists = await take_attendance()
    await note_arrivals()
    waiting = await find_waiting()
    for scan in waiting:
        await runs.start(scan, f"essai {scan.attempt + 1}")
    decided = await find_decided()
    for scan in decided:
        await runs.start(scan, f"décision, {now():%Y-%m-%d %H:%M}"[:-1])  # once in ten minutes
    if not waiting and not decided and not lists:
        return Completed(name="Rien de neuf")
    told = f"{len(waiting)} fichiers à lire, {len(decided)} à reprendre, {lists} listes d'émargement"
    return Completed(message=told)


@stage("relever le dépôt")
def note_arrivals() -> None:
    work = context()
    for info in work.store.inbox.list(SCANS):
        if info.key.endswith("/"):
            continue  # a folder that some client drew
        path = scan_path(info.key, work.session)
        known = intake.arrive(work.register, info, path.exam, path.centre, actor=ACTOR, at=now()) is None
        if known:
            _clear_if_done(info)


def _clear_if_done(info: ObjectInfo) -> None:
    """A file dropped again as it was, or one whose run died between the register and the inbox."""
    work = context()
    with work.register.reading() as connection:
        scan = queries.drop(connection, info.key, info.etag)
    if scan is not None and scan.state not in (ScanState.ARRIVED, ScanState.PROCESSING):
        answer_and_clear(work, scan, at=now())


@stage("chercher les fichiers à lire")
def find_waiting() -> list[ScanRow]:
    with context().register.reading() as connection:
        return queries.arrivals_to_process(connection)


@stage("chercher les copies décidées")
def find_decided() -> list[ScanRow]:
    """Scans that are done, but of which a person has decided a copy since: it can be made anonymous."""
    with context().register.reading() as connection:
        scans = {copy.scan for copy in queries.to_anonymise(connection)}
        found = [queries.scan(connection, scan) for scan in sorted(scans)]
    return [scan for scan in found if scan is not None and scan.state is ScanState.PROCESSED]


@stage("prendre les listes d'émargement")
def take_attendance() -> int:
    """Each list is taken whole or answered line by line; either way it leaves the inbox."""
    work = context()
    taken = 0
    for info in work.store.inbox.list(ATTENDANCE):
        if info.key.endswith("/"):
            continue
        data = work.store.inbox.get(info.key)
        place = attendance_path(info.key, work.session)
        answer: dict[str, object]
        if place is None:
            answer = {"taken": False, "message": "Le chemin attendu est attendance/<UAI>/<épreuve>.csv."}
        else:
            centre, exam = place
            read = intake.import_attendance(work.register, data, exam, centre, actor=ACTOR, at=now())
            answer = {"taken": not read.problems, "lines": [vars(problem) for problem in read.problems]}
            taken += not read.problems
            reconcile_centre(work, exam, centre, actor=ACTOR, at=now())
        if not answer["taken"]:
            work.store.vault.put(f"quarantine/attendance/{info.etag}", data)
        text = json.dumps(answer, ensure_ascii=False, indent=2).encode()
        answer_key = attendance_answer_key(info.key, info.etag)
        work.store.inbox.put(answer_key, text, content_type="application/json")
        work.store.inbox.delete(info.key, etag=info.etag)
    return taken
