"""`massicot backup` and `massicot restore`: everything that one machine keeps, but for its keys."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, DataDir, working_on
from cli.console import UserError, console

_NOT_IN_IT = "Keys are not in it: keep audit.key, and the session file, elsewhere."


def backup(
    to: Annotated[Path, typer.Argument(help="A folder; what it holds already is not copied again.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Copy store and register into a folder, while everything runs."""
    from actions.context import now
    from actions.inbox import note_scans, take_dossiers
    from storage.log.backup import Backup

    with working_on(data) as work:
        # What was dropped has its time in the register before the copy is made
        note_scans(work)
        take_dossiers(work)
        made, fresh = Backup(to).make(work.store, work.register, at=now())
    console.print(f"{len(made.objects)} objects in {to}, {fresh} of them new; identities are among them.")
    console.print(_NOT_IN_IT)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="The folder.", exists=True, file_okay=False)],
    which: Annotated[str | None, typer.Option("--backup", help="Not the last one, but this file.")] = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Bring a backup back into an empty place, and verify it. `massicot up` goes on from there."""
    from storage import weed
    from storage.log.backup import Backup, BackupError, Manifest
    from storage.log.signing import load_public_key
    from storage.settings import Settings

    folder = Backup(source)
    path = source / which if which else next(reversed(folder.manifests()), None)
    if path is None or not path.exists():
        raise UserError(f"no such backup in {source}")
    os.environ["MASSICOT_DATA_DIR"] = str(data)
    settings = Settings()
    public = settings.signing_key_path.with_suffix(".pub")
    if not public.exists():
        raise UserError(f"put audit.key and audit.pub back first: {public} is not there")
    with ExitStack() as stack:
        if settings.s3_endpoint is None:
            if (data / "store").exists():
                raise UserError(f"{data} has a store already: restore into an empty place")
            stack.enter_context(weed.running(data))
        work = stack.enter_context(working_on(data))
        work.store.ensure_buckets()
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
            count = folder.restore(manifest, work.store, work.register, load_public_key(public))
        except BackupError as error:
            raise UserError(str(error)) from None
    console.print(f"{count} objects are back, as of {manifest.made_at:%Y-%m-%d %H:%M:%S %Z}.")
    console.print("The log is whole, and the register says the same.")
