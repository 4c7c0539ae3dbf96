import random
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.correcting.conflicts import Cause, Marked
from processors.correcting.lots import (
    Eligible,
    barred,
    lot_conflicts,
    plan_lots,
)


def copies_of(school, n, centre="0130051K", start=0, companies=()):
    return [
        Marked(f"{school}-{start + k:03d}", school, centre, f"candidate-{school}-{start + k}", companies)
        for k in range(n)
    ]


def load_of(plan):
    load: Counter[str] = Counter()
    for lot in plan.lots:
        load[lot.corrector] += len(lot.copies)
    return load


SCHOOLS = st.sampled_from(["A", "B", "C", "D"])
COMPANIES = st.sampled_from(["Acme", "acme ", "Zed"])


OPTIONS = st.sampled_from(["SISR", "SLAM"])


@st.composite
def instances(draw):
    subjects = OPTIONS if draw(st.booleans()) else st.just("")
    copies = [
        Marked(
            f"copy-{k}",
            draw(SCHOOLS),
            draw(st.sampled_from(["X", "Y"])),
            f"candidate-{k}",
            tuple(draw(st.lists(COMPANIES, max_size=1))),
            draw(subjects),
        )
        for k in range(draw(st.integers(0, 14)))
    ]
    never = st.one_of(SCHOOLS, st.integers(0, 13).map("candidate-{}".format))
    correctors = [
        Eligible(
            f"corrector-{k}",
            tuple(draw(st.lists(SCHOOLS, max_size=2))),
            tuple(draw(st.lists(COMPANIES, max_size=1))),
            tuple(draw(st.lists(never, max_size=2))),
            quota=draw(st.one_of(st.none(), st.integers(0, 6))),
            assigned=draw(st.integers(0, 3)),
            options=tuple(draw(st.lists(OPTIONS, max_size=1))),
        )
        for k in range(draw(st.integers(0, 4)))
    ]
    return copies, correctors, draw(st.integers(1, 5)), draw(st.integers(0, 3))


def room(corrector, copies):
    return len(copies) if corrector.quota is None else max(0, corrector.quota - corrector.assigned)


def most_routable(copies, correctors):
    """Kuhn's augmenting paths: an independent answer to how many copies can be routed at all."""
    taken: dict[object, list[object]] = defaultdict(list)

    def place(copy, seen):
        for corrector in correctors:
            if corrector.id in seen or barred([copy], [corrector]):
                continue
            seen.add(corrector.id)
            if len(taken[corrector.id]) < room(corrector, copies):
                taken[corrector.id].append(copy)
                return True
            for other in taken[corrector.id]:
                if place(other, seen):
                    taken[corrector.id].remove(other)
                    taken[corrector.id].append(copy)
                    return True
        return False

    return sum(place(copy, set()) for copy in copies)


@settings(max_examples=150, deadline=None)
@given(instances())
def test_what_holds_of_every_plan(instance):
    copies, correctors, lot_size, seed = instance
    plan = plan_lots(copies, correctors, lot_size, seed)
    by_copy = {copy.id: copy for copy in copies}
    by_corrector = {corrector.id: corrector for corrector in correctors}
    load = load_of(plan)

    routed = [name for lot in plan.lots for name in lot.copies]
    waiting = [name for entry in plan.unroutable for name in entry.copies]
    assert sorted(routed + waiting) == sorted(by_copy)  # each copy once, none lost

    for lot in plan.lots:
        assert 1 <= len(lot.copies) <= lot_size
        assert all(not barred([by_copy[name]], [by_corrector[lot.corrector]]) for name in lot.copies)
        (option,) = {by_copy[name].option for name in lot.copies}
        assert not option or option in (by_corrector[lot.corrector].options or (option,))
    for name, n in load.items():
        assert n <= room(by_corrector[name], copies)

    assert len(routed) == most_routable(copies, correctors)
    for entry in plan.unroutable:
        assert entry.reasons
        for name in entry.copies:
            assert by_copy[name].school == entry.school
            for corrector in correctors:
                full = load[corrector.id] == room(corrector, copies)
                assert full or barred([by_copy[name]], [corrector])

    assert plan == plan_lots(copies[::-1], correctors[::-1], lot_size, seed)


