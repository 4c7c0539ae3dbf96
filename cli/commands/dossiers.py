"""`massicot dossier`: candidates' dossiers, as they come, are read, and come before the commission."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.commands.options import (
    DATA_DIR,
    AsJson,
    DataDir,
    ExamCode,
    checked_roster,
    checked_session,
    in_session,
    said,
    shows_identity,
    working_on,
)
from cli.console import Commands, UserError, console, print_json, print_table
from processors.dossiers.findings import Code
from storage.states import Pronounced

if TYPE_CHECKING:
    from actions.dropped.commission import Commission
    from actions.site import Site

Centre = Annotated[str | None, typer.Option("--centre", help="UAI of the written centre.")]
School = Annotated[str | None, typer.Option("--school", help="UAI of the training centre.")]
Number = Annotated[str, typer.Option("--candidate", help="The candidate's number.")]
Deposit = Annotated[
    list[Path], typer.Argument(help="The deposit: files, or a directory of them.", exists=True)
]
app = typer.Typer(
    cls=Commands,
    help="Drop candidates' dossiers, tell how they stand, write the commission's lists and letters.",
    no_args_is_help=True,
)


@app.command("read")
def read(
    paths: Deposit,
    session: Annotated[Path, typer.Option("--session", help="The session's TOML file.", exists=True)],
    roster: Annotated[Path, typer.Option("--roster", help="CSV of the candidates.", exists=True)],
    exam: ExamCode,
    candidate: Number,
    deposited_at: Annotated[
        str | None,
        typer.Option("--deposited-at", help="When, in ISO 8601; by default on the session's clock."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a dossier and say what it raises, without storing anything."""
    from actions.dropped.dossiers import read_deposit
    from processors.circular.session import ExamKind

    rules = checked_session(session)
    people = checked_roster(roster, rules)
    person = next((c for c in people if c.number == candidate), None)
    if person is None:
        raise UserError("this candidate is not in the roster")
    epreuve = rules.exam(exam)
    if epreuve is None or epreuve.kind is not ExamKind.DOSSIER:
        raise UserError(f"{exam} is not a dossier épreuve of this session")
    if rules.dossier_rule(exam, person.option, person.category) is None:
        raise UserError(f"the session has no rule for {exam}, {person.option}, {person.category}")
    deposited = [(name, path.read_bytes()) for name, path in _files(paths)]
    told = read_deposit(deposited, rules, epreuve, person, _instant(deposited_at, rules.zone), roster=people)
    if as_json:
        print_json(told)
        return
    print_table(
        f"{len(told['pieces'])} pieces, {told['verdict']}",
        ["piece", "file", "pages", "signed"],
        ([p["kind"], p["file"], ", ".join(map(str, p["pages"])), _signed(p)] for p in told["pieces"]),
    )
    for found in told["findings"]:
        console.print(f"{found['code']}: {found['message']}", markup=False)


@app.command("drop")
def drop(paths: Deposit, exam: ExamCode, candidate: Number, data: DataDir = DATA_DIR) -> None:
    """Drop files of a candidate's dossier. One of the same name takes the place of the earlier one.

    Example: massicot dossier drop tableau.xlsx attestation.pdf --exam E5 --candidate 02149876543
    """
    from actions.dropped.dossier_files import drop as take

    with working_on(data) as site:
        for name, path in _files(paths):
            take(site, exam, candidate, name, path, actor="service", at=site.clock())
            console.print(f"{name}: received", markup=False)
    console.print("`massicot dossier show` tells how they were read, once they are.")


