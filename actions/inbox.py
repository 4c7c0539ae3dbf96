"""What centres and the deposit space dropped: noted, taken or answered; what is noted once never is again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain

from actions import attendance
from actions.context import Context, now
from actions.receipts import answer_and_clear
from processors.dossiers.files import MAX_BYTES
from processors.findings import Code
from storage import deposits
from storage.candidates import enrolled_with_number
from storage.dossiers import dossiers_to_read
from storage.keys import (
    ATTENDANCE,
    DOSSIERS,
    KNOWN,
    SCANS,
    answer_key,
    attendance_path,
    dossier_path,
    manifest_path,
    scan_key,
    scan_path,
    set_aside,
)
from storage.objects import ObjectInfo
from storage.refusals import Refusal, Refused
from storage.scans import (
    ScanReopened,
    ScanRow,
    arrivals_to_process,
    arrive,
    scan_of_drop,
    scans_with_copies_to_anonymise,
)
from storage.states import ScanState

ACTOR = "watch_inbox"
_LIST = 5_000_000  # bytes: a hundred thousand lines


def place_for(work: Context, centre: str, exam: str, name: str) -> str:
    """The key under which a centre drops a scan of this name."""
    key = scan_key(centre, exam, name)
    wrong = scan_path(key, work.session).finding
    if wrong is not None:
        raise Refused(
            Refusal.BAD_NAME if wrong.code is Code.BAD_NAME else Refusal.NOT_HERE, f"{centre} {exam}"
        )
    return key


@dataclass(frozen=True)
class Found:
    """What waits for a run: scans, and of each dossier its id, épreuve and number of files."""

    scans: list[ScanRow]
    dossiers: list[tuple[str, str, int]]


def look(work: Context) -> Found | None:
    """All of the inbox is noted, taken or answered. None when somebody else looks at this moment."""
    with work.register.alone() as alone:
        if not alone:
            return None
        take_attendance(work)
        take_dossiers(work)
        note_scans(work)
        reopen_decided(work)
    return Found(find_waiting(work), find_unread_dossiers(work))


def note_scans(work: Context) -> None:
    """Each new scan comes into the register, with the time at which the store received it.

    So does what lies in no folder of the inbox: a scan whose path is wrong, to be answered.
    """
    for info in chain(work.store.inbox.list(SCANS), work.store.inbox.list_elsewhere(KNOWN)):
        if info.key.endswith("/"):
            continue  # a folder that some client drew
        path = scan_path(info.key, work.session)
        known = arrive(work.register, info, path.exam, path.centre, actor=ACTOR, at=now()) is None
        if known:
            _clear_if_done(work, info)


def _clear_if_done(work: Context, info: ObjectInfo) -> None:
    """A file dropped again as it was, or one whose run died between the register and the inbox.

    One that had been set aside is tried again.
    """
    with work.register.reading() as connection:
        scan = scan_of_drop(connection, info.key, info.etag)
    if scan is None:
        return
    again = ScanReopened(deposited_at=info.last_modified)
    if scan.state is ScanState.QUARANTINED and work.register.record(again, scan.id, actor=ACTOR, at=now()):
        return
    if scan.state not in (ScanState.ARRIVED, ScanState.PROCESSING):
        answer_and_clear(work, scan, at=now())


def find_waiting(work: Context) -> list[ScanRow]:
    """Scans that a run may begin with."""
    with work.register.reading() as connection:
        return arrivals_to_process(connection)


def reopen_decided(work: Context) -> None:
    """Scans that are done, but of which a person has decided a copy since: it can be made anonymous."""
    with work.register.reading() as connection:
        done = scans_with_copies_to_anonymise(connection)
    for scan in done:
        work.register.record(ScanReopened(), scan.id, actor=ACTOR, at=now())


def take_attendance(work: Context) -> int:
    """Each list is taken whole or answered line by line; either way it leaves the inbox."""
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
            work.store.vault.copy_from(work.store.inbox, info.key, set_aside(f"attendance/{info.etag}"))
        _answer(work, info, answer)
    return taken


def take_dossiers(work: Context) -> None:
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
            work.store.vault.copy_from(work.store.inbox, info.key, set_aside(f"dossiers/{info.etag}"))
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
        candidate = enrolled_with_number(connection, exam, number)
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


def find_unread_dossiers(work: Context) -> list[tuple[str, str, int]]:
    """Id, épreuve and number of files of each dossier with a file that no reading has seen."""
    with work.register.reading() as connection:
        return dossiers_to_read(connection)


def _answer(work: Context, info: ObjectInfo, answer: dict[str, object]) -> None:
    text = json.dumps(answer, ensure_ascii=False, indent=2).encode()
    work.store.inbox.put(answer_key(info.key, info.etag), text, content_type="application/json")
    work.store.inbox.delete(info.key, etag=info.etag)
