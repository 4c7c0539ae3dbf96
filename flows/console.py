"""How the command line speaks: one console, JSON for programs, one clear line for an error."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

console = Console()
_errors = Console(stderr=True)


class UserError(Exception):
    """Something the person at the keyboard can mend. Shown as one message, exit code 1, no traceback."""


class Commands(TyperGroup):
    """A group whose user errors are shown and not traced."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            _errors.print(f"Error: {error}", style="red", markup=False)
            raise typer.Exit(1) from error


def print_json(value: object) -> None:
    """On standard output, for a program."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)
