"""Tables for a spreadsheet: UTF-8 with its mark, semicolons, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def csv_of(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    table.writerow(titles)
    table.writerows([_no_formula(cell) for cell in line] for line in lines)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _no_formula(cell: str) -> str:
    """A spreadsheet runs what begins so, and people choose the names of their files."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
