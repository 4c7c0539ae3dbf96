"""What centres and the deposit space dropped: noted, taken or answered; what is noted once never is again.

Each version of each key is a drop of its own: nothing that was dropped is lost because something else was.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, groupby, islice
from pathlib import Path

from actions.dropped.dossier_files import take as take_file
from actions.dropped.receipts import answer_and_clear
from actions.isolation import Interrupted
from actions.season import attendance, signing
from actions.season.oral_drops import NOT_KEPT, take_returns
from actions.season.oral_returns import MAX_BYTES as MAX_RETURN
from actions.season.oral_returns import said_of
from actions.site import Site
from processors.circular.deadlines import Times
from processors.dossiers.files import MAX_BYTES
from processors.findings import Code
from processors.scans.files.raster import BadScan
from storage.bucket.keys import (
    ATTENDANCE,
    DOSSIERS,
    KNOWN,
    RETURNS,
    SCANS,
    answer_key,
    attendance_path,
    dossier_path,
    manifest_path,
    returns_path,
    scan_key,
    scan_path,
    set_aside,
    set_aside_from,
    signed_list_path,
)
from storage.bucket.objects import NotFoundError, ObjectInfo
from storage.dropped import deposits
from storage.dropped.dossiers import dossiers_to_read
from storage.dropped.scans import (
    ScanReopened,
    ScanRow,
    arrivals_to_process,
    arrive,
    scan_of_drop,
    scans_with_copies_to_anonymise,
)
from storage.dropped.uploads import upload_of
from storage.machine.scratch import scratch
from storage.refusals import Refusal, Refused
from storage.states import ScanState

ACTOR = "watch_inbox"
_LIST = 5_000_000  # bytes: a hundred thousand lines
_SIGNED = 3  # scans of lists, which are read at once
_LISTS, _FILES, _SCANS = 50, 50, 200  # taken in one pass: a thousand files of one kind hold up no other kind


def place_for(site: Site, centre: str, exam: str, name: str) -> str:
    """The key under which a centre drops a scan of this name."""
    key = scan_key(centre, exam, name)
    wrong = scan_path(key, site.session).finding
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


def look(site: Site) -> Found | None:
    """The inbox is noted, taken or answered, some of each kind at a time. None while somebody else looks."""
    with site.register.alone() as alone:
        if not alone:
            return None
        top = _, folders = site.store.inbox.top()  # most folders are not there, most of the time
        if ATTENDANCE in folders:
            take_attendance(site)
        if DOSSIERS in folders:
            take_dossiers(site)
        note_scans(site, top)
        reopen_decided(site)
        _forget_sorting(site)
        if RETURNS in folders:
            take_returned(site)
    return Found(find_waiting(site), find_unread_dossiers(site))


def note_scans(site: Site, top: tuple[Sequence[ObjectInfo], Sequence[str]] | None = None) -> None:
    """Each new scan comes into the register, with the time at which the store received it.

    So does what lies in no folder of the inbox: a scan whose path is wrong, to be answered. `top`: of the
    inbox, where it was asked for already.
    """
    strays, folders = top or site.store.inbox.top()
    of_scans = (folder for folder in folders if folder == SCANS or folder not in KNOWN)
    noted = 0
    for info in chain(chain.from_iterable(map(site.store.inbox.versions, of_scans)), strays):
        if info.key.endswith("/"):
            continue  # a folder that some client drew
        known = site.register.ask(scan_of_drop, info.key, info.etag)
        if known is not None:
            _clear_if_done(site, info, known)
            continue
        path = scan_path(info.key, site.session)
        times, at = _times(site, info), site.clock()
        arrive(site.register, info, path.exam, path.centre, times=times, actor=ACTOR, at=at)
        noted += 1
        if noted == _SCANS:
            return


def _times(site: Site, info: ObjectInfo) -> Times:
    """When it began and ended: as the desk noted it, else as the store's dates can be trusted."""
    upload = site.register.ask(upload_of, info.key, info.etag)
    begun, ended = (upload.begun_at, upload.ended_at) if upload else (None, None)
    if ended is None and info.in_parts and not site.ends_date_parts:
        begun, ended = begun or info.last_modified, site.store.time()
    times = Times(ended or info.last_modified, begun)
    return times.counted(timedelta(minutes=site.session.upload_minutes))