@app.command("show")
def show(exam: ExamCode, candidate: Number, data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Tell how a candidate's dossier stands: what came, how it was read, what lacks.

    It names the candidate: it is logged.
    """
    from actions.dropped.dossier_files import contents_of, standings
    from processors.circular.deadlines import local
    from storage.people.accounts import note_identity
    from storage.refusals import Refusal, Refused

    with working_on(data) as site:
        found = standings(site, exam, whose=candidate)
        if not found:
            raise Refused(Refusal.NOT_ENROLLED)
        (one,) = found
        held = contents_of(site, one)
        note_identity(
            site.register, f"{exam}/{one.person.centre}", "dossiers", actor="service", at=site.clock()
        )
    if as_json:
        files = [vars(file) | {"at": local(file.at).isoformat()} for file in one.files]
        pieces = [{"title": title, "file": file} for title, file in held.pieces]
        told = {
            "candidate": one.person.number,
            "wanted": list(one.wanted.values()),
            "files": files,
            "read": one.read,
        }
        print_json({**told, "pieces": pieces, "messages": held.messages})
        return
    person = f"{one.person.family_name} {one.person.first_names}, {one.person.number}"
    if not one.files:
        due = f"; due {said(one.rules.deposit.deadline)}" if one.rules.deposit else ""
        console.print(f"{person}: nothing came\nWanted: {', '.join(one.wanted.values())}{due}.", markup=False)
        return
    aside = {True: "kept, too late", False: "kept, replaced by a later one"}
    rows = (
        [f.name, f"{local(f.at):%Y-%m-%d %H:%M:%S}", "" if f.counts else aside[f.late]] for f in one.files
    )
    print_table(f"{person}: {'read' if one.read else 'not all read yet'}", ["file", "came", ""], rows)
    for title, file in held.pieces:
        console.print(f"{title}: {file}", markup=False)
    for message in held.messages:
        console.print(f"- {message}", markup=False)


@app.command("decide")
def decide(
    dossier: Annotated[str, typer.Argument(help="Id of the dossier, as the commission's list gives it.")],
    decision: Annotated[Pronounced, typer.Argument(help="What the commission pronounces.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the vault.")],
    author: Annotated[str, typer.Option("--author", help="Who pronounces; kept in the vault.")],
    ground: Annotated[
        list[Code] | None, typer.Option("--ground", help="A ground of non-conformity; may be repeated.")
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Record what the commission pronounces of a dossier. Earlier decisions are kept; the last counts.

    Example: massicot dossier decide doss_0123456789abcdef non_conform --ground late_deposit --author "Mme X"
    --reason "Déposé le lendemain."
    """
    from actions.dropped.dossiers import pronounce

    with working_on(data) as site:
        pronounce(
            site, dossier, decision, tuple(ground or ()), author, reason, actor="commission", at=site.clock()
        )
    console.print(f"{dossier}: recorded")


@app.command("report")
def report(
    exam: ExamCode,
    centre: Centre = None,
    school: School = None,
    to: Annotated[
        Path, typer.Option("--to", help="The folder to write the PDF and the CSV in.", file_okay=False)
    ] = Path(),
    data: DataDir = DATA_DIR,
) -> None:
    """Write the list of a commission, a centre's or a school's, as a PDF and as CSV.

    Both name candidates: it is logged.
    """
    from actions.dropped.commission import write_report

    with working_on(data) as site:
        in_session(site, exam=exam)
        before = _before(site, centre, school)
        shows_identity(site, f"{exam}/{before.uai}", "dossiers")
        for path in write_report(site, exam, before, to, at=site.clock()):
            console.print(str(path), markup=False)


@app.command("notices")
def notices(
    exam: ExamCode,
    centre: Centre = None,
    school: School = None,
    to: Annotated[
        Path, typer.Option("--to", help="The folder to write a PDF a candidate in.", file_okay=False)
    ] = Path(),
    data: DataDir = DATA_DIR,
) -> None:
    """Write letters that say what can still be mended, and until when.

    Each names its candidate: it is logged.
    """
    from actions.dropped.commission import write_notices

    with working_on(data) as site:
        rules = site.session.exam(exam)
        if rules is None:
            raise UserError(f"{exam}: not an épreuve of this session")
        before = _before(site, centre, school)
        shows_identity(site, f"{exam}/{before.uai}", "dossiers")
        written = write_notices(site, rules, before, to, at=site.clock(), actor="service")
    console.print(f"{len(written)} notices in {to}", markup=False)


def _before(site: Site, centre: str | None, school: str | None) -> Commission:
    """The commission of a written centre or of a training centre, of which one is given."""
    from actions.dropped.commission import Commission

    if (centre is None) == (school is None):
        raise UserError("give either --centre or --school")
    if centre is not None and site.session.centre(centre) is None:
        raise UserError(f"{centre}: not a centre of this session")
    return Commission(centre, school)


def _files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """Every file with its name inside the deposit."""
    for path in paths:
        if path.is_dir():
            yield from ((str(p.relative_to(path)), p) for p in sorted(path.rglob("*")) if p.is_file())
        else:
            yield path.name, path


def _instant(said: str | None, zone: ZoneInfo) -> dt.datetime | None:
    if said is None:
        return None
    try:
        at = dt.datetime.fromisoformat(said)
    except ValueError:
        raise UserError(f"{said!r} is no ISO 8601 instant, such as 2026-04-22T11:59:59+02:00") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _signed(piece: dict[str, Any]) -> str:
    return ", ".join(f"{s['role'] or 'signature'}: {s['state']}" for s in piece["signatures"])
