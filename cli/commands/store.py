"""`massicot store`: what the object store holds to."""

from __future__ import annotations

import typer

from cli.commands.options import DATA_DIR, DataDir, working_on
from cli.console import Commands, print_table

app = typer.Typer(cls=Commands, help="Try what the object store holds to.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Commands stay words of their own, even where there is one."""


@app.command()
def check(data: DataDir = DATA_DIR) -> None:
    """Try each condition that massicot relies on; exit code 1 when one does not hold."""
    from storage.bucket.probe import conditions_of, ends_date_parts
    from storage.machine.settings import Settings, open_store

    with working_on(data):
        store = open_store(Settings())
        store.ensure_buckets()
        tried = list(conditions_of(store))
        dated = "end" if ends_date_parts(store) else "beginning, or otherwise"
    print_table(
        store.endpoint,
        ["bucket", "condition", "so that", "seen"],
        ([one.bucket, one.name, one.so_that, one.seen or "held"] for one in tried),
    )
    typer.echo(f"Uploads in parts are dated by their {dated}.")
    raise typer.Exit(0 if all(one.held for one in tried) else 1)
