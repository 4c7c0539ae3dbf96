"""`massicot up` and `massicot demo`: the real thing on one machine."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from flows.commands.options import HERE, DataDir
from flows.console import UserError, console


class Stopped(Exception):  # noqa: N818 - somebody asked for it
    """SIGTERM, or Ctrl-C."""


def _on_signal(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: stopping takes some seconds
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def up(
    session: Annotated[
        Path | None, typer.Option("--session", help="The session's TOML file, at first.", dir_okay=False)
    ] = None,
    data: DataDir = HERE,
    port: Annotated[int, typer.Option("--port", help="Port of the Prefect server.")] = 4200,
) -> None:
    """Run everything on this machine: store, register, Prefect server, worker; Ctrl-C stops it."""
    from flows.children import ChildError
    from flows.up import running

    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)
    try:
        with running(data, session=session, port=port, say=console.print) as machine:
            console.print(f"\n[bold green]massicot is up.[/] Data in {data.resolve()}")
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
