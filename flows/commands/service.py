"""What the coordination service asks and decides: `status`, `findings`, `decide`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from flows.commands.options import HERE, AsJson, DataDir, working_on
from flows.console import UserError, console, print_json, print_table
from storage.facts import Decision

CentreFilter = Annotated[str | None, typer.Option("--centre", help="Of this centre alone.")]
ExamFilter = Annotated[str | None, typer.Option("--exam", help="Of this épreuve alone.")]


def status(data: DataDir = HERE, as_json: AsJson = False) -> None:
    """Say how far each épreuve is: expected, present, scanned, complete, to decide, in lots."""
    from storage import queries

    with working_on(data) as work, work.register.reading() as connection:
        rows = [asdict(queries.exam_counts(connection, exam.code)) for exam in work.session.written]
    if as_json:
        print_json(rows)
        return
    print_table("", rows[0] if rows else ["exam"], (row.values() for row in rows))


def findings(
    exam: ExamFilter = None, centre: CentreFilter = None, data: DataDir = HERE, as_json: AsJson = False
) -> None:
    """List what is open: each finding with its scan or copy."""
    from storage import queries

    with working_on(data) as work, work.register.reading() as connection:
        found = queries.open_findings(connection, exam=exam, centre=centre)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_table(
        f"{len(found)} open findings",
        ["severity", "code", "exam", "centre", "copy or scan", "what to do"],
        ([f.severity, f.code, f.exam, f.centre, f.copy or f.scan, f.message] for f in found),
    )


def decide(
    copy: Annotated[str, typer.Argument(help="Id of the copy that waits.")],
    decision: Annotated[Decision, typer.Argument(help="What is decided of it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the vault.")],
    candidate: Annotated[
        str | None, typer.Option("--candidate", help="Number of the candidate, to attribute it.")
    ] = None,
    data: DataDir = HERE,
) -> None:
    """Decide of a copy that waits: attribute it, accept it as it is, or set it aside."""
    from flows.context import now
    from storage import intake, queries

    if (decision is Decision.ATTRIBUTE) != (candidate is not None):
        raise UserError("--candidate goes with attribute, and only with it")
    with working_on(data) as work:
        chosen = None
        if candidate is not None:
            with work.register.reading() as connection:
                chosen = queries.candidate_by_number(connection, candidate)
            if chosen is None:
                raise UserError("nobody on the roster has this number")
        intake.decide(
            work.register,
            copy,
            decision,
            candidate=chosen,
            reason=reason,
            actor="service",
            at=now(),
        )
    console.print(f"{copy}: decided. The flows take it from here.")
