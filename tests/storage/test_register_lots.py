"""Lots in the register: what may go into one, and from hand to hand."""

from itertools import product

import pytest
from invented import CORRECTORS, EXAM, partial, unknown, whole
from sqlalchemy.exc import IntegrityError

from actions.corrected.lots import plan_for, reassign, who_may_take
from actions.decided.copies import decide
from processors.correcting.conflicts import Cause
from storage.corrected.lots import (
    LotClosed,
    LotFormed,
    LotPulled,
    LotReassigned,
    LotRecalled,
    LotReturned,
    all_lots,
    lot_by_id,
    next_lot_number,
    routable_copies,
)
from storage.decided.copies import copies_of_lot
from storage.ids import new_id
from storage.people.correctors import all_correctors, import_correctors
from storage.refusals import Refused
from storage.states import Decision, LotState


def test_only_ready_copies_go_into_lots_and_once(peopled):
    ready, raw, lacking, nobodys = peopled.scanned(whole(0, 1), whole(1, 5), partial(2, 9), unknown(11))
    peopled.anonymised(ready, "A17")
    peopled.anonymised(lacking, "B23")
    with peopled.register.reading() as connection:
        assert [row.id for row in routable_copies(connection, EXAM)] == [ready]
    for bad in ([ready, raw], [lacking], [nobodys], [ready, ready], ["copy_0000000000000000"]):
        with pytest.raises(Refused, match="not_ready"):
            peopled.in_lot(*bad)
    lot = peopled.in_lot(ready)
    with peopled.register.reading() as connection:
        assert routable_copies(connection, EXAM) == []
        assert next_lot_number(connection, EXAM) == 2
        (told,) = all_lots(connection, EXAM)
    assert (told.id, told.number, told.copies, told.state) == (lot, 1, 1, LotState.ASSIGNED)
    with pytest.raises(Refused, match="in_a_lot"):
        decide(peopled.site, ready, Decision.SET_ASIDE, "Vu.", actor="service", at=peopled.tick())


def test_the_order_in_a_lot_is_kept(peopled):
    ids = peopled.scanned(*(whole(k, 1 + 4 * k) for k in range(4)))
    for k, copy in enumerate(ids):
        peopled.anonymised(copy, f"A{k}")
    order = [ids[2], ids[0], ids[3], ids[1]]
    lot = peopled.in_lot(*order)
    with peopled.register.reading() as connection:
        assert [row.id for row in copies_of_lot(connection, lot)] == order
        assert [row.assigned for row in all_correctors(connection, EXAM)] == [4, 0]


MOVES = {
    "pull": LotPulled(),
    "return": LotReturned(),
    "close": LotClosed(),
    "recall": LotRecalled(reason="reasons/x.txt"),
}
LEADS = {
    (LotState.ASSIGNED, "pull"): LotState.PULLED,
    (LotState.PULLED, "return"): LotState.RETURNED,
    (LotState.PULLED, "recall"): LotState.RECALLED,
    (LotState.RETURNED, "close"): LotState.CLOSED,
    (LotState.RETURNED, "recall"): LotState.RECALLED,
    (LotState.CLOSED, "recall"): LotState.RECALLED,
}
WAYS = {
    LotState.ASSIGNED: [],
    LotState.PULLED: ["pull"],
    LotState.RETURNED: ["pull", "return"],
    LotState.CLOSED: ["pull", "return", "close"],
    LotState.RECALLED: ["pull", "recall"],
}
SAME = {
    "pull": LotState.PULLED,
    "return": LotState.RETURNED,
    "close": LotState.CLOSED,
    "recall": LotState.RECALLED,
}


