"""`massicot lots` and `massicot pull`: from complete copies to correctors' hands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.options import HERE, AsJson, DataDir, ExamCode, working_on
from flows.console import Commands, UserError, console, print_json, print_table

if TYPE_CHECKING:
    from processors.lots import Plan

app = typer.Typer(cls=Commands, help="Form, show, reassign and return lots.", no_args_is_help=True)

LotId = Annotated[str, typer.Argument(help="Id of the lot.")]


@app.command()
def form(
    exam: ExamCode,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing.")] = False,
    data: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Make lots of the complete copies of an épreuve, inside its window."""
    from flows import lotting
    from flows.context import now

    with working_on(data) as work:
        rules = work.session.exam(exam)
        if rules is None or rules.window is None:
            raise UserError(f"{exam} is not a written épreuve of this session")
        if dry_run:
            plan, _ = lotting.plan_for(work, rules)
        elif not rules.in_window(now()):
            raise UserError(f"lots of {exam} open on {rules.opens_at}, and until {rules.closes_at}")
        else:
            plan = lotting.form(work, rules, at=now(), actor="service")
    _show(plan, as_json)


def _show(plan: Plan, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "lots": [{"corrector": lot.corrector, "copies": list(lot.copies)} for lot in plan.lots],
                "unroutable": [
                    {"school": left.school, "copies": list(left.copies), "reasons": list(left.reasons)}
                    for left in plan.unroutable
                ],
            }
        )
        return
    copies = sum(len(lot.copies) for lot in plan.lots)
    print_table(
        f"{len(plan.lots)} lots, {copies} copies",
        ["corrector", "copies"],
        ([lot.corrector, len(lot.copies)] for lot in plan.lots),
    )
    for left in plan.unroutable:
        console.print(f"[red]{len(left.copies)} copies of {left.school} that nobody may take:[/]")
        for reason in left.reasons:
            console.print(f"  {reason}", markup=False)


@app.command()
def show(
    exam: Annotated[str | None, typer.Option("--exam", help="Of this épreuve alone.")] = None,
    data: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """List the lots: whose they are, how many copies, in which state."""
    from dataclasses import asdict

    from storage import queries

    with working_on(data) as work, work.register.reading() as connection:
        lots = queries.all_lots(connection, exam)
    if as_json:
        print_json([asdict(lot) for lot in lots])
        return
    print_table(
        f"{len(lots)} lots",
        ["lot", "exam", "number", "corrector", "copies", "state"],
        ([lot.id, lot.exam, lot.number, lot.corrector, lot.copies, lot.state] for lot in lots),
    )


@app.command()
def reassign(
    lot: LotId,
    corrector: Annotated[str, typer.Argument(help="Id of the corrector who takes it.")],
    data: DataDir = HERE,
) -> None:
    """Give a lot to another corrector, once every rule is checked again."""
    from flows import lotting
    from flows.context import now

    with working_on(data) as work:
        refusals = lotting.reassign(work, lot, corrector, at=now(), actor="service")
    if refusals:
        raise UserError(f"{corrector} may not take {lot}:\n" + "\n".join(refusals))
    console.print(f"{lot} is {corrector}'s now.")


@app.command("return")
def give_back(
    lot: LotId,
    token: Annotated[str, typer.Option("--token", envvar="MASSICOT_TOKEN", help="The corrector's token.")],
    data: DataDir = HERE,
) -> None:
    """Say, as its corrector, that a lot is corrected."""
    from flows import lotting
    from flows.context import now

    with working_on(data) as work:
        try:
            lotting.give_back(work, token, lot, at=now())
        except lotting.NotYours as error:
            raise UserError(str(error)) from None
    console.print(f"{lot} is returned.")


def pull(
    token: Annotated[str, typer.Option("--token", envvar="MASSICOT_TOKEN", help="The corrector's token.")],
    to: Annotated[Path, typer.Option("--to", help="Where the lots are put.", file_okay=False)] = Path("lots"),
    data: DataDir = HERE,
) -> None:
    """Bring a corrector's lots: one PDF a copy and the lot's sheet, through presigned URLs."""
    from flows import lotting
    from flows.context import now

    with working_on(data) as work:
        try:
            pulled = lotting.pull(work, token, to, at=now())
        except lotting.NotYours as error:
            raise UserError(str(error)) from None
    for folder in pulled:
        console.print(f"{folder}: {len(list(folder.glob('*.pdf'))) - 1} copies and their sheet", markup=False)
    if not pulled:
        console.print("No lot waits for you.")
