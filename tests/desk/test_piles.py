"""A centre checks its pile: who has a copy, each page of it, what was asked again, where the paper lies."""

from __future__ import annotations

import pytest
from filling import MINE, OTHER, Filled
from sqlalchemy import select
from visitors import Desk

from actions.dropped.receipts import answer
from actions.site import now
from processors.findings import Code, Finding, finding
from processors.scans.readings import CopyStatus
from storage.bucket.objects import ObjectInfo
from storage.database.schema import uploads
from storage.decided.copies import FoundCopy, PlacedPage
from storage.dropped.readings import ScanRead
from storage.dropped.scans import ScanClaimed, ScanDuplicate, ScanProcessed, ScanStored, arrive, scan_by_id
from storage.ids import new_id
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.states import Role

HERE = f"/centre/{MINE}/U4"


@pytest.fixture
def people(desk: Desk, filled: Filled) -> list[EnrolledCandidate]:
    desk.site.register.record(ScanProcessed(), filled.values["scan"], actor="t", at=now())
    with desk.site.register.reading() as connection:
        return enrolled_in(connection, "U4", MINE)


def rescanned(desk: Desk, asked: str, owner: str, *said: Finding) -> str:
    """A file that was dropped to bring `asked` again, and brings a copy of this candidate; its id."""
    begun = {"name": "reprise.pdf", "size": 3, "again": asked}
    program = desk.program(Role.CENTRE, MINE)
    assert program.post(f"/api/centres/{MINE}/U4/uploads", json=begun).status_code == 200
    site = desk.site
    with site.register.reading() as connection:
        key = connection.scalars(select(uploads.c.inbox_key)).one()
    scan = arrive(site.register, ObjectInfo(key, "e", 3, now()), "U4", MINE, actor="t", at=now())
    assert scan is not None
    site.store.vault.put(f"readings/{scan}-1.json", b'{"scan": {"images": 1, "pages": 1}}')
    copy = FoundCopy(
        id=new_id("copy"), candidate=owner, attributed_by=("bars",), status=CopyStatus.INCOMPLETE,
        pages=(PlacedPage(page=1, image=1, half=None, turn=0),), missing=(2,), findings=said, guesses=(),
    )  # fmt: skip
    for facts in (
        ScanClaimed(attempt=1),
        ScanStored(sha256="1" * 64),
        ScanRead(sha256="1" * 64, attempt=1, reading=f"readings/{scan}-1.json", copies=(copy,), findings=()),
        ScanProcessed(),
    ):
        site.register.record(facts, scan, actor="t", at=now())
    return scan


def test_each_candidate_has_a_line_and_each_copy_its_pages(desk: Desk, filled: Filled, people):
    centre = desk.signed_in(Role.CENTRE, MINE)
    table = centre.get(f"{HERE}/pile?format=csv").text
    assert all(who.family_name in table for who in people)
    assert table.count("copie complète") == 2 and table.count("copie à décider") == 1
    copy = filled.values["copy_id"]
    assert f"{HERE}/copies/{copy}" in centre.get(f"{HERE}/pile").text
    shown = centre.get(f"{HERE}/copies/{copy}").text
    assert people[1].family_name in shown and f"{HERE}/copies/{copy}.pdf" in shown
    elsewhere = desk.signed_in(Role.CENTRE, OTHER)
    for path in ("", ".pdf"):
        assert elsewhere.get(f"/centre/{OTHER}/U4/copies/{copy}{path}").status_code == 404


def test_a_rescan_that_brings_anothers_copy_is_told_at_once(desk: Desk, filled: Filled, people):
    centre = desk.signed_in(Role.CENTRE, MINE)
    scan = rescanned(desk, filled.values["copy_id"], people[3].id)
    shown = centre.get(HERE).text
    assert "Ce n’est pas la copie qui était demandée" in shown
    assert f"celle de {people[1].family_name}" in shown and f"celle de {people[3].family_name}" in shown
    assert "devait reprendre" in centre.get(f"{HERE}/recepisse/{scan}").text
    service, decision = desk.signed_in(Role.SERVICE), f"/coordination/decisions/{filled.values['copy_id']}"
    service.get(decision)
    assert service.post(decision, {"decision": "accept", "reason": "Rien d’autre."}).status_code == 303
    assert "la copie demandée manque toujours" not in centre.get(HERE).text


