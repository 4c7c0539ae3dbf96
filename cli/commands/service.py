"""What the coordination service asks, and what it decides of copies and files."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from cli.commands.options import DATA_DIR, AsJson, DataDir, in_session, shows_identity, working_on
from cli.console import Commands, UserError, console, print_counts, print_json
from storage.states import Decision

if TYPE_CHECKING:
    from storage.decided.copies import CopyRow

app = typer.Typer(cls=Commands)

CentreFilter = Annotated[str | None, typer.Option("--centre", help="Of this centre alone.")]
ExamFilter = Annotated[str | None, typer.Option("--exam", help="Of this épreuve alone.")]


@app.command()
def status(
    health: Annotated[
        bool, typer.Option("--health", help="Is everything well? Exit code 1 when not.")
    ] = False,
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Count, for each épreuve, what is expected, complete, in lots; and its dossiers by what is proposed."""
    if health:
        _tell_health(data)
        return
    from storage.decided.counts import exam_counts
    from storage.dropped.dossiers import dossier_counts

    with working_on(data) as site, site.register.reading() as connection:
        rows = [asdict(exam_counts(connection, exam.code)) for exam in site.session.written]
        exams = [exam.code for exam in site.session.with_dossiers]
        dossiers = [asdict(dossier_counts(connection, exam)) for exam in exams]
    if as_json:
        print_json([*rows, *dossiers])
        return
    print_counts("copies", rows)
    print_counts("dossiers", dossiers)


def _tell_health(data: Path) -> None:
    from actions.measures import Health

    with working_on(data) as site:
        health = Health.of(site, site.clock())
    print_json({"well": health.well(), "ready": health.ready, **asdict(health)})
    raise typer.Exit(0 if health.well() else 1)


@app.command()
def findings(
    exam: ExamFilter = None, centre: CentreFilter = None, data: DataDir = DATA_DIR, as_json: AsJson = False
) -> None:
    """List what is open, where it is, and what to do. It tells candidates' numbers: the log notes it."""
    from storage.decided.copies import copy_by_id
    from storage.decided.findings import open_findings
    from storage.people.candidates import enrolled_in

    with working_on(data) as site:
        in_session(site, exam=exam, centre=centre)
        with site.register.reading() as connection:
            found = open_findings(connection, exam=exam, centre=centre)
            copies = {f.copy: copy_by_id(connection, f.copy) for f in found if f.copy}
            numbers = {c.id: c.number for c in enrolled_in(connection)}
        for place in sorted({f"{f.exam}/{f.centre}" for f in found if f.exam and f.centre}):
            shows_identity(site, place, "findings")
    if as_json:
        print_json([asdict(f) | _where(copies.get(f.copy or ""), f.candidate, numbers) for f in found])
        return
    for f in found:
        where = _where(copies.get(f.copy or ""), f.candidate, numbers)
        place = " ".join(filter(None, (f.exam, f.centre)))
        called = f"  {f.seq}.{f.k}" if f.scan else ""  # what centre and roster say is found anew, not settled
        console.print(f"[bold]{f.severity}[/]  {f.code}  {place}{called}", highlight=False)
        console.print(f"  {_said(f.copy, f.scan, where)}", markup=False, highlight=False)
        console.print(Padding(Text(f.message), (0, 0, 0, 2), expand=False), soft_wrap=False)
        console.print()
    console.print(f"{len(found)} open")


def _where(copy: CopyRow | None, candidate: str | None, numbers: dict[str, str]) -> dict[str, Any]:
    """What a person needs to find the copy on the table and to say whose it is."""
    return {
        "position": copy and copy.position,
        "copy_pages": [page.page for page in copy.pages] if copy else [],
        "guesses": [
            {"candidate": numbers[guess.candidate], "probability": guess.probability}
            for guess in (copy.guesses if copy else ())
            if guess.candidate in numbers
        ],
        "candidate_number": numbers.get(candidate or (copy and copy.candidate) or ""),
    }


def _said(copy: str | None, scan: str | None, where: dict[str, Any]) -> str:
    parts = [copy or scan]
    if copy:
        parts.append(f"number {where['position']} of {scan}")
        parts.append(f"its pages there: {', '.join(map(str, where['copy_pages']))}")
    if where["candidate_number"]:
        parts.append(f"candidate {where['candidate_number']}")
    elif where["guesses"]:
        guesses = (f"{g['candidate']} ({g['probability']:.0%})" for g in where["guesses"])
        parts.append(f"perhaps of {', '.join(guesses)}")
    return "; ".join(filter(None, parts))


