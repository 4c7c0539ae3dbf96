"""A file dropped by mistake is taken back whole, by whom it may, and put back."""

from __future__ import annotations

import pytest
from invented import CENTRE, EXAM, partial, unknown, whole

from actions.decided.copies import decide
from actions.dropped.withdrawing import restore, withdraw
from processors.findings import Code, finding
from storage.corrected.lots import routable_copies
from storage.decided.copies import current_copies
from storage.dropped.scans import ScanClaimed, ScanProcessed, ScanQuarantined, twin_of
from storage.refusals import Refused
from storage.states import Decision, Life, ScanState

WHY = "C'était la pile de Mme Personne."


def a_file(world, *copies):
    """A file that was read; its id and those of its copies."""
    ids = world.scanned(*copies)
    scan = world.copy(ids[0]).scan
    assert world.record(ScanProcessed(), scan)
    return scan, ids


def take(world, scan, *, by_centre=False):
    return withdraw(world.site, scan, WHY, by_centre=by_centre, actor="acct_x", at=world.tick())


def counting(world):
    with world.register.reading() as connection:
        return [copy.id for copy in current_copies(connection, EXAM, CENTRE)]


def test_nothing_of_a_file_that_was_taken_back_counts_or_is_open(peopled):
    scan, ids = a_file(peopled, whole(0, 1), partial(1, 5), unknown(9))
    peopled.anonymised(ids[0], "A17")
    assert Code.UNIDENTIFIED in peopled.open_codes()
    assert take(peopled, scan, by_centre=True)
    assert counting(peopled) == [] and not {Code.UNIDENTIFIED, Code.MISSING_PAGES} & set(peopled.open_codes())
    with peopled.register.reading() as connection:
        assert routable_copies(connection, EXAM) == []
    assert peopled.scan(scan).state is ScanState.WITHDRAWN
    assert take(peopled, scan) is None  # once
    with pytest.raises(Refused, match="withdrawn"):
        decide(peopled.site, ids[2], Decision.SET_ASIDE, "Vu.", actor="service", at=peopled.tick())


def test_a_file_that_was_put_back_is_read_anew_and_counts_as_when_it_came(peopled):
    scan, (first, _) = a_file(peopled, whole(0, 1), unknown(5))
    came = peopled.scan(scan).due_at
    assert restore(peopled.site, scan, actor="acct_x", at=peopled.tick()) is None  # nothing to put back
    take(peopled, scan)
    # meanwhile a complete copy of the same candidate came: the two wait for a person
    _, (other,) = a_file(peopled, whole(0, 1))
    assert restore(peopled.site, scan, actor="acct_x", at=peopled.tick())
    assert (peopled.scan(scan).state, peopled.scan(scan).due_at) == (ScanState.ARRIVED, came)
    assert peopled.record(ScanClaimed(attempt=2), scan)
    assert peopled.read(scan, [whole(0, 1), unknown(5)], attempt=2)
    assert len(counting(peopled)) == 3 and other in counting(peopled)
    assert Code.DUPLICATE_COPY in peopled.open_codes()
    assert peopled.copy(first).life is Life.WITHDRAWN


def test_a_file_that_was_set_aside_is_out_of_sight_and_comes_back_as_it_was(peopled):
    scan = peopled.stored()
    aside = ScanQuarantined(sha256=None, findings=(finding(Code.READING_FAILED, what="3 essais"),))
    assert peopled.record(aside, scan)
    take(peopled, scan)
    assert Code.READING_FAILED not in peopled.open_codes()
    restore(peopled.site, scan, actor="acct_x", at=peopled.tick())
    assert Code.READING_FAILED in peopled.open_codes()
    assert peopled.scan(scan).state is ScanState.QUARANTINED


def test_a_centre_takes_back_no_file_of_which_something_was_decided(peopled):
    scan, (copy,) = a_file(peopled, unknown(1))
    decide(peopled.site, copy, Decision.SET_ASIDE, "Brouillon.", actor="acct_s", at=peopled.tick())
    other, (second,) = a_file(peopled, unknown(1))
    decide(
        peopled.site,
        second,
        Decision.ATTRIBUTE,
        "Vu.",
        candidate=peopled.candidate(2),
        actor="acct_s",
        at=peopled.tick(),
    )
    for file in (scan, other):
        with pytest.raises(Refused, match="decided"):
            take(peopled, file, by_centre=True)
        assert take(peopled, file)  # the service may


def test_no_file_is_taken_back_from_under_a_corrector_or_while_it_is_read(peopled):
    scan, (copy,) = a_file(peopled, whole(0, 1))
    peopled.anonymised(copy, "A17")
    peopled.in_lot(copy)
    with pytest.raises(Refused, match="copy_in_a_lot"):
        take(peopled, scan)
    with pytest.raises(Refused, match="not_read_yet"):
        take(peopled, peopled.stored())


def test_the_same_bytes_may_come_again_and_a_rebuilt_register_says_the_same(peopled, new_register):
    scan, _ = a_file(peopled, whole(0, 1), unknown(5))
    take(peopled, scan)
    with peopled.register.reading() as connection:
        assert twin_of(connection, peopled.scan(peopled.drop()), peopled.scan(scan).sha256 or "") is None
    restore(peopled.site, scan, actor="acct_x", at=peopled.tick())
    assert "Personne" not in peopled.replayed_alike(new_register())
