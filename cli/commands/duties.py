"""`massicot duty`: what is owed, by whom, and what came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, working_on
from cli.console import Commands, console, print_json, print_table

app = typer.Typer(cls=Commands, help="List duties, note what came of them.", no_args_is_help=True)

ObligationId = Annotated[str, typer.Argument(metavar="ID", help="As `massicot duty list` shows it.")]


@app.command("list")
def show(data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Every obligation of the session, and where it stands."""
    from actions.context import now
    from actions.duties import standings

    with working_on(data) as work:
        rows = standings(work, now())
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
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it came.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Note that it came."""
    from actions.context import now
    from actions.duties import receive as note

    with working_on(data) as work:
        event = note(work, obligation, on.replace(tzinfo=UTC).date(), by, actor="service", at=now())
    console.print(f"{obligation}: {'received' if event else 'was known to have come that day'}", markup=False)


@app.command()
def waive(
    obligation: ObligationId,
    reason: Annotated[str, typer.Option("--reason", help="Why it is owed no longer.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Note that it is owed no longer."""
    from actions.context import now
    from actions.duties import waive as note

    with working_on(data) as work:
        event = note(work, obligation, reason, actor="service", at=now())
    console.print(f"{obligation}: {'waived' if event else 'was waived'}", markup=False)


@app.command()
def reopen(obligation: ObligationId, data: DataDir = DATA_DIR) -> None:
    """Take back what was noted of it."""
    from actions.context import now
    from actions.duties import reopen as note

    with working_on(data) as work:
        event = note(work, obligation, actor="service", at=now())
    console.print(f"{obligation}: {'owed again' if event else 'nothing was noted of it'}", markup=False)
