"""`massicot deadline`: when scans and dossiers are due, and more time, as at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, ExamCode, in_session, said, working_on
from cli.console import Commands, console, print_json, print_table

if TYPE_CHECKING:
    from processors.circular.deadlines import Deadline

app = typer.Typer(
    cls=Commands,
    help="List when scans and dossiers are due, grant a place more time, take it back.",
    no_args_is_help=True,
)

Place = Annotated[
    str, typer.Argument(metavar="UAI", help="Of the centre, for scans; of the school, for dossiers.")
]
MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


@app.command("list")
def show(
    exam: Annotated[str | None, typer.Option("--exam", help="Of this épreuve alone.")] = None,
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """List what each place owes and by when; of more time, by whom it was granted and why."""
    from actions.dropped.deadlines import all_owed

    with working_on(data) as site:
        in_session(site, exam=exam)
        owed = [one for one in all_owed(site) if exam in (None, one.exam)]
    columns = ("exam", "place", "name", "stated", "until", "by", "reason")
    if as_json:
        rows = [
            (one.exam, one.place, one.name, _iso(one.stated), _iso(one.granted), one.by, one.reason)
            for one in owed
        ]
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    told = (
        (
            one.exam,
            one.place,
            one.name,
            said(one.stated),
            one.granted and said(one.granted),
            one.by,
            one.reason,
        )
        for one in owed
    )
    print_table("Deadlines, and until when more time was granted", columns, told)


def _iso(due: Deadline | None) -> str | None:
    from processors.circular.deadlines import local

    return local(due.at).isoformat() if due else None


@app.command()
def extend(
    place: Place,
    exam: ExamCode,
    until: Annotated[
        datetime,
        typer.Option(
            "--until",
            formats=MINUTES,
            help="The last minute in time, on the session's clock, such as 2026-05-20T18:30.",
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the vault.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Grant a place more time than the session states. The last grant counts.

    Example: massicot deadline extend 0130051K --exam U4 --until 2026-05-20T18:30 --reason "Panne du scanner."
    """
    from actions.dropped import deadlines

    with working_on(data) as site:
        _ = site.session  # its clock
        end = deadlines.end_of_minute(until.date(), until.time())
        event = deadlines.extend(site, exam, place, end, reason, actor="service", at=site.clock())
    outcome = "in time until" if event else "it was so already: until"
    console.print(f"{exam}, {place}: {outcome} {until:%Y-%m-%d %H:%M}, that minute included.", markup=False)


@app.command("take-back")
def take_back(place: Place, exam: ExamCode, data: DataDir = DATA_DIR) -> None:
    """Take back the time that a place was granted: the session's own deadline counts again."""
    from actions.dropped import deadlines

    with working_on(data) as site:
        event = deadlines.extend(site, exam, place, None, "", actor="service", at=site.clock())
    outcome = "the session's deadline counts again" if event else "it counted already"
    console.print(f"{exam}, {place}: {outcome}.", markup=False)
