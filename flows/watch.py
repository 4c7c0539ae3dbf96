"""`watch_inbox`: takes note of what centres dropped, and starts a run for each scan."""

from __future__ import annotations

import json

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows import runs
from flows.answers import answer_and_clear
from flows.context import context, now
from flows.keys import ATTENDANCE, RECEIPTS, SCANS, attendance_path, scan_path
from flows.stages import stage
from storage import intake, queries
from storage.objects import ObjectInfo
from storage.rows import ScanRow
from storage.schema import ScanState

ACTOR = "watch_inbox"


@flow(name="watch-inbox")
async def watch_inbox() -> State[None]:
    """Every 30 seconds, one at a time. What it has noted once it never notes again."""
    lists = await take_attendance()
    await note_arrivals()
    waiting = await find_waiting()
    for scan in waiting:
        await runs.start(scan.id, number=scan.n, attempt=scan.attempt + 1, centre=scan.centre, exam=scan.exam)
    if not waiting and not lists:
        return Completed(name="Rien de neuf")
    return Completed(message=f"{len(waiting)} fichiers à lire, {lists} listes d'émargement")


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


@stage("prendre les listes d'émargement")
def take_attendance() -> int:
    """Each list is taken whole or answered line by line; either way it leaves the inbox."""
    work = context()
    taken = 0
    for info in work.store.inbox.list(ATTENDANCE):
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
        if not answer["taken"]:
            work.store.vault.put(f"quarantine/attendance/{info.etag}", data)
        text = json.dumps(answer, ensure_ascii=False, indent=2).encode()
        work.store.inbox.put(f"{RECEIPTS}{info.key}.json", text, content_type="application/json")
        work.store.inbox.delete(info.key, etag=info.etag)
    return taken
