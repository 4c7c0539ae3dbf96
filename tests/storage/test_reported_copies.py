"""A copy that a corrector reports waits for the service or a new scan, and comes back in its place."""

import pytest
from invented import EXAM, whole

from actions.decided import copies
from processors.findings import Code
from processors.scans.readings import CopyStatus
from storage.corrected.lots import LotPulled, routable_copies
from storage.decided.copies import copies_of_lot, to_anonymise
from storage.decided.decisions import copies_to_decide, count_to_decide
from storage.refusals import Refused
from storage.states import Decision, Life, Trouble


@pytest.fixture
def lot(world):
    """Two copies in a lot that was pulled: its id, and theirs."""
    world.people()
    both = world.scanned(whole(0, 1), whole(1, 5))
    for number, copy in zip(("A17", "B23"), both, strict=True):
        world.anonymised(copy, number)
    lot = world.in_lot(*both)
    world.record(LotPulled(), lot)
    return lot, both


def report(world, copy):
    return copies.report(world.site, copy, Trouble.ILLEGIBLE, "page 3, en bas", actor="corr", at=world.tick())


def in_lot(world, lot):
    with world.register.reading() as connection:
        return copies_of_lot(connection, lot)


def test_it_waits_while_the_rest_goes_on(world, lot):
    lot, (first, _) = lot
    assert report(world, first)
    assert [copy.ready for copy in in_lot(world, lot)] == [False, True]
    assert world.open_codes() == [Code.REPORTED]
    with world.register.reading() as connection:
        assert [copy.id for copy in copies_to_decide(connection, [EXAM], 10)] == [first]
        assert count_to_decide(connection) == 1
    with pytest.raises(Refused):
        report(world, first)


def test_a_new_scan_takes_its_place(world, lot):
    lot, (first, second) = lot
    report(world, first)
    (again,) = world.scanned(whole(0, 1))
    assert world.copy(first).life is Life.SUPERSEDED and world.copy(first).lot is None
    assert [copy.id for copy in in_lot(world, lot)] == [again, second]
    assert not world.copy(again).ready  # until it is anonymous
    with world.register.reading() as connection:
        assert [copy.id for copy in to_anonymise(connection)] == [again]
        assert routable_copies(connection, EXAM) == []
    world.anonymised(again, "C42")
    assert world.copy(again).ready and world.open_codes() == []


@pytest.mark.parametrize(
    ("decision", "left", "ready"), [(Decision.ACCEPT, 2, True), (Decision.SET_ASIDE, 1, False)]
)
def test_the_service_may_send_it_back_or_set_it_aside(world, lot, decision, left, ready):
    lot, (first, _) = lot
    report(world, first)
    copies.decide(world.site, first, decision, "vue", actor="acct", at=world.tick())
    assert len(in_lot(world, lot)) == left
    assert world.copy(first).ready is ready or world.copy(first).life is Life.SET_ASIDE
    assert world.open_codes() == []


def test_another_owner_takes_it_out_of_the_lot(world, lot):
    lot, (first, _) = lot
    report(world, first)
    candidate = world.candidate(3)
    copies.decide(
        world.site, first, Decision.ATTRIBUTE, "vue", candidate=candidate, actor="acct", at=world.tick()
    )
    copy = world.copy(first)
    assert (copy.lot, copy.anonymous_number, copy.status) == (None, None, CopyStatus.COMPLETE)


def test_only_what_is_in_a_lot_is_reported(world):
    world.people()
    (copy,) = world.scanned(whole(0, 1))
    with pytest.raises(Refused, match="not_in_hand"):
        report(world, copy)