def test_a_lot_goes_from_assigned_to_pulled_to_returned_or_back(peopled):
    copies = peopled.scanned(*(whole(k, 1 + 4 * k) for k in range(6)))
    free = iter(copies)
    for number, (state, move) in enumerate(product(LotState, MOVES), start=1):
        copy = next(free, None)
        if copy:
            peopled.anonymised(copy, f"A{number}")
        lot = peopled.in_lot(*([copy] if copy else []), number=number)
        for step in WAYS[state]:
            peopled.record(MOVES[step], lot)
        leads = LEADS.get((state, move))
        if leads:
            assert peopled.record(MOVES[move], lot)
        elif SAME[move] == state:
            assert peopled.record(MOVES[move], lot) is None
        else:
            with pytest.raises(Refused, match=r"never_pulled|returned|closed|recalled|other_state"):
                peopled.record(MOVES[move], lot)
        with peopled.register.reading() as connection:
            assert lot_by_id(connection, lot).state == (leads or state)


def test_a_lot_changes_hands_only_while_nobody_has_it(peopled):
    (copy,) = peopled.scanned(whole(0, 1))
    peopled.anonymised(copy, "A17")
    lot = peopled.in_lot(copy)
    first, second = peopled.correctors()
    assert peopled.record(LotReassigned(corrector=first), lot) is None
    assert peopled.record(LotReassigned(corrector=second), lot)
    peopled.record(LotPulled(), lot)
    with pytest.raises(Refused, match="pulled"):
        peopled.record(LotReassigned(corrector=first), lot)
    peopled.record(LotRecalled(reason="reasons/x.txt"), lot)
    with pytest.raises(Refused, match="recalled"):  # by whoever had it, as by a click on a copy
        peopled.record(LotPulled(), lot)
    assert peopled.record(LotReassigned(corrector=second), lot)
    assert peopled.record(LotPulled(), lot)
    peopled.record(LotRecalled(reason="reasons/x.txt"), lot)
    assert peopled.record(LotReassigned(corrector=first), lot)
    with pytest.raises(Refused, match=r"unknown: .*corr_0000000000000000"):
        peopled.record(LotReassigned(corrector="corr_0000000000000000"), lot)


def test_two_lots_of_an_exam_cannot_have_one_number(peopled):
    peopled.in_lot()
    facts = LotFormed(exam=EXAM, number=1, corrector=peopled.correctors()[0], copies=(), complementary=True)
    with pytest.raises(IntegrityError):
        peopled.record(facts, new_id("lot"))


def test_a_copy_goes_to_who_corrects_the_subject_of_its_option(peopled):
    """In a plan and by hand. All candidates here are of SLAM."""
    site = peopled.site
    rules = site.session
    exams = tuple(e.model_copy(update={"by_option": e.code == EXAM}) for e in rules.exams)
    site.__dict__["session"] = rules.model_copy(update={"exams": exams})
    header, first, second = CORRECTORS.decode().splitlines()
    lines = (f"{header},options", f"{first},SISR SLAM", f"{second},SISR")
    read = import_correctors(
        peopled.register, "\n".join(lines).encode(), site.session, actor="t", at=peopled.tick()
    )
    assert not read.problems
    both, sisr_alone = peopled.correctors()
    for k, copy in enumerate(peopled.scanned(whole(0, 1), whole(1, 5))):
        peopled.anonymised(copy, f"A{k}")
    plan = plan_for(site, site.session.exam(EXAM))
    assert [lot.corrector for lot in plan.lots] == [both] and not plan.unroutable
    lot = peopled.in_lot(*plan.lots[0].copies)
    with peopled.register.reading() as connection:
        given = lot_by_id(connection, lot)
    ((_, why),) = who_may_take(site, given)
    assert why == (f"2 copies : {Cause.OTHER_OPTION.value}.",)
    with pytest.raises(Refused, match="may_not_take"):
        reassign(site, given, sisr_alone, actor="t", at=peopled.tick())


def test_an_option_that_the_session_does_not_know_keeps_the_list_back(peopled):
    header, first, _ = CORRECTORS.decode().splitlines()
    text = f"{header},options\n{first},SLIM\n"
    read = import_correctors(
        peopled.register, text.encode(), peopled.site.session, actor="t", at=peopled.tick()
    )
    assert "SLIM" in read.problems[0].message
