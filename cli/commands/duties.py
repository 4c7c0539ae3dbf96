"""`massicot duty`: what is owed, by whom, and what came."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, shows_identity, working_on
from cli.console import Commands, UserError, console, print_json, print_table

app = typer.Typer(cls=Commands, help="List duties, note what came of them.", no_args_is_help=True)

ObligationId = Annotated[str, typer.Argument(metavar="ID", help="As `massicot duty list` shows it.")]


@app.command("list")
def show(data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List every obligation of the session, by whom it is owed, and where it stands."""
    from actions.season.duties import owed_duties

    with working_on(data) as site:
        rows = owed_duties(site, site.clock())
    columns = ("id", "duty", "owed by", "until", "state", "received")
    table = [
        (
            row.obligation.id,
            row.obligation.duty.title,
            row.party,
            row.obligation.duty.until,
            row.state.value,
            row.received_on.isoformat() if row.received_on else "",
        )
        for row in rows
    ]
    if as_json:
        print_json([dict(zip(columns, cells, strict=True)) for cells in table])
    else:
        print_table("Duties", columns, table)


@app.command()
def receive(
    obligation: ObligationId,
    by: Annotated[str, typer.Option("--by", help="Who brought it, or how it came.")],
    on: Annotated[
        datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it came, such as 2026-05-04.")
    ],
    number: Annotated[
        int | None, typer.Option("--number", min=0, help="Of pieces in all, where they are counted.")
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Note that what was owed came."""
    from actions.season.duties import receive as note

    with working_on(data) as site:
        day = on.replace(tzinfo=UTC).date()
        event = note(site, obligation, day, by, number, actor="service", at=site.clock())
    console.print(f"{obligation}: {'received' if event else 'was known to have come that day'}", markup=False)


@app.command()
def livrets(
    school: Annotated[str, typer.Option("--school", help="Its UAI.")],
    to: Annotated[Path, typer.Option("--to", help="A new PDF file.", dir_okay=False)],
    data: DataDir = DATA_DIR,
) -> None:
    """Write the list that goes with a school's livrets, and the certificate of their number."""
    from actions.season import duties

    if to.exists():
        raise UserError(f"{to} is there already")
    with working_on(data) as site:
        made = duties.livrets(site, school)
        shows_identity(site, f"livrets/{school}", "livrets")
    to.touch(mode=0o600)
    to.write_bytes(made)
    console.print(str(to), markup=False)


@app.command()
def waive(
    obligation: ObligationId,
    reason: Annotated[str, typer.Option("--reason", help="Why it is owed no longer.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Note that an obligation is owed no longer."""
    from actions.season.duties import waive as note

    with working_on(data) as site:
        event = note(site, obligation, reason, actor="service", at=site.clock())
    console.print(f"{obligation}: {'waived' if event else 'was waived'}", markup=False)


@app.command()
def reopen(obligation: ObligationId, data: DataDir = DATA_DIR) -> None:
    """Take back what was noted of an obligation: it is owed again."""
    from actions.season.duties import reopen as note

    with working_on(data) as site:
        event = note(site, obligation, actor="service", at=site.clock())
    console.print(f"{obligation}: {'owed again' if event else 'nothing was noted of it'}", markup=False)
