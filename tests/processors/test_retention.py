"""How long each kind is kept: counted from the second jury, and refused where it contradicts itself."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from pathlib import Path

import pytest

from processors.circular.deadlines import PARIS, instant
from processors.circular.retention import Held, due_at
from processors.circular.session import SessionError, load_session, parse_session

FILE = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"


def parsed(change):
    data = tomllib.loads(FILE.read_text())
    change(data)
    return parse_session(data, FILE.parent)


def test_each_kind_is_due_once_the_day_a_year_after_the_second_jury_is_over():
    session = load_session(FILE)
    assert {due_at(session.retention, session.results, kind) for kind in Held} == {
        datetime(2027, 6, 27, tzinfo=PARIS)
    }


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [("2026-08-31", 6, (2027, 3, 1)), ("2026-08-30", 18, (2028, 3, 1)), ("2026-12-31", 12, (2028, 1, 1))],
)
def test_months_of_other_lengths(day, months, due):
    def change(data):
        data.pop("span")
        data["results"]["second_jury"]["date"] = day
        data["paper"]["kept_months"] = 0
        for row in data["retention"]:
            row["months"] = months

    session = parsed(change)
    assert due_at(session.retention, session.results, Held.COPIES) == instant(date(*due), time(0))


def test_what_is_not_stated_is_kept():
    session = parsed(lambda data: data.pop("retention"))
    assert due_at(session.retention, session.results, Held.COPIES) is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data["retention"].append(data["retention"][0]), "retention.copies"),
        (lambda data: data["retention"][0].update(months=11), "retention.copies.months"),
        (lambda data: data["retention"][3].update(months=11), "retention.identities.months"),
        (lambda data: data["retention"].pop(0), "retention.identities.months"),
        (lambda data: data.pop("results"), "retention"),
        (lambda data: data["retention"][0].pop("ground"), "retention.0.ground"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(change, place):
    with pytest.raises(SessionError) as refused:
        parsed(change)
    assert place in {problem.place for problem in refused.value.problems}, refused.value
