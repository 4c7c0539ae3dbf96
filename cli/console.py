"""How the command line speaks: one console, JSON for programs, one clear line for an error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

_WIDE = 500  # characters: what goes into a file or another program has one line a row

# A path or an id that is longer than the line is not cut: it is copied from here.
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else _WIDE)
_errors = Console(stderr=True, soft_wrap=True)


class UserError(Exception):
    """Something the person at the keyboard can mend. Shown as one message, exit code 1, no traceback."""


class Commands(TyperGroup):
    """A group whose user errors are shown and not traced."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            message = str(error)
        except OSError as error:  # of a file that the user named: absent, not hers to write, no room
            if error.filename is None:
                raise
            message = f"{error.filename}: {error.strerror}"
        except ValueError as error:  # of the environment: pydantic's, which is not imported for it
            told: Any = error
            if getattr(told, "title", None) != "Settings":
                raise
            message = "; ".join(f"MASSICOT_{one['loc'][0].upper()}: {one['msg']}" for one in told.errors())
        _errors.print(f"Error: {message}", style="red", markup=False, highlight=False)
        raise typer.Exit(1)


def print_json(value: object) -> None:
    """On standard output, for a program."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Numbers to the right; what does not fit goes on below, nothing is cut."""
    cells = [list(row) for row in rows]
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for k, name in enumerate(columns):
        numbers = all(isinstance(row[k], int | None) for row in cells)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in cells:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(title, style="italic", markup=False, highlight=False)  # as long as it is, of any table
    console.print(table, soft_wrap=False)


def print_counts(title: str, counted: Sequence[Mapping[str, object]]) -> None:
    """What was counted of each épreuve, a column each: terminals are narrow, and counts are many."""
    if counted:
        names = [name for name in counted[0] if name != "exam"]
        rows = ([name.replace("_", " "), *(one[name] for one in counted)] for name in names)
        print_table(title, ["", *(str(one["exam"]) for one in counted)], rows)
