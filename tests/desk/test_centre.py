"""What a centre sees of its files while they wait."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import httpx
import time_machine
from filling import Filled
from heaps import heap
from sqlalchemy import select
from visitors import Desk

from actions.dropped import inbox
from actions.site import now
from storage.bucket.keys import answer_key
from storage.bucket.objects import ObjectInfo
from storage.database.schema import events
from storage.decided.copies import copies_received
from storage.dropped.scans import UNFINISHED, ScanClaimed, ScanProcessed, ScanStored, all_scans, arrive
from storage.ids import new_id
from storage.people.candidates import attendance_of, enrolled_in
from storage.season.signatures import signatures_of
from storage.states import Role

CENTRE, OTHER = "0130051K", "0050006E"


def test_a_centre_sees_its_place_in_the_line_and_about_how_long(desk: Desk):
    """The line is that of all centres; the pace that of the last minutes."""
    begun = now()

    def drop(centre: str, minute: float) -> str:
        at = begun + timedelta(minutes=minute)
        info = ObjectInfo(f"scans/{centre}/U4/{new_id('scan')}.pdf", new_id("scan"), 10, at)
        scan = arrive(desk.site.register, info, "U4", centre, actor="t", at=at)
        assert scan is not None
        return scan

    def record(facts: object, scan: str) -> None:
        desk.site.register.record(facts, scan, actor="t", at=begun + timedelta(minutes=1))

    def said(minute: float) -> str:
        with time_machine.travel(begun + timedelta(minutes=minute)):
            text = browser.get(f"/centre/{CENTRE}/U4/etat").text
        return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text))

    browser = desk.signed_in(Role.CENTRE, CENTRE)
    first = drop(OTHER, 0)
    for k in range(4):
        drop(OTHER, 0.1 + k / 100)
    drop(CENTRE, 0.5)
    assert "5 fichiers passent avant. Rien n’est à faire" in said(1)
    record(ScanClaimed(attempt=1), first)
    record(ScanStored(sha256="0" * 64), first)
    record(ScanProcessed(), first)
    assert "4 fichiers passent avant : environ 50 minutes" in said(2)
    assert "plus long que d’habitude" not in said(5)
    assert "plus long que d’habitude" in said(6)
    assert "environ" not in said(15)


def test_an_upload_is_dated_when_it_begins_and_when_it_ends(desk: Desk):
    program = desk.program(Role.CENTRE, CENTRE)
    base = f"/api/centres/{CENTRE}/U4/uploads"
    upload = program.post(base, json={"name": "ADÈLE MARTEAU.pdf", "size": 3}).json()["upload"]
    address = program.get(f"{base}/{upload}").json()["parts"]["1"]
    with httpx.Client(trust_env=False) as line:
        assert line.put(address, content=b"abc").status_code == 200
    for _ in range(2):  # the answer may be lost
        assert program.post(f"{base}/{upload}/end").json() == {"done": True}
    with desk.site.register.reading() as connection:
        lines = [json.loads(row.line) for row in connection.execute(select(events).order_by(events.c.seq))]
    begun, ended = (one for one in lines if one["action"].startswith("upload."))
    assert (begun["action"], ended["action"]) == ("upload.begun", "upload.ended")
    assert begun["subject"] == ended["subject"]
    assert begun["facts"]["begun_at"] <= ended["facts"]["ended_at"]
    assert "MARTEAU" not in json.dumps(lines, ensure_ascii=False)
    inbox.note_scans(desk.site)
    with desk.site.register.reading() as connection:
        (scan,) = [one for one in all_scans(connection) if one.begun_at is not None]
    assert scan.begun_at == datetime.fromisoformat(begun["facts"]["begun_at"])
    assert scan.deposited_at == datetime.fromisoformat(ended["facts"]["ended_at"])


def test_a_list_that_names_one_candidate_leaves_what_is_known_of_the_others(desk: Desk, filled: Filled):
    """It is shown before anything is written, by the desk; and every door keeps what it does not name."""
    centre, site = desk.signed_in(Role.CENTRE, CENTRE), desk.site
    with site.register.reading() as connection:
        asked = signatures_of(connection, "U4", CENTRE)  # whose cell on paper is still to be looked at
        people = sorted(enrolled_in(connection, "U4", CENTRE), key=lambda who: who.id in asked)
    absent, back, *_ = (who.id for who in people)
    page_of_exam = f"/centre/{CENTRE}/U4"
    page = f"{page_of_exam}/emargement"
    centre.get(page)
    said = centre.post(page, {"absent": [absent]}).text.replace("\u00a0", " ")
    assert "1 candidat devient absent" in said and people[0].family_name in said

    def known() -> dict[str, bool]:
        with site.register.reading() as connection:
            return attendance_of(connection, "U4", CENTRE) or {}

    # its first page counts who came and left no copy, as the page of the épreuve does
    (lacking,) = re.findall(
        r"(\d+) candidats? présents? n’(?:a|ont) pas encore", centre.get(page_of_exam).text
    )
    assert f"<b>{lacking}</b> sans copie" in centre.get(f"/centre/{CENTRE}").text
    before = known()
    assert list(before.values()).count(False) == 1 and len(before) == len(people)
    one = {"table": f"candidate_number;present\n{people[1].number};non\n"}
    looked = centre.post(f"{page}/liste", one)
    assert looked.status_code == 200 and known() == before
    assert "Rien n’est encore enregistré" in looked.text and people[1].family_name in looked.text
    assert f"{len(people) - 1} candidats inscrits n’y figurent pas" in looked.text
    (kept,) = re.findall(r'<textarea name="table" hidden>\n(.*?)</textarea>', looked.text, re.DOTALL)
    assert centre.post(f"{page}/liste", {"table": kept, "sure": "true"}).status_code == 200
    assert known() == before | {back: False}
    # the same list, dropped into the bucket: it is answered beside what becomes of it
    site.store.inbox.put(
        f"attendance/{CENTRE}/U4.csv", f"candidate_number;present\n{people[1].number};oui\n".encode()
    )
    assert inbox.take_attendance(site) == 1
    assert known() == before
    answer = site.store.inbox.get(answer_key(f"attendance/{CENTRE}/U4.csv", "")).decode()
    assert "Liste prise : 1 présent, 0 absent." in answer


def test_whose_the_only_copy_of_nobody_must_be_is_not_counted_as_without_one(desk: Desk, filled: Filled):
    """As on the page of the épreuve, which names whose it is."""
    centre, site = desk.signed_in(Role.CENTRE, CENTRE), desk.site
    with site.register.reading() as connection:
        reading = [one.id for one in all_scans(connection) if one.state in UNFINISHED]
        had = copies_received(connection, "U4", CENTRE)[0]
        _, *others = sorted(who.id for who in enrolled_in(connection, "U4", CENTRE) if who.id not in had)
    for scan in reading:
        for facts in (ScanClaimed(attempt=1), ScanProcessed()):
            site.register.record(facts, scan, actor="t", at=now())
    heap(site, CENTRE, 1)
    page = f"/centre/{CENTRE}/U4"
    centre.get(f"{page}/emargement")
    centre.post(f"{page}/emargement", {"absent": others, "sure": "true"})
    assert "c’est sans doute elle" in centre.get(page).text
    assert "sans copie" not in centre.get(f"/centre/{CENTRE}").text
