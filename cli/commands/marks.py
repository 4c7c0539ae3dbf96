"""`massicot marks`: a lot's marks in, once the harmonisation lets them; marks by candidate out, once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.lots import LotName, lot_called
from cli.commands.options import DATA_DIR, DataDir, ExamCode, must_be_good, shows_identity, working_on
from cli.console import Commands, UserError, console, print_table

if TYPE_CHECKING:
    from actions.site import Site
    from processors.circular.session import Exam

app = typer.Typer(
    cls=Commands, help="Take marks after the harmonisation, and export them.", no_args_is_help=True
)

CsvFile = Annotated[Path, typer.Argument(help="A CSV file: numero;note.", exists=True, dir_okay=False)]


@app.command("import")
def take(
    lot: LotName,
    file: CsvFile,
    token: Annotated[
        str, typer.Option("--token", envvar="MASSICOT_TOKEN", help="The corrector's; else as the service.")
    ] = "",
    correction: Annotated[
        str, typer.Option("--correction", help="Of marks that were exported: why they are corrected; kept.")
    ] = "",
    data: DataDir = DATA_DIR,
) -> None:
    """Take a lot's marks, whole, once no line of them is bad. Before the harmonisation nothing is read."""
    from actions.corrected import lots as of_lots
    from actions.corrected import marks as of_marks

    with working_on(data) as site:
        found = lot_called(site, lot)
        actor = "service"
        if token:
            actor = of_lots.who_has(site, token).id
            found = of_marks.own(site, actor, found.id)
        of_marks.must_be_open(site, found.id, actor=actor, at=site.clock())
        read = of_marks.take(site, found, file.read_bytes(), reason=correction, actor=actor, at=site.clock())
    must_be_good(file, read.problems)
    console.print(f"{found.name} : {of_marks.summary(read.rows)}", markup=False)


@app.command()
def show(exam: ExamCode, data: DataDir = DATA_DIR) -> None:
    """Tell which lots have their marks: counts alone."""
    from actions.corrected import marks as of_marks

    with working_on(data) as site:
        stands = of_marks.progress(site, _written(site, exam))
    rows = []
    for lot in stands.lots:
        kept = stands.marks.get(lot.id)
        counts = (kept.marked, kept.absent, kept.unmarked) if kept else ("", "", "")
        rows.append([lot.name, lot.copies, *counts])
    print_table(f"Marks of {exam}", ["lot", "copies", "marked", "absent", "unmarked"], rows)
    console.print(f"Exported {stands.exported} times{', corrected since' if stands.changed else ''}.")


@app.command()
def export(
    exam: ExamCode,
    to: Annotated[Path, typer.Option("--to", help="A new CSV file.", dir_okay=False)],
    correction: Annotated[
        str, typer.Option("--correction", help="Of a second export: why marks were corrected.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Write the last export again, the same bytes.")
    ] = False,
    data: DataDir = DATA_DIR,
) -> None:
    """Write the marks by candidate, for the other application: once, and once more for each correction."""
    from actions.corrected import marks as of_marks

    if to.exists():
        raise UserError(f"{to} is there already")
    with working_on(data) as site:
        rules = _written(site, exam)
        if again:
            table: bytes | None = of_marks.exported(site, rules)
        else:
            table = of_marks.export(site, rules, correction, actor="service", at=site.clock())
        if table is None:
            console.print("Proposed. The session asks for a second person: export it at the desk.")
            return
        shows_identity(site, f"marks/{exam}", "marks")
    to.touch(mode=0o600)
    to.write_bytes(table)
    console.print(f"{to}: {len(table.splitlines()) - 1} lines", markup=False)


def _written(site: Site, code: str) -> Exam:
    found = next((exam for exam in site.session.written if exam.code == code), None)
    if found is None:
        raise UserError(f"{code} is not a written épreuve of this session")
    return found
