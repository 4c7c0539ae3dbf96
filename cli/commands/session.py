"""`massicot session check`: is this session file consistent?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import checked_session
from cli.console import Commands, console

app = typer.Typer(cls=Commands, help="Check the session file.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Check the session file."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The session's TOML file.", exists=True, dir_okay=False)],
) -> None:
    """Refuse a session file that is inconsistent, and say where; tell what collides."""
    from processors.calendar import collisions

    session = checked_session(file)
    console.print(
        f"{session.title}: {len(session.exams)} exams, {len(session.centres)} centres. Nothing inconsistent."
    )
    for collision in collisions(session.exams):
        console.print(f"Note: {collision}", markup=False)
