"""`massicot purge`: what is kept no longer than it may be, what is held, and what was destroyed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, ExamCode, working_on
from cli.console import Commands, console, print_json, print_table

app = typer.Typer(
    cls=Commands, help="Plan what is to be destroyed, hold it, destroy it.", no_args_is_help=True
)

PurgeId = Annotated[str, typer.Argument(metavar="ID", help="As `massicot purge list` shows it.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The candidate's number.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the vault.")]


@app.command()
def plan(
    propose: Annotated[
        bool, typer.Option("--propose", help="Note it in the log: two persons confirm at the desk.")
    ] = False,
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Tell what would go today, by the store's clock; what is held; what is not due yet."""
    from actions.people import purge
    from actions.people.purge_plan import plan as planned

    with working_on(data) as site:
        made = purge.propose(site, actor="service")[0] if propose else planned(site, site.store.time())
    columns = ("kind", "due", "to destroy", "held", "not due")
    table = [
        (
            kind.value,
            f"{when:%Y-%m-%d}" if when else "never",
            str(made.counts[kind]),
            str(made.held[kind]),
            str(made.not_due[kind]),
        )
        for kind, when in made.due.items()
    ]
    if as_json:
        rows = [dict(zip(columns, cells, strict=True)) for cells in table]
        print_json({"id": made.id, "candidates": len(made.stone.candidates), "kinds": rows})
        return
    print_table("What the retention table says today", columns, table)
    console.print(f"{len(made.stone.candidates)} candidates would lose their names. The list is {made.id}.")


@app.command("list")
def show(data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List every purge that was planned, and every hold."""
    from storage.people.holds import all_holds
    from storage.people.purges import all_purges

    with working_on(data) as site, site.register.reading() as connection:
        purges, holds = all_purges(connection), all_holds(connection)
    table = [
        (
            one.id,
            f"{one.planned_at:%Y-%m-%d}",
            "done" if one.certificate else "begun" if one.begun_at else
            "confirmed" if one.confirmed_at else "planned",
        )
        for one in purges
    ]  # fmt: skip
    held = [(one.candidate, one.exam, f"{one.placed_at:%Y-%m-%d}") for one in holds]
    columns, of_hold = ("id", "planned", "state"), ("candidate", "exam", "since")
    if as_json:
        print_json(
            {
                "purges": [dict(zip(columns, cells, strict=True)) for cells in table],
                "holds": [dict(zip(of_hold, cells, strict=True)) for cells in held],
            }
        )
    else:
        print_table("Purges", columns, table)
        print_table("Holds", of_hold, held)


@app.command()
def confirm(purge: PurgeId, data: DataDir = DATA_DIR) -> None:
    """Refused: who confirms does so at the desk, for here nobody in particular acts."""
    from actions.people.purge import confirm as confirms

    with working_on(data) as site:
        confirms(site, purge, actor="service")


@app.command()
def run(purge: PurgeId, data: DataDir = DATA_DIR) -> None:
    """Destroy what two persons confirmed. Cut short, it is run again."""
    from actions.people.purge import carry_out
    from storage.log.signing import load_or_make_key

    with working_on(data) as site:
        made = carry_out(site, purge, load_or_make_key(site.settings.signing_key_path))
    console.print(f"{sum(made.counts.values())} objects destroyed, {made.people} candidates without a name.")


@app.command()
def certificate(
    purge: PurgeId,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Write it there as a PDF, too.", dir_okay=False)
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Check a certificate against its signature and the log; print it."""
    from actions.people import purge as acts
    from storage.log.seals import raw
    from storage.log.signing import load_or_make_key

    with working_on(data) as site:
        key = raw(load_or_make_key(site.settings.signing_key_path).public_key())
        found = acts.certificate(site, purge, key)
        if pdf:
            pdf.write_bytes(acts.printed_certificate(site, found))
    typer.echo(found.to_bytes().decode())


@app.command()
def hold(number: Number, exam: ExamCode, reason: Reason, data: DataDir = DATA_DIR) -> None:
    """Keep what is held of a candidate in an épreuve, until it is lifted."""
    from actions.people.purge import hold as place

    with working_on(data) as site:
        event = place(site, number, exam, reason, actor="service", at=site.clock())
    console.print("held" if event else "was held")


@app.command()
def lift(number: Number, exam: ExamCode, reason: Reason, data: DataDir = DATA_DIR) -> None:
    """Lift a hold of a candidate in an épreuve."""
    from actions.people.purge import lift as lifts

    with working_on(data) as site:
        event = lifts(site, number, exam, reason, actor="service", at=site.clock())
    console.print("lifted" if event else "there was no hold")
