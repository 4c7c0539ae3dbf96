"""Copies that wait for a decision, and the queue that they wait in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime

from visitors import Browser, Desk

from actions.site import now
from processors.findings import Code, Finding, finding
from processors.scans.readings import CopyStatus, Turn
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.bucket.objects import ObjectInfo
from storage.decided.copies import FoundCopy, PlacedPage
from storage.dropped.readings import ScanRead
from storage.dropped.scans import ScanClaimed, ScanStored, arrive
from storage.ids import new_id
from storage.people.candidates import enrolled_in, import_candidates

CENTRE = "0130051K"


def waiting(
    desk: Desk,
    exams: tuple[str, ...],
    label: str = "",
    at: datetime | None = None,
    stated: tuple[Finding, ...] = (),
    of_rank: int | None = None,
    exposed: bool | None = None,
) -> str:
    """A copy of the U4 pile that nobody could name, of a centre whose candidates sit these épreuves.

    `label`: the épreuve that the label of its first candidate names. `stated`: what was found of it;
    `of_rank`: whose of the centre's candidates it is, if anybody's.
    """
    site, at = desk.site, at or now()
    people = [replace(c, exams=exams) for c in plan_session(3, [CENTRE], ["U4"], 4).candidates]
    assert not import_candidates(site.register, roster_csv(people), site.session, actor="t", at=at).problems
    dropped = ObjectInfo(f"scans/{CENTRE}/U4/pile.pdf", new_id("scan"), 10, at)
    scan = arrive(site.register, dropped, "U4", CENTRE, actor="t", at=at)
    key = f"readings/{scan}-1.json"
    said = f"{label}-{people[0].number}"
    pages = [{"page": 1, "image": 1, "turn": 0, "label": said, "boxes": {}}] if label else []
    site.store.vault.put(key, json.dumps({"scan": {"images": 1, "pages": 1}, "pages": pages}).encode())
    with site.register.reading() as connection:
        owner = None if of_rank is None else enrolled_in(connection, "U4", CENTRE)[of_rank].id
    copy = FoundCopy(
        id=new_id("copy"), candidate=owner, attributed_by=(), status=CopyStatus.TO_DECIDE, missing=(),
        pages=(PlacedPage(page=1, image=1, half=None, turn=Turn.NONE, exposed=exposed),), guesses=(),
        findings=(finding(Code.WRONG_EXAM, [1], what=label),) if label else stated,
    )  # fmt: skip
    for facts in (
        ScanClaimed(attempt=1),
        ScanStored(sha256="0" * 64),
        ScanRead(sha256="0" * 64, attempt=1, reading=key, copies=(copy,), findings=()),
    ):
        site.register.record(facts, scan, actor="t", at=at)
    return copy.id


def queued(service: Browser) -> set[str]:
    """The copies that wait for the service."""
    return set(
        re.findall(r"/coordination/decisions/(copy_\w+)\"", service.get("/coordination/decisions").text)
    )
