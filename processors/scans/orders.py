"""In which order do the pages of a copy pass the scanner?

Copies are scanned as they come to hand: leaves face down, the pile from its last page, an A3 sheet cut in two
by the scanner. Whatever was done to one sheet was done to the others, so an order is that of a sheet's pages,
four of an A3 folded or the two of a leaf, and whether its copy's last sheet comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAGES_PER_SHEET = 4
"""Of an A3 sheet, folded: the usual one."""
MAX_PAGES = 60
"""The longest copy considered: fifteen sheets of four pages."""


@dataclass(frozen=True)
class Order:
    """`pattern`: a sheet's pages as they are scanned; `falling`: the last sheet of a copy comes first.

    `price`: minus log of how often a whole pile comes so. `nested`: each sheet lies in the one before it, so
    that their second leaves come after all first ones, the last sheet's first.
    """

    pattern: tuple[int, ...]
    falling: bool
    price: float
    nested: bool = False

    @property
    def sheet(self) -> int:
        """Pages of a sheet."""
        return len(self.pattern)

    def numbers(self, length: int) -> NDArray[np.int64]:
        """The page numbers of a copy of so many pages, as they are scanned."""
        sheets = np.arange(0, length, self.sheet)
        if self.falling:
            sheets = sheets[::-1]
        if self.nested:
            leaf, other = np.split(np.array(self.pattern), 2)
            leaves = (sheets[:, None] + leaf), (sheets[::-1, None] + other)
            return np.asarray(np.concatenate(leaves).ravel(), np.int64)
        return np.asarray((sheets[:, None] + np.array(self.pattern)).ravel(), np.int64)

    @property
    def french(self) -> str:
        order = ", ".join(map(str, self.pattern))
        if self.nested:
            return f"{order} dans chaque feuille, les feuilles l'une dans l'autre"
        return f"{order} dans chaque feuille" + (", la dernière feuille d'abord" if self.falling else "")


_OFTEN, _SELDOM = 6.0, 8.0

READING = Order((1, 2, 3, 4), False, 0.0)
A3_SIDES = Order((4, 1, 2, 3), False, 0.0)
"""Recto 4 | 1, verso 2 | 3: the halves of each side from left to right."""


def _falling_too(pattern: tuple[int, ...], rising: float, falling: float) -> tuple[Order, Order]:
    return Order(pattern, False, rising), Order(pattern, True, falling)


A4_ORDERS: tuple[Order, ...] = (
    READING,
    Order((1, 2, 3, 4), True, _SELDOM),
    *_falling_too((2, 1, 4, 3), _OFTEN, _SELDOM),  # leaves face down
    *_falling_too((3, 4, 1, 2), _SELDOM, _OFTEN),  # the last leaf first
    *_falling_too((4, 3, 2, 1), _SELDOM, _OFTEN),  # the last page first
    # further sheets laid in the first one, and cut
    Order((1, 2, 3, 4), False, _SELDOM, nested=True),
    Order((2, 1, 4, 3), False, _SELDOM, nested=True),
    # A3 sheets that the scanner cut in two: recto or verso first, either half first
    *_falling_too((4, 1, 2, 3), _OFTEN, _SELDOM),
    *_falling_too((2, 3, 4, 1), _OFTEN, _SELDOM),
    *_falling_too((1, 4, 3, 2), _SELDOM, _SELDOM),
    *_falling_too((3, 2, 1, 4), _SELDOM, _SELDOM),
    # and one of the sides upside down
    *_falling_too((1, 4, 2, 3), _SELDOM, _SELDOM),
    *_falling_too((4, 1, 3, 2), _SELDOM, _SELDOM),
    *_falling_too((2, 3, 1, 4), _SELDOM, _SELDOM),
    *_falling_too((3, 2, 4, 1), _SELDOM, _SELDOM),
)

LEAF_ORDERS: tuple[Order, ...] = (
    Order((1, 2), False, 0.0),
    Order((1, 2), True, _SELDOM),
    *_falling_too((2, 1), _OFTEN, _OFTEN),  # leaves face down; from the last page on
)
"""Of single leaves, two pages each."""

A3_ORDERS: tuple[Order, ...] = (
    A3_SIDES,
    Order((4, 1, 2, 3), True, _OFTEN),
    Order((2, 3, 4, 1), False, _OFTEN),
    Order((2, 3, 4, 1), True, _OFTEN),
)
