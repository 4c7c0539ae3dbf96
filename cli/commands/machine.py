"""`massicot up` and `massicot demo`: the real thing on one machine; `massicot worker`: one of many."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, DataDir, checked_session
from cli.console import UserError, console


class Stopped(Exception):  # noqa: N818 - somebody asked for it
    """SIGTERM, or Ctrl-C."""


def _on_signal(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: stopping takes some seconds
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def up(
    session: Annotated[
        Path | None,
        typer.Option(
            "--session",
            help="The session's TOML file; needed the first time, and when it has changed.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    data: DataDir = DATA_DIR,
    port: Annotated[
        int,
        typer.Option(
            "--port", help="Port of the Prefect server; another where it is taken.", min=0, max=65535
        ),
    ] = 4200,
    desk_port: Annotated[
        int,
        typer.Option(
            "--desk-port",
            envvar="MASSICOT_DESK_PORT",
            help="Port of the desk; another where it is taken.",
            min=0,
            max=65535,
        ),
    ] = 4280,
) -> None:
    """Run everything on this machine: store, flows, worker, desk."""
    from cli.children import ChildError
    from cli.up import running

    if session is not None:
        checked_session(session)
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)
    try:
        with running(
            data, session=session, port=port, store_port=8333, desk_port=desk_port, say=console.print
        ) as machine:
            console.print(f"\n[bold green]massicot is up.[/] Data in {data.resolve()}")
            console.print(f"  the desk          {machine.desk_url}   (massicot desk invite makes accounts)")
            console.print(f"  watch the flows   {machine.ui}")
            console.print(f"  drop a scan       massicot drop FILE --centre UAI --exam CODE --data {data}")
            console.print("  stop              Ctrl-C\n")
            while True:
                machine.tend()
                time.sleep(1)
    except Stopped:
        console.print("Stopped; everything is kept, `massicot up` goes on from here.")
    except ChildError as error:
        raise UserError(str(error)) from None


def worker(
    runs: Annotated[int, typer.Option("--runs", help="How many files at once.", min=1)] = 4,
) -> None:
    """Join a fleet: read scans for a server, a register and a store elsewhere (docs/scale.md)."""
    from cli.fleet import become_worker, lacking
    from storage.machine.settings import Settings

    if missing := lacking(Settings(), dict(os.environ)):
        raise UserError(f"to join a fleet, set {', '.join(missing)} (a path must lead to a file)")
    become_worker(runs)


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything up, to explore.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="An empty directory; a fresh one if not given.")
    ] = None,
    session: Annotated[
        Path | None,
        typer.Option(
            "--session", help="Show it with the paper, numbers, codes and clock of this one.", dir_okay=False
        ),
    ] = None,
    season: Annotated[
        bool, typer.Option("--season", help="Play every date of a session, to the purge, on a moving clock.")
    ] = False,
) -> None:
    """Show the whole job, from scan to corrector, on invented copies."""
    if data is None:
        data = Path(tempfile.mkdtemp(prefix="massicot-demo-"))
    elif data.exists() and any(data.iterdir()):
        raise UserError(f"{data} is not empty: the demonstration wants a directory of its own")
    data.mkdir(parents=True, exist_ok=True)
    os.environ["MASSICOT_DATA_DIR"] = str(data)
    if season:
        _season(data, session or _SEASON)
        return

    from cli import demo as story
    from cli.children import ChildError
    from cli.up import running
    from processors.circular.session import load_session

    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)
    begun = time.monotonic()
    try:
        file = story.session_file(data, session)
        with story.drawing_pool() as pool:
            drawing = story.start_drawing(pool, load_session(file))
            with running(data, session=file, say=console.print) as machine:
                story.play(machine, drawing, kept=keep)
                console.print(f"[bold green]Done in {time.monotonic() - begun:.0f} s.[/]")
                if keep:
                    console.print("Everything stays up; Ctrl-C stops it.")
                    while True:
                        machine.tend()
                        time.sleep(1)
    except Stopped:
        console.print("Stopped.")
        if not keep:
            raise typer.Exit(130) from None
    except (story.DemoFailed, ChildError) as error:
        raise UserError(str(error)) from None


_SEASON = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"


def _season(data: Path, session: Path) -> None:
    from cli.demo import drawing_pool
    from cli.season.play import play
    from cli.season.stage import SeasonFailed

    begun = time.monotonic()
    try:
        with drawing_pool() as pool:
            play(data, checked_session(session), session, pool)
    except SeasonFailed as error:
        raise UserError(str(error)) from None
    console.print(f"Lists, papers, copies and the certificate lie in {data / 'season'}.", highlight=False)
    console.print(f"[bold green]Done in {time.monotonic() - begun:.0f} s.[/]")
