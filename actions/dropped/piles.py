"""A centre checks its pile: of each candidate, the copy that came or that lacks, and where its paper lies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from actions.reasons import keep_reason
from actions.site import Site
from processors.scans.readings import CopyStatus
from storage.decided.copies import CopyRow, copies_of_scan, copy_by_id
from storage.dropped.piles import InPile, PaperShelved, copies_in_pile
from storage.dropped.scans import ScanRow, all_scans
from storage.dropped.uploads import upload_of
from storage.events import Event
from storage.people.candidates import EnrolledCandidate, attendance_of, enrolled_as, enrolled_in
from storage.states import Life, ScanState


@dataclass(frozen=True)
class Line:
    """`who`: None of a copy that is nobody's yet; `copy`: None where none came; `scan`: the copy's file."""

    who: EnrolledCandidate | None
    copy: InPile | None
    scan: ScanRow | None
    present: bool | None
    enrolled: bool

    @property
    def state(self) -> str:
        if self.copy is None:
            return {True: "aucune copie", False: "absent", None: "aucune copie, émargement inconnu"}[
                self.present
            ]
        if self.present is False:
            return "copie reçue, mais porté absent"
        if not self.enrolled:
            return "copie d’un inscrit d’ailleurs" if self.who else "copie sans nom"
        return {
            CopyStatus.COMPLETE: "copie complète",
            CopyStatus.INCOMPLETE: "copie à reprendre",
            CopyStatus.TO_DECIDE: "copie à décider",
        }[self.copy.status]


def lines_of(connection: Connection, exam: str, centre: str) -> Iterator[Line]:
    """One for each candidate enrolled here, then one for each other copy that was scanned here."""
    scans = {scan.id: scan for scan in all_scans(connection, exam, centre)}
    marks = attendance_of(connection, exam, centre) or {}
    left = copies_in_pile(connection, exam, centre)
    theirs: dict[str, list[InPile]] = {}
    for copy in left:
        theirs.setdefault(copy.candidate or "", []).append(copy)
    for who in enrolled_in(connection, exam, centre):
        mark = marks.get(who.id)
        for copy in (mine := theirs.pop(who.id, [])):
            yield Line(who, copy, scans.get(copy.scan), mark, enrolled=True)
        if not mine:
            yield Line(who, None, None, mark, enrolled=True)
    others = {who.id: who for who in enrolled_as(connection, ids=[id_ for id_ in theirs if id_])}
    for copy in left:
        if (copy.candidate or "") in theirs:
            yield Line(others.get(copy.candidate or ""), copy, scans.get(copy.scan), None, enrolled=False)


def shelve(site: Site, scan: str, place: str, *, actor: str, at: datetime) -> Event | None:
    """Where the paper of this file lies from now on, in a person's words."""
    key = keep_reason(site.register.vault, scan, place, wanted=False)
    return site.register.record(PaperShelved(place=key), scan, actor=actor, at=at)


def name_of_file(scan: ScanRow) -> str:
    """As it was called in the centre: see `uploads.begin` for what was added."""
    return re.sub(r" [0-9a-f]{6}(?=\.pdf$)", "", scan.inbox_key.rpartition("/")[2])


def place_of_paper(site: Site, scan: ScanRow | None) -> str:
    """As somebody wrote it; empty where nobody did."""
    return site.store.vault.get(scan.paper).decode() if scan is not None and scan.paper else ""


def asked_again(connection: Connection, scan: ScanRow) -> CopyRow | None:
    """The copy that this file was dropped for, to scan it again; None where it was dropped for none."""
    upload = upload_of(connection, scan.inbox_key, scan.etag)
    return copy_by_id(connection, upload.again_for) if upload and upload.again_for else None


def mistaken(connection: Connection, scan: ScanRow) -> str:
    """What is wrong with a file that should have brought a copy again and brought none of it; or "".

    Of a copy that is nobody's yet, nobody can say so; one that has come since, or is taken as it is, lacks no
    longer.
    """
    asked = asked_again(connection, scan)
    if asked is None or asked.candidate is None or scan.state is not ScanState.PROCESSED:
        return ""
    if asked.life is not Life.CURRENT or asked.status is CopyStatus.COMPLETE:
        return ""
    copies = [copy for copy in copies_of_scan(connection, scan.id) if copy.life is not Life.WITHDRAWN]
    if not copies or asked.candidate in {copy.candidate for copy in copies}:
        return ""
    rank = f"{asked.position}{'re' if asked.position == 1 else 'e'}"
    people = enrolled_as(connection, ids={copy.candidate for copy in copies if copy.candidate})
    names = ", ".join(dict.fromkeys(f"{who.family_name} {who.first_names}" for who in people))
    found = f"celle de {names}" if names else "une copie sans nom"
    (owner, *_) = enrolled_as(connection, ids=[asked.candidate])
    return (
        f"Ce fichier devait reprendre la {rank} copie de sa pile, celle de {owner.family_name} "
        f"{owner.first_names}, et il porte {found} : la copie demandée manque toujours. Numérisez sa "
        "feuille ; si celui-ci a été déposé par erreur, retirez-le."
    )
