"""What people rule at the desk: confirmed by a second person, undone by another ruling, replayed the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from invented import CENTRE, EXAM, unknown, whole
from sqlalchemy import select, update

from actions.decided import copies
from actions.reasons import keep_reason
from processors.circular.deadlines import Rule
from processors.findings import Code, Evidence, finding
from processors.scans.readings import CopyStatus
from storage.corrected.lots import CopyReturned, LotPulled, LotReturned, lot_by_id
from storage.database.schema import events
from storage.database.tables import metadata
from storage.decided.copies import copies_of_scan
from storage.decided.counts import exam_counts
from storage.decided.decisions import copies_to_decide, count_to_decide, proposal_of
from storage.decided.findings import CandidateFinding, ReconciliationMade, findings_of_copies, open_findings
from storage.dropped.deadlines import DeadlineExtended, DeadlineSwept, extension, was_swept
from storage.log.story import Proof, story
from storage.refusals import Refused
from storage.states import Decision, Life, LotState, Trouble

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def peopled(world):
    world.people()
    return world


def ruled(world, copy, decision, candidate=None, *, by="acct_a", second_person=False):
    site = world.site
    site.__dict__["session"] = site.session.model_copy(update={"second_person": second_person})
    return copies.decide(site, copy, decision, "vu", candidate=candidate or "", actor=by, at=world.tick())


def proposal(world, copy):
    with world.register.reading() as connection:
        return proposal_of(connection, copy)


def test_a_second_person_confirms_and_the_same_one_cannot(peopled):
    (copy,) = peopled.scanned(unknown(1))
    who = peopled.candidate(2)
    for _ in range(2):
        ruled(peopled, copy, Decision.ATTRIBUTE, who, second_person=True)
        assert peopled.copy(copy).status is CopyStatus.TO_DECIDE
    assert proposal(peopled, copy).author == "acct_a"
    event = ruled(peopled, copy, Decision.ATTRIBUTE, who, by="acct_b", second_person=True)
    assert (event.action, peopled.copy(copy).candidate) == ("copy.decided", who)
    assert (peopled.copy(copy).status, proposal(peopled, copy)) == (CopyStatus.COMPLETE, None)


def test_a_second_person_who_sees_it_otherwise_proposes_anew(peopled):
    (copy,) = peopled.scanned(unknown(1))
    ruled(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(2), second_person=True)
    ruled(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(3), by="acct_b", second_person=True)
    assert (proposal(peopled, copy).author, peopled.copy(copy).candidate) == ("acct_b", None)
    ruled(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(3), second_person=True)
    assert peopled.copy(copy).candidate == peopled.candidate(3)


def test_what_was_set_aside_comes_back_by_another_decision(peopled):
    (copy,) = peopled.scanned(unknown(1))
    ruled(peopled, copy, Decision.SET_ASIDE)
    assert peopled.copy(copy).life is Life.SET_ASIDE
    with pytest.raises(Refused):
        ruled(peopled, copy, Decision.SET_ASIDE)
    ruled(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(2))
    assert (peopled.copy(copy).life, peopled.copy(copy).status) == (Life.CURRENT, CopyStatus.COMPLETE)


def arranged(world, copy, *pages):
    copies.arrange(world.site, copy, pages, "vu", actor="acct_a", at=world.tick())
    return [page.page for page in world.copy(copy).pages]


def test_pages_are_put_in_order_and_a_stray_one_comes_back(peopled):
    first, second = peopled.scanned(whole(0, 1), whole(1, 5))
    peopled.anonymised(first, "A17")
    assert arranged(peopled, first, 1, 3, 2) == [1, 3, 2]
    assert peopled.copy(first).anonymous_sha256 is None  # its PDF is made again
    assert peopled.copy(first).pages[0].frame is not None
    with peopled.register.reading() as connection:
        loose = copies.loose_pages(connection, peopled.register.vault, peopled.copy(first).scan)
    assert [page.page for page in loose] == [4]
    assert arranged(peopled, second, 5, 4, 6, 7, 8) == [5, 4, 6, 7, 8]
    with pytest.raises(Refused):
        arranged(peopled, first, 1, 2, 3, 4)
    with pytest.raises(Refused):
        arranged(peopled, first)
    arranged(peopled, second, 5, 6, 7, 8)
    assert arranged(peopled, first, 1, 2, 3, 4) == [1, 2, 3, 4]


def test_a_copy_that_has_left_keeps_its_pages(peopled):
    (copy,) = peopled.scanned(whole(0, 1))
    peopled.anonymised(copy, "A17")
    peopled.in_lot(copy)
    with pytest.raises(Refused, match="in_a_lot"):
        arranged(peopled, copy, 2, 1, 3, 4)


def test_a_finding_is_settled_by_a_person_and_opened_again(peopled):
    stray = finding(Code.FOREIGN_PAGE, [9], evidence=[Evidence(9)])
    scan = peopled.stored()
    peopled.read(scan, [whole(0, 1)], findings=(stray,))
    with peopled.register.reading() as connection:
        (found,) = open_findings(connection, code=Code.FOREIGN_PAGE)
        (copy,) = (row.id for row in copies_of_scan(connection, scan))

    def judge(settled):
        at = peopled.tick()
        return copies.judge(peopled.site, copy, found.seq, found.k, settled, "vu", actor="acct_a", at=at)

    assert judge(True) and judge(True) is None
    assert peopled.open_codes() == []
    assert judge(False) and peopled.open_codes() == [Code.FOREIGN_PAGE]


def test_what_reading_settled_itself_is_no_persons_to_open(peopled):
    (copy,) = peopled.scanned(unknown(1))
    with peopled.register.reading() as connection:
        (found,) = findings_of_copies(connection, [copy])
    ruled(peopled, copy, Decision.ATTRIBUTE, peopled.candidate(2))
    with pytest.raises(Refused, match="not_judged"):
        copies.judge(peopled.site, copy, found.seq, found.k, False, "vu", actor="a", at=peopled.tick())


def test_the_copy_of_someone_marked_absent_waits_in_the_queue_until_decided(peopled):
    (copy,) = peopled.scanned(whole(0, 1))
    absent = CandidateFinding(candidate=peopled.candidate(0), finding=finding(Code.COPY_OF_ABSENT))
    facts = ReconciliationMade(exam=EXAM, centre=CENTRE, findings=(absent,))
    peopled.record(facts, f"{EXAM}/{CENTRE}")
    with peopled.register.reading() as connection:
        assert [one.id for one in copies_to_decide(connection, [EXAM], 5)] == [copy]
    ruled(peopled, copy, Decision.ACCEPT)
    with peopled.register.reading() as connection:
        assert count_to_decide(connection) == 0


def late_scan(world):
    scan = world.stored()
    world.read(scan, [whole(0, 1)], findings=(finding(Code.LATE, what="avant"),))
    return world.scan(scan)


def extended(world, until):
    key = keep_reason(world.register.vault, f"{EXAM}/{CENTRE}", "grève")
    facts = DeadlineExtended(exam=EXAM, centre=CENTRE, until=until, rule=Rule.UNTIL, reason=key)
    return world.record(facts, f"{EXAM}/{CENTRE}")


def test_an_extension_makes_a_late_scan_timely_and_taken_back_late_again(peopled):
    scan = late_scan(peopled)
    peopled.record(DeadlineSwept(exam=EXAM, centre=CENTRE), f"{EXAM}/{CENTRE}")
    assert extended(peopled, scan.deposited_at + timedelta(hours=1))
    assert peopled.open_codes() == []
    with peopled.register.reading() as connection:
        assert not was_swept(connection, EXAM, CENTRE)  # it is swept again at the new hour
        found = extension(connection, EXAM, CENTRE)
    assert (found.author, peopled.register.vault.get(found.reason)) == ("test", "grève".encode())
    assert extended(peopled, scan.deposited_at + timedelta(hours=1)) is None
    assert extended(peopled, scan.deposited_at - timedelta(hours=1))
    assert peopled.open_codes() == [Code.LATE]


@pytest.fixture
def lot(peopled):
    copies = peopled.scanned(whole(0, 1), whole(1, 5))
    for number, copy in zip(("A17", "B23"), copies, strict=True):
        peopled.anonymised(copy, number)
    lot = peopled.in_lot(*copies)
    peopled.record(LotPulled(), lot)
    return lot, copies


def state(world, lot):
    with world.register.reading() as connection:
        counts = exam_counts(connection, EXAM)
        return lot_by_id(connection, lot).state, counts.pulled, counts.returned


def test_a_lot_is_returned_copy_by_copy(peopled, lot):
    lot, (first, second) = lot
    assert peopled.record(CopyReturned(returned=True), first)
    assert state(peopled, lot) == (LotState.PULLED, 1, 1)
    assert peopled.record(CopyReturned(returned=False), first)
    assert state(peopled, lot) == (LotState.PULLED, 2, 0)
    for copy in (first, second):
        assert peopled.record(CopyReturned(returned=True), copy)
    assert state(peopled, lot) == (LotState.RETURNED, 0, 2)
    with pytest.raises(Refused):
        peopled.record(CopyReturned(returned=False), first)


def test_a_lot_with_a_reported_copy_stays_open_for_it(peopled, lot):
    lot, (first, _) = lot
    copies.report(peopled.site, first, Trouble.ILLEGIBLE, "", actor="corr", at=peopled.tick())
    assert peopled.record(LotReturned(), lot)
    assert state(peopled, lot) == (LotState.PULLED, 1, 1)
    (again,) = peopled.scanned(whole(0, 1))
    peopled.anonymised(again, "C42")
    assert peopled.record(LotReturned(), lot)
    assert state(peopled, lot) == (LotState.RETURNED, 0, 2)


def test_the_log_replays_every_ruling(peopled, lot, new_register):
    lot, (_, second) = lot
    (third,) = peopled.scanned(unknown(9))
    ruled(peopled, third, Decision.ATTRIBUTE, peopled.candidate(2), second_person=True)
    arranged(peopled, third, 10, 9, 11)
    extended(peopled, peopled.now + timedelta(hours=2))
    peopled.record(CopyReturned(returned=True), second)
    with peopled.register.reading() as connection:
        lines = list(connection.scalars(select(events.c.line).order_by(events.c.seq)))
        kept = tables(connection)
    again = new_register()
    with again.transaction() as transaction:
        transaction.replay(lines)
    with again.reading() as connection:
        assert tables(connection) == kept


def tables(connection):
    return {
        table.name: sorted(map(str, connection.execute(select(table)).all()))
        for table in metadata.sorted_tables
        if table.name != "segments"
    }


def test_a_story_is_verified_as_it_is_told(peopled, audit_bucket, audit):
    (copy,) = peopled.scanned(whole(0, 1))
    from storage.log.segments import ship

    ship(peopled.register, audit, KEY, at=peopled.tick())
    peopled.anonymised(copy, "A17")

    def told():
        return [
            (one.event.action, one.proof) for one in story(peopled.register, audit, KEY.public_key(), copy)
        ]

    assert told() == [("scan.read", Proof.SEALED), ("copy.anonymised", Proof.CHAINED)]
    with peopled.register.transaction() as transaction:
        line = transaction.connection.scalar(select(events.c.line).where(events.c.line.contains("scan.read")))
        transaction.connection.execute(
            update(events).where(events.c.line == line).values(line=line.replace("scan.read", "scan.reed"))
        )
    assert told()[0][1] is Proof.BROKEN
