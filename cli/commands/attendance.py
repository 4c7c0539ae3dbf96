"""`massicot attendance`: lists that are printed, signed and scanned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, CentreCode, DataDir, ExamCode, shows_identity, working_on
from cli.console import Commands, UserError, console, print_json, print_table

app = typer.Typer(
    cls=Commands, help="Print attendance lists, read them once they are signed.", no_args_is_help=True
)


@app.command("print")
def print_(
    centre: CentreCode,
    exam: ExamCode,
    to: Annotated[Path, typer.Option("--to", help="The PDF to write.", dir_okay=False)],
    data: DataDir = DATA_DIR,
) -> None:
    """Print the list of a centre and épreuve, to be signed."""
    from actions.season.signing import print_list

    with working_on(data) as site:
        printed = print_list(site, exam, centre, actor="service", at=site.clock())
        shows_identity(site, f"{exam}/{centre}", "attendance")
    to.write_bytes(printed)
    console.print(f"{to}", markup=False)


@app.command()
def scan(
    file: Annotated[Path, typer.Argument(help="A PDF of signed sheets.", exists=True, dir_okay=False)],
    centre: CentreCode,
    exam: ExamCode,
    data: DataDir = DATA_DIR,
) -> None:
    """Read signed sheets, as if they lay in the inbox."""
    from actions.season.signing import take_scan
    from processors.scans.files.raster import BadScan

    with working_on(data) as site:
        try:
            read = take_scan(site, exam, centre, file, actor="service", at=site.clock())
        except BadScan as bad:
            raise UserError(f"{bad.code}: {bad.finding.message}") from None
    for sentence in read.sentences():
        console.print(sentence, markup=False)


@app.command()
def waiting(data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the cells that a person is to look at, by opaque ids."""
    from storage.season.signatures import to_look_at

    with working_on(data) as site, site.register.reading() as connection:
        rows = [(row.exam, row.centre, row.candidate, str(row.asked)) for row in to_look_at(connection)]
    columns = ("exam", "centre", "candidate", "why")
    if as_json:
        print_json([dict(zip(columns, cells, strict=True)) for cells in rows])
    else:
        print_table("To look at", columns, rows)


@app.command()
def answer(
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="As `waiting` shows it.")],
    exam: ExamCode,
    present: Annotated[bool, typer.Option("--present/--absent", help="What was seen.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Say whether a candidate was present, having looked at the cell."""
    from actions.season.signing import answer as note

    with working_on(data) as site:
        note(site, exam, candidate, present, actor="service", at=site.clock())
    console.print(f"{candidate}: {'present' if present else 'absent'}", markup=False)