@app.command()
def settle(
    finding: Annotated[
        str, typer.Argument(help="Of a scan, by its number in `massicot findings`, such as 128.0.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, if there is more to say; kept.")] = "",
    reopen: Annotated[bool, typer.Option("--reopen", help="There is something to do after all.")] = False,
    data: DataDir = DATA_DIR,
) -> None:
    """Note that nothing is left to do about a finding, having looked; or, with --reopen, that there is."""
    from actions.decided import copies

    found = re.fullmatch(r"([0-9]{1,18})\.([0-9]{1,9})", finding)
    if found is None:
        raise UserError(f"{finding} is no number of a finding: `massicot findings` shows them, such as 128.0")
    seq, k = map(int, found.groups())
    with working_on(data) as site:
        event = copies.judge(site, None, seq, k, not reopen, reason, actor="service", at=site.clock())
    if event is None:
        outcome = f"it was {'open' if reopen else 'settled'} already"
    else:
        outcome = "open again" if reopen else "settled"
    console.print(f"{finding}: {outcome}.")


@app.command()
def transfer(
    copy: Annotated[str, typer.Argument(help="Id of a copy that lay in the pile of another épreuve.")],
    exam: Annotated[str, typer.Argument(help="Code of the épreuve that it is of.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Move a copy to its own épreuve, where it waits for whose it is."""
    from actions.decided import copies

    with working_on(data) as site:
        event = copies.transfer(site, copy, exam, actor="service", at=site.clock())
    console.print(f"{copy}: {'moved to ' if event else 'it is already of '}{exam}.")


@app.command()
def send_back(
    copy: Annotated[str, typer.Argument(help="Id of a copy that the centre is to scan again.")],
    reason: Annotated[str, typer.Option("--reason", help="What the centre reads.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Ask the centre to scan a copy again, whole."""
    from actions.decided import copies

    with working_on(data) as site:
        event = copies.send_back(site, copy, reason, actor="service", at=site.clock())
    console.print(f"{copy}: {'sent back to its centre' if event else 'it was asked for already'}.")


@app.command()
def arrange(
    copy: Annotated[str, typer.Argument(help="Id of the copy.")],
    pages: Annotated[list[int], typer.Argument(help="Pages of its file, in the order of the copy.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why; the order that its corrector proposes wants none.")
    ] = "",
    data: DataDir = DATA_DIR,
) -> None:
    """Put the pages of a copy in order; those of its file that are not named are none of it.

    Example: massicot arrange copy_0123456789abcdef 9 10 12 11 --reason "Feuille retournée."
    """
    from actions.decided import copies

    with working_on(data) as site:
        event = copies.arrange(site, copy, pages, reason, actor="service", at=site.clock())
    console.print(f"{copy}: {'its pages are in this order' if event else 'they were so already'}.")


@app.command()
def withdraw(
    scan: Annotated[str, typer.Argument(help="Id of a file that was dropped by mistake.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the vault.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Take a whole file back: none of its copies counts any longer."""
    from actions.dropped.withdrawing import withdraw as take_back

    with working_on(data) as site:
        event = take_back(site, scan, reason, by_centre=False, actor="service", at=site.clock())
    console.print(f"{scan}: {'withdrawn' if event else 'it was withdrawn already'}.")


@app.command("put-back")
def restore_file(
    scan: Annotated[str, typer.Argument(help="Id of a file that was withdrawn.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Put a withdrawn file back: it is read again, and counts as when it was dropped."""
    from actions.dropped.withdrawing import restore

    with working_on(data) as site:
        event = restore(site, scan, actor="service", at=site.clock())
    console.print(f"{scan}: {'put back' if event else 'it was not withdrawn'}.")


@app.command()
def decide(
    copy: Annotated[str, typer.Argument(help="Id of the copy that waits.")],
    decision: Annotated[Decision, typer.Argument(help="What is decided of it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the vault.")],
    candidate: Annotated[
        str | None, typer.Option("--candidate", help="Number of the candidate, to attribute it.")
    ] = None,
    let_go: Annotated[
        list[int] | None,
        typer.Option(
            "--nothing-on",
            help="To accept it: a page of its file that you saw, where nothing names anybody; for each.",
        ),
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Decide of a copy that waits: whose it is, that it may go as it is, or that it is none.

    Example: massicot decide copy_0123456789abcdef attribute --candidate 02149876543 --reason "Nom lisible."
    """
    from actions.decided import copies
    from storage.decided.decisions import CopyProposed

    with working_on(data) as site:
        event = copies.decide(
            site,
            copy,
            decision,
            reason,
            number=candidate or "",
            let_go=let_go or (),
            actor="service",
            at=site.clock(),
        )
    if event is None:
        outcome = "nothing new: this was said before"
    elif event.action == CopyProposed.action:
        outcome = "proposed; it takes two people at the desk"
    else:
        outcome = "decided. The flows go on"
    console.print(f"{copy}: {outcome}.")
