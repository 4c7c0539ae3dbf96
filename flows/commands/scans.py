"""Commands about paper and files: labels, rehearsals, dropping a file, reading one without storing it."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from flows.console import UserError, console, print_json, print_table

SessionFile = Annotated[Path, typer.Option("--session", help="The session's TOML file.", exists=True)]
CentreCode = Annotated[str, typer.Option("--centre", help="UAI of the centre.")]
ExamCode = Annotated[str, typer.Option("--exam", help="Code of the épreuve.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]


def read(
    scan: Annotated[Path, typer.Argument(help="The scan, a PDF.", exists=True, dir_okay=False)],
    session: SessionFile,
    roster: Annotated[Path, typer.Option("--roster", help="CSV of the candidates.", exists=True)],
    centre: CentreCode,
    exam: ExamCode,
    as_json: AsJson = False,
) -> None:
    """Read a scan and say what it holds, without storing anything."""
    from processors.people import read_candidates
    from processors.scans.contract import scan_json
    from processors.scans.form import load_form
    from processors.scans.raster import BadScan, inspect
    from processors.scans.reader import read_scan
    from processors.session import SessionError, load_session

    begun = time.monotonic()
    try:
        rules = load_session(session)
    except SessionError as error:
        raise UserError(str(error)) from None
    candidates = read_candidates(roster.read_bytes())
    if candidates.problems:
        lines = "\n".join(f"line {problem.line}: {problem.message}" for problem in candidates.problems)
        raise UserError(f"{roster} cannot be taken as it is:\n{lines}")
    form = load_form(rules.form_path)
    try:
        inspect(scan)
        reading = read_scan(scan, form, rules.label_pattern, candidates.rows, centre, exam)
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