def _clear_if_done(site: Site, info: ObjectInfo, scan: ScanRow) -> None:
    """A file dropped again as it was, or one whose run died between the register and the inbox.

    One that had been set aside, or withdrawn, is tried again.
    """
    ours = scan.state is ScanState.QUARANTINED  # one that was withdrawn comes when it is dropped again
    again = ScanReopened(deposited_at=info.last_modified, counts_as_before=ours)
    gone = ours or scan.state is ScanState.WITHDRAWN
    if gone and site.register.record(again, scan.id, actor=ACTOR, at=site.clock()):
        return
    if scan.state not in (ScanState.ARRIVED, ScanState.PROCESSING):
        answer_and_clear(site, scan, at=site.clock())


def find_waiting(site: Site) -> list[ScanRow]:
    """Scans that a run may begin with."""
    return site.register.ask(arrivals_to_process)


def reopen_decided(site: Site) -> None:
    """Scans that are done, but of which a person has decided a copy since: it can be made anonymous."""
    done = site.register.ask(scans_with_copies_to_anonymise)
    for scan in done:
        site.register.record(ScanReopened(), scan.id, actor=ACTOR, at=site.clock())


def take_attendance(site: Site) -> int:
    """Each list is taken whole or answered line by line; either way it leaves the inbox."""
    taken = scans = 0
    for info in islice(_files(site, ATTENDANCE), _LISTS):
        place = attendance_path(info.key, site.session)
        signed = signed_list_path(info.key, site.session)
        answer: dict[str, object] | None
        if signed is not None:
            if scans == _SIGNED:
                continue
            answer, scans = _take_signed_list(site, info, *signed), scans + 1
            if answer is None:
                continue
            taken += answer["taken"] is True
        elif place is None:
            where = "attendance/<UAI>/<épreuve>.csv, ou .pdf pour une liste signée"
            answer = {"taken": False, "message": f"Le chemin attendu est {where}."}
        elif info.size > _LIST:
            answer = _too_large(_LIST)
        else:
            centre, exam = place
            data = _bytes_of(site, info)
            if data is None:
                continue
            read = attendance.take(site, exam, centre, data, actor=ACTOR, at=site.clock())
            answer = {"taken": not read.problems, "lines": [vars(problem) for problem in read.problems]}
            if not read.problems:
                answer["message"] = read.summary()
            taken += not read.problems
        _answer(site, info, answer)
    return taken


def _take_signed_list(site: Site, info: ObjectInfo, centre: str, exam: str) -> dict[str, object] | None:
    """The answer; None where it is to be tried again, or has gone."""
    if info.size > signing.MAX_BYTES:
        return _too_large(signing.MAX_BYTES)
    with scratch() as folder:
        path = folder / "list.pdf"
        try:
            site.store.inbox.download(info.key, path, version=info.version)
            read = signing.take_scan(site, exam, centre, path, actor=ACTOR, at=site.clock())
        except (NotFoundError, Interrupted):
            return None
        except BadScan as bad:
            return {"taken": False, "code": bad.code, "message": bad.finding.message}
    aside = [{"page": one.page, "code": one.trouble, "message": one.said} for one in read.troubles]
    return {"taken": True, "message": " ".join(read.sentences()), "set_aside": aside}


def take_returned(site: Site) -> None:
    """One scan of panels' sheets: sorted and told, or told why not. It bears marks: nothing of it is kept.

    It is on the disk while it is read. What a death left there goes first.
    """
    folder = _forget_sorting(site)
    for info in _files(site, RETURNS):
        folder.mkdir(mode=0o700, parents=True)
        try:
            answer = _sorted(site, info, folder / "scan.pdf")
        except (NotFoundError, Interrupted):
            continue
        finally:
            shutil.rmtree(folder)
        _tell_and_remove(site, info, answer)
        return


