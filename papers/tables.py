"""Tables for a spreadsheet: UTF-8 with its mark, semicolons, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

_A_PART = 1000  # lines


def csv_of(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    return b"".join(parts_of_csv(titles, lines))


def parts_of_csv(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The same, a thousand lines at a time: of a long table, the first are there before the last are made."""
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    table = csv.writer(out, delimiter=";")
    table.writerow(titles)
    left = iter(lines)
    while part := list(islice(left, _A_PART)):
        table.writerows([[_no_formula(cell) for cell in line] for line in part])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


@lru_cache(maxsize=50_000)
def _no_formula(cell: str) -> str:
    """A spreadsheet runs what begins so, and people choose the names of their files."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
