"""`watch_inbox`: takes note of what centres dropped, and starts a run for each scan."""

from __future__ import annotations

import json
from itertools import chain

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions import attendance
from actions.context import Context, context, now
from flows import artifacts, runs
from flows.answers import answer_and_clear
from flows.keys import (
    ATTENDANCE,
    DOSSIERS,
    KNOWN,
    SCANS,
    answer_key,
    attendance_path,
    dossier_path,
    manifest_path,
    scan_path,
)
from flows.measures import note_watched
from flows.stages import stage
from processors.dossiers.files import MAX_BYTES
from storage import deposits, intake, queries
from storage.facts import ScanReopened
from storage.objects import ObjectInfo
from storage.rows import ScanRow
from storage.states import ScanState

ACTOR = "watch_inbox"
_LIST = 5_000_000  # bytes: a hundred thousand lines


@flow(name="watch-inbox", flow_run_name="relever le dépôt")
async def watch_inbox() -> State[None]:
    """Every 30 seconds, one at a time. What it has noted once it never notes again."""
    lists = await take_attendance()
    await take_dossiers()
    await note_arrivals()
    await reopen_decided()
    waiting = await find_waiting()
    for scan in waiting:
        await runs.start(scan, f"essai {scan.attempt + 1}")
    unread = await find_unread_dossiers()
    for dossier, exam, files in unread:
        await runs.start_dossier(dossier, exam, f"{files} fichiers, {now():%Y-%m-%d %H:%M}"[:-1])
    if not waiting and not lists and not unread:
        return Completed(name="Rien de neuf")
    await artifacts.publish()
    told = f"{len(waiting)} fichiers à lire, {lists} listes d'émargement"
    told += f", {len(unread)} dossiers à lire"
    return Completed(message=told)


@stage("relever le dépôt")
def note_arrivals() -> None:
    note_scans(context())
    note_watched(context())


def note_scans(work: Context) -> None:
    """Each new scan comes into the register, with the time at which the store received it.

    So does what lies in no folder of the inbox: a scan whose path is wrong, to be answered.
    """
    for info in chain(work.store.inbox.list(SCANS), work.store.inbox.list_elsewhere(KNOWN)):
        if info.key.endswith("/"):
            continue  # a folder that some client drew
        path = scan_path(info.key, work.session)
        known = intake.arrive(work.register, info, path.exam, path.centre, actor=ACTOR, at=now()) is None
        if known:
            _clear_if_done(work, info)


def _clear_if_done(work: Context, info: ObjectInfo) -> None:
    """A file dropped again as it was, or one whose run died between the register and the inbox.

    One that had been set aside is tried again.
    """
    with work.register.reading() as connection:
        scan = queries.drop(connection, info.key, info.etag)
    if scan is None:
        return
    again = ScanReopened(deposited_at=info.last_modified)
    if scan.state is ScanState.QUARANTINED and work.register.record(again, scan.id, actor=ACTOR, at=now()):
        return
    if scan.state not in (ScanState.ARRIVED, ScanState.PROCESSING):
        answer_and_clear(work, scan, at=now())


@stage("chercher les fichiers à lire")
def find_waiting() -> list[ScanRow]:
    with context().register.reading() as connection:
        return queries.arrivals_to_process(connection)


@stage("reprendre les copies décidées")
def reopen_decided() -> None:
    """Scans that are done, but of which a person has decided a copy since: it can be made anonymous."""
    work = context()
    with work.register.reading() as connection:
        done = queries.decided_scans(connection)
    for scan in done:
        work.register.record(ScanReopened(), scan.id, actor=ACTOR, at=now())


@stage("prendre les listes d'émargement")
def take_attendance() -> int:
    """Each list is taken whole or answered line by line; either way it leaves the inbox."""
    work = context()
    taken = 0
    for info in work.store.inbox.list(ATTENDANCE):
        if info.key.endswith("/"):
            continue
        place = attendance_path(info.key, work.session)
        answer: dict[str, object]
        if place is None:
            answer = {"taken": False, "message": "Le chemin attendu est attendance/<UAI>/<épreuve>.csv."}
        elif info.size > _LIST:
            answer = _too_large(_LIST)
        else:
            centre, exam = place
            data = work.store.inbox.get(info.key)
            read = attendance.take(work, exam, centre, data, actor=ACTOR, at=now())
            answer = {"taken": not read.problems, "lines": [vars(problem) for problem in read.problems]}
            taken += not read.problems
        if not answer["taken"]:
            work.store.vault.copy_from(work.store.inbox, info.key, f"quarantine/attendance/{info.etag}")
        _answer(work, info, answer)
    return taken


@stage("prendre les dossiers")
def take_dossiers() -> None:
    take_dossier_files(context())


def take_dossier_files(work: Context) -> None:
    """Each file goes to the vault under its own hash; what has no place is set aside and answered."""
    for info in work.store.inbox.list(DOSSIERS):
        if info.key.endswith("/"):
            continue
        listed = manifest_path(info.key, work.session)
        place = dossier_path(info.key, work.session)
        most = MAX_BYTES if listed is None else _LIST
        answer: dict[str, object]
        if info.size > most:
            answer = _too_large(most)
        elif listed is not None:
            data = work.store.inbox.get(info.key)
            read = deposits.date_deposits(work.register, data, listed, actor=ACTOR, at=now())
            answer = {"taken": not read.problems, "lines": [vars(problem) for problem in read.problems]}
        else:
            answer = _take_dossier_file(work, info, place)
        if not answer["taken"]:
            work.store.vault.copy_from(work.store.inbox, info.key, f"quarantine/dossiers/{info.etag}")
        _answer(work, info, answer)


def _take_dossier_file(
    work: Context, info: ObjectInfo, place: tuple[str, str, str] | None
) -> dict[str, object]:
    if place is None:
        return {
            "taken": False,
            "message": "Le chemin attendu est dossiers/<épreuve>/<numéro de candidat>/<fichier>.",
        }
    exam, number, name = place
    with work.register.reading() as connection:
        candidate = deposits.enrolled_with_number(connection, exam, number)
    if candidate is None:
        return {
            "taken": False,
            "message": "Ce candidat n'est pas inscrit à cette épreuve : vérifiez son numéro.",
        }
    data = work.store.inbox.get(info.key)
    deposits.deposit(work.register, info, data, exam, candidate, name, actor=ACTOR, at=now())
    return {"taken": True, "deposited_at": info.last_modified.isoformat()}


def _too_large(most: int) -> dict[str, object]:
    return {"taken": False, "message": f"Ce fichier dépasse {most // 10**6} Mo : il n'a pas été ouvert."}


@stage("chercher les dossiers à lire")
def find_unread_dossiers() -> list[tuple[str, str, int]]:
    """Id, épreuve and number of files of each dossier with a file that no reading has seen."""
    with context().register.reading() as connection:
        return deposits.dossiers_to_read(connection)


def _answer(work: Context, info: ObjectInfo, answer: dict[str, object]) -> None:
    text = json.dumps(answer, ensure_ascii=False, indent=2).encode()
    work.store.inbox.put(answer_key(info.key, info.etag), text, content_type="application/json")
    work.store.inbox.delete(info.key, etag=info.etag)
