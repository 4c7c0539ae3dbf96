"""`massicot demo --session FILE` shows that session: its paper, numbers, codes, centres and clock.

Its whole course takes two minutes: here the machine is not started. A pile of such a session goes from the
scanner to its corrector in `test_other_exams.py`.
"""

from __future__ import annotations

import re
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli.up
from cli import demo
from cli.app import app
from processors.circular.deadlines import PARIS, set_local_zone
from processors.circular.form import Form
from processors.circular.session import Session, load_session
from specimens.rehearsal import PlannedBatch, Rehearsal

EXAMPLES = Path(__file__).parents[2] / "sessions" / "examples"


class Pool:
    """Draws nothing, and knows what it was to draw."""

    def __init__(self) -> None:
        self.asked: list[tuple[PlannedBatch, Form]] = []

    def submit(self, draw, form) -> Future[None]:
        self.asked.append((draw.__self__, form))
        return Future()


@pytest.mark.parametrize("name", ["concours-guadeloupe", "bac-technologique-la-reunion"])
def test_the_demonstration_is_that_of_the_session_it_is_given(name: str, tmp_path: Path, monkeypatch):
    given, pool = load_session(EXAMPLES / f"{name}.toml"), Pool()
    sessions, plans = list[Session](), list[Rehearsal]()

    @contextmanager
    def running(data, *, session, say):
        sessions.append(load_session(session))
        yield None

    @contextmanager
    def drawing():
        yield pool

    monkeypatch.setenv("MASSICOT_DATA_DIR", "of nobody")  # which the command sets
    monkeypatch.setattr(cli.up, "running", running)
    monkeypatch.setattr(demo, "drawing_pool", drawing)
    monkeypatch.setattr(demo, "play", lambda machine, drawing, *, kept: plans.append(drawing.plan))
    try:
        done = CliRunner().invoke(
            app, ["demo", "--session", str(EXAMPLES / f"{name}.toml"), "--data", str(tmp_path / "data")]
        )
    finally:
        set_local_zone(PARIS)
    assert done.exit_code == 0, done.output
    (session,), (plan,) = sessions, plans
    assert session.zone == given.zone and session.numbers == given.numbers
    assert [exam.code for exam in session.written] == [exam.code for exam in given.written[:2]]
    assert {centre.uai for centre in session.centres} <= {centre.uai for centre in given.centres}
    assert len(pool.asked) == len(plan.batches) > 0
    for planned, form in pool.asked:
        assert form == given.form_of(planned.exam)
        assert planned.centre in {centre.uai for centre in given.centres}
        assert all(re.fullmatch(given.candidate_number, one.number) for one in planned.roster)
