"""`massicot session`: is this session file consistent? Begin a new one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import checked_session
from cli.console import Commands, UserError, console

app = typer.Typer(cls=Commands, help="Check a session file, or begin one.", no_args_is_help=True)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The session's TOML file.", exists=True, dir_okay=False)],
) -> None:
    """Refuse a session file that is inconsistent, and say where; tell what collides."""
    from processors.circular.calendar import collisions

    session = checked_session(file)
    console.print(
        f"{session.title}: {len(session.exams)} exams, {len(session.centres)} centres. Nothing inconsistent."
    )
    for collision in collisions(session.exams):
        console.print(f"Note: {collision}", markup=False)


@app.command()
def new(
    file: Annotated[
        Path,
        typer.Argument(
            help="A new file, named as the session, such as bts-sio-2027-nantes.toml.", dir_okay=False
        ),
    ],
    title: Annotated[
        str, typer.Option("--title", prompt="Title, as people read it", help="As people read it.")
    ],
    centres: Annotated[
        str,
        typer.Option(
            "--centres",
            prompt="UAIs of the centres, with commas",
            help="UAIs of the written centres, with commas.",
        ),
    ],
    written: Annotated[
        str,
        typer.Option(
            "--written",
            prompt="Codes of the written épreuves, with commas",
            help="Codes of the written épreuves, with commas.",
        ),
    ],
    dossiers: Annotated[
        str, typer.Option("--dossiers", help="Codes of the épreuves with a dossier, with commas.")
    ] = "",
    orals: Annotated[str, typer.Option("--orals", help="Codes of the oral épreuves, with commas.")] = "",
    options: Annotated[
        str, typer.Option("--options", help="Options, as the roster writes them, with commas.")
    ] = "",
    categories: Annotated[
        str,
        typer.Option(
            "--categories", help="Categories of candidates, as the roster writes them, with commas."
        ),
    ] = "",
    timezone: Annotated[
        str, typer.Option("--timezone", help="Of the session's clock, such as Indian/Reunion.")
    ] = "Europe/Paris",
    digits: Annotated[
        int, typer.Option("--digits", help="How many digits a candidate's number has.", min=1, max=20)
    ] = 11,
    registration: Annotated[
        int, typer.Option("--registration", help="How many digits a registration number has.", min=1, max=20)
    ] = 3,
    form: Annotated[
        Path | None,
        typer.Option(
            "--form", help="The form file of its paper; the CCYC model else.", exists=True, dir_okay=False
        ),
    ] = None,
) -> None:
    """Write a session file to be filled in, each place marked; `session check` says what is missing.

    Title, centres and written épreuves are asked for where they are not given. Example:
    massicot session new bts-sio-2027-nantes.toml --title "BTS SIO 2027" --centres 0440001M --written U4,U7
    """
    from cli.demo_session import FORM
    from processors.circular.new_session import MARK, Outline, new_session
    from processors.circular.numbers import Numbers

    if file.exists():
        raise UserError(f"{file} exists already")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*\.toml", file.name):
        raise UserError("name the file as the session, such as bts-sio-2027-nantes.toml")
    if dossiers and not (options and categories):
        raise UserError("what a dossier must hold depends on --options and --categories: give them")
    outline = Outline(
        name=file.stem,
        title=title,
        form=os.path.relpath(form or FORM, file.parent),
        centres=_parts(centres),
        written=_parts(written),
        dossiers=_parts(dossiers),
        orals=_parts(orals),
        options=_parts(options),
        categories=_parts(categories),
        timezone=timezone,
        numbers=Numbers(f"[0-9]{{{digits}}}", f"[0-9]{{{registration}}}"),
    )
    text = new_session(outline)
    file.write_text(text, "utf-8")
    marked = text.count(MARK)
    console.print(f"{file}: fill in the {marked} marked lines, then `massicot session check {file}`.")


def _parts(said: str) -> list[str]:
    return [part for part in map(str.strip, said.split(",")) if part]
