"""A signed list in the inbox is read and answered; what is none is answered and kept."""

import json

import numpy as np
from dropping import CENTRE, NUMBERS, SOON

from actions.dropped import inbox as watch
from actions.season.signing import print_list
from actions.site import now
from benchmarks.drawn.signing import Mark, signed_scan
from storage.people.candidates import attendance_of

KEY = f"attendance/{CENTRE}/{SOON}.pdf"


def answer_of(desk, key=KEY) -> dict:
    return json.loads(desk.site.store.inbox.get(f"receipts/{key}.json"))


def test_a_signed_list_is_taken_and_leaves_the_inbox(desk):
    site = desk.site
    printed = print_list(site, SOON, CENTRE, actor="t", at=now())
    rows = site.attendance_form.rows
    scan = signed_scan(printed, [[Mark.NAME, Mark.EMPTY]], rows, np.random.default_rng(1))
    site.store.inbox.put(KEY, scan)
    assert watch.take_attendance(site) == 1
    assert answer_of(desk)["taken"] is True
    assert site.store.inbox.head(KEY) is None
    with site.register.reading() as connection:
        marks = attendance_of(connection, SOON, CENTRE)
    assert marks == {desk.candidate(NUMBERS[0]): True, desk.candidate(NUMBERS[1]): False}


def test_what_is_no_pdf_is_answered_and_kept(desk):
    site, key = desk.site, f"attendance/{CENTRE}/{SOON}/photo.pdf"
    site.store.inbox.put(key, b"\xff\xd8 a picture")
    assert watch.take_attendance(site) == 0
    assert (answer_of(desk, key)["taken"], answer_of(desk, key)["code"]) == (False, "not_a_pdf")
    assert len(list(site.store.vault.list("quarantine/attendance/"))) == 1
