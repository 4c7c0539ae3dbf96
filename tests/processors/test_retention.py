"""Terms: when what is held may go, and what a session file may not say of it."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from processors.retention import Held, due_at
from processors.session import check_session, load_session

FILE = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"


def told(change):
    data = tomllib.loads(FILE.read_text("utf-8"))
    change(data)
    return [problem.place for problem in check_session(data, FILE.parent)]


def row(data, kind):
    return next(one for one in data["retention"] if one["kind"] == kind)


def test_all_may_go_the_day_after_a_year_after_the_second_jury():
    session = load_session(FILE)
    for kind in Held:
        assert due_at(session, kind).isoformat() == "2027-06-27T00:00:00+02:00"
    without = session.model_copy(update={"retention": ()})
    assert due_at(without, Held.COPIES) is None


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [("2026-06-26", 1, "2026-07-27"), ("2026-08-31", 6, "2027-03-01"), ("2028-02-29", 12, "2029-03-01")],
)
def test_a_term_ends_with_the_month_where_that_is_shorter(day, months, due):
    session = load_session(FILE)
    jury = session.results.second_jury.model_copy(update={"date": dt.date.fromisoformat(day)})
    results = session.results.model_copy(update={"second_jury": jury})
    rows = tuple(one.model_copy(update={"months": months}) for one in session.retention)
    moved = session.model_copy(update={"results": results, "retention": rows})
    assert due_at(moved, Held.COPIES).date().isoformat() == due


def test_what_contradicts_itself_is_refused():
    assert told(lambda data: None) == []
    assert "retention.copies.months" in told(lambda data: row(data, "copies").update(months=11))
    assert "retention.identities.months" in told(lambda data: row(data, "dossiers").update(months=13))
    assert "retention.copies" in told(lambda data: data["retention"].append(row(data, "copies")))
    assert "retention" in told(lambda data: data.pop("results"))
    assert told(lambda data: row(data, "copies").update(ground=""))
    assert told(lambda data: row(data, "copies").update(kind="marks"))
