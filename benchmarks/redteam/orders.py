"""What order, time and company say: of place in the pile, of the alphabet, of numbers, of the centre."""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pikepdf
from numpy.typing import NDArray

from benchmarks.redteam.loot import Loot, Taken

CHANCE = 1e-4
"""An order that chance gives more seldom than this has told something."""
_SHUFFLES = 40_000


def orders(loot: Loot) -> Iterator[str]:
    """Whether an order that a corrector sees goes with one that tells who or where."""
    copies = [copy for copy in loot.copies if copy.number in loot.writers]
    writers = [loot.writers[copy.number] for copy in copies]
    seen: dict[str, list[float]] = {
        "the rank in the lot": [copy.rank for copy in copies],
        "the anonymous number": _ranks([copy.number for copy in copies]),
        "the hash": _ranks([hashlib.md5(copy.pdf).hexdigest() for copy in copies]),
    }
    secret: dict[str, list[float]] = {
        "the place in the pile": [writer.position for writer in writers],
        "the number of the candidate": _ranks([writer.sheet.number for writer in writers]),
        "the registration": _ranks([writer.sheet.registration for writer in writers]),
        "the alphabet": _ranks([writer.sheet.family_name for writer in writers]),
        "the centre": _ranks([writer.sheet.centre for writer in writers]),
        "the school": _ranks([writer.sheet.school for writer in writers]),
    }
    groups = [copy.lot for copy in copies]
    for (shown, a), (hidden, b) in product(seen.items(), secret.items()):
        if (p := chance(a, b, groups)) < CHANCE:
            yield f"{shown} goes with {hidden} (chance {p:.0e})"


def chance(seen: Sequence[float], secret: Sequence[float], groups: Sequence[str], seed: int = 1) -> float:
    """How often shuffled orders, each within its group, go together as well as these do."""
    rng = np.random.default_rng(seed)
    real, shuffled = 0.0, np.zeros(_SHUFFLES)
    members = defaultdict(list)
    for k, group in enumerate(groups):
        members[group].append(k)
    for mine in members.values():
        a, b = (_standing(np.asarray(values, float)[mine]) for values in (seen, secret))
        real += float(a @ b)
        shuffled += rng.permuted(np.tile(a, (_SHUFFLES, 1)), axis=1) @ b
    return float((np.abs(shuffled) >= abs(real) - 1e-9).sum() + 1) / (_SHUFFLES + 1)


def _standing(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks around their mean, equal values sharing theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return np.asarray(ranks - ranks.mean(), float)


def _ranks(values: Sequence[str]) -> list[float]:
    order = sorted(set(values))
    return [float(order.index(value)) for value in values]


def composition(loot: Loot) -> Iterator[str]:
    """A lot that holds one centre's copies alone, though those of others were dealt at the same time."""
    centres: dict[str, set[str]] = defaultdict(set)
    sizes: dict[str, int] = defaultdict(int)
    dealt: dict[object, set[str]] = defaultdict(set)
    for copy in _known(loot):
        centre = loot.writers[copy.number].sheet.centre
        centres[copy.lot].add(centre)
        sizes[copy.lot] += 1
        dealt[_deal(loot, copy)].add(centre)
    for copy in {copy.lot: copy for copy in _known(loot)}.values():
        if len(centres[copy.lot]) == 1 < min(len(dealt[_deal(loot, copy)]), sizes[copy.lot]):
            yield f"{copy.lot}: of one centre"


def _known(loot: Loot) -> Iterator[Taken]:
    return (copy for copy in loot.copies if copy.number in loot.writers)


def _deal(loot: Loot, copy: Taken) -> object:
    return copy.lot.partition("-")[0], loot.formed[copy.lot]


def hashes(loot: Loot) -> Iterator[str]:
    """A file, or an image in it, whose hash is the name of something that is not for correctors."""
    for copy in loot.copies:
        with pikepdf.open(io.BytesIO(copy.pdf)) as pdf:
            parts = [i.read_raw_bytes() for i in pdf.objects if isinstance(i, pikepdf.Stream)]
            name = bytes(pdf.trailer.ID[0]).hex() if "/ID" in pdf.trailer else ""
        for data in (copy.pdf, *parts):
            if {hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest(), name} & loot.kept:
                yield f"{copy.number}: its hash names something else"
