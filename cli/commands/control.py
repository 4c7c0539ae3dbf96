"""`massicot control`: choices, hours, marks of control épreuves; `massicot copy-link`: a copy asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import (
    DATA_DIR,
    CsvFile,
    DataDir,
    DeskUrl,
    ExamCode,
    desk_at,
    must_be_good,
    shows_identity,
    working_on,
)
from cli.console import Commands, UserError, console

if TYPE_CHECKING:
    from collections.abc import Callable

    from actions.site import Site

app = typer.Typer(
    cls=Commands,
    help="Take choices and marks of the control épreuves, write who is heard when.",
    no_args_is_help=True,
)

NewFile = Annotated[Path, typer.Option("--to", help="A new CSV file.", dir_okay=False)]


@app.command()
def choices(file: CsvFile, data: DataDir = DATA_DIR) -> None:
    """Take what the candidates who are called chose: numero_candidat;choix (U1A | U2)."""
    from actions.after import control

    with working_on(data) as site:
        read = control.take_choices(site, file.read_bytes(), actor="service", at=site.clock())
        must_be_good(file, read.problems)
        stands = control.progress(site)
    left = len(stands.schedule.unplaced)
    console.print(f"{stands.chosen} of {stands.called} candidates chose; {left} turns without an hour.")


@app.command()
def hours(to: NewFile, data: DataDir = DATA_DIR) -> None:
    """Write who is heard when and in what, as a CSV file."""
    from actions.after import control

    _write(to, data, control.hours)


@app.command()
def marks(file: CsvFile, data: DataDir = DATA_DIR) -> None:
    """Take all marks: numero_candidat;epreuve;note. Before the day nothing is read."""
    from actions.after import control

    with working_on(data) as site:
        read = control.take_marks(site, file.read_bytes(), actor="service", at=site.clock())
        must_be_good(file, read.problems)
    console.print(f"{len(read.rows)} marks taken.")


@app.command()
def better(to: NewFile, data: DataDir = DATA_DIR) -> None:
    """Write both marks of each épreuve, and the better one, which is not kept."""
    from actions.after import control

    _write(to, data, control.better_marks)


def copy_link(
    number: Annotated[str, typer.Argument(help="The candidate's number.")],
    exam: ExamCode,
    reason: Annotated[str, typer.Option("--reason", help="Who asks, and how it is known who that is.")],
    url: DeskUrl = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Print a link to a released copy that its candidate asked for: good once, for 30 days."""
    from actions.after.copy_links import ask

    desk = desk_at(url, data)
    with working_on(data) as site:
        token = ask(site, number, exam, reason, actor="service", at=site.clock())
    console.print(f"{desk}/copie/{token}", markup=False, highlight=False, soft_wrap=True)


def _write(to: Path, data: Path, made: Callable[[Site], bytes]) -> None:
    """It names people, which is noted."""
    from storage.after.control import SUBJECT

    if to.exists():
        raise UserError(f"{to} is there already")
    with working_on(data) as site:
        table = made(site)
        shows_identity(site, SUBJECT, "control")
    to.touch(mode=0o600)
    to.write_bytes(table)
    console.print(f"{to}: {len(table.splitlines()) - 1} lines", markup=False)