def test_of_an_incomplete_second_copy_the_service_decides_and_nothing_is_scanned(
    desk: Desk, filled: Filled, people
):
    missing = finding(Code.MISSING_PAGES, [1])
    rescanned(desk, filled.values["copy_id"], people[0].id, missing)
    centre = desk.signed_in(Role.CENTRE, MINE)
    for page in (HERE, f"{HERE}/a-reprendre"):
        shown = centre.get(page).text
        assert "Une autre copie du même candidat" in shown and missing.message not in shown
        assert "data-again " not in shown
    assert "à numériser de nouveau" not in centre.get(f"{HERE}/a-reprendre?format=csv").text


def test_a_rescan_of_the_copy_that_was_asked_is_no_mistake(desk: Desk, filled: Filled, people):
    rescanned(desk, filled.values["copy_id"], people[1].id)
    assert "devait reprendre" not in desk.signed_in(Role.CENTRE, MINE).get(HERE).text


def test_nobody_scans_another_centres_copy_again(desk: Desk, filled: Filled):
    asked = {"name": "a.pdf", "size": 3, "again": filled.values["copy_id"]}
    program = desk.program(Role.CENTRE, OTHER)
    assert program.post(f"/api/centres/{OTHER}/U4/uploads", json=asked).status_code == 404


def test_a_receipt_has_versions_and_says_what_changed(desk: Desk, filled: Filled, people):
    scan, copy = filled.values["scan"], filled.values["copy_id"]
    answer(desk.site, scan, at=now())
    centre, service = desk.signed_in(Role.CENTRE, MINE), desk.signed_in(Role.SERVICE)
    receipt = f"{HERE}/recepisse/{scan}"
    assert "version" not in centre.get(receipt).text
    service.get("/coordination")
    form = {"decision": "attribute", "number": people[4].number, "reason": "La feuille le dit."}
    assert service.post(f"/coordination/decisions/{copy}", form).status_code == 303
    for _ in range(2):  # looking makes no version
        told = centre.get(receipt).text
        assert "version 2" in told and "version 3" not in told
        assert f"2e copie : {people[4].family_name}" in told and "complète (avant : à décider)" in told
    kept = desk.site.store.inbox.get(f"receipts/{MINE}/U4/pile.pdf.json")
    assert b'"version": 2' in kept
    assert centre.get(f"{receipt}.pdf").content.startswith(b"%PDF")


def test_a_file_dropped_twice_has_the_receipt_of_the_first_and_says_its_name(
    desk: Desk, filled: Filled, people
):
    site, first = desk.site, filled.values["scan"]
    answer(site, first, at=now())
    with site.register.reading() as connection:
        sha256 = scan_by_id(connection, first).sha256
    info = ObjectInfo(f"scans/{MINE}/U4/encore.pdf", "f", 3, now())
    again = arrive(site.register, info, "U4", MINE, actor="t", at=now())
    for facts in (ScanClaimed(attempt=1), ScanDuplicate(sha256=sha256, of=first)):
        site.register.record(facts, again, actor="t", at=now())
    answer(site, again, at=now())
    centre = desk.signed_in(Role.CENTRE, MINE)
    told = centre.get(f"{HERE}/recepisse/{again}").text
    assert "3 copies" in told and "version" not in told
    assert "sous le nom « pile.pdf »" in centre.get(HERE).text


def test_a_file_that_is_not_read_yet_is_not_said_to_be_in_order(desk: Desk, filled: Filled):
    info = ObjectInfo(f"scans/{MINE}/U4/attend.pdf", "g", 3, now())
    scan = arrive(desk.site.register, info, "U4", MINE, actor="t", at=now())
    receipt = f"{HERE}/recepisse/{scan}"
    centre = desk.signed_in(Role.CENTRE, MINE)
    told = centre.get(receipt).text
    assert "sa lecture n’est pas terminée" in told and "Tout est en ordre" not in told
    assert centre.get(f"{receipt}.pdf").content.startswith(b"%PDF")


def test_where_the_paper_lies_is_noted_beside_the_file(desk: Desk, filled: Filled, people):
    centre, scan = desk.signed_in(Role.CENTRE, MINE), filled.values["scan"]
    centre.get(HERE)
    assert centre.post(f"{HERE}/fichiers/{scan}/papier", {"paper": "carton 3"}).status_code == 303
    for path in ("", "/pile", f"/copies/{filled.values['copy_id']}"):
        assert "carton 3" in centre.get(f"{HERE}{path}").text
    assert centre.post(f"{HERE}/fichiers/{scan}/papier", {"paper": ""}).status_code == 303
    assert "carton 3" not in centre.get(HERE).text
