"""Copies of candidates who are marked absent, and candidates present of whom no copy is known."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from filling import Filled
from visitors import Desk
from waiting import CENTRE, queued, waiting

from actions.alerts import alerts
from actions.decided.reconciling import reconcile_centre
from actions.season import attendance
from actions.site import now
from processors.findings import Code
from processors.scans.readings import CopyStatus
from storage.corrected.lots import routable_copies
from storage.decided.copies import CopyRow, copies_of_lot, copy_by_id, current_copies
from storage.decided.counts import exam_counts
from storage.decided.decisions import count_to_decide
from storage.decided.findings import open_findings
from storage.dropped.scans import ScanProcessed
from storage.ids import new_id
from storage.people.candidates import enrolled_in
from storage.states import Role


def test_the_copy_of_an_absent_candidate_asks_whether_he_came(desk: Desk, filled: Filled):
    copy = marked_absent(desk, filled)
    service = desk.signed_in(Role.SERVICE)
    shown = service.get(f"/coordination/decisions/{copy}").text
    assert "était-il là ?" in shown and "Il était là : garder la copie" in shown
    assert f"/centre/{CENTRE}/U4/emargement" in shown
    assert "À qui est cette copie" not in shown and "est complète" not in shown


def marked_absent(desk: Desk, filled: Filled, *, in_lot: bool = False) -> str:
    """Whose copy is ready for a lot, or in one, is said not to have come; that copy."""
    with desk.site.register.reading() as connection:
        (routable,) = routable_copies(connection, "U4")
        found = copy_by_id(connection, filled.values["subject"] if in_lot else routable.id)
    attendance.mark(desk.site, "U4", CENTRE, {found.candidate}, actor="t", at=now())
    return found.id


def says_absent(desk: Desk, copy: str) -> list[bool]:
    """Whether the queue, the copy's page, the centre's page and the list of findings say so."""
    service, centre = (
        desk.signed_in(Role.SERVICE, email=f"{new_id('acct')}@exemple.fr"),
        desk.program(Role.CENTRE, CENTRE),
    )
    files = centre.get(f"/api/centres/{CENTRE}/U4").json()["files"]
    said = [one["code"] for file in files for one_copy in file["copies"] for one in one_copy["to_do"]]
    with desk.site.register.reading() as connection:
        owner = copy_by_id(connection, copy).candidate
        found = [f for f in open_findings(connection, code=Code.COPY_OF_ABSENT) if f.candidate == owner]
    page = service.get(f"/coordination/decisions/{copy}").text
    return [copy in queued(service), "était-il là ?" in page, Code.COPY_OF_ABSENT in said, bool(found)]


def test_the_copy_of_somebody_absent_is_not_that_of_somebody_present(desk: Desk, filled: Filled):
    """One copy more and one less are two things to see to, and not none."""
    with desk.site.register.reading() as connection:
        here = enrolled_in(connection, "U4", CENTRE)
        owners = {copy.candidate for copy in current_copies(connection, "U4", CENTRE)}
    lacking = [who for who in here if who.id not in owners]
    attendance.mark(
        desk.site, "U4", CENTRE, {here[2].id, *(one.id for one in lacking[1:])}, actor="t", at=now()
    )
    board = (
        desk.signed_in(Role.SERVICE).get("/coordination?format=csv&epreuve=U4").content.decode("utf-8-sig")
    )
    (row,) = (one for one in csv.DictReader(board.splitlines(), delimiter=";") if one["Présents"])
    assert (row["Présents"], row["Reçues"], row["Manquantes"]) == ("3", "3", "1")
    due = desk.site.session.exam("U4").scan_deadline.at
    told = [one.text for one in alerts(desk.site, 0, due - timedelta(hours=1)) if CENTRE in one.text]
    assert len(told) == 1 and "il manque 1 copie sur 3" in told[0]


def counted_alike(desk: Desk) -> bool:
    """Whether the board counts what the queue holds, and each copy once."""
    with desk.site.register.reading() as connection:
        counts = [exam_counts(connection, exam.code) for exam in desk.site.session.written]
        waiting = count_to_decide(connection)
    whole = all(one.copies == one.complete + one.incomplete + one.to_decide for one in counts)
    return whole and sum(one.to_decide for one in counts) == waiting


def test_who_alone_is_left_is_offered_as_a_guess_and_the_centre_looks_for_nothing(desk: Desk):
    copy = waiting(desk, ("U4",))
    with desk.site.register.reading() as connection:
        last, other, *absent = enrolled_in(connection, "U4", CENTRE)
    service, centre = desk.signed_in(Role.SERVICE), desk.signed_in(Role.CENTRE, CENTRE)
    guess, told = "Par élimination, à confirmer", "ne cherchez pas de feuille"

    def seen() -> tuple[str, bool]:
        page = service.get(f"/coordination/decisions/{copy}").text
        return page, told in centre.get(f"/centre/{CENTRE}/U4").text

    attendance.mark(desk.site, "U4", CENTRE, {who.id for who in absent}, actor="t", at=now())
    page, looks_for_nothing = seen()
    assert guess not in page and not looks_for_nothing  # two came, and no copy is theirs
    attendance.mark(desk.site, "U4", CENTRE, {who.id for who in (other, *absent)}, actor="t", at=now())
    assert guess not in seen()[0]  # its file is still being read
    desk.site.register.record(ScanProcessed(), row_of(desk, copy).scan, actor="t", at=now())
    page, looks_for_nothing = seen()
    assert guess in page and last.family_name in page and looks_for_nothing
    assert row_of(desk, copy).candidate is None  # a person says so, or nobody


def row_of(desk: Desk, copy: str) -> CopyRow:
    with desk.site.register.reading() as connection:
        found = copy_by_id(connection, copy)
    assert found is not None
    return found


@pytest.mark.parametrize("in_lot", [False, True], ids=["free", "in a lot"])
def test_who_is_marked_absent_is_told_everywhere_until_somebody_keeps_the_copy(desk, filled, in_lot):
    desk.site.register.record(ScanProcessed(), filled.values["scan"], actor="t", at=now())
    copy = marked_absent(desk, filled, in_lot=in_lot)
    assert says_absent(desk, copy) == [True] * 4
    assert counted_alike(desk)
    service = desk.signed_in(Role.SERVICE)
    service.get(f"/coordination/decisions/{copy}")
    keeps = {"decision": "accept", "reason": "le surveillant s’est trompé de ligne"}
    assert service.post(f"/coordination/decisions/{copy}", keeps).status_code == 303
    assert says_absent(desk, copy) == [False] * 4 and counted_alike(desk)
    reconcile_centre(desk.site, "U4", CENTRE, actor="t", at=now())
    assert says_absent(desk, copy) == [False] * 4
    with desk.site.register.reading() as connection:
        kept = copy_by_id(connection, copy)
        assert (kept.status, kept.lot is not None) == (CopyStatus.COMPLETE, in_lot)
        if not in_lot:
            assert [one.id for one in routable_copies(connection, "U4")] == [copy]


def test_a_decision_that_came_before_the_absence_answers_nothing(desk, filled):
    desk.site.register.record(ScanProcessed(), filled.values["scan"], actor="t", at=now())
    service = desk.signed_in(Role.SERVICE)
    with desk.site.register.reading() as connection:
        (routable,) = routable_copies(connection, "U4")
    service.get("/coordination")
    accepts = {"decision": "accept", "reason": "complète"}
    assert service.post(f"/coordination/decisions/{routable.id}", accepts).status_code == 303
    copy = marked_absent(desk, filled)
    assert copy == routable.id and says_absent(desk, copy) == [True] * 4
    with desk.site.register.reading() as connection:
        assert routable_copies(connection, "U4") == []


def test_a_copy_in_a_lot_that_is_not_the_absent_candidates_leaves_it(desk, filled):
    copy = marked_absent(desk, filled, in_lot=True)
    service = desk.signed_in(Role.SERVICE)
    service.get("/coordination")
    away = {"decision": "set_aside", "reason": "feuille d’un autre"}
    assert service.post(f"/coordination/decisions/{copy}", away).status_code == 303
    with desk.site.register.reading() as connection:
        assert copies_of_lot(connection, filled.values["lot"]) == []
        assert open_findings(connection, code=Code.COPY_OF_ABSENT) == []
