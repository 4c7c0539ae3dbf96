"""Stages of the flows, without Prefect: the real store and register, and runs that died as the test says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from dropping import CENTRE, ELSEWHERE, NUMBERS, PAST, SOON, Desk
from sqlalchemy import select

from actions.dropped import deadlines, upkeep
from actions.dropped import inbox as watch
from actions.dropped.receipts import answer
from actions.dropped.scans import anonymise, claim, conclude, give_back, keep, read
from actions.site import now
from cli.demo_session import FORM
from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.files.raster import read_images
from specimens.batch import Kind, draw_batch, roster_csv
from specimens.people import invent_candidates
from storage.bucket.objects import ObjectInfo
from storage.database.schema import events
from storage.decided.decisions import CopyDecided
from storage.dropped.scans import (
    ScanClaimed,
    ScanStored,
    arrive,
)
from storage.events import Event
from storage.people.candidates import import_candidates
from storage.states import Decision, ScanState

pytestmark = pytest.mark.slow


def janitor_comes(desk: Desk) -> None:
    """What the janitor does with each scan whose run, as Prefect says, is over."""
    for scan in upkeep.find_unfinished(desk.site):
        upkeep.take_up(desk.site, scan)


@pytest.mark.parametrize("stored", [False, True], ids=["before it was kept", "after"])
def test_a_scan_whose_run_dies_three_times_is_set_aside_and_said(desk, stored):
    data = b"%PDF-1.7 what kills whoever reads it"
    scan = desk.drop(data)
    for attempt in (1, 2, 3):
        assert desk.scan(scan.id).state is ScanState.ARRIVED
        desk.dies(scan)
        if stored and attempt == 1:
            sha256 = hashlib.sha256(data).hexdigest()
            desk.site.store.vault.put(f"scans/{sha256}.pdf", data)
            desk.record(ScanStored(sha256=sha256), scan.id)
        janitor_comes(desk)
        assert desk.scan(scan.id).attempt == attempt
    aside = desk.scan(scan.id)
    assert aside.state is ScanState.QUARANTINED
    assert desk.codes() == [Code.READING_FAILED]
    assert desk.site.store.vault.get(f"quarantine/{aside.sha256}") == data
    told = desk.receipt()
    assert told["taken"] is False
    assert [(found["code"], found["severity"]) for found in told["findings"]] == [
        ("reading_failed", "blocking")
    ]
    assert desk.inbox() == []
    janitor_comes(desk)
    assert desk.scan(scan.id).attempt == 3


def test_a_run_that_dies_before_its_claim_counts_too(desk):
    scan = desk.drop(b"%PDF-1.7")
    for _ in range(upkeep.ATTEMPTS):
        upkeep.take_up(desk.site, desk.scan(scan.id))
    assert desk.scan(scan.id).state is ScanState.QUARANTINED


def test_a_scan_that_a_run_has_claimed_meanwhile_is_left_to_it(desk):
    seen = desk.drop(b"%PDF-1.7")
    desk.record(ScanClaimed(attempt=1), seen.id)
    upkeep.take_up(desk.site, seen)
    assert (desk.scan(seen.id).state, desk.scan(seen.id).attempt) == (ScanState.PROCESSING, 1)


def test_a_janitor_that_died_after_its_note_leaves_the_rest_to_the_watch(desk):
    scan = desk.drop(b"%PDF-1.7 half set aside")
    desk.record(ScanClaimed(attempt=1), scan.id)
    upkeep.set_aside(desk.site, desk.scan(scan.id))
    assert desk.inbox() == [scan.inbox_key]
    watch.note_scans(desk.site)
    assert desk.inbox() == []
    assert desk.receipt()["findings"][0]["code"] == "reading_failed"


def test_a_file_that_had_gone_and_is_back_is_kept(desk, tmp_path):
    """Its name and bytes are known, but its bytes were never kept: it is tried again, no double."""
    data = b"%PDF-1.7 now you see me"
    scan = desk.drop(data)
    desk.remove(scan)
    assert keep(desk.site, scan.id, claim(desk.site, scan.id), Path("unused.pdf")) is None
    conclude(desk.site, scan.id)
    assert desk.scan(scan.id).state is ScanState.QUARANTINED
    time.sleep(1.1)  # the store's clock counts seconds
    assert desk.drop(data).state is ScanState.ARRIVED
    assert keep(desk.site, scan.id, claim(desk.site, scan.id), tmp_path / "scan.pdf") is None
    conclude(desk.site, scan.id)
    assert desk.inbox() == []
    assert desk.site.store.vault.get(f"quarantine/{hashlib.sha256(data).hexdigest()}") == data


def test_what_lies_in_no_folder_of_the_inbox_is_kept_answered_and_told(desk):
    inbox = desk.site.store.inbox
    for key in ("pile.pdf", f"{CENTRE}/{SOON}/pile.pdf"):
        inbox.put(key, key.encode())
    watch.note_scans(desk.site)
    for scan in watch.find_waiting(desk.site):
        assert (
            keep(desk.site, scan.id, claim(desk.site, scan.id), desk.site.settings.data_dir / "scan.pdf")
            is None
        )
        conclude(desk.site, scan.id)
        assert json.loads(inbox.get(f"receipts/{scan.id}.json"))["taken"] is False
    assert desk.codes() == [Code.BAD_NAME, Code.BAD_NAME]
    assert [info.key for info in inbox.list() if not info.key.startswith("receipts/")] == []
    assert len(list(desk.site.store.vault.list("quarantine/"))) == 2


def test_an_attempt_that_its_surroundings_failed_is_not_held_against_the_scan(desk):
    scan = desk.drop(b"%PDF-1.7")
    for _ in range(2 * upkeep.ATTEMPTS):
        give_back(desk.site, scan.id, claim(desk.site, scan.id))
    desk.dies(scan)
    janitor_comes(desk)
    assert desk.scan(scan.id).state is ScanState.ARRIVED


def test_a_scan_reopened_by_a_decision_is_tried_three_times(desk):
    scan = desk.drop(b"1")
    desk.read(scan, NUMBERS[0])
    watch.reopen_decided(desk.site)
    for _ in range(upkeep.ATTEMPTS):
        assert desk.scan(scan.id).state is ScanState.ARRIVED
        desk.dies(scan)
        janitor_comes(desk)
    watch.reopen_decided(desk.site)
    assert desk.scan(scan.id).state is ScanState.PROCESSED
    assert desk.codes() == [Code.READING_FAILED]


def test_a_name_used_again_keeps_the_receipt_of_its_last_file(desk):
    first = desk.drop(b"%PDF-1.7 one")
    desk.read(first, NUMBERS[0])
    later = ObjectInfo(first.inbox_key, "another", 9, first.deposited_at + timedelta(seconds=1))
    second = arrive(desk.site.register, later, SOON, CENTRE, actor="watch_inbox", at=now())
    assert second
    answer(desk.site, second, at=now())
    answer(desk.site, first.id, at=now())  # as after a decision on one of its copies
    assert desk.receipt()["scan"] == second


def test_a_list_that_comes_late_is_reconciled_at_once(desk):
    desk.read(desk.drop(b"1", exam=PAST), NUMBERS[0])
    deadlines.sweep(desk.site)
    assert desk.codes(PAST) == []  # no list, nobody is absent
    desk.attendance(PAST, {NUMBERS[0]: "non", NUMBERS[1]: "oui"})
    assert desk.codes(PAST) == [Code.COPY_OF_ABSENT, Code.PRESENT_WITHOUT_COPY]
    desk.attendance(PAST, {NUMBERS[0]: "oui", NUMBERS[1]: "non"})
    assert desk.codes(PAST) == []


def test_a_copy_that_lacks_is_told_once_its_deadline_is_over(desk):
    for exam in (SOON, PAST):
        desk.attendance(exam, {NUMBERS[0]: "oui", NUMBERS[1]: "oui"})
        desk.read(desk.drop(exam.encode(), exam=exam), NUMBERS[0])
    deadlines.sweep(desk.site)
    assert desk.codes() == [Code.PRESENT_WITHOUT_COPY, Code.EXPECTED_MORE_COPIES]
    assert desk.codes(SOON) == []


def test_what_a_person_decides_is_seen_by_the_next_sweep(desk):
    desk.attendance(PAST, {NUMBERS[0]: "oui", NUMBERS[1]: "oui"})
    _, doubtful = desk.read(desk.drop(b"1", exam=PAST), NUMBERS[0], NUMBERS[1])
    assert deadlines.sweep(desk.site) > 0
    assert desk.codes() == []
    away = CopyDecided(decision=Decision.SET_ASIDE, candidate=None, reason="reasons/none.txt")
    desk.record(away, doubtful)
    assert deadlines.sweep(desk.site) == 0  # no deadline came, and yet
    assert desk.codes() == [Code.PRESENT_WITHOUT_COPY, Code.EXPECTED_MORE_COPIES]


def test_a_copy_that_was_scanned_in_another_centre_does_not_lack(desk):
    desk.attendance(PAST, {NUMBERS[2]: "oui"}, centre=ELSEWHERE)
    desk.read(desk.drop(b"1", exam=PAST, centre=CENTRE), NUMBERS[2])
    deadlines.sweep(desk.site)
    assert desk.codes() == []


def test_an_attendance_list_in_no_place_is_answered_and_kept(desk):
    inbox, vault = desk.site.store.inbox, desk.site.store.vault
    names = ("0130051K/U99.csv", "9999999Z/U4.csv", "é" * 125, "0130051K/U4.csv/")
    for name in names:
        inbox.put(f"attendance/{name}", name.encode())
    assert watch.take_attendance(desk.site) == 0
    assert [info.key for info in inbox.list("attendance/") if not info.key.endswith("/")] == []
    answers = [json.loads(inbox.get(info.key)) for info in inbox.list("receipts/attendance/")]
    assert [answer["taken"] for answer in answers] == [False] * 3
    assert len(list(vault.list("quarantine/attendance/"))) == 3


def test_the_log_names_nobody(desk):
    desk.attendance(PAST, {NUMBERS[0]: "oui", NUMBERS[1]: "non"})
    desk.read(desk.drop(b"1", name="ZYGOMAR 02200000001.pdf", exam=PAST), NUMBERS[1])
    deadlines.sweep(desk.site)
    with desk.site.register.reading() as connection:
        lines = list(connection.scalars(select(events.c.line)))
    assert {Event.parse(line).action for line in lines} >= {"attendance.imported", "reconciliation.made"}
    assert not [line for line in lines if "ZYGOMAR" in line or any(number in line for number in NUMBERS)]


def test_a_receipt_shows_the_page_to_scan_again_and_nobody_else_sees_it(desk, tmp_path):
    people = invent_candidates(np.random.default_rng(5), 4, CENTRE, [SOON], ["0040538N"])
    imported = import_candidates(
        desk.site.register, roster_csv(people), desk.site.session, actor="service", at=now()
    )
    assert not imported.problems
    kinds = (Kind.OK, Kind.BLURRED, Kind.ANONYMOUS)
    batch = draw_batch(3, SOON, CENTRE, people, kinds, load_form(FORM), dpi=150)
    scan = desk.drop(batch.pdf)
    job = keep(desk.site, scan.id, claim(desk.site, scan.id), tmp_path / "scan.pdf")
    assert read(desk.site, job)
    anonymise(desk.site, job)
    conclude(desk.site, scan.id)

    _, blurred, nameless = batch.copies
    (bad,) = [page for page, shows in blurred.file_pages if shows in blurred.blurred]
    copies = desk.receipt()["copies"]
    evidence = [[seen for found in copy["findings"] for seen in found["evidence"]] for copy in copies]
    assert evidence[0] == []
    assert {"page": bad, "box": None} in evidence[1]
    (identity,) = evidence[2]
    assert identity["page"] == nameless.file_pages[0][0] and identity["box"][2] > 190

    page = desk.site.store.inbox.get(f"receipts/{CENTRE}/{SOON}/pile.pdf.html").decode()
    shown = {
        int(number): base64.b64decode(data)
        for data, number in re.findall(r'base64,([^"]+)" alt="Vue de la page (\d+)', page)
    }
    assert set(shown) == {seen["page"] for seen in (*evidence[1], *evidence[2])}
    assert all(len(jpeg) <= 30_000 for jpeg in shown.values())
    picture = cv2.imdecode(np.frombuffer(shown[bad], np.uint8), cv2.IMREAD_GRAYSCALE)
    drawn = [cv2.resize(raw.gray(), picture.shape[::-1]) for raw in read_images(tmp_path / "scan.pdf")]
    likeness = [np.corrcoef(picture.ravel(), other.ravel())[0, 1] for other in drawn]
    assert np.argmax(likeness) == bad - 1

    for bucket in (desk.site.store.vault, desk.site.store.audit):
        jpegs = [info.key for info in bucket.list() if bucket.get(info.key).startswith(b"\xff\xd8")]
        assert all(key.startswith(f"evidence/{scan.id}/") for key in jpegs)
    with desk.site.register.reading() as connection:
        lines = "".join(connection.scalars(select(events.c.line)))
    assert not any(base64.b64encode(jpeg).decode()[:60] in lines for jpeg in shown.values())
