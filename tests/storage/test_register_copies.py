"""Copies and lots in the register: which version counts, what waits, what may leave."""

from dataclasses import replace

import pytest
from invented import CENTRE, EXAM, partial, unknown, whole
from sqlalchemy import select

from actions.decided.copies import decide
from actions.decided.reconciling import reconcile_centre
from processors.findings import Code, finding
from processors.scans.readings import CopyStatus, Sign
from storage.corrected.lots import LotPulled, routable_copies
from storage.database.schema import events
from storage.decided.copies import (
    CopyAnonymised,
    CopyNotAnonymous,
    anonymous_number_free,
    copies_of_scan,
    current_copies,
    to_anonymise,
)
from storage.decided.counts import ExamCounts, exam_counts
from storage.decided.decisions import copies_to_decide
from storage.decided.findings import CandidateFinding, ReconciliationMade, findings_of_scan, open_findings
from storage.dropped.deadlines import DeadlineSwept, was_swept
from storage.dropped.scans import ScanClaimed, ScanProcessed, ScanQuarantined, ScanReleased
from storage.people.candidates import AttendanceImported
from storage.refusals import Refused
from storage.states import Decision, Life, ScanState


def decided(world, copy, decision, candidate=None, reason="Vu sur l'original."):
    return decide(
        world.site,
        copy,
        decision,
        reason,
        candidate=candidate or "",
        actor="service",
        at=world.tick(),
    )


def test_a_reading_is_kept_with_its_copies_and_findings(peopled):
    late = finding(Code.LATE, what="avant le 20 mai")
    scan = peopled.stored()
    assert peopled.read(scan, [whole(0, 1), partial(1, 5), unknown(7)], findings=(late,))
    with peopled.register.reading() as connection:
        first, second, third = copies_of_scan(connection, scan)
        told = [(row.code, row.copy) for row in findings_of_scan(connection, scan)]
    assert (first.position, first.candidate, first.status) == (1, peopled.candidate(0), CopyStatus.COMPLETE)
    assert [page.image for page in first.pages] == [1, 2, 3, 4]
    assert first.pages[0].frame and not first.pages[1].frame
    assert (second.status, second.missing) == (CopyStatus.INCOMPLETE, (3, 4))
    assert third.candidate is None
    assert [guess.candidate for guess in third.guesses] == [peopled.candidate(2), peopled.candidate(3)]
    assert told == [
        (Code.MISSING_PAGES, second.id),
        (Code.UNIDENTIFIED, third.id),
        (Code.LATE, None),
    ]


def test_the_same_reading_twice_is_one(peopled):
    scan = peopled.stored()
    peopled.read(scan, [whole(0, 1)])
    with peopled.register.reading() as connection:
        before = copies_of_scan(connection, scan)
    assert peopled.read(scan, [whole(0, 1)]) is None
    with peopled.register.reading() as connection:
        assert copies_of_scan(connection, scan) == before


def test_an_attempt_that_is_over_cannot_add_its_reading(peopled):
    scan = peopled.stored()
    peopled.record(ScanReleased(attempt=1, reason="no sign of life"), scan)
    with pytest.raises(Refused, match="attempt_over"):
        peopled.read(scan, [whole(0, 1)])
    peopled.record(ScanClaimed(attempt=2), scan)
    with pytest.raises(Refused, match="attempt_over"):
        peopled.read(scan, [whole(0, 1)])
    assert peopled.read(scan, [whole(0, 1)], attempt=2)


def test_a_new_attempt_replaces_the_reading_and_the_old_one_stays(peopled):
    scan = peopled.stored()
    peopled.read(scan, [partial(0, 1)])
    with peopled.register.reading() as connection:
        (old,) = copies_of_scan(connection, scan)
    peopled.record(ScanReleased(attempt=1, reason="no sign of life"), scan)
    peopled.record(ScanClaimed(attempt=2), scan)
    assert peopled.read(scan, [whole(0, 1)], attempt=2)
    with peopled.register.reading() as connection:
        (new,) = copies_of_scan(connection, scan)
    assert (new.life, new.status) == (Life.CURRENT, CopyStatus.COMPLETE)
    assert peopled.copy(old.id).life is Life.SUPERSEDED
    assert peopled.open_codes() == []


