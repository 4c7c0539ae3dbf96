"""A list to look through: searched, filtered, sorted, page by page, taken away as CSV. The one way to do so.

What somebody asked for stands in the address (`q`, `tri`, `rank`, and each filter by its column), so that it
can be kept and sent. Rows are light; of those that the register searches by itself
(`storage.decided.paged.Rows`) no more are read than are shown. What a page shows beside of a row is fetched
for the rows of that page alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from papers.tables import parts_of_csv
from processors.circular.deadlines import french_instant
from processors.plain import plain
from storage.decided.paged import Asked, Rows, Values

T = TypeVar("T")
Cell = str | int | datetime | None

_A_PAGE = 50


@dataclass(frozen=True)
class Column(Generic[T]):
    """`choice`: one of these values can be asked for, or of those that occur; `link`: where a cell leads.

    Of rows that the register searches, `of`: what they call it, instead of `value`. `said`: how each value of
    it is shown, where that is not as it is.
    """

    key: str
    title: str
    value: Callable[[T], Cell] | None = None
    choice: bool | tuple[str, ...] = False
    link: Callable[[T], str] | None = None
    of: str = ""
    said: Callable[[], Mapping[Any, str]] | None = None

    def cell(self, row: T) -> Cell:
        return next(self._cells((row,)))

    def text(self, row: T) -> str:
        return next(self.texts((row,)))

    def texts(self, rows: Iterable[T]) -> Iterator[str]:
        """Of each row."""
        return (cell if type(cell) is str else _text(cell) for cell in self._cells(rows))

    def _cells(self, rows: Iterable[T]) -> Iterator[Cell]:
        if self.value is not None:
            return map(self.value, rows)
        held = map(attrgetter(self.of), rows)
        if self.said is None:
            return held
        said = self.said()
        return (said.get(value, value) for value in held)

    def showing(self, text: str) -> Values:
        """Its values that are shown so."""
        return [value for value, said in self.said().items() if said == text] if self.said else text

    def holding(self, word: str) -> Values:
        """Its values in which this word is seen."""
        return [value for value, said in self.said().items() if word in folded(said)] if self.said else word

    def ranks(self) -> Mapping[Any, int] | None:
        """The order of its values by what is shown of them."""
        if self.said is None:
            return None
        said = self.said()
        order = sorted(set(map(folded, said.values())))
        return {value: order.index(folded(text)) for value, text in said.items()}


class Listing(Generic[T]):
    """These rows as the address asks for them; in the order given where it asks for none."""

    def __init__(
        self, request: Request, caption: str, columns: Sequence[Column[T]], rows: Sequence[T]
    ) -> None:
        self._asked = dict(request.query_params)
        self.caption = caption
        self.columns = columns
        self.q = self._asked.get("q", "").strip()[:200]
        self._words = folded(self.q).split()
        self.sort = self._asked.get("tri", "")
        choosing = [column for column in columns if column.choice]
        self.choices = [
            (column, column.choice if isinstance(column.choice, tuple) else _occurring(column, rows))
            for column in choosing
        ]
        self.chosen = {c.key: self._asked[c.key] for c in choosing if self._asked.get(c.key)}
        if isinstance(rows, Rows):
            self.rows: Sequence[T] = rows.asked(self._wish(rows)) if self.narrowed or self.sort else rows
        else:
            asked = [row for row in rows if self._is_asked_for(row)] if self.narrowed else list(rows)
            self.rows = self._sorted(asked) if self.sort else asked
        self.all = len(rows)
        self.count = len(self.rows) if self.narrowed else self.all

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // _A_PAGE))

    @property
    def rank(self) -> int:
        asked = self._asked.get("rank", "1")
        return min(max(1, int(asked)), self.pages) if asked.isdecimal() and len(asked) < 6 else 1

    @property
    def first(self) -> int:
        """The number of the first row of this page."""
        return (self.rank - 1) * _A_PAGE + 1

    @cached_property
    def shown(self) -> Sequence[T]:
        """Those of this page."""
        return self.rows[self.first - 1 : self.first - 1 + _A_PAGE]

    @property
    def _wants_csv(self) -> bool:
        return self._asked.get("format") == "csv"

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.chosen)

    def address(self, **changes: str | int) -> str:
        """The same list, but for this."""
        known = {"q": self.q, "tri": self.sort, **self.chosen, **changes}
        return f"?{urlencode({key: value for key, value in known.items() if value})}"

    def way(self, column: Column[T]) -> str:
        """How it is sorted by this column, as `aria-sort` says it; empty when it is not."""
        return {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "")

    def by(self, column: Column[T]) -> str:
        """The address of the list sorted by this column, the other way round when it already is."""
        return self.address(tri=f"-{column.key}" if self.way(column) == "ascending" else column.key)

    def csv(self, name: str) -> Response | None:
        """All that was asked for, where the address wants a file."""
        if not self._wants_csv:
            return None
        rows = list(self.rows)  # the register is asked now, and not while somebody's line is slow
        lines = zip(*[column.texts(rows) for column in self.columns], strict=True)
        parts = parts_of_csv([column.title for column in self.columns], lines)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingResponse(parts, media_type="text/csv; charset=utf-8", headers=headers)

    def _wish(self, rows: Rows[T]) -> Asked:
        """What is asked for, in the register's words: each value chosen, each word in some column."""
        by = next((c for c in self.columns if c.key == self.sort.removeprefix("-")), None)
        chosen = ({c.of: c.showing(self.chosen[c.key])} for c in self.columns if c.key in self.chosen)
        words = ({c.of: c.holding(word) for c in self.columns if c.of} for word in self._words)
        return Asked(
            narrowed=(*chosen, *words),
            by=by.of if by else "",
            ranks=by.ranks() if by and by.of not in rows.orders else None,
            down=self.sort.startswith("-"),
        )

    def _is_asked_for(self, row: T) -> bool:
        if any(c.text(row) != self.chosen[c.key] for c, _ in self.choices if c.key in self.chosen):
            return False
        if not self._words:
            return True
        text = " ".join([folded(column.text(row)) for column in self.columns])
        return all(word in text for word in self._words)

    def _sorted(self, rows: list[T]) -> list[T]:
        column = next((c for c in self.columns if c.key == self.sort.removeprefix("-")), None)
        if column is None:
            return rows
        value = column.cell
        known = [row for row in rows if value(row) is not None]
        known.sort(key=lambda row: _rank(value(row)), reverse=self.sort.startswith("-"))
        return known + [row for row in rows if value(row) is None]


def _occurring(column: Column[T], rows: Sequence[T]) -> tuple[str, ...]:
    return tuple(sorted(set(map(column.text, rows)) - {""}))


def _text(cell: Cell) -> str:
    return instant(cell) if isinstance(cell, datetime) else "" if cell is None else str(cell)


def _rank(value: Cell) -> Any:
    return folded(value) if isinstance(value, str) else value


instant = lru_cache(maxsize=50_000)(french_instant)


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """As words are looked for: without accents, in one case."""
    return plain(text)
