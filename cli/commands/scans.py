"""Commands about paper and files: labels, rehearsals, dropping a file, reading one without storing it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import (
    DATA_DIR,
    AsJson,
    CentreCode,
    DataDir,
    ExamCode,
    checked_roster,
    checked_session,
    shows_identity,
    working_on,
)
from cli.console import UserError, console, print_json, print_table

if TYPE_CHECKING:
    from processors.circular.session import Session
    from processors.lists.people import Candidate
    from storage.people.candidates import EnrolledCandidate

SessionFile = Annotated[Path, typer.Option("--session", help="The session's TOML file.", exists=True)]


def read(
    scan: Annotated[Path, typer.Argument(help="The scan, a PDF.", exists=True, dir_okay=False)],
    session: SessionFile,
    roster: Annotated[Path, typer.Option("--roster", help="CSV of the candidates.", exists=True)],
    centre: CentreCode,
    exam: ExamCode,
    as_json: AsJson = False,
) -> None:
    """Read a scan and say what it holds, without storing anything."""
    from processors.scans.contract import scan_json
    from processors.scans.files.dropped import inspect
    from processors.scans.files.raster import BadScan
    from processors.scans.reader import read_scan

    begun = time.monotonic()
    rules = checked_session(session)
    candidates = checked_roster(roster, rules)
    form = rules.form_of(exam)
    try:
        inspect(scan)
        reading = read_scan(scan, form, rules.label_pattern, candidates, centre, exam)
    except BadScan as bad:
        raise UserError(f"{bad.code.value}: {bad.finding.message}") from None
    said = scan_json(reading, time.monotonic() - begun)
    if as_json:
        print_json(said)
        return
    print_table(
        f"{len(reading.pages)} pages, {len(reading.copies)} copies, {said['scan']['seconds']} s",
        ["copy", "candidate", "status", "pages", "findings"],
        (
            [rank, copy.candidate, copy.status, ", ".join(map(str, copy.pages)), _codes(copy.findings)]
            for rank, copy in enumerate(reading.copies, 1)
        ),
    )
    for found in reading.findings:
        console.print(f"{found.code}: {found.message}")


def _codes(findings: tuple[object, ...]) -> str:
    counted = Counter(getattr(found, "code", "") for found in findings)
    return ", ".join(code if count == 1 else f"{code} × {count}" for code, count in counted.items())


def drop(
    file: Annotated[Path, typer.Argument(help="The scan, a PDF.", exists=True, dir_okay=False)],
    centre: CentreCode,
    exam: ExamCode,
    data: DataDir = DATA_DIR,
) -> None:
    """Drop a scan into the inbox, as a centre does. What lies there is not overwritten."""
    from actions.dropped.inbox import place_for

    with file.open("rb") as opened:
        if b"%PDF-" not in opened.read(1024):
            raise UserError(f"{file.name} is no PDF: scan the pile as PDF")
    with working_on(data) as site:
        key = place_for(site, centre, exam, file.name)
        if not site.store.inbox.put(key, file, only_if_absent=True, content_type="application/pdf"):
            raise UserError(f"{key} still waits in the inbox: give this file another name")
    console.print(f"Dropped as {key}", markup=False)
    console.print("The receipt comes beside it, under receipts/, once the file is read.")


def labels(
    centre: CentreCode,
    exam: ExamCode,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", help="CSV of the candidates, in place of those imported.", exists=True),
    ] = None,
    session: Annotated[
        Path | None, typer.Option("--session", help="The session's TOML file, with --roster.", exists=True)
    ] = None,
    to: Annotated[
        Path,
        typer.Option("--to", help="The PDF to write: 24 labels of 63.5 × 33.9 mm on A4.", dir_okay=False),
    ] = Path("labels.pdf"),
    data: DataDir = DATA_DIR,
) -> None:
    """Make sheets of bar-code labels for a centre and épreuve."""
    from papers.labels import label_sheet

    if (roster is None) != (session is None):
        raise UserError("give --roster and --session, or neither")
    enrolled: Sequence[Candidate | EnrolledCandidate]
    if roster is not None and session is not None:
        rules = checked_session(session)
        enrolled = [
            c for c in checked_roster(roster, rules, its_own=True) if c.centre == centre and exam in c.exams
        ]
    else:
        rules, enrolled = _imported(data, centre, exam)
    rules_of = rules.exam(exam)
    if rules_of is None:
        raise UserError(f"{exam} is not an épreuve of this session")
    if not enrolled:
        raise UserError(f"nobody is enrolled for {exam} in {centre}")
    to.write_bytes(label_sheet(enrolled, exam, rules_of.title, centre, rules.form_of(exam)))
    console.print(f"{len(enrolled)} labels in {to}", markup=False)


def _imported(data: Path, centre: str, exam: str) -> tuple[Session, list[EnrolledCandidate]]:
    """The session, and who is enrolled: it names people, and is logged as the desk's sheet is."""
    from storage.people.candidates import enrolled_in

    with working_on(data) as site:
        enrolled = [one for one in site.register.ask(enrolled_in, exam, centre) if one.named]
        shows_identity(site, f"{exam}/{centre}", "labels")
        return site.session, enrolled


def rehearse(
    session: SessionFile,
    centre: CentreCode,
    exam: ExamCode,
    copies: Annotated[
        int, typer.Option("--copies", help="How many copies; 18 show every trouble.", min=1)
    ] = 18,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same scans.")] = 1,
    to: Annotated[Path, typer.Option("--to", help="Where to write them.", file_okay=False)] = Path(
        "rehearsal"
    ),
) -> None:
    """Draw a troubled scan of invented copies, to rehearse with."""
    from specimens.rehearsal import plan_session, troubles_of, write_session

    rules = checked_session(session)
    if rules.centre(centre) is None or exam not in {e.code for e in rules.written}:
        raise UserError(f"{centre} {exam}: not a centre and a written épreuve of this session")
    form = rules.form_of(exam)
    plan = plan_session(seed, [centre], [exam], copies, (), rules.numbers, rules.options, troubles_of(form))
    for path in write_session(plan, form, to):
        console.print(f"{path}: {copies} copies", markup=False)
    console.print(f"Rosters, attendance and what is true of each copy lie beside, in {to}.", markup=False)
