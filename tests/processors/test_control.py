"""Control épreuves: by which names they are chosen, when each candidate is heard, which mark counts."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.circular.session import load_session
from processors.orals.control import better, read_choices, read_control_marks, schedule

SESSION = load_session(Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml")
CONTROL = SESSION.results.control_exams


def chosen(text):
    return read_choices(f"candidate_number;choix\n02200000001;{text}\n".encode(), SESSION, CONTROL)


@pytest.mark.parametrize(
    ("text", "exams"),
    [
        ("U1A | U2", ("U1", "U3")),  # U2 is mathematics in that part of the circular
        ("u3|u1b", ("U4", "U2")),
        ("Mathématiques pour l'informatique | U1A", ("U3", "U1")),
    ],
)
def test_an_epreuve_is_known_by_what_that_part_of_the_circular_calls_it(text, exams):
    assert chosen(text).rows[0].exams == exams


@pytest.mark.parametrize("text", ["U1 | U2", "U4 | U2", "U1A", "U1A | U1A", "U1A | U1B | U2", "U7 | U2", ""])
def test_a_bare_code_and_a_wrong_number_of_choices_are_refused(text):
    assert not chosen(text).rows and chosen(text).problems


def test_a_mark_is_of_one_of_them_and_in_steps():
    lines = "candidate_number;epreuve;note\n02200000001;{};{}\n"
    for epreuve, note, good in (
        ("U2", "12,5", True),
        ("U2", "12,3", False),
        ("U4", "12", False),
        ("U3", "abs", True),
    ):
        table = lines.format(epreuve, note).encode()
        assert bool(read_control_marks(table, SESSION, CONTROL, SESSION.results.step).rows) is good


@given(st.lists(st.sampled_from(list(combinations(CONTROL.exams, 2))), max_size=19))
def test_nobody_is_at_two_places_and_no_jury_hears_two(pairs):
    """Of an épreuve and a jury, nobody else at that hour; all are heard where as many slots as that are."""
    choices = {f"cand_{k:016x}": pair for k, pair in enumerate(pairs)}
    made = schedule(choices, CONTROL)
    assert not made.unplaced
    assert {(one.candidate, one.exam) for one in made.turns} == {
        (w, e) for w, es in choices.items() for e in es
    }
    assert len({(one.candidate, one.at) for one in made.turns}) == len(made.turns)
    assert len({(one.exam, one.jury, one.at) for one in made.turns}) == len(made.turns)
    assert all(1 <= one.jury <= CONTROL.juries for one in made.turns)


def test_who_does_not_fit_into_the_day_is_told_and_without_hours_everybody_is():
    many = {f"cand_{k:016x}": ("U1", "U2") for k in range(60)}
    made = schedule(many, CONTROL)
    assert made.unplaced and len(made.turns) + len(made.unplaced) == 120
    bare = CONTROL.model_copy(update={"hours": ()})
    assert len(schedule(many, bare).unplaced) == 120


@pytest.mark.parametrize(
    ("written", "control", "counts"),
    [
        ("8.5", "12", "12"),
        ("9", "8.5", "9"),
        ("9", "10", "10"),
        ("ABS", "7", "7"),
        ("9", "ABS", "9"),
        ("", "NN", "NN"),
    ],
)
def test_the_better_of_two_marks_counts(written, control, counts):
    assert better(written, control) == counts
