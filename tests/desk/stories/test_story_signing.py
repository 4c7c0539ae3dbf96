"""A signed list is handed in; a cell of it that a person has to look at is answered with one key."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from actions.dropped import inbox
from actions.site import now
from benchmarks.drawn.signing import Mark, signed_scan
from cli.demo_session import CENTRES
from processors.attendance.seen import Why
from storage.bucket.keys import kept_cell
from storage.people.candidates import attendance_of, enrolled_in
from storage.season.signatures import AttendanceScanned, PaperSays
from storage.states import Role
from stories.conftest import CENTRE, looked_at

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]
EXAM = "U7"


def test_a_case_is_answered_with_one_key_once_the_person_is_there(stage, enter):
    site = stage.site
    with site.register.reading() as connection:
        first, second, *_ = enrolled_in(connection, EXAM, CENTRE)
    row = Image.new("L", (950, 100), 250)
    ImageDraw.Draw(row).line([(700, 40), (760, 60)], fill=40, width=3)
    row.save(seen := io.BytesIO(), "JPEG")
    rows = []
    for n, who in enumerate((first, second)):
        picture = kept_cell(EXAM, "0" * 64, 1, n)
        site.store.vault.put(picture, seen.getvalue())
        rows.append(PaperSays(candidate=who.id, signed=None, asked=Why.STROKES, stated=None, picture=picture))
    scanned = AttendanceScanned(
        exam=EXAM, centre=CENTRE, file="0" * 64, sheets=(), rows=tuple(rows), troubles=()
    )
    site.register.record(scanned, f"{EXAM}/{CENTRE}", actor="test", at=now())

    service = enter(Role.SERVICE)
    service.goto(f"{stage.url}/coordination/emargement/{EXAM}/{first.id}")
    service.wait_for_function("() => document.querySelector('.desk-header').naturalWidth > 300")
    here = service.url
    looked_at(service, "desk-signature")
    service.keyboard.press("1")  # nobody has moved into the choice: no key is armed
    expect(service).to_have_url(here)
    service.get_by_role("button", name="Présent (1)").focus()
    service.keyboard.press("2")
    expect(service.get_by_role("status")).to_contain_text(f"{first.family_name} {first.first_names} : absent")
    looked_at(service, "desk-signature-done")
    service.get_by_role("link", name="Revenir dessus").click()
    service.get_by_role("button", name="Absent (2)").focus()
    service.keyboard.press("1")
    service.wait_for_url(re.compile("fait="))
    with site.register.reading() as connection:
        marks = attendance_of(connection, EXAM, CENTRE)
    assert marks[first.id] is True


def test_a_signed_list_is_handed_in_and_read_while_one_waits(stage, enter):
    other = next(uai for uai in CENTRES if uai != CENTRE)
    page = f"{stage.url}/centre/{other}/{EXAM}/emargement"
    centre = enter(Role.CENTRE, other)
    printed = centre.request.get(f"{page}.pdf").body()
    inbox.take_attendance(stage.site)  # the list that lies there: what it says is not signed otherwise
    with stage.site.register.reading() as connection:
        people, marks = enrolled_in(connection, EXAM, other), attendance_of(connection, EXAM, other)
    rows, rng = stage.site.attendance_form.rows, np.random.default_rng(3)
    came = [Mark.NAME if marks[who.id] else Mark.EMPTY for who in people]
    signed = signed_scan(printed, [came], rows, rng)
    centre.goto(page)
    sent = {"name": "liste.pdf", "mimeType": "application/pdf", "buffer": b"Ceci n'est pas un PDF."}
    centre.set_input_files("#signed", sent)
    expect(centre.locator("[data-said]")).to_contain_text("pas un PDF")
    centre.set_input_files("#signed", {**sent, "buffer": signed})
    expect(centre.get_by_text(f"1 feuille lue, {came.count(Mark.NAME)} présents")).to_be_visible()
    looked_at(centre, "desk-signed-list")