def _forget_sorting(site: Site) -> Path:
    """Where such a scan lies while it is read: empty."""
    folder = site.settings.data_dir / "sorting"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _sorted(site: Site, info: ObjectInfo, path: Path) -> dict[str, object]:
    """The answer. NotFoundError for what has gone, Interrupted for what is to be tried again."""
    try:
        place = returns_path(info.key)
        if place is None:
            raise Refused(Refusal.NO_PANEL_THERE)
        if info.size > MAX_RETURN:
            raise BadScan(Code.FILE_TOO_LARGE, f"{MAX_RETURN // 10**6} Mo au plus")
        site.store.inbox.download(info.key, path, version=info.version)
        return take_returns(site, place, path, actor=ACTOR, at=site.clock()).answer()
    except Refused as refused:
        code, said = refused.code.value, refused.sentence
    except BadScan as bad:
        code, said = bad.code.value, said_of(bad)
    return {"taken": False, "code": code, "message": f"{said} {NOT_KEPT}."}


def take_dossiers(site: Site) -> None:
    """Each file goes to the vault under its own hash; what has no place is set aside and answered.

    Those of a folder together: half a dossier is not read.
    """
    taken = 0
    for _, files in groupby(_files(site, DOSSIERS), lambda info: info.key.split("/")[:3]):
        for info in files:
            _take_dossier(site, info)
            taken += 1
        if taken >= _FILES:
            return


def _take_dossier(site: Site, info: ObjectInfo) -> None:
    listed = manifest_path(info.key, site.session)
    place = dossier_path(info.key, site.session)
    most = MAX_BYTES if listed is None else _LIST
    answer: dict[str, object]
    if info.size > most:
        answer = _too_large(most)
    elif (data := _bytes_of(site, info)) is None:
        return
    elif listed is not None:
        read = deposits.date_deposits(
            site.register, data, listed, site.session.numbers, actor=ACTOR, at=site.clock()
        )
        answer = {"taken": not read.problems, "lines": [vars(problem) for problem in read.problems]}
    elif place is not None:
        answer = _take_dossier_file(site, info, place, data)
    else:
        answer = {
            "taken": False,
            "message": "Le chemin attendu est dossiers/<épreuve>/<numéro de candidat>/<fichier>.",
        }
    _answer(site, info, answer)


def _take_dossier_file(
    site: Site, info: ObjectInfo, place: tuple[str, str, str], data: bytes
) -> dict[str, object]:
    exam, number, name = place
    times, at = _times(site, info), site.clock()
    try:
        take_file(site, info, data, exam, number, name, times, actor=ACTOR, at=at)
    except Refused as refused:
        return {"taken": False, "code": refused.code.value, "message": refused.sentence}
    return {"taken": True, "deposited_at": times.due_at.isoformat()}


def _files(site: Site, folder: str) -> Iterator[ObjectInfo]:
    """Each version of each file in it, without the folders that some client drew."""
    return (info for info in site.store.inbox.versions(folder) if not info.key.endswith("/"))


def _bytes_of(site: Site, info: ObjectInfo) -> bytes | None:
    """None for what somebody removed for good since it was listed: who may do so takes it back."""
    try:
        return site.store.inbox.get(info.key, version=info.version)
    except NotFoundError:
        return None


def _too_large(most: int) -> dict[str, object]:
    return {"taken": False, "message": f"Ce fichier dépasse {most // 10**6} Mo : il n'a pas été ouvert."}


def find_unread_dossiers(site: Site) -> list[tuple[str, str, int]]:
    """Id, épreuve and number of files of each dossier with a file that no reading has seen."""
    return site.register.ask(dossiers_to_read)


def _answer(site: Site, info: ObjectInfo, answer: dict[str, object]) -> None:
    """Kept where it was not taken, answered, and out of the inbox; nothing for what has gone meanwhile."""
    store = site.store
    if not answer["taken"]:
        name = f"{info.key.partition('/')[0]}/{info.etag}"
        try:
            store.vault.copy_from(store.inbox, info.key, set_aside(name), version=info.version)
        except NotFoundError:
            return
        store.vault.put(set_aside_from(name), json.dumps({"key": info.key}).encode())
    _tell_and_remove(site, info, answer)


def _tell_and_remove(site: Site, info: ObjectInfo, answer: dict[str, object]) -> None:
    store, text = site.store, json.dumps(answer, ensure_ascii=False, indent=2).encode()
    store.inbox.put_alone(answer_key(info.key, info.etag), text, content_type="application/json")
    store.inbox.delete(info.key, version=info.version)