def test_a_reading_whose_copies_are_in_lots_is_not_replaced(peopled):
    scan = peopled.stored()
    peopled.read(scan, [whole(0, 1)])
    with peopled.register.reading() as connection:
        (copy,) = copies_of_scan(connection, scan)
    peopled.anonymised(copy.id, "A17")
    peopled.in_lot(copy.id)
    peopled.record(ScanReleased(attempt=1, reason="no sign of life"), scan)
    peopled.record(ScanClaimed(attempt=2), scan)
    assert peopled.read(scan, [partial(0, 1)], attempt=2) is None
    assert peopled.copy(copy.id).life is Life.CURRENT


def test_a_complete_copy_takes_the_place_of_an_incomplete_one(peopled):
    (lacking, beside) = peopled.scanned(partial(0, 1), partial(1, 5))
    (repaired,) = peopled.scanned(whole(0, 1))
    assert peopled.copy(lacking).life is Life.SUPERSEDED
    assert peopled.copy(beside).life is Life.CURRENT
    assert peopled.copy(repaired).status is CopyStatus.COMPLETE
    assert peopled.open_codes() == [Code.MISSING_PAGES]  # the other candidate's


@pytest.mark.parametrize("second", [whole(0, 5), partial(0, 5)])
@pytest.mark.parametrize("same_scan", [True, False])
def test_a_second_copy_of_a_candidate_waits_for_a_person(peopled, second, same_scan):
    if same_scan:
        first, other = peopled.scanned(whole(0, 1), second)
    else:
        (first,), (other,) = peopled.scanned(whole(0, 1)), peopled.scanned(second)
    assert peopled.copy(first).status is CopyStatus.COMPLETE
    assert peopled.copy(other).status is CopyStatus.TO_DECIDE
    assert Code.DUPLICATE_COPY in peopled.open_codes()
    with pytest.raises(Refused, match="other_copy"):
        decided(peopled, other, Decision.ACCEPT)
    assert decided(peopled, first, Decision.SET_ASIDE)
    assert decided(peopled, other, Decision.ACCEPT)
    assert peopled.copy(first).life is Life.SET_ASIDE
    assert peopled.copy(other).status is CopyStatus.COMPLETE
    assert peopled.open_codes() == []


OWN, ANOTHERS = {k: k for k in range(1, 5)}, {k: 10 + k for k in range(1, 5)}
MIXED = OWN | {2: 12, 3: 13}
"""Candidate 0's pages, candidate 1's, and those of two sheets that passed the scanner as one."""


def test_a_page_in_the_copies_of_two_files_holds_both(peopled, new_register):
    (mixed,) = peopled.scanned(whole(0, 1), shows=MIXED)
    peopled.anonymised(mixed, "A17")
    peopled.in_lot(mixed)
    (hidden,) = peopled.scanned(whole(1, 5), shows={4 + k: what for k, what in ANOTHERS.items()})
    assert [peopled.copy(copy).status for copy in (mixed, hidden)] == [CopyStatus.TO_DECIDE] * 2
    with peopled.register.reading() as connection:
        one, other = open_findings(connection)
        lines = list(connection.scalars(select(events.c.line).order_by(events.c.seq)))
    assert (one.code, one.copy, one.pages) == (Code.SAME_PAGE, hidden, (6, 7))
    assert (other.code, other.copy, other.pages) == (Code.SAME_PAGE, mixed, (2, 3))
    assert "pages 2 et 3 d'un fichier déposé le " in one.message
    assert "pages 6 et 7 d'un fichier déposé le " in other.message
    replayed = new_register()
    with replayed.transaction() as transaction:
        transaction.replay(lines)
    with replayed.reading() as again, peopled.register.reading() as first:
        assert open_findings(again) == open_findings(first)
        assert current_copies(again) == current_copies(first)
    (mended,) = peopled.scanned(whole(0, 1), shows=OWN)
    assert peopled.copy(mended).status is CopyStatus.COMPLETE
    assert decided(peopled, hidden, Decision.ACCEPT)
    assert peopled.open_codes() == []


@pytest.mark.parametrize("again", [whole(0, 1), unknown(1)], ids=["named", "nobody's"])
def test_a_copy_scanned_again_shares_its_pages_with_nobody(peopled, again):
    (first,) = peopled.scanned(whole(0, 1), shows=OWN)
    peopled.scanned(again, whole(1, 5), shows=OWN)
    assert Code.SAME_PAGE not in peopled.open_codes()
    assert peopled.copy(first).status is CopyStatus.COMPLETE


