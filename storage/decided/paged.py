"""Lists that the register searches, sorts and counts by itself: no more of them is read than is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar, overload

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    String,
    case,
    cast,
    false,
    func,
    or_,
    select,
)

R = TypeVar("R")
Values = Collection[Any] | str
"""What a column may hold: one of these (None among them: nothing), or a text in which this one stands."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: of each of `narrowed`, some column of a row holds what it says.

    `by`: the column to sort by, in this order of its values (None: in their own); what has none comes last.
    """

    narrowed: tuple[Mapping[str, Values], ...] = ()
    by: str = ""
    ranks: Mapping[Any, int] | None = None
    down: bool = False


@dataclass(frozen=True)
class Rows(Sequence[R], Generic[R]):
    """`source` under `conditions`, a row for each `key`, in this order.

    `beside`: the source with what order and values need. `columns`: by name, what is found and sorted by;
    `orders`: what is sorted by where that is another. `make`: a row of these `values`.
    """

    connection: Connection
    source: FromClause
    beside: FromClause
    key: ColumnElement[str]
    columns: Mapping[str, ColumnElement[Any]]
    conditions: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...]
    values: tuple[ColumnElement[Any], ...]
    make: Callable[[Sequence[Any]], R]
    orders: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)

    def asked(self, asked: Asked) -> Rows[R]:
        """Those among them that are asked for."""
        narrowed = (
            or_(false(), *(self._holds(name, values) for name, values in each.items() if values))
            for each in asked.narrowed
        )
        order, by = self.order, self.orders.get(asked.by)
        if by is None and (column := self.columns.get(asked.by)) is not None:
            by = column if asked.ranks is None else _ranked(column, asked.ranks)
        if by is not None:
            order = ((by.desc() if asked.down else by.asc()).nulls_last(), *order)
        return replace(self, conditions=(*self.conditions, *narrowed), order=order)

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        counted = select(func.count()).select_from(self.source).where(*self.conditions)
        return self.connection.execute(counted).scalar_one()

    def __iter__(self) -> Iterator[R]:
        query = select(*self.values).select_from(self.beside).where(*self.conditions).order_by(*self.order)
        return iter([self.make(row) for row in self.connection.execute(query).all()])

    @overload
    def __getitem__(self, part: int) -> R: ...
    @overload
    def __getitem__(self, part: slice) -> Sequence[R]: ...
    def __getitem__(self, part: int | slice) -> R | Sequence[R]:
        """Values are looked up for these rows alone, once it is known which they are."""
        if isinstance(part, int):
            return self[part : part + 1][0]
        found = select(self.key).select_from(self.beside).where(*self.conditions).order_by(*self.order)
        first = part.start or 0
        limit = None if part.stop is None else part.stop - first
        ids = self.connection.scalars(found.limit(limit).offset(first)).all()
        query = select(self.key, *self.values).select_from(self.beside).where(self.key.in_(ids))
        rows = {row[0]: self.make(row[1:]) for row in self.connection.execute(query)}
        return [rows[id_] for id_ in ids]

    def _holds(self, name: str, values: Values) -> ColumnElement[bool]:
        column = self.columns[name]
        if isinstance(values, str):
            if isinstance(column.type, Integer) and not values.isdecimal():
                return false()
            return cast(column, String).contains(values, autoescape=True)
        known = column.in_([value for value in values if value is not None])
        return known | column.is_(None) if None in values else known


def _ranked(column: ColumnElement[Any], ranks: Mapping[Any, int]) -> ColumnElement[Any]:
    known = {value: rank for value, rank in ranks.items() if value is not None}
    return case(known, value=column, else_=ranks.get(None)) if known else column
