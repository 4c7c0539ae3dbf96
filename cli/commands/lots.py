"""`massicot lots` and `massicot pull`: from complete copies to correctors' hands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, ExamCode, Token, in_session, working_on
from cli.console import Commands, UserError, console, print_json, print_table
from storage.states import Trouble

if TYPE_CHECKING:
    from actions.site import Site
    from processors.correcting.lots import Plan
    from storage.corrected.lots import LotRow

app = typer.Typer(
    cls=Commands,
    help="Form, show and reassign lots; as a corrector, report, give back and return.",
    no_args_is_help=True,
)

LotName = Annotated[str, typer.Argument(help="The lot, such as U4-001, or its id.")]


@app.command()
def form(
    exam: ExamCode,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing.")] = False,
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Make lots of the complete copies of an épreuve, inside its window."""
    from actions.corrected import lots as of_lots

    with working_on(data) as site:
        rules = site.session.exam(exam)
        if rules is None or rules.window is None:
            raise UserError(f"{exam} is not a written épreuve of this session")
        if dry_run:
            plan = of_lots.plan_for(site, rules)
        else:
            plan = of_lots.form(site, rules, at=site.clock(), actor="service")
        references = _references(site)
    _show(plan, references, as_json)


def _references(site: Site) -> dict[str, str]:
    """How the service calls each corrector, by opaque id."""
    from storage.people.correctors import all_correctors

    return {c.id: c.reference for c in site.register.ask(all_correctors)}


def lot_called(site: Site, name: str) -> LotRow:
    from storage.corrected.lots import all_lots

    found = next((lot for lot in site.register.ask(all_lots) if name in (lot.id, lot.name)), None)
    if found is None:
        raise UserError(f"there is no lot {name}: `massicot lots show` lists them")
    return found


def _show(plan: Plan, references: dict[str, str], as_json: bool) -> None:
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
        ([references[lot.corrector], len(lot.copies)] for lot in plan.lots),
    )
    for left in plan.unroutable:
        console.print(f"[red]{len(left.copies)} copies of {left.school} that nobody may take:[/]")
        for reason in left.reasons:
            console.print(f"  {reason}", markup=False)


