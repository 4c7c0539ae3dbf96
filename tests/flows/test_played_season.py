"""A season on a moving clock comes to its end, and says what of it was not seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.demo import drawing_pool
from cli.season import play as season
from cli.season.stage import SeasonFailed, Stage
from processors.circular.session import load_session

FILE = Path(__file__).with_name("season.toml")

pytestmark = pytest.mark.slow


def test_a_small_season_is_played_to_the_purge_and_all_of_it_is_seen(tmp_path, capsys):
    """The acceptance of a whole session: it takes its time."""
    with drawing_pool() as pool:
        season.play(tmp_path, load_session(FILE), FILE, pool, 4)
    said = capsys.readouterr().out
    assert "a register rebuilt of it is the same" in said
    last = said.splitlines()[-1].split()
    assert last[0] == "all" and last[1] == last[2] and last[3] == last[4] == last[5]
    assert (tmp_path / "season" / "certificat.pdf").read_bytes().startswith(b"%PDF")


def test_a_row_or_a_gate_that_nobody_saw_fails_it():
    session = load_session(FILE)
    stage = Stage(_Work(session), None, None, Path(), lambda _: None)
    stage.seen |= set(season.rows_of(session)) - {"U4/closes"}
    stage.early |= {"U4/opens": "refused"}
    with pytest.raises(SeasonFailed) as failed:
        season.told(stage, ["U4/opens", "U4/closes"])
    assert str(failed.value).splitlines() == [
        "not seen: U4/closes",
        "not tried one second early: U4/closes",
        "not passed on time: U4/opens",
        "not passed on time: U4/closes",
    ]


class _Work:
    def __init__(self, session):
        self.session = session


def test_a_session_without_juries_has_no_season(tmp_path):
    text = FILE.read_text()
    file = tmp_path / "session.toml"
    form = (FILE.parent / "../../sessions/forms/ccyc.toml").resolve()
    file.write_text(text[: text.index("[results]")].replace("../../sessions/forms/ccyc.toml", str(form)))
    done = CliRunner().invoke(
        app, ["demo", "--season", "--session", str(file), "--data", str(tmp_path / "data")]
    )
    assert done.exit_code == 1 and "without juries" in done.output
