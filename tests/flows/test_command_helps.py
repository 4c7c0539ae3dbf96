"""Each command says what it does and takes, and tells a slip: 2 for wrong usage, 1 for a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from actions.site import open_site
from cli.app import app
from processors.lists import invigilation, people

START = {("up",), ("demo",), ("worker",), ("rehearse",)}
"""These start, or draw, what a test of help needs not."""
SESSION = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"
VALUES = {int: "1", float: "1", str: "x"}


def commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command and group, as it is typed."""
    for name, command in group.commands.items():
        yield (*before, name), command
        if isinstance(command, TyperGroup):
            yield from commands(command, (*before, name))


ROOT = typer.main.get_command(app)
ALL = dict(commands(ROOT))


def test_each_command_and_each_thing_that_it_takes_is_explained():
    for name, command in ALL.items():
        first = (command.help or "").partition("\n\n")[0]
        assert re.fullmatch(r"[A-Z`].*[.]", first, re.DOTALL), name
        for taken in command.params:
            if taken.name != "help":
                assert re.fullmatch(r"[A-Z`\d].*[.?]", taken.help or ""), (name, taken.name, taken.help)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("candidates", (*people.CANDIDATE_COLUMNS, *people.OPTIONAL_CANDIDATE_COLUMNS)),
        ("correctors", (*people.CORRECTOR_COLUMNS, *people.OPTIONAL_CORRECTOR_COLUMNS)),
        ("attendance", people.ATTENDANCE_COLUMNS),
        ("invigilators", invigilation.INVIGILATOR_COLUMNS),
    ],
)
def test_a_command_that_takes_a_list_names_its_columns(name: str, columns: tuple[str, ...]):
    assert set(columns) <= set(re.findall(r"\w+", ALL["import", name].help))


def typed(taken: Any, path: str) -> list[str]:
    """Something of the kind that this takes, with its option."""
    kind = taken.type_descriptor.annotation
    while get_args(kind):
        kind = get_args(kind)[0]
    if issubclass(kind, Path):
        value = path
    elif issubclass(kind, Enum):
        value = next(iter(kind)).value
    elif issubclass(kind, datetime):
        value = "2026-05-20" + ("T10:00" if taken.name == "until" else "")
    else:
        value = VALUES.get(kind, "x")
    return [value] if taken.param_type_name == "argument" else [taken.opts[0]] * (not taken.is_flag) + [value]


@pytest.mark.parametrize("wrong", ["nothing", "a list", "below a file"])
def test_no_slip_is_answered_by_a_traceback(wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where nothing runs, with no arguments, and with such a path for each that is asked for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("typer.testing._get_command", lambda _: ROOT)  # made once: it is most of a run
    (table := tmp_path / "table.csv").write_text("a;b\n1;2\n")
    paths = {
        "a list": table,
        "a folder": tmp_path,
        "below a file": table / "x",
        "not there": tmp_path / "x/y",
    }
    for name, command in ALL.items():
        if name in START or isinstance(command, TyperGroup):
            continue
        given = [
            word
            for taken in command.params
            if taken.required and wrong != "nothing" and not getattr(taken, "is_flag", False)
            for word in typed(taken, str(paths[wrong]))
        ]
        given += [
            taken.opts[0] for taken in command.params if taken.required and getattr(taken, "is_flag", False)
        ]
        open_site.cache_clear()
        done = CliRunner().invoke(app, [*name, *given], env={"MASSICOT_DATA_DIR": str(tmp_path / "data")})
        assert isinstance(done.exception, SystemExit), (name, given, done.exception)
        assert done.exit_code in (1, 2) and done.stderr, (name, given, done.output)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("MASSICOT_ALERT_HOURS", "soon", "MASSICOT_ALERT_HOURS: Input should be a valid number"),
        ("MASSICOT_REGISTER_URL", "nonsense", "MASSICOT_REGISTER_URL names no register"),
        ("MASSICOT_SESSION_PATH", "/nowhere/session.toml", "/nowhere/session.toml is no session file"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    setting: str, value: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MASSICOT_S3_ENDPOINT", "http://127.0.0.1:9")
    for key in ("ACCESS", "SECRET"):
        monkeypatch.setenv(f"MASSICOT_S3_{key}_KEY", "x")
    monkeypatch.setenv(setting, value)
    open_site.cache_clear()
    done = CliRunner().invoke(app, ["status", "--data", str(tmp_path)])
    open_site.cache_clear()
    assert done.exit_code == 1 and told in done.output.replace("\n", " "), done.output


def test_a_port_that_is_none_is_wrong_usage(tmp_path: Path):
    done = CliRunner().invoke(
        app, ["up", "--port", "99999", "--session", str(SESSION), "--data", str(tmp_path)]
    )
    assert done.exit_code == 2 and "65535" in done.output
