"""`massicot release`, `massicot averages`: copies for candidates; `massicot work-done`: who did what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, DataDir, must_be_good, working_on
from cli.console import UserError, console, print_table


def release(
    to: Annotated[
        Path | None,
        typer.Option("--to", help="An empty folder for the copies; without it, counts."),
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Write candidates' whole copies with what came back of them, and a manifest; none before the jury."""
    from actions.after import release as of_release

    if to is None:
        with working_on(data) as site:
            stands = of_release.progress(site)
        print_table("Copies", ["state", "copies"], [[state.value, n] for state, n in stands.states.items()])
        console.print(f"On the list of averages: {stands.listed}, called: {stands.called}.")
        return
    if to.exists() and any(to.iterdir()):
        raise UserError(f"{to} is not empty")
    with working_on(data) as site:
        count = 0
        for path, content in of_release.release(site, actor="service", at=site.clock()):
            file = to / path
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
            file.write_bytes(content)
            count += 1
    console.print(f"{to}: {count - 1} copies, and {of_release.MANIFEST}", markup=False)


def work_done(
    to: Annotated[Path, typer.Option("--to", help="A new CSV file.", dir_okay=False)],
    data: DataDir = DATA_DIR,
) -> None:
    """Write what each corrector gave back, with the events of the log that prove each line."""
    from actions.corrected import work_done as of_work

    if to.exists():
        raise UserError(f"{to} is there already")
    with working_on(data) as site:
        table = of_work.table(site)
    to.touch(mode=0o600)
    to.write_bytes(table)
    console.print(f"{to}: {len(table.splitlines()) - 1} lines", markup=False)


def averages(
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV file: numero_candidat;moyenne;moyenne_professionnelle.", exists=True, dir_okay=False
        ),
    ],
    data: DataDir = DATA_DIR,
) -> None:
    """Take who is called to the control épreuves from a list of averages, which is not kept."""
    from actions.after import release as of_release

    with working_on(data) as site:
        read = of_release.take_averages(site, file.read_bytes(), actor="service", at=site.clock())
        must_be_good(file, read.problems)
        stands = of_release.progress(site)
    console.print(f"{len(read.rows)} candidates; called so far: {stands.called} of {stands.listed}.")
