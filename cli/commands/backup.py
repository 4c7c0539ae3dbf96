"""`massicot backup` and `massicot restore`: everything that one machine keeps, but for its keys."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, working_on
from cli.console import Commands, UserError, console, print_json, print_table

if TYPE_CHECKING:
    from storage.machine.age import Identities, Recipients
    from storage.machine.settings import Settings

app = typer.Typer(
    cls=Commands,
    help="Copy store and register into a folder, encrypted, while everything runs; prune what is old.",
    invoke_without_command=True,
)
_NOT_IN_IT = "Keys are not in it: keep audit.key, audit.pub, factors.key and the session file elsewhere."

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Where the backups are.", exists=True, file_okay=False)
]


@app.callback()
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="A folder; what it holds already is not copied again.")
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            "--recipient",
            metavar="age1…|FILE",
            help="Who can open it: a public key of age, or a file of them. MASSICOT_BACKUP_RECIPIENTS else.",
        ),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="In clear: whoever has it reads it.")] = False,
    data: DataDir = DATA_DIR,
) -> None:
    """Copy store and register into a folder, encrypted, while everything runs; prune what is old."""
    if context.invoked_subcommand is not None:
        return
    if to is None:
        raise UserError("say where: massicot backup --to FOLDER (or one of its commands, see --help)")
    from actions.backups import make
    from storage.log.backup import BackupError

    with working_on(data) as site:
        recipients = _recipients(site.settings, recipient or [], plain)
        try:
            made, fresh = make(site, to, recipients, actor="service", at=site.clock())
        except BackupError as error:
            raise UserError(str(error)) from None
    console.print(f"{made.name}: {len(made.pieces)} objects in {to}, {fresh} of them new.")
    if made.encrypted:
        console.print(f"Encrypted for {', '.join(made.recipients)}: only with that identity does it open.")
    else:
        console.print("[yellow]It is in clear: whoever has this folder reads names and copies.[/]")
    console.print(_NOT_IN_IT)


def _recipients(settings: Settings, said: list[str], plain: bool) -> Recipients:
    from storage.machine.age import AgeError, Recipients, recipients_of

    if plain:
        if said:
            raise UserError("--plain is for nobody in particular: leave out --recipient")
        return Recipients()
    said = said or [one.strip() for one in (settings.backup_recipients or "").split(",") if one.strip()]
    if not said:
        raise UserError(
            "say who can open it: --recipient age1… (or a file of such keys), or set\n"
            "MASSICOT_BACKUP_RECIPIENTS. `massicot backup keygen FILE` makes a key; --plain needs none."
        )
    try:
        return recipients_of(said)
    except AgeError as error:
        raise UserError(str(error)) from None


@app.command()
def keygen(
    file: Annotated[Path, typer.Argument(help="A new file for the identity; it opens the backups.")],
) -> None:
    """Make an identity of age, as `age-keygen` does, and print its public key."""
    from actions.site import now
    from storage.machine.age import make_identity

    if file.exists():
        raise UserError(f"{file} is there already: nothing was written")
    typer.echo(make_identity(file, now()))
    console.print(
        f"Take {file} away from this machine: backups are made without it, and opened with it alone."
    )


@app.command("list")
def show(data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the backups that were made and not pruned, wherever they lie: what they held, they hold."""
    from storage.log.backups import kept_backups

    with working_on(data) as site, site.register.reading() as connection:
        rows = [
            (one.name, one.seq, one.encrypted, one.noted_at, one.sha256) for one in kept_backups(connection)
        ]
    columns = ("name", "event", "encrypted", "noted_at", "sha256")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        shown = [(name, seq, "yes" if sealed else "no", sha256) for name, seq, sealed, _, sha256 in rows]
        print_table("Backups", ("name", "up to event", "encrypted", "sha256 of its manifest"), shown)


@app.command()
def prune(
    folder: Folder,
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many of the newest whole ones stay.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Remove older backups, and what they alone held."""
    from actions.backups import prune as remove
    from storage.log.backup import BackupError

    with working_on(data) as site:
        try:
            pruned = remove(site, folder, keep, actor="service", at=site.clock())
        except BackupError as error:
            raise UserError(str(error)) from None
    for name in pruned.gone:
        console.print(f"{name} is removed.")
    for name in pruned.broken:
        console.print(f"[yellow]{name} lacks something: it counts for none, and stays.[/]")
    console.print(f"{len(pruned.gone)} removed, {len(pruned.kept)} stay.")


def restore(
    source: Annotated[
        Path, typer.Argument(metavar="FROM", help="The folder of the backups.", exists=True, file_okay=False)
    ],
    identity: Annotated[
        Path | None,
        typer.Option(
            "--identity", help="The file that opens it, where it is encrypted.", exists=True, dir_okay=False
        ),
    ] = None,
    which: Annotated[
        str | None,
        typer.Option(
            "--backup", help="Name of a backup, as `massicot backup list` shows it; the last one else."
        ),
    ] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Bring a backup back into an empty place, and verify it. `massicot up` goes on from there."""
    from actions.backups import note_backups
    from actions.site import now
    from storage.log.backup import Backup, BackupError
    from storage.log.signing import load_public_key
    from storage.machine import weed
    from storage.machine.age import Identities
    from storage.machine.settings import Settings

    folder = Backup(source)
    name = which.partition(".")[0] if which else next(reversed(folder.names()), None)
    if name is None:
        raise UserError(f"no such backup in {source}")
    os.environ["MASSICOT_DATA_DIR"] = str(data)
    settings = Settings()
    public = settings.signing_key_path.with_suffix(".pub")
    if not public.exists():
        raise UserError(f"put audit.key and audit.pub back first: {public} is not there")
    try:
        sealed = folder.encrypted(name)
        identities = _identities(identity) if identity and sealed else Identities()
        manifest = folder.manifest(name, identities)
        with ExitStack() as stack:
            if settings.s3_endpoint is None:
                if (data / "store").exists():
                    raise UserError(f"{data} has a store already: restore into an empty place")
                stack.enter_context(weed.running(data))
            site = stack.enter_context(working_on(data))
            site.store.ensure_buckets()
            key = load_public_key(public)
            count = folder.restore(manifest, site.store, site.register, key, identities)
            note_backups(site, source, actor="service", at=now())
    except BackupError as error:
        raise UserError(str(error)) from None
    console.print(f"{count} objects are back, as of {manifest.made_at:%Y-%m-%d %H:%M:%S %Z}.")
    console.print("The log is whole, and the register says the same.")


def _identities(path: Path) -> Identities:
    from storage.machine.age import AgeError, identities_of

    try:
        return identities_of(path)
    except AgeError as error:
        raise UserError(str(error)) from None
