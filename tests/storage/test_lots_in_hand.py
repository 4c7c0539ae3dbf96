"""A lot in its corrector's hands: recalled with a reason, read offline, or without news."""

from datetime import timedelta

import pytest
from invented import EXAM, whole

from actions.corrected.archive import pull_all
from actions.corrected.lots import idle, own, recall, work_offline
from actions.decided import copies as of_copies
from processors.circular.deadlines import PARIS
from storage.corrected.lots import LotPulled, LotReturned, lot_by_id
from storage.refusals import Refused
from storage.states import LotState, Trouble


@pytest.fixture
def held(peopled):
    """A lot of two copies, pulled on the first day of its window."""
    made = peopled.scanned(whole(0, 1), whole(1, 5))
    for k, copy in enumerate(made):
        peopled.anonymised(copy, f"A{k}")
    lot = peopled.in_lot(*made)
    peopled.now = exam(peopled).opens_at + timedelta(hours=1)
    peopled.register.record(LotPulled(), lot, actor=peopled.correctors()[0], at=peopled.tick())
    return lot, made


def exam(world):
    return world.site.session.exam(EXAM)


def row(world, lot):
    with world.register.reading() as connection:
        return lot_by_id(connection, lot)


def test_a_recall_wants_a_reason_keeps_what_was_returned_and_shuts_the_lot(peopled, held, new_register):
    lot, (first, second) = held
    hers = row(peopled, lot).corrector
    of_copies.give_back(peopled.site, first, True, actor=hers, at=peopled.tick())
    with pytest.raises(Refused, match="no_reason"):
        recall(peopled.site, row(peopled, lot), " ", actor="service", at=peopled.tick())
    assert recall(peopled.site, row(peopled, lot), "Mme Personne est absente.", actor="t", at=peopled.tick())
    assert row(peopled, lot).state is LotState.RECALLED
    assert [peopled.copy(copy).returned for copy in (first, second)] == [True, False]
    with pytest.raises(Refused, match="recalled"):
        own(peopled.site, hers, lot, at=peopled.now)
    with pytest.raises(Refused, match="recalled"):
        of_copies.give_back(peopled.site, first, False, actor=hers, at=peopled.tick())
    assert recall(peopled.site, row(peopled, lot), "Encore.", actor="t", at=peopled.tick()) is None
    assert "Personne" not in peopled.replayed_alike(new_register())


def test_a_lot_that_is_read_offline_is_neither_recalled_nor_called_idle(peopled, held, new_register):
    lot, (first, _) = held
    rules, hers = exam(peopled), row(peopled, lot).corrector
    today = peopled.now.astimezone(PARIS).date()
    later = peopled.now + timedelta(days=5)
    assert set(idle(peopled.site, rules, at=later)) == {lot}
    assert idle(peopled.site, rules, at=peopled.now + timedelta(days=3)) == {}
    for bad in (today - timedelta(days=1), rules.closes_at.date() + timedelta(days=1)):
        with pytest.raises(Refused, match="bad_day"):
            work_offline(peopled.site, row(peopled, lot), rules, bad, at=peopled.now)
    until = today + timedelta(days=6)
    assert work_offline(peopled.site, row(peopled, lot), rules, until, at=peopled.tick())
    assert idle(peopled.site, rules, at=later) == {}
    with pytest.raises(Refused, match="offline"):
        recall(peopled.site, row(peopled, lot), "Trop long.", actor="t", at=later)
    assert idle(peopled.site, rules, at=later + timedelta(days=3)).keys() == {lot}
    of_copies.report(peopled.site, first, Trouble.ILLEGIBLE, "", actor=hers, at=later + timedelta(days=2))
    assert idle(peopled.site, rules, at=later + timedelta(days=3)) == {}  # she was heard of
    assert recall(peopled.site, row(peopled, lot), "Elle me l'a dit.", anyway=True, actor="t", at=later)
    assert row(peopled, lot).offline_until is None
    peopled.replayed_alike(new_register())


def test_it_ends_with_the_lot(peopled, held):
    lot, _ = held
    rules = exam(peopled)
    work_offline(peopled.site, row(peopled, lot), rules, peopled.now.date(), at=peopled.tick())
    peopled.record(LotReturned(), lot)
    assert row(peopled, lot).offline_until is None and idle(peopled.site, rules, at=peopled.now) == {}


def test_a_recalled_lot_is_brought_to_nobody(peopled, held, tmp_path):
    lot, _ = held
    recall(peopled.site, row(peopled, lot), "Erreur de lot.", actor="t", at=peopled.tick())
    assert pull_all(peopled.site, row(peopled, lot).corrector, tmp_path, at=peopled.now) == []
    assert list(tmp_path.rglob("*.pdf")) == []
