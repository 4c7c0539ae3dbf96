"""`massicot audit` and `massicot rebuild`: is the log whole, what does it tell, what does it give back?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, shows_identity, working_on
from cli.console import Commands, UserError, console, print_json, print_table

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from actions.decided.telling import Told
    from actions.site import Site
    from storage.log.checkpoints import Checkpoint

app = typer.Typer(
    cls=Commands,
    help="Verify the audit log, state where it stands, tell the story of one copy, scan or lot.",
    no_args_is_help=True,
)


@app.command()
def verify(
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", help="A checkpoint that was kept elsewhere.", exists=True, dir_okay=False
        ),
    ] = None,
    witness: Annotated[
        Path | None,
        typer.Option(
            "--witness", help="Public key of who countersigned it (PEM).", exists=True, dir_okay=False
        ),
    ] = None,
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Find anything altered, removed, reordered, missing or put back, in the log and in the register."""
    from processors.circular.session import SessionError
    from storage.log.signing import load_public_key
    from storage.log.verify import Problem, clock_steps
    from storage.log.verify import verify as check

    if witness is not None and checkpoint is None:
        raise UserError("--witness goes with --checkpoint")
    kept = _read_checkpoint(checkpoint) if checkpoint else None
    with working_on(data) as site:
        problems = check(site.store.audit, _public_key(site), site.register, checkpoint=kept)
        with suppress(SessionError):  # what was noted to the day goes by its clock
            _ = site.session
        steps = [] if problems else clock_steps(site.register)
    if kept and witness and not kept.is_witnessed_by(load_public_key(witness)):
        problems.append(Problem("checkpoint", "This witness did not sign the checkpoint."))
    if as_json:
        print_json([{"where": problem.where, "message": problem.message} for problem in problems])
        raise typer.Exit(bool(problems))
    if problems:
        raise UserError("\n".join(f"{problem.where}: {problem.message}" for problem in problems))
    console.print("[green]The audit log is whole, and the register says the same.[/]")
    for step in steps:
        console.print(f"[yellow]A clock was put back: {step}[/]")


@app.command()
def checkpoint(data: DataDir = DATA_DIR) -> None:
    """Print a signed statement of where the log stands, to keep or publish elsewhere."""
    from storage.log.segments import AuditError, make_checkpoint
    from storage.log.signing import load_or_make_key

    with working_on(data) as site:
        key = load_or_make_key(site.settings.signing_key_path)
        try:
            made = make_checkpoint(site.register, site.store.audit, key, at=site.clock())
        except AuditError as error:
            raise UserError(str(error)) from None
    typer.echo(made.to_text(), nl=False)


@app.command()
def countersign(
    file: Annotated[
        Path,
        typer.Argument(
            help="A checkpoint, as `massicot audit checkpoint` prints it.", exists=True, dir_okay=False
        ),
    ],
    key: Annotated[Path, typer.Option("--key", help="Ed25519 key of the witness (PEM); made if absent.")],
) -> None:
    """Print the checkpoint with a witness's signature."""
    from storage.log.signing import load_or_make_key

    typer.echo(_read_checkpoint(file).countersigned(load_or_make_key(key)).to_text(), nl=False)


@app.command()
def history(
    subject: Annotated[str, typer.Argument(help="Id of a copy, scan, lot or corrector.")],
    data: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Tell everything that happened to one copy, scan or lot: who, what, why, what was before and after."""
    from actions.decided.telling import tell

    with working_on(data) as site:
        story = tell(site, subject)
        if story.names:
            shows_identity(site, subject, "history")
    if as_json:
        print_json(
            [
                {
                    "seq": e.seq,
                    "at": e.at,
                    "actor": e.actor,
                    "action": e.action,
                    "facts": e.facts,
                    "who": one.who,
                    "what": one.what,
                    "of": one.of,
                    "why": one.why,
                    "changes": list(map(str, one.changes)),
                }
                for one in story.all
                for e in [one.event]
            ]
        )
        return
    if not story.all:
        raise UserError(f"nothing is known of {subject}")
    print_table(
        subject,
        ["event", "at (UTC)", "who", "what"],
        (
            [one.event.seq, f"{one.event.at:%Y-%m-%d %H:%M:%S}", one.who, "\n".join(_lines(one))]
            for one in story.told
        ),
    )
    if story.looks:
        console.print(f"{len(story.looks)} more times an identity was shown: --json tells of each.")


def _lines(one: Told) -> Iterator[str]:
    yield ", ".join(filter(None, (one.what, one.of)))
    yield from map(str, one.changes)
    if one.why:
        yield f"« {one.why} »"


@app.command("replace-key")
def replace_key(data: DataDir = DATA_DIR) -> None:
    """Make a new signing key, and ship the log with it. Keep `audit.key` and `audit.pub` elsewhere."""
    from storage.log.rotation import replace_key as replace

    with working_on(data) as site:
        path = site.settings.signing_key_path
        replace(site.register, site.store.audit, path, actor="service", at=site.clock())
    console.print(f"{path} is new: keep it and {path.stem}.pub elsewhere, and give them to every machine.")


def rebuild(
    url: Annotated[
        str, typer.Argument(help="SQLAlchemy URL of an empty register, such as sqlite:////path/new.sqlite.")
    ],
    data: DataDir = DATA_DIR,
) -> None:
    """Replay the audit log into an empty register."""
    from sqlalchemy.exc import ArgumentError

    from storage.database.register import open_register
    from storage.log.segments import AuditError, rebuild_register

    with working_on(data) as site:
        try:
            empty = open_register(url, site.store.vault)
            count = rebuild_register(site.store.audit, _public_key(site), empty)
        except ArgumentError as error:
            raise UserError(
                f"{url} is no SQLAlchemy URL, such as sqlite:////path/new.sqlite: {error}"
            ) from None
        except AuditError as error:
            raise UserError(str(error)) from None
    console.print(f"{count} events replayed into {url}")


def _public_key(site: Site) -> Ed25519PublicKey:
    from storage.log.signing import load_public_key

    path = site.settings.signing_key_path.with_suffix(".pub")
    if not path.exists():
        raise UserError("nothing is sealed yet: `massicot up` seals the log every five minutes")
    return load_public_key(path)


def _read_checkpoint(path: Path) -> Checkpoint:
    from storage.log.checkpoints import Checkpoint

    try:
        return Checkpoint.model_validate_json(path.read_bytes())
    except ValueError:
        raise UserError(f"{path} is not a checkpoint") from None
