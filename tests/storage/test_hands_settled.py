"""A copy that waits because somebody lacks goes on where nobody does, and in no other case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented import CENTRE, EXAM, ROSTER, partial, whole

from actions.decided.copies import decide
from actions.decided.reconciling import reconcile_centre
from actions.people.rosters import take_candidates
from actions.season import attendance
from processors.findings import Code, finding
from processors.scans.readings import CopyReading, CopyStatus
from storage.states import Decision, Life


def doubted(k: int, first: int, *also: Code) -> CopyReading:
    """Candidate k's, in which somebody else's sheet may be hidden; and what else is wrong with it."""
    told = tuple(finding(code, [first]) for code in (Code.PERHAPS_TWO_HANDS, *also))
    return replace(whole(k, first), status=CopyStatus.TO_DECIDE, findings=told)


def absent(world, *those: int) -> None:
    missing = {world.candidate(k) for k in those}
    attendance.mark(world.site, EXAM, CENTRE, missing, actor="centre", at=world.tick())


def test_the_list_lets_a_copy_go_when_everybody_is_accounted_for(peopled, new_register):
    held, *_ = peopled.scanned(doubted(0, 1), whole(1, 5), whole(2, 9), whole(3, 13))
    absent(peopled, 4)
    assert peopled.copy(held).status is CopyStatus.TO_DECIDE  # candidate 5 was there, and lacks
    absent(peopled, 4, 5)
    assert (peopled.copy(held).status, peopled.open_codes()) == (CopyStatus.COMPLETE, [])
    log = peopled.replayed_alike(new_register())
    reconcile_centre(peopled.site, EXAM, CENTRE, actor="test", at=peopled.tick())
    assert log.count('"hands.settled"') == 1 and peopled.replayed_alike(new_register()) == log


def test_a_roster_lets_a_copy_go_when_who_lacks_sits_elsewhere(peopled, new_register):
    held, *_ = peopled.scanned(doubted(0, 1), whole(1, 5), whole(2, 9), whole(3, 13))
    absent(peopled, 4)
    *others, last = ROSTER.decode().splitlines()
    moved = "\n".join([*others, last.replace(CENTRE, "0050006E"), ""]).encode()
    assert not take_candidates(peopled.site, moved, actor="service", at=peopled.tick()).problems
    assert (peopled.copy(held).status, peopled.open_codes()) == (CopyStatus.COMPLETE, [])
    peopled.replayed_alike(new_register())


def test_a_copy_that_comes_later_may_be_the_one_that_was_hidden(peopled):
    """Whose sheet lies in another's copy is asked for; a file that came before cannot be that."""
    peopled.scanned(whole(1, 1))
    (held,) = peopled.scanned(doubted(0, 1))
    peopled.scanned(whole(2, 1))
    absent(peopled, 3, 4, 5)
    assert peopled.copy(held).status is CopyStatus.TO_DECIDE
    (other,) = peopled.scanned(doubted(3, 1))
    absent(peopled, 4, 5)
    assert [peopled.copy(one).status for one in (held, other)] == [CopyStatus.TO_DECIDE, CopyStatus.COMPLETE]


@pytest.mark.parametrize("also", [Code.TWO_HANDS, Code.SAME_PAGE, Code.UNSURE_ORDER])
def test_what_else_holds_a_copy_goes_on_holding_it(peopled, also):
    held, *_ = peopled.scanned(doubted(0, 1, also))
    absent(peopled, 1, 2, 3, 4, 5)
    assert (peopled.copy(held).status, peopled.open_codes()) == (CopyStatus.TO_DECIDE, [also])


def test_a_copy_that_lacks_pages_goes_on_lacking_them(peopled):
    told = finding(Code.PERHAPS_TWO_HANDS, [1])
    held, *_ = peopled.scanned(replace(partial(0, 1), findings=(*partial(0, 1).findings, told)))
    absent(peopled, 1, 2, 3, 4, 5)
    assert peopled.copy(held).status is CopyStatus.INCOMPLETE
    assert peopled.open_codes() == [Code.MISSING_PAGES]


def test_where_people_have_begun_to_decide_they_go_on(peopled):
    """Two copies of one candidate, a copy set aside, one of which something is proposed."""
    first, second, aside, proposed = peopled.scanned(
        doubted(0, 1), doubted(0, 5), doubted(1, 9), doubted(2, 13)
    )
    decide(peopled.site, aside, Decision.SET_ASIDE, "vu", actor="service", at=peopled.tick())
    site = peopled.site
    site.__dict__["session"] = site.session.model_copy(update={"second_person": True})
    decide(site, proposed, Decision.SET_ASIDE, "vu", actor="service", at=peopled.tick())
    absent(peopled, 1, 3, 4, 5)
    assert {peopled.copy(one).status for one in (first, second, proposed)} == {CopyStatus.TO_DECIDE}
    assert peopled.copy(aside).life is Life.SET_ASIDE
    assert peopled.open_codes() == [Code.PERHAPS_TWO_HANDS] * 3
