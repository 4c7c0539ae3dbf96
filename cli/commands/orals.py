"""`massicot orals`: who examines whom, where and when; convocations and the sheets of panels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, ExamCode, shows_identity, working_on
from cli.console import Commands, UserError, console, print_json, print_table

app = typer.Typer(
    cls=Commands,
    help="Plan the panels of orals, print their papers, sort the sheets that come back.",
    no_args_is_help=True,
)


@app.command()
def plan(
    exam: ExamCode,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing.")] = False,
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Form the panels of an oral épreuve, in place of those that were planned."""
    from actions.season import orals
    from storage.people.correctors import all_correctors

    with working_on(data) as site:
        kept = None if dry_run else orals.form(site, exam, actor="service", at=site.clock())
        made = kept or orals.plan_for(site, exam)
        called = {one.id: one.reference for one in site.register.ask(all_correctors)}
    columns = ("panel", "place", "begins", "members", "candidates")
    rows = [
        (
            number,
            panel.sitting.place,
            f"{panel.sitting.begins:%Y-%m-%d %H:%M}",
            " + ".join(called[one] for one in panel.members),
            len(panel.turns),
        )
        for number, panel in enumerate(made.panels, start=1)
    ]
    if as_json:
        left = [
            {
                "place": one.place,
                "school": one.school,
                "candidates": len(one.candidates),
                "reasons": one.reasons,
            }
            for one in made.unplaced
        ]
        panels = [dict(zip(columns, row, strict=True)) for row in rows]
        print_json({"panels": panels, "unplaced": left})
        return
    print_table(f"{len(rows)} panels of {exam}", columns, rows)
    for one in made.unplaced:
        console.print(f"[red]{len(one.candidates)} candidates of {one.school} whom nobody can examine:[/]")
        for reason in one.reasons:
            console.print(f"  {reason}", markup=False)


@app.command()
def move(
    number: Annotated[str, typer.Argument(help="The candidate's number.")],
    exam: ExamCode,
    panel: Annotated[
        int, typer.Option("--panel", help="Number of the panel that is to examine the candidate.", min=1)
    ],
    data: DataDir = DATA_DIR,
) -> None:
    """Put one candidate before another panel at the same place, at its first free turn."""
    from actions.season import orals
    from processors.circular.deadlines import local

    with working_on(data) as site:
        at = orals.move(site, exam, number, panel, actor="service", at=site.clock())
    said = f"heard on {local(at):%Y-%m-%d at %H:%M}: print the papers anew" if at else "nothing to change"
    console.print(said, markup=False)


@app.command()
def sort(
    file: Annotated[Path, typer.Argument(help="A PDF of scanned sheets.", exists=True, dir_okay=False)],
    exam: ExamCode,
    to: Annotated[Path, typer.Option("--to", help="A folder for the sorted sheets.", file_okay=False)],
    data: DataDir = DATA_DIR,
) -> None:
    """Sort the sheets that panels give back, and say which are missing. The scan is not kept."""
    from actions.season.oral_returns import said_of, take_sheets
    from processors.scans.files.raster import BadScan

    with working_on(data) as site:
        try:
            came = take_sheets(site, exam, file, actor="service", at=site.clock())
        except BadScan as bad:
            raise UserError(f"{bad.code}: {said_of(bad)}") from None
        shows_identity(site, f"orals/{exam}", "orals")
    _write(came.files, to)
    for sentence in came.told:
        console.print(sentence, markup=False)
    for sentence in came.missing:
        console.print(f"manque : {sentence}", markup=False)


@app.command()
def back(exam: ExamCode, data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Say how many sheets came back, what is missing, and which scans places have dropped."""
    from actions.season.oral_drops import scans_dropped
    from actions.season.oral_returns import sheets_progress

    with working_on(data) as site:
        progress, dropped = sheets_progress(site, exam), scans_dropped(site, exam)
    if as_json:
        scans = [vars(one) for one in dropped]
        print_json(
            {"owed": progress.owed, "back": progress.back, "missing": progress.missing, "dropped": scans}
        )
        return
    console.print(f"{progress.back} of {progress.owed} sheets are back.")
    columns = ("at", "place", "sheets", "unsigned", "doubled", "misfiled", "unread")
    rows = []
    for one in dropped:
        counts = (one.doubled, one.misfiled, one.unread)
        rows.append((f"{one.at:%Y-%m-%d %H:%M}", one.place, one.sheets, "; ".join(one.unsigned), *counts))
    print_table("Scans that were dropped", columns, rows)
    for sentence in progress.missing:
        console.print(f"manque : {sentence}", markup=False)


@app.command()
def papers(
    exam: ExamCode,
    to: Annotated[Path, typer.Option("--to", help="A folder for the papers.", file_okay=False)],
    data: DataDir = DATA_DIR,
) -> None:
    """Write convocations, and the sheets that each panel fills in."""
    from actions.season import orals

    with working_on(data) as site:
        written = orals.all_papers(site, exam)
        shows_identity(site, f"orals/{exam}", "orals")
    _write(written, to)


def _write(files: Mapping[str, bytes], to: Path) -> None:
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    if there := [name for name in files if (to / name).exists()]:
        raise UserError(f"{to / there[0]} is there already")
    for name, content in files.items():
        (to / name).touch(mode=0o600)
        (to / name).write_bytes(content)
        console.print(str(to / name), markup=False)
