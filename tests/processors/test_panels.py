from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import combinations

import pytest

from processors.circular.deadlines import instant
from processors.circular.oral_parts import JurorRole
from processors.correcting.conflicts import Marked, causes
from processors.orals.panels import (
    Juror,
    OralPlan,
    Sitting,
    plan_panels,
    turns_between,
)

TEACHER, PROFESSIONAL = JurorRole
DAY = date(2026, 6, 1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return instant(DAY + timedelta(days=day), time(hour, minute))


def sittings(places, days: int = 1, minutes: int = 60) -> list[Sitting]:
    halves = [((8, 30), (12, 30)), ((13, 30), (17, 0))]
    return [
        Sitting(place, begins, ends, turns_between(begins, ends, minutes))
        for day in range(days)
        for place in places
        for begins, ends in ((at(day, *begins), at(day, *ends)) for begins, ends in halves)
    ]


def planned(candidates, jurors, where, roles=(TEACHER, PROFESSIONAL)) -> OralPlan:
    return plan_panels(candidates, jurors, where, roles)


def of(place: str, number: int, school: str = "a school") -> list[Marked]:
    return [Marked(f"{place}-{k}", school, place, f"n{place}{k}") for k in range(number)]


def test_turns_follow_each_other_and_none_falls_into_a_meeting():
    assert [f"{turn:%H:%M}" for turn in turns_between(at(0, 8, 30), at(0, 12, 30), 50)] == [
        *("08:30", "09:20", "10:10", "11:00"),
    ]
    meeting = [(at(0, 9), at(0, 12))]
    assert [f"{turn:%H:%M}" for turn in turns_between(at(0, 8, 30), at(0, 12, 30), 30, meeting)] == [
        *("08:30", "12:00"),
    ]
    assert turns_between(at(0, 8), at(0, 9), 61) == ()


def test_a_panel_examines_until_its_turns_are_full_then_another_half_day_is_taken():
    jurors = [Juror("t", ("its school",), role=TEACHER), Juror("p", (), role=PROFESSIONAL)]
    plan = planned(of("A", 6), jurors, sittings("A"))
    assert not plan.unplaced
    assert [panel.members for panel in plan.panels] == [("t", "p"), ("t", "p")]
    assert sum(len(panel.turns) for panel in plan.panels) == 6
    assert all(when in panel.sitting.turns for panel in plan.panels for _, when in panel.turns)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_people_no_rule_is_broken_and_everybody_is_examined_or_told_of(seed: int):
    rng = random.Random(seed)
    places, schools, companies = ["A", "B", "C"][: rng.randint(1, 3)], ["s1", "s2", "s3", "s4"], ["c1", "c2"]
    candidates = [
        Marked(
            f"o{k}",
            rng.choice(schools),
            rng.choice(places),
            f"n{k}",
            tuple(rng.sample(companies, rng.randint(0, 1))),
            rng.choice(["SISR", "SLAM"]),
        )
        for k in range(rng.randint(1, 14))
    ]
    jurors = [
        Juror(
            f"j{k}",
            tuple(rng.sample(schools, rng.randint(0, 2))),
            tuple(rng.sample(companies, rng.randint(0, 1))),
            tuple(rng.sample([one.candidate_id for one in candidates], 1)),
            tuple(rng.sample(["SISR", "SLAM"], rng.randint(0, 1))),
            role=rng.choice([TEACHER, PROFESSIONAL]),
            away=((at(0, 8), at(0, 13)),) if rng.random() < 0.3 else (),
        )
        for k in range(rng.randint(2, 7))
    ]
    where = sittings(places, days=2)
    plan = planned(candidates, jurors, where)
    by_id, examined = {juror.id: juror for juror in jurors}, {one.id: one for one in candidates}
    for panel in plan.panels:
        members = [by_id[one] for one in panel.members]
        assert [juror.role for juror in members] == [TEACHER, PROFESSIONAL]
        assert all(juror.is_free(panel.sitting) for juror in members)
        assert len({when for _, when in panel.turns}) == len(panel.turns) > 0
        assert {when for _, when in panel.turns} <= set(panel.sitting.turns)
        for candidate, _ in panel.turns:
            assert examined[candidate].place == panel.sitting.place
            assert not [cause for juror in members for cause in causes(examined[candidate], juror)]
    for one, other in combinations(plan.panels, 2):
        if set(one.members) & set(other.members):
            assert one.sitting.ends <= other.sitting.begins or other.sitting.ends <= one.sitting.begins
    told = [candidate for panel in plan.panels for candidate, _ in panel.turns]
    told += [candidate for left in plan.unplaced for candidate in left.candidates]
    assert Counter(told) == Counter(examined.keys())
    assert all(left.reasons for left in plan.unplaced)


def test_the_plan_does_not_depend_on_the_order_of_what_it_is_made_of():
    rng = random.Random(4)
    candidates = of("A", 9) + of("B", 5, "another school")
    jurors = [Juror(f"t{k}", (), role=TEACHER) for k in range(3)] + [
        Juror(f"p{k}", (), role=PROFESSIONAL) for k in range(2)
    ]
    where = sittings("AB")
    first = planned(candidates, jurors, where)
    for items in (candidates, jurors, where):
        rng.shuffle(items)
    assert planned(candidates, jurors, where) == first


def test_nobody_examines_at_two_places_at_once_even_where_hours_only_overlap():
    where = [
        Sitting("A", at(0, 9), at(0, 12), turns_between(at(0, 9), at(0, 12), 60)),
        Sitting("B", at(0, 11), at(0, 13), turns_between(at(0, 11), at(0, 13), 60)),
    ]
    jurors = [Juror("t", (), role=TEACHER), Juror("p", (), role=PROFESSIONAL)]
    plan = planned(of("A", 2) + of("B", 2), jurors, where)
    assert len(plan.panels) == 1
    (left,) = plan.unplaced
    assert len(left.candidates) == 2
    assert left.reasons == ("Les examinateurs possibles sont tous pris : 1 demi-journée de jury manque.",)


@pytest.mark.parametrize(
    ("jurors", "reason"),
    [
        ([Juror("t", (), role=TEACHER)], "Aucun professionnel n’est désigné pour cette épreuve."),
        (
            [Juror("t", ("a school",), role=TEACHER), Juror("p", (), role=PROFESSIONAL)],
            "Pour 1 enseignant sur 1 : le candidat vient de leur établissement.",
        ),
        (
            [Juror("t", (), role=TEACHER), Juror("p", (), role=PROFESSIONAL, away=((at(0, 0), at(1, 0)),))],
            "Aucun professionnel possible n’est libre aux heures d’interrogation.",
        ),
    ],
)
def test_who_cannot_be_examined_is_told_why(jurors, reason):
    plan = planned(of("A", 3), jurors, sittings("A"))
    assert plan.panels == ()
    (left,) = plan.unplaced
    assert len(left.candidates) == 3
    assert left.reasons == (reason,)


def test_a_place_without_hours_is_said():
    (left,) = planned(
        of("B", 1), [Juror("t", (), role=TEACHER), Juror("p", (), role=PROFESSIONAL)], sittings("A")
    ).unplaced
    assert left.reasons == ("Aucune demi-journée d’interrogation n’est prévue pour ces candidats.",)
