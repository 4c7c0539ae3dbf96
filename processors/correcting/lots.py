"""Which copies go to which corrector: a minimum-cost flow from groups of copies alike to correctors.

Above some thousands of copies, one flow for each part of the correctors, with copies of all schools.
A lot holds copies of one option where the épreuve has a subject for each.
In this order: no conflict of interest and no quota broken, ever; as many copies routed as can be; loads as
even as can be; each school spread over the correctors as evenly as can be. Then a corrector's copies are
dealt into lots that mix schools and centres, each in an order that tells nothing.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from processors.correcting.conflicts import Cause, Marked, Marking, causes
from processors.plain import plain


@dataclass(frozen=True)
class Eligible(Marking):
    """A corrector. `assigned`: copies in her lots; `quota` counts them too, None is no limit."""

    quota: int | None = None
    assigned: int = 0


@dataclass(frozen=True)
class PlannedLot:
    """Ids of the corrector and of the copies, in the order of the lot."""

    corrector: str
    copies: tuple[str, ...]


@dataclass(frozen=True)
class Unroutable:
    """Copies of one school that nobody may take, and why (French sentences)."""

    school: str
    copies: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Each copy stands either in one lot or in one `Unroutable`."""

    lots: tuple[PlannedLot, ...]
    unroutable: tuple[Unroutable, ...]


def lot_conflicts(copies: Sequence[Marked], corrector: Eligible) -> tuple[str, ...]:
    """Why this corrector may not be given these copies as well, quota included; for a reassignment."""
    counts = Counter(cause for copy in copies for cause in causes(copy, corrector))
    lines = [f"{_count(counts[cause])} : {cause.value}." for cause in Cause if counts[cause]]
    over = corrector.assigned + len(copies) - corrector.quota if corrector.quota is not None else 0
    if over > 0:
        lines.append(f"Le quota du correcteur ({_count(corrector.quota or 0)}) serait dépassé de {over}.")
    return tuple(lines)


def barred(copies: Sequence[Marked], correctors: Sequence[Eligible]) -> dict[str, dict[Cause, int]]:
    """For each corrector who may not mark all of these copies: how many not, for each cause."""
    by_corrector: dict[str, dict[Cause, int]] = defaultdict(lambda: defaultdict(int))
    for group in _groups(copies, correctors):
        for corrector in (correctors[k] for k in group.barred):
            for copy in group.copies:
                for cause in causes(copy, corrector):
                    by_corrector[corrector.id][cause] += 1
    return {corrector: dict(causes) for corrector, causes in by_corrector.items()}


def _count(copies: int) -> str:
    return f"{copies} copie{'s' if copies > 1 else ''}"


def plan_lots(copies: Sequence[Marked], correctors: Sequence[Eligible], lot_size: int, seed: int) -> Plan:
    """Lots of at most `lot_size` copies. The same plan for the same seed, whatever the order of the input."""
    rng = random.Random(seed)
    # ties fall as the seed says, not always to the first corrector or the first school
    correctors = sorted(correctors, key=lambda corrector: corrector.id)
    rng.shuffle(correctors)
    given: dict[str, list[Marked]] = defaultdict(list)
    parts = _parts(sorted(copies, key=lambda copy: copy.id), correctors, rng)
    left = [copy for part in parts for copy in _hand_out(*part, given, rng)]
    if left and len(parts) > 1:
        now = [replace(c, assigned=c.assigned + len(given[c.id])) for c in correctors]
        left = _hand_out(left, [c for c in now if c.quota is None or c.assigned < c.quota], given, rng)
    hands: dict[_Hand, list[Marked]] = defaultdict(list)
    for who, theirs in given.items():
        for copy in theirs:
            hands[who, copy.option].append(copy)
    _mix(hands, {corrector.id: corrector for corrector in correctors})
    return Plan(
        tuple(
            PlannedLot(hand[0], lot) for hand in sorted(hands) for lot in _deal(hands[hand], lot_size, rng)
        ),
        _explain(left, correctors),
    )


_Hand = tuple[str, str]
"""A corrector, and the option of what is dealt into one lot."""


_Part = tuple[Sequence[Marked], Sequence[Eligible]]
_PART = 2000
"""Copies in one model, whose size grows with its square. In parts a plan takes a time in proportion to the
copies, and may be less even by a copy or two."""