@settings(max_examples=80, deadline=None)
@given(instances())
def test_no_single_move_would_make_loads_more_even(instance):
    copies, correctors, lot_size, seed = instance
    plan = plan_lots(copies, correctors, lot_size, seed)
    by_copy = {copy.id: copy for copy in copies}
    by_corrector = {corrector.id: corrector for corrector in correctors}
    load = load_of(plan)
    for lot in plan.lots:
        giver = by_corrector[lot.corrector]
        for taker in correctors:
            free = load[taker.id] < room(taker, copies)
            for name in lot.copies:
                if free and not barred([by_copy[name]], [taker]):
                    assert giver.assigned + load[giver.id] <= taker.assigned + load[taker.id] + 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=6),
    st.integers(1, 7),
    st.integers(1, 12),
    st.integers(0, 3),
)
def test_without_conflicts_everything_is_even(sizes, n_correctors, lot_size, seed):
    copies = [copy for s, n in enumerate(sizes) for copy in copies_of(f"S{s}", n)]
    correctors = [Eligible(f"corrector-{k}", ("elsewhere",)) for k in range(n_correctors)]
    plan = plan_lots(copies, correctors, lot_size, seed)
    school = {copy.id: copy.school for copy in copies}
    load = load_of(plan)
    loads = [load[corrector.id] for corrector in correctors]
    assert not plan.unroutable
    assert max(loads) - min(loads) <= 1
    for corrector in correctors:
        lots = [lot.copies for lot in plan.lots if lot.corrector == corrector.id]
        assert len(lots) == -(-load[corrector.id] // lot_size)  # no more lots than it takes
        if lots:
            lengths = [len(lot) for lot in lots]
            assert max(lengths) - min(lengths) <= 1
            for name in set(school.values()):
                spread = [sum(school[c] == name for c in lot) for lot in lots]
                assert max(spread) - min(spread) <= 1


def test_each_school_is_spread_over_the_correctors():
    copies = [*copies_of("A", 40), *copies_of("B", 40), *copies_of("C", 40)]
    correctors = [Eligible(f"corrector-{k}", ("elsewhere",)) for k in range(8)]
    plan = plan_lots(copies, correctors, 20, seed=1)
    schools = {copy.id: copy.school for copy in copies}
    for lot in plan.lots:
        assert Counter(schools[c] for c in lot.copies) == {"A": 5, "B": 5, "C": 5}


def test_the_order_within_a_lot_is_the_seed_s_and_not_the_school_s():
    copies = [*copies_of("A", 20), *copies_of("B", 20)]
    correctors = [Eligible("one", ("elsewhere",))]
    first, again, other = (plan_lots(copies, correctors, 40, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.lots[0].copies != other.lots[0].copies
    schools = [name[0] for name in first.lots[0].copies]
    changes = sum(a != b for a, b in pairwise(schools))
    assert changes > 5  # sorted by school it would be 1


def test_copies_already_assigned_count_for_evenness_and_for_the_quota():
    correctors = [
        Eligible("fresh", ("elsewhere",)),
        Eligible("laden", ("elsewhere",), assigned=6),
        Eligible("full", ("elsewhere",), quota=4, assigned=4),
    ]
    load = load_of(plan_lots(copies_of("A", 10), correctors, 25, seed=0))
    assert load == {"fresh": 8, "laden": 2}


def test_one_corrector_for_all_that_the_others_may_not_take():
    correctors = [
        Eligible("free", ("B",)),
        *(Eligible(f"own-{k}", ("A",)) for k in range(20)),
    ]
    load = load_of(plan_lots(copies_of("A", 200), correctors, 25, seed=0))
    assert load == {"free": 200}


def test_a_school_that_is_everybody_s_is_named_and_the_others_go_on():
    correctors = [Eligible("one", ("A",)), Eligible("two", ("A", "B"))]
    plan = plan_lots([*copies_of("A", 2), *copies_of("B", 3)], correctors, 25, seed=0)
    (entry,) = plan.unroutable
    assert entry.school == "A"
    assert entry.copies == ("A-000", "A-001")
    assert entry.reasons == (
        "Pour tous les correcteurs de l'épreuve (2) : le candidat vient de l'établissement du correcteur.",
    )
    assert load_of(plan) == {"one": 3}


def test_each_cause_is_told():
    correctors = [
        Eligible("own", ("A",)),
        Eligible("apart", ("B",), never_with=("candidate-A-0",)),
        Eligible("boss", ("C",), companies=("ACME",)),
        Eligible("full", ("D",), quota=3, assigned=3),
    ]
    (entry,) = plan_lots(copies_of("A", 1, companies=("Acme",)), correctors, 25, seed=0).unroutable
    assert entry.reasons == (
        "Pour 1 correcteur sur 4 : le candidat vient de l'établissement du correcteur.",
        "Pour 1 correcteur sur 4 : le candidat ou son établissement est sur la liste « jamais avec » "
        "du correcteur.",
        "Pour 1 correcteur sur 4 : le candidat a fait son stage dans l'entreprise du correcteur.",
        "Le quota de l'unique correcteur possible est épuisé.",
    )


def test_who_may_not_take_what_is_counted_for_each_cause():
    copies = copies_of("A", 3) + copies_of("B", 2, companies=("Acme",))
    correctors = [
        Eligible("own", ("A",), never_with=("candidate-B-0",)),
        Eligible("host", ("C",), companies=("ACME",)),
        Eligible("free", ("C",)),
    ]
    assert barred(copies, correctors) == {
        "own": {Cause.OWN_SCHOOL: 3, Cause.NEVER_WITH: 1},
        "host": {Cause.SAME_COMPANY: 2},
    }


def test_nobody_to_correct():
    (entry,) = plan_lots(copies_of("A", 2), [], 25, seed=0).unroutable
    assert entry.reasons == ("Aucun correcteur n'est désigné pour cette épreuve.",)


@pytest.mark.parametrize(
    ("corrector", "told"),
    [
        (Eligible("x", ("B",)), ()),
        (Eligible("x", ("A",)), ("2 copies : le candidat vient de l'établissement du correcteur.",)),
        (Eligible("x", ("B",), quota=5, assigned=3), ()),
        (
            Eligible("x", ("B",), quota=5, assigned=4),
            ("Le quota du correcteur (5 copies) serait dépassé de 1.",),
        ),
    ],
)
def test_every_rule_is_checked_again_at_a_reassignment(corrector, told):
    assert lot_conflicts(copies_of("A", 2), corrector) == told


@pytest.mark.parametrize("quota", [None, 300, 120, 0])
def test_a_plan_in_parts_holds_to_every_rule(quota):
    """More copies than one model takes; a quota of 300 is ample, 120 just enough, 0 none at all."""
    rng = random.Random(5)
    schools = [f"school {k}" for k in range(40)]
    copies = [Marked(f"c{k}", rng.choice(schools), "centre", f"n{k}") for k in range(6000)]
    correctors = [Eligible(f"k{k}", (schools[k % 40],), quota=quota) for k in range(50)]
    plan = plan_lots(copies, correctors, 40, 7)
    by_id, who = {copy.id: copy for copy in copies}, {c.id: c for c in correctors}
    routed = [copy for lot in plan.lots for copy in lot.copies]
    left = [copy for group in plan.unroutable for copy in group.copies]
    assert sorted(routed + left) == sorted(by_id)
    for lot in plan.lots:
        assert not any(barred([by_id[copy]], [who[lot.corrector]]) for copy in lot.copies)
    loads = Counter({c.id: 0 for c in correctors})
    for lot in plan.lots:
        loads[lot.corrector] += len(lot.copies)
    if quota == 0:
        assert not routed
        return
    assert not left
    assert max(loads.values()) - min(loads.values()) <= 2
    for school in schools:
        shares = Counter(lot.corrector for lot in plan.lots for c in lot.copies if by_id[c].school == school)
        assert max(shares.values()) <= 12  # in one model: 3 or 4
    assert plan == plan_lots(copies[::-1], correctors[::-1], 40, 7)


@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from("XYZ"), min_size=6, max_size=12))
def test_nobody_gets_one_centre_s_copies_alone_where_they_can_be_mixed(seed, centres):
    """Whose school the copies come from is told by nothing else here: every copy is of another school."""
    copies = [
        Marked(f"copy-{k}", f"school-{k}", centre, f"candidate-{k}") for k, centre in enumerate(centres)
    ]
    correctors = [Eligible(f"corrector-{k}", ()) for k in range(2)]
    where = {copy.id: copy.place for copy in copies}
    most = max(centres.count(centre) for centre in set(centres))
    plan = plan_lots(copies, correctors, 12, seed)
    told = [lot for lot in plan.lots if len({where[copy] for copy in lot.copies}) == 1]
    assert not told or len(centres) - most < 2