@app.command()
def show(
    exam: Annotated[str | None, typer.Option("--exam", help="Of this épreuve alone.")] = None,
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """List the lots: whose they are, how many copies, in which state."""
    from dataclasses import asdict

    from storage.corrected.lots import all_lots

    with working_on(data) as site, site.register.reading() as connection:
        in_session(site, exam=exam)
        lots = all_lots(connection, exam)
        references = _references(site)
    if as_json:
        more = ({"name": lot.name, "reference": references[lot.corrector]} for lot in lots)
        print_json([asdict(lot) | named for lot, named in zip(lots, more, strict=True)])
        return
    print_table(
        f"{len(lots)} lots",
        ["lot", "id", "corrector", "copies", "state"],
        ([lot.name, lot.id, references[lot.corrector], lot.copies, lot.state] for lot in lots),
    )


@app.command()
def reassign(
    lot: LotName,
    corrector: Annotated[str, typer.Argument(help="Who takes it: the service's reference, or the id.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Give a lot to another corrector, once every rule is checked again."""
    from actions.corrected import lots as of_lots

    with working_on(data) as site:
        taker = next((id_ for id_, name in _references(site).items() if corrector in (id_, name)), None)
        if taker is None:
            raise UserError(f"there is no corrector {corrector}")
        of_lots.reassign(site, lot_called(site, lot), taker, actor="service", at=site.clock())
    console.print(f"{lot} is {corrector}'s now.")


@app.command("return")
def give_back(
    lot: LotName,
    token: Token,
    data: DataDir = DATA_DIR,
) -> None:
    """Say, as its corrector, that a lot is corrected."""
    from actions.corrected import lots as of_lots

    with working_on(data) as site:
        at = site.clock()
        mine, _ = of_lots.own(site, of_lots.who_has(site, token).id, lot_called(site, lot).id, at=at)
        of_lots.give_back(site, mine, at=at)
    console.print(f"{lot} is returned.")


@app.command()
def report(
    lot: LotName,
    number: Annotated[str, typer.Argument(help="Anonymous number of the copy.")],
    trouble: Annotated[Trouble, typer.Argument(help="What is wrong with it.")],
    token: Token,
    said: Annotated[str, typer.Option("--said", help="Where, what; nothing that says whose it is.")] = "",
    order: Annotated[
        list[int] | None,
        typer.Option("--page", help="A page by its rank; once for each, in the order that you propose."),
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Report a copy, as its corrector: it waits for the service, the others go on."""
    from actions.decided import copies

    with working_on(data) as site:
        corrector, copy = _own_copy(site, token, lot, number)
        copies.report(site, copy, trouble, said, order=order or (), actor=corrector, at=site.clock())
    console.print(f"{number} is reported.")


@app.command("take-back")
def take_report_back(
    lot: LotName,
    number: Annotated[str, typer.Argument(help="Anonymous number of the copy.")],
    token: Token,
    data: DataDir = DATA_DIR,
) -> None:
    """Take the report of a copy back, as its corrector, as long as nobody has acted on it."""
    from actions.decided import copies

    with working_on(data) as site:
        corrector, copy = _own_copy(site, token, lot, number)
        copies.take_report_back(site, copy, actor=corrector, at=site.clock())
    console.print(f"{number} is read on as it is.")


def _own_copy(site: Site, token: str, lot: str, number: str) -> tuple[str, str]:
    """Ids of the corrector of this token, and of the copy in a lot of hers."""
    from actions.corrected import lots as of_lots
    from storage.decided.copies import copies_of_lot

    corrector = of_lots.who_has(site, token).id
    mine, _ = of_lots.own(site, corrector, lot_called(site, lot).id, at=site.clock())
    found = next(
        (c.id for c in site.register.ask(copies_of_lot, mine.id) if c.anonymous_number == number), None
    )
    if found is None:
        raise UserError(f"there is no copy {number} in {lot}")
    return corrector, found


@app.command()
def documents(
    lot: LotName,
    files: Annotated[
        list[Path],
        typer.Argument(
            help="A PDF each, named by its anonymous number, or a ZIP of them.", exists=True, dir_okay=False
        ),
    ],
    token: Token,
    data: DataDir = DATA_DIR,
) -> None:
    """Give back, as its corrector, copies that were annotated offline."""
    from actions.corrected import lots as of_lots
    from actions.corrected import returned

    refused = 0
    with working_on(data) as site:
        at = site.clock()
        mine, _ = of_lots.own(site, of_lots.who_has(site, token).id, lot_called(site, lot).id, at=at)
        for file in files:
            for one in returned.take(site, mine, file.name, file, at=at):
                refused += one.fault is not None
                told = f"{one.fault}: {one.sentence}" if one.fault else one.sentence
                console.print(f"{one.name}: {told}", markup=False)
    if refused:
        raise UserError(f"{refused} files were not taken")


@app.command()
def offline(
    lot: LotName,
    token: Token,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            help="The last day, such as 2026-05-20; without it, it is offline no longer.",
        ),
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Say, as its corrector, that a lot is read from its archive: it is not idle meanwhile."""
    from actions.corrected import lots as of_lots

    with working_on(data) as site:
        at = site.clock()
        mine, exam = of_lots.own(site, of_lots.who_has(site, token).id, lot_called(site, lot).id, at=at)
        of_lots.work_offline(site, mine, exam, until and until.replace(tzinfo=UTC).date(), at=at)
    console.print(f"{lot} is {'read offline' if until else 'no longer read offline'}.")


def pull(
    token: Token,
    to: Annotated[Path, typer.Option("--to", help="Where the lots are put.", file_okay=False)] = Path("lots"),
    data: DataDir = DATA_DIR,
) -> None:
    """Bring a corrector's lots: a PDF for each copy, and a sheet."""
    from actions.corrected.archive import pull_all
    from actions.corrected.lots import who_has

    with working_on(data) as site:
        pulled = pull_all(site, who_has(site, token).id, to, at=site.clock())
    for folder in pulled:
        copies = len(list(folder.glob("*.pdf"))) - 1
        console.print(f"{folder}: {copies} {'copy' if copies == 1 else 'copies'} and the sheet", markup=False)
    if not pulled:
        console.print("No lot waits for you.")