def _parts(copies: Sequence[Marked], correctors: Sequence[Eligible], rng: random.Random) -> list[_Part]:
    """Parts of the correctors, each with the copies that bring it to the common level, of all schools."""
    number = min(-(-len(copies) // _PART), len(correctors))
    if number <= 1:
        return [(copies, correctors)]
    loads, limits = _loads(correctors, len(copies))
    wanted = np.clip(_level(loads, limits, len(copies)) - loads, 0, limits - loads)
    if not wanted.any():
        return [(copies, ())]
    # where a corrector's copies would end, were all laid side by side; for the rest nobody has room
    part_of = np.minimum(np.cumsum(wanted) * number // wanted.sum(), number - 1)
    sizes = np.bincount(part_of, weights=wanted, minlength=number)
    turns = np.concatenate([(np.arange(size) + 0.5) / size for size in sizes if size])
    owners = np.repeat(np.arange(number), sizes.astype(int))[np.argsort(turns, kind="stable")]
    order = {school: rng.random() for school in sorted({copy.school for copy in copies})}
    hand = sorted(copies, key=lambda copy: order[copy.school])
    whose = np.resize(owners, len(hand))
    return [
        (
            [hand[int(k)] for k in np.flatnonzero(whose == part)],
            [correctors[int(k)] for k in np.flatnonzero(part_of == part)],
        )
        for part in range(number)
    ]


def _hand_out(
    copies: Sequence[Marked],
    correctors: Sequence[Eligible],
    given: dict[str, list[Marked]],
    rng: random.Random,
) -> list[Marked]:
    """Adds to what each corrector is given, by id, as one model says. What nobody of them may take."""
    groups = _groups(copies, correctors)
    rng.shuffle(groups)
    left: list[Marked] = []
    for group, row in zip(groups, _route(groups, correctors), strict=True):
        waiting = iter(rng.sample(group.copies, len(group.copies)))
        for k in np.flatnonzero(row):
            given[correctors[int(k)].id] += islice(waiting, int(row[k]))
        left += waiting
    return left


@dataclass(frozen=True)
class _Group:
    """Copies that no rule tells apart; `barred`: indices of the correctors who may not take them."""

    school: str
    centre: str
    barred: frozenset[int]
    copies: list[Marked]


def _groups(copies: Sequence[Marked], correctors: Sequence[Eligible]) -> list[_Group]:
    barring: Mapping[str, set[int]] = defaultdict(set)
    limited = {k for k, corrector in enumerate(correctors) if corrector.options}
    for k, corrector in enumerate(correctors):
        for name in (*corrector.schools, *corrector.never_with, *map(plain, corrector.companies)):
            barring[name].add(k)
    groups: dict[tuple[str, str, frozenset[int]], _Group] = {}
    for copy in copies:
        suspects = set(limited) if copy.option else set()
        for name in (copy.school, copy.candidate_id, *map(plain, copy.companies)):
            suspects |= barring.get(name, set())
        barred = frozenset(k for k in suspects if any(causes(copy, correctors[k])))
        group = _Group(copy.school, copy.place, barred, [])
        groups.setdefault((copy.school, copy.place, barred), group).copies.append(copy)
    return list(groups.values())


def _route(groups: Sequence[_Group], correctors: Sequence[Eligible]) -> NDArray[np.int64]:
    """How many copies of each group (rows) each corrector (columns) gets."""
    if len(groups) == 0 or len(correctors) == 0:
        return np.zeros((len(groups), len(correctors)), dtype=np.int64)
    sizes = np.array([len(group.copies) for group in groups], dtype=np.int64)
    copies = int(sizes.sum())
    loads, limits = _loads(correctors, copies)
    allowed = np.ones((len(groups), len(correctors)), dtype=bool)
    for g, group in enumerate(groups):
        allowed[g, list(group.barred)] = False
    level, slack = _level(loads, limits, copies), 2
    while True:
        ceiling = np.minimum(limits, np.maximum(loads, level) + slack)
        shares = _solve(sizes, allowed, loads, ceiling)
        # whoever is stopped by the ceiling, and not by a quota, might have taken more: raise it
        if not np.any((loads + shares.sum(axis=0) == ceiling) & (ceiling < limits)):
            return shares
        slack *= 4


def _loads(correctors: Sequence[Eligible], copies: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What each has, and what each could come to with these copies."""
    loads = np.array([c.assigned for c in correctors], dtype=np.int64)
    rooms = [copies if c.quota is None else max(0, min(copies, c.quota - c.assigned)) for c in correctors]
    return loads, loads + np.array(rooms, dtype=np.int64)


def _level(loads: NDArray[np.int64], limits: NDArray[np.int64], copies: int) -> int:
    """The load that all would reach if nothing but quotas stood in the way."""
    low, high = int(loads.min()), int(limits.max())
    while low < high:
        middle = (low + high) // 2
        if int(np.clip(middle - loads, 0, limits - loads).sum()) >= copies:
            high = middle
        else:
            low = middle + 1
    return low


def _solve(
    sizes: NDArray[np.int64],
    allowed: NDArray[np.bool_],
    loads: NDArray[np.int64],
    ceiling: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The cheapest flow: group → corrector → sink, or group → sink for what cannot be routed.

    The n-th copy of a corrector costs n heavy units, which is convex, so loads come out even; going over a
    school's even share costs light ones, that all together weigh less than a heavy one.
    """
    groups, correctors = allowed.shape
    sink = groups + correctors
    heavy = 3 * int(sizes.sum()) + 1
    flow = min_cost_flow.SimpleMinCostFlow()

    rows, columns = np.nonzero(allowed)
    even = sizes // np.maximum(allowed.sum(axis=1), 1)
    tiers = []
    for cost, capacity in enumerate((even, np.minimum(sizes, 1), np.minimum(sizes, 1), sizes)):
        used = capacity[rows] > 0
        arcs = flow.add_arcs_with_capacity_and_unit_cost(
            rows[used], groups + columns[used], capacity[rows[used]], np.full(int(used.sum()), cost)
        )
        tiers.append((arcs, used))
    rooms = ceiling - loads
    markers = np.repeat(np.arange(correctors), rooms)
    ranks = np.concatenate([np.arange(a + 1, b + 1) for a, b in zip(loads, loads + rooms, strict=True)])
    flow.add_arcs_with_capacity_and_unit_cost(
        groups + markers, np.full(len(markers), sink), np.ones(len(markers), dtype=np.int64), heavy * ranks
    )
    dearest = heavy * (int(ceiling.max()) + 2)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(groups), np.full(groups, sink), sizes, np.full(groups, dearest)
    )
    flow.set_nodes_supplies(np.arange(groups), sizes)
    flow.set_node_supply(sink, -int(sizes.sum()))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow solver answered {status}")
    shares = np.zeros(allowed.shape, dtype=np.int64)
    for arcs, used in tiers:
        shares[rows[used], columns[used]] += flow.flows(arcs)
    return shares


def _mix(hands: Mapping[_Hand, list[Marked]], correctors: Mapping[str, Eligible]) -> None:
    """Whoever got copies of one centre alone swaps one with somebody: they would tell where they come from.

    Loads stay as they are, and no rule is broken for it.
    """
    if len({copy.place for copies in hands.values() for copy in copies}) < 2:
        return
    for (who, option), mine in hands.items():
        swaps = (
            (own, theirs, other)
            for (partner, its_option), theirs in hands.items()
            if its_option == option
            for other in range(len(theirs))
            if theirs[other].place != mine[0].place and not any(causes(theirs[other], correctors[who]))
            for own in range(len(mine))
            if not any(causes(mine[own], correctors[partner]))
            and not _of_one_centre([*theirs[:other], mine[own], *theirs[other + 1 :]])
        )
        if _of_one_centre(mine) and (swap := next(swaps, None)):
            own, theirs, other = swap
            mine[own], theirs[other] = theirs[other], mine[own]


def _of_one_centre(copies: Sequence[Marked]) -> bool:
    return len(copies) > 1 and len({copy.place for copy in copies}) == 1


def _deal(copies: list[Marked], lot_size: int, rng: random.Random) -> Iterator[tuple[str, ...]]:
    """Lots of even size: copies dealt like cards, centre by centre and school by school, then shuffled."""
    number = -(-len(copies) // lot_size)
    places = {place: rng.random() for place in sorted({c.place for c in copies} | {c.school for c in copies})}
    hand = sorted(copies, key=lambda copy: (places[copy.place], places[copy.school]))
    for start in range(number):
        lot = [copy.id for copy in hand[start::number]]
        rng.shuffle(lot)
        yield tuple(lot)


def _explain(left: Sequence[Marked], correctors: Sequence[Eligible]) -> tuple[Unroutable, ...]:
    """Copies of one school that wait for the same reasons, together."""
    together: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for group in _groups(left, correctors):
        for copy in group.copies:
            together[group.school, _reasons(copy, group, correctors)].append(copy.id)
    return tuple(
        Unroutable(school, tuple(sorted(ids)), reasons) for (school, reasons), ids in sorted(together.items())
    )


def _reasons(copy: Marked, group: _Group, correctors: Sequence[Eligible]) -> tuple[str, ...]:
    if not correctors:
        return ("Aucun correcteur n'est désigné pour cette épreuve.",)
    counts: dict[Cause, int] = defaultdict(int)
    for k in group.barred:
        for cause in causes(copy, correctors[k]):
            counts[cause] += 1
    lines = []
    for cause in Cause:
        n = counts[cause]
        if n == len(correctors):
            lines.append(f"Pour tous les correcteurs de l'épreuve ({n}) : {cause.value}.")
        elif n:
            lines.append(f"Pour {n} correcteur{'s' if n > 1 else ''} sur {len(correctors)} : {cause.value}.")
    open_to = len(correctors) - len(group.barred)
    if open_to:
        others = "Le quota de l'unique correcteur possible est épuisé."
        lines.append(others if open_to == 1 else f"Le quota des {open_to} correcteurs possibles est épuisé.")
    return tuple(lines)