def test_what_is_printed_on_the_answer_sheets_of_two_is_no_page_in_two_copies(peopled):
    signs = ((), (), (), (Sign.ANNEX,))
    copies = [peopled.scanned(replace(whole(k, 1), seen=signs), shows={4: 99})[0] for k in (0, 1)]
    assert {peopled.copy(copy).status for copy in copies} == {CopyStatus.COMPLETE}


def test_pages_of_a_copy_that_counts_no_more_are_in_no_other(peopled):
    (mixed,) = peopled.scanned(whole(0, 1), shows=MIXED)
    assert decided(peopled, mixed, Decision.SET_ASIDE)
    (hidden,) = peopled.scanned(whole(1, 1), shows=ANOTHERS)
    assert peopled.copy(hidden).status is CopyStatus.COMPLETE


def test_a_person_alone_ends_copies_that_were_told_apart_by_nothing(peopled):
    double = replace(whole(0, 1), status=CopyStatus.TO_DECIDE, findings=(finding(Code.DUPLICATE_COPY),))
    one, other = peopled.scanned(double, replace(double, pages=(5, 6, 7, 8)))
    (again,) = peopled.scanned(whole(0, 1))
    assert peopled.copy(again).status is CopyStatus.COMPLETE
    assert {peopled.copy(copy).life for copy in (one, other)} == {Life.CURRENT}
    assert decided(peopled, one, Decision.SET_ASIDE)
    assert decided(peopled, other, Decision.ATTRIBUTE, peopled.candidate(1))
    assert (peopled.copy(other).status, peopled.open_codes()) == (CopyStatus.COMPLETE, [])


def test_a_copy_that_gets_another_owner_is_masked_again(peopled):
    (copy,) = peopled.scanned(whole(0, 1))
    peopled.anonymised(copy, "A17")
    decided(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(1))
    with peopled.register.reading() as connection:
        assert routable_copies(connection, EXAM) == []
        assert [row.id for row in to_anonymise(connection)] == [copy]


def test_a_copy_of_an_absent_candidate_waits_for_the_list_or_a_person(peopled):
    first, second = peopled.scanned(whole(0, 1), whole(1, 5))
    peopled.anonymised(first, "A17")
    peopled.anonymised(second, "B23")

    def routable():
        with peopled.register.reading() as connection:
            return {row.id for row in routable_copies(connection, EXAM)}

    def absent(*candidates):
        marks = {peopled.candidate(k): k not in candidates for k in range(2)}
        listed = AttendanceImported(file="lists/1.csv", exam=EXAM, centre=CENTRE, marks=marks)
        peopled.record(listed, f"{EXAM}/{CENTRE}")
        reconcile_centre(peopled.site, EXAM, CENTRE, actor="test", at=peopled.tick())

    absent(0, 1)
    assert routable() == set()
    decided(peopled, first, Decision.ACCEPT)
    assert routable() == {first}
    absent(0)
    assert routable() == {first, second}


def test_a_person_says_whose_a_copy_is(peopled):
    (copy,) = peopled.scanned(unknown(1))
    with pytest.raises(Refused, match="nobodys"):
        decided(peopled, copy, Decision.ACCEPT)
    with pytest.raises(Refused, match="not_enrolled"):
        decided(peopled, copy, Decision.ATTRIBUTE, "cand_0000000000000000")
    event = decided(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(2), reason="L'écriture de FAUXNOM.")
    told = peopled.copy(copy)
    assert (told.status, told.candidate, told.decided_by) == (
        CopyStatus.COMPLETE,
        peopled.candidate(2),
        "service",
    )
    assert peopled.register.vault.get(told.reason).decode() == "L'écriture de FAUXNOM."
    assert "FAUXNOM" not in event.line()
    assert peopled.open_codes() == []
    with peopled.register.reading() as connection:
        assert [row.id for row in to_anonymise(connection)] == [copy]


def test_naming_the_owner_of_an_incomplete_copy_does_not_complete_it(peopled):
    (copy,) = peopled.scanned(partial(0, 1))
    decided(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(1))
    assert peopled.copy(copy).status is CopyStatus.INCOMPLETE
    assert peopled.open_codes() == [Code.MISSING_PAGES]
    decided(peopled, copy, Decision.ACCEPT)
    assert (peopled.copy(copy).status, peopled.copy(copy).candidate) == (
        CopyStatus.COMPLETE,
        peopled.candidate(1),
    )


