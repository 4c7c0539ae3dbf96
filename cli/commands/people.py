"""`massicot import`: rosters, correctors, attendance lists, invigilators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.options import DATA_DIR, CentreCode, CsvFile, DataDir, ExamCode, working_on
from cli.console import Commands, UserError, console

if TYPE_CHECKING:
    from processors.lists.tables import Import

app = typer.Typer(
    cls=Commands,
    help="Import lists: candidates, correctors, attendance, invigilators. One bad line keeps all back.",
    no_args_is_help=True,
)


@app.command()
def candidates(file: CsvFile, data: DataDir = DATA_DIR) -> None:
    """Import the roster, whole, once no line of it is bad. Who is not on it stays as before.

    Columns: numero_candidat, numero_inscription, nom_de_naissance, prenoms, date_de_naissance, etablissement,
    centre, option, categorie, epreuves (U4|U7); forme (CCF) may be left out.
    """
    from actions.people.rosters import take_candidates
    from processors.lists.people import in_two_places

    with working_on(data) as site:
        read = take_candidates(site, file.read_bytes(), actor="service", at=site.clock())
        _tell(file, read, "candidates")
        for candidate, (one, other) in in_two_places(read.rows, site.session):
            at_once = f"{candidate.number} is enrolled in {one} and {other}, which are sat at the same hour"
            console.print(f"Note: {at_once}", markup=False)


@app.command()
def correctors(
    file: CsvFile,
    tokens: Annotated[
        Path | None,
        typer.Option("--tokens", help="Add the new correctors' tokens to this file.", dir_okay=False),
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Import the correctors and examiners, and give each new one a token.

    Columns: identifiant, nom, courriel, etablissements, entreprises, epreuves, quota, jours, jamais_avec;
    options, role, indisponible may be left out.
    """
    from storage.people.correctors import all_correctors, import_correctors, issue_token

    if tokens is not None:
        tokens.touch(mode=0o600)  # before anything is issued: a token is seen once
    with working_on(data) as site:
        read = import_correctors(
            site.register, file.read_bytes(), site.session, actor="service", at=site.clock()
        )
        _tell(file, read, "correctors")
        without = [c for c in site.register.ask(all_correctors) if not c.has_token]
        issued = {
            c.reference: issue_token(site.register, c.id, actor="service", at=site.clock()) for c in without
        }
    lines = [f"{reference};{token}" for reference, token in issued.items()]
    if not lines:
        return
    if tokens is None:
        console.print("New tokens, shown this once:")
        for line in lines:
            console.print(f"  {line}", markup=False)
        return
    with tokens.open("a") as out:
        out.writelines(f"{line}\n" for line in lines)
    console.print(f"{len(lines)} tokens written to {tokens}")


@app.command()
def attendance(file: CsvFile, centre: CentreCode, exam: ExamCode, data: DataDir = DATA_DIR) -> None:
    """Import the attendance list of a centre and épreuve. Columns: numero_candidat, present (oui, non)."""
    from actions.season.attendance import take

    with working_on(data) as site:
        read = take(site, exam, centre, file.read_bytes(), actor="service", at=site.clock())
        _tell(file, read, "lines")
        for sentence in read.changes.sentences():
            console.print(sentence, markup=False)


@app.command()
def invigilators(file: CsvFile, data: DataDir = DATA_DIR) -> None:
    """Import the invigilators whom schools send; a school's list takes the place of its earlier one.

    Columns: etablissement, centre, epreuve, nom.
    """
    from actions.people.invigilators import lacking
    from storage.people.invigilators import import_invigilators

    with working_on(data) as site:
        read = import_invigilators(
            site.register, file.read_bytes(), site.session, actor="service", at=site.clock()
        )
        _tell(file, read, "lines")
        for one in lacking(site, site.clock()):
            console.print(one.sentence, markup=False)


def _tell(file: Path, read: Import[Any], what: str) -> None:
    if read.problems:
        problems = "\n".join(f"line {problem.line}: {problem.message}" for problem in read.problems)
        raise UserError(
            f"nothing imported, {read.kept_back} good lines wait until these are mended:\n{problems}"
        )
    console.print(f"{file.name}: {len(read.rows)} {what} imported")
