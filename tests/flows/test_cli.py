"""The command line lists every command, and tells a person's mistake in one line."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app

COMMANDS = {
    *("demo", "up", "session", "import", "labels", "rehearse", "drop", "read"),
    *("status", "findings", "decide", "lots", "pull", "audit", "rebuild"),
}
GROUPS = {
    "session": {"check", "new"},
    "import": {"candidates", "correctors", "attendance"},
    "attendance": {"print", "scan", "waiting", "answer"},
    "lots": {"form", "show", "reassign", "return"},
    "audit": {"verify", "history"},
}

SESSION = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"
run = CliRunner().invoke


def listed(*group):
    """Each command of a help page with its line."""
    text = run(app, [*group, "--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"}).output
    rows = [line.strip("│ \n").split(maxsplit=1) for line in text.splitlines() if line.startswith("│")]
    return {row[0]: row[1] for row in rows if len(row) == 2 and not row[0].startswith("-")}


def test_help_lists_every_command_with_one_line():
    lines = listed()
    assert set(lines) >= COMMANDS
    assert all(lines[name].rstrip().endswith(".") for name in COMMANDS)


@pytest.mark.parametrize(("group", "commands"), GROUPS.items())
def test_each_group_lists_its_commands(group, commands):
    assert set(listed(group)) >= commands


def test_it_says_its_version():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert run(app, ["--version"]).output == f"massicot {project['version']}\n"


def test_without_a_store_a_command_says_what_to_start(tmp_path):
    # a process of its own: this one may hold the store of other tests
    command = [Path(sys.executable).with_name("massicot"), "status", "--data", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "massicot up" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_session_file_that_is_no_toml_is_refused_without_traceback(tmp_path):
    file = tmp_path / "session.toml"
    file.write_text("name = ")
    result = run(app, ["session", "check", str(file)])
    assert result.exit_code == 1
    assert "TOML" in result.output and "Traceback" not in result.output


def test_a_new_session_file_is_refused_until_it_is_filled_in(tmp_path):
    file = tmp_path / "cap-2027.toml"
    given = ["--title", "CAP", "--centres", "9710003B, 0130051K", "--written", "EP1,EP2", "--digits", "11"]
    made = run(app, ["session", "new", str(file), *given])
    assert made.exit_code == 0 and "10 marked lines" in made.output.replace("\n", " ")
    checked = run(app, ["session", "check", str(file)])
    assert checked.exit_code == 1 and "exams.EP2.window.first.date" in checked.output.replace("\n", "")
    again = run(app, ["session", "new", str(file), *given])
    assert again.exit_code == 1 and "exists already" in again.output.replace("\n", " ")


def test_what_is_not_given_of_a_new_session_is_asked(tmp_path):
    file = tmp_path / "cap-2027.toml"
    made = run(app, ["session", "new", str(file)], input="CAP\n9710003B\nEP1\n")
    assert made.exit_code == 0 and 'uai = "9710003B"' in file.read_text()


def test_a_session_that_cannot_be_shown_is_refused_before_anything_starts(tmp_path):
    file = tmp_path / "session.toml"
    file.write_text("name = ")
    result = run(app, ["demo", "--session", str(file), "--data", str(tmp_path / "data")])
    assert result.exit_code == 1 and "TOML" in result.output and "Traceback" not in result.output


def test_reading_what_is_not_a_pdf_says_so_in_french(tmp_path):
    scan, roster = tmp_path / "scan.pdf", tmp_path / "roster.csv"
    scan.write_text("hello")
    roster.write_text(
        "candidate_number,registration_number,family_name,first_names,birth_date,school,centre,option,category,exams\n"
        "02000000001,001,NOM,PRENOM,2004-01-01,0130051K,0130051K,SISR,scolaire,U4\n"
    )
    session = str(SESSION)
    where = ["--session", session, "--roster", str(roster), "--centre", "0130051K", "--exam", "U4"]
    result = run(app, ["read", str(scan), *where])
    assert result.exit_code == 1
    assert "not_a_pdf" in result.output and "n'est pas un PDF" in result.output.replace("\n", " ")


def test_the_roster_of_a_read_is_refused_with_its_bad_line(tmp_path):
    scan, roster = tmp_path / "scan.pdf", tmp_path / "roster.csv"
    scan.write_text("hello")
    roster.write_text("candidate_number\n12\n")
    session = str(SESSION)
    where = ["--session", session, "--roster", str(roster), "--centre", "0130051K", "--exam", "U4"]
    result = run(app, ["read", str(scan), *where])
    assert result.exit_code == 1
    assert "line 1" in result.output


def test_starting_loads_none_of_the_heavy_libraries():
    said = "import sys, cli.app; print({'prefect', 'pyhanko', 'cv2', 'boto3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