def test_a_copy_that_is_not_anonymous_stays_here(peopled):
    (copy,) = peopled.scanned(whole(0, 1))
    leak = CopyNotAnonymous(findings=(finding(Code.NOT_ANONYMOUS, [2]),))
    assert peopled.record(leak, copy)
    assert peopled.record(leak, copy) is None
    assert peopled.copy(copy).status is CopyStatus.TO_DECIDE
    with peopled.register.reading() as connection:
        assert routable_copies(connection, EXAM) == []
        assert [row.id for row in copies_to_decide(connection, [EXAM], 9)] == [copy]
    with pytest.raises(Refused, match="not_looked_at"):
        decided(peopled, copy, Decision.ACCEPT)
    seen = {"let_go": [2], "actor": "service", "at": peopled.tick()}
    assert decide(peopled.site, copy, Decision.ACCEPT, "vu", **seen)
    assert peopled.record(leak, copy)  # masked anew, and still not anonymous
    assert peopled.copy(copy).status is CopyStatus.TO_DECIDE


def test_an_anonymous_number_is_one_copys_alone(peopled):
    first, second = peopled.scanned(whole(0, 1), whole(1, 5))
    once = CopyAnonymised(anonymous_number="A17", sha256="aa")
    assert peopled.record(once, first)
    assert peopled.record(once, first) is None
    with pytest.raises(Refused, match="number_taken"):
        peopled.record(once, second)
    with peopled.register.reading() as connection:
        assert not anonymous_number_free(connection, EXAM, "A17")
        assert anonymous_number_free(connection, "U1", "A17")


def test_a_quarantined_scan_keeps_its_copies_out_of_the_way(peopled):
    scan = peopled.stored("aa")
    peopled.read(scan, [whole(0, 1)])
    peopled.record(ScanQuarantined(sha256="aa", findings=(finding(Code.READING_FAILED, what="3"),)), scan)
    assert peopled.scan(scan).state is ScanState.QUARANTINED
    again = peopled.stored("aa")
    peopled.read(again, [whole(0, 1)])
    with peopled.register.reading() as connection:
        (copy,) = copies_of_scan(connection, again)
        assert [row.id for row in current_copies(connection)] == [copy.id]
    assert copy.status is CopyStatus.COMPLETE


def test_a_reconciliation_replaces_the_one_before(peopled):
    def reconciled(*findings):
        facts = ReconciliationMade(exam=EXAM, centre=CENTRE, findings=findings)
        return peopled.record(facts, f"{EXAM}/{CENTRE}")

    absent = CandidateFinding(candidate=peopled.candidate(0), finding=finding(Code.PRESENT_WITHOUT_COPY))
    fewer = CandidateFinding(candidate=None, finding=finding(Code.EXPECTED_MORE_COPIES, n=3, what="4"))
    peopled.scanned(partial(1, 1))
    assert reconciled(absent, fewer)
    assert reconciled(absent, fewer) is None
    assert sorted(peopled.open_codes()) == sorted(
        [Code.MISSING_PAGES, Code.PRESENT_WITHOUT_COPY, Code.EXPECTED_MORE_COPIES]
    )
    assert reconciled()
    assert peopled.open_codes() == [Code.MISSING_PAGES]


def test_a_deadline_is_swept_once(peopled):
    sweep = DeadlineSwept(exam=EXAM, centre=CENTRE)
    with peopled.register.reading() as connection:
        assert not was_swept(connection, EXAM, CENTRE)
    assert peopled.record(sweep, f"{EXAM}/{CENTRE}")
    assert peopled.record(sweep, f"{EXAM}/{CENTRE}") is None
    with peopled.register.reading() as connection:
        assert was_swept(connection, EXAM, CENTRE)
        assert not was_swept(connection, EXAM, "0050006E")


def test_where_an_exam_stands(peopled):
    first, second, *_ = peopled.scanned(whole(0, 1), whole(1, 5), partial(2, 9), unknown(11))
    scan = peopled.copy(first).scan
    peopled.record(ScanProcessed(), scan)
    peopled.drop()
    peopled.anonymised(first, "A17")
    peopled.anonymised(second, "B23")
    pulled = peopled.in_lot(first)
    peopled.in_lot(second, number=2)
    peopled.record(LotPulled(), pulled)
    with peopled.register.reading() as connection:
        told = exam_counts(connection, EXAM)
        assert exam_counts(connection, EXAM, "0050006E").copies == 0
    assert told == ExamCounts(
        exam=EXAM,
        expected=6,
        present=None,
        lacking=0,
        scans=2,
        waiting_scans=1,
        copies=4,
        complete=2,
        incomplete=1,
        to_decide=1,
        in_lots=2,
        pulled=1,
        returned=0,
    )
