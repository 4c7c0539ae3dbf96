"""The doors by which an act is asked for: command line and page; and what became of it."""

from __future__ import annotations

import html
import re

from filling import MINE, Filled
from sqlalchemy import select
from typer.testing import CliRunner
from visitors import Browser, Desk

from cli.app import app
from storage.database.schema import events
from storage.decided.copies import CopyRow, copy_by_id
from storage.events import Event
from storage.people.candidates import enrolled_in


def shell(desk: Desk, *command: str, fails: bool = False) -> str:
    """What the command line says, in one line."""
    done = CliRunner().invoke(app, [*command, "--data", str(desk.site.settings.data_dir)])
    assert done.exit_code == int(fails), done.output
    return " ".join(done.output.split())


def post(browser: Browser, path: str, form: dict[str, object], *, fails: bool = False) -> str:
    """What the page says, without its tags."""
    browser.get("/coordination")
    answer = browser.post(path, form)
    assert answer.status_code == (409 if fails else 303), answer.text
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", answer.text)).split())


def the_copy(desk: Desk, id_: str) -> CopyRow:
    with desk.site.register.reading() as connection:
        found = copy_by_id(connection, id_)
    assert found is not None
    return found


def log(desk: Desk) -> list[Event]:
    with desk.site.register.reading() as connection:
        return [Event.parse(line) for line in connection.scalars(select(events.c.line))]


def attributing(copy: str, number: str, reason: str = "lu") -> tuple[str, ...]:
    return ("decide", copy, "attribute", "--candidate", number, "--reason", reason)


def guessed(desk: Desk, filled: Filled) -> str:
    """The number of whom the waiting copy may be."""
    (guess,) = the_copy(desk, filled.values["copy"]).guesses
    with desk.site.register.reading() as connection:
        return next(c.number for c in enrolled_in(connection, "U4", MINE) if c.id == guess.candidate)
