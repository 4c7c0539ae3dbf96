"""The command line: `massicot COMMAND`. Each command's body stands in cli/commands/."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from cli.commands import (
    attendance,
    audit,
    backup,
    control,
    deadlines,
    desk,
    dossiers,
    duties,
    lots,
    machine,
    marks,
    masks,
    orals,
    people,
    personal_data,
    purge,
    release,
    scans,
    service,
    session,
    store,
)
from cli.console import Commands

app = typer.Typer(
    name="massicot",
    help="From the exam centre's scanner to the corrector: anonymous, complete lots of copies.",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"massicot {version('massicot')}")
        raise typer.Exit


@app.callback()
def _massicot(
    asked: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Say the version and exit."),
    ] = False,
) -> None:
    pass


app.command("up")(machine.up)
app.command("worker")(machine.worker)
app.command("demo")(machine.demo)
app.add_typer(session.app, name="session")
app.add_typer(people.app, name="import")
app.add_typer(attendance.app, name="attendance")
app.command("labels")(scans.labels)
app.command("rehearse")(scans.rehearse)
app.command("drop")(scans.drop)
app.command("read")(scans.read)
app.add_typer(service.app)
app.add_typer(masks.app, name="mask")
app.add_typer(lots.app, name="lots")
app.command("pull")(lots.pull)
app.add_typer(marks.app, name="marks")
app.add_typer(orals.app, name="orals")
app.command("averages")(release.averages)
app.command("release")(release.release)
app.add_typer(control.app, name="control")
app.command("copy-link")(control.copy_link)
app.command("work-done")(release.work_done)
app.add_typer(deadlines.app, name="deadline")
app.add_typer(dossiers.app, name="dossier")
app.add_typer(duties.app, name="duty")
app.add_typer(purge.app, name="purge")
app.add_typer(desk.app, name="desk")
app.command("access-request")(personal_data.access_request)
app.add_typer(store.app, name="store")
app.add_typer(audit.app, name="audit")
app.command("rebuild")(audit.rebuild)
app.add_typer(backup.app, name="backup")
app.command("restore")(backup.restore)
