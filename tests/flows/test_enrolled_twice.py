"""A roster with candidates who are enrolled for two épreuves at one hour is taken, and each of them told."""

import re
from pathlib import Path

from dropping import NUMBERS, ROSTER
from typer.testing import CliRunner

from actions.site import open_site
from cli.app import app
from processors.circular.session import load_session


def told(file: Path) -> list[str]:
    done = CliRunner().invoke(app, ["import", "candidates", str(file)], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return [line for line in done.output.splitlines() if line.startswith("Note:")]


def test_whoever_sits_two_epreuves_at_one_hour_is_told(desk, tmp_path: Path):
    roster, session = tmp_path / "roster.csv", tmp_path / "session.toml"
    roster.write_bytes(ROSTER.replace(b"U4|U7", b"U4", 1))  # the first sits one of them alone
    assert told(roster) == []  # on two days
    sittings = re.findall(r"^sitting = .*$", session.read_text(), re.MULTILINE)
    session.write_text(session.read_text().replace(sittings[1], sittings[0]))
    u4, u7 = load_session(session).written
    assert u4.sitting == u7.sitting
    desk.site.register.engine.dispose()
    open_site.cache_clear()  # another process reads the file again
    said = "is enrolled in U4 and U7, which are sat at the same hour"
    assert told(roster) == [f"Note: {number} {said}" for number in NUMBERS[1:]]
    assert desk.candidate(NUMBERS[1])
