"""Tries to learn, from all that correctors can reach, whose copies they are and where they were written.

Each attack is a function of the loot that gives what it learnt, in words that name nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from benchmarks.redteam.files import texts, traces
from benchmarks.redteam.loot import Loot
from benchmarks.redteam.orders import composition, hashes, orders
from benchmarks.redteam.pixels import bars, ghosts, letters, reader

ATTACKS: Mapping[str, Callable[[Loot], Iterator[str]]] = {
    "texts": texts,
    "traces": traces,
    "bars": bars,
    "letters": letters,
    "reader": reader,
    "ghosts": ghosts,
    "orders": orders,
    "composition": composition,
    "hashes": hashes,
}
