"""Which whole weeks does a handwritten stay take? From a Monday to a Friday, as nearly all do.

A network's reading of a row leaves doubts about every symbol. Of all Mondays with all Fridays the pair counts
that the rows fit best, if no other pair of such days comes near, and if no other day fits clearly better in
the place of either. Where no weeks are counted beside it must fit better, and another network must read it,
too; where another number of them is, it does not count: all else is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from processors.dossiers.periods import MONTHS, Period
from processors.scans.pages.names import SYMBOLS, log_chances
from processors.scans.readings import Line

_STAY = re.compile(r"\b(?:du|au)(?![a-z])|debut|\bfin\b|periode|\bdates\b|effectu")
_OTHER = re.compile(
    r"\bfaita?\b|naissance|\bne\b|^le\b|delivre|\barticle\b|presence|mission|autorisations"
    r"|duree totale du stage est"
)
_FEW = 3  # figures: a row with fewer bears no date
_COUNTED, _PLAIN = -4.0, -1.5  # log chance of a number of weeks; of one that contradicts
_YEARS = 2  # before the deposit: trainings last as long
_SHORTEST, _LONGEST = 2, 16  # weeks of a stay
_UNITS = (("semaine", 1, _LONGEST), ("jour", 5, 5 * _LONGEST), ("heure", 35, 0))
"""How lengths are counted, how many make a week, and up to how many another number contradicts."""
_CLEAR, _LEAST, _BETTER = 3.0, -10.0, 1.0
"""In log chances: how far the next pair is behind, how far the best one is behind the likeliest reading, and
by how much another number or day may fit better."""
_ALONE, _WORSE = -1.0, 1.5
"""Where no weeks are counted beside: the second of these, and by how much another pair may fit better by the
other network: days that are read alike, as the 2nd and the 9th, may be whole weeks apart."""
_FITS = -6.0  # log chance of a day that another reader has read

_ALIKE = {"0": "ODQ", "1": "ILJT7", "2": "Z", "5": "S", "6": "G", "7": "TZ1", "8": "B"}
_UNLIKE = 0.4  # what a look-alike costs; of 1 and 7 more
_ONE_SEVEN = 1.0
_GAP, _SEPARATOR, _ANYTHING, _EDGE, _BORDER, _NONE = range(len(SYMBOLS), len(SYMBOLS) + 6)
"""Beside the symbols: nothing new or a blank; what parts day, month and year, or nothing; anything; what is
no figure; what is neither figure nor letter; what comes before a pattern begins."""
_BEFORE = "ACDEFHKMNPQRUVWXY *"
_NEVER = -1e6

Chances = NDArray[np.float32]
"""Of each step along a row: the log chance of each symbol, and of what stands for several."""
Pattern = tuple[int, ...]


def weeks_written(
    rows: Sequence[tuple[str, Line]],
    until: date,
    said: float | None = None,
    again: Sequence[Line | None] = (),
    told: Collection[Period] = (),
) -> Period | None:
    """The weeks of a stay that is over by then. Of each row what is printed on it, plain, and its reading.

    `said`: how many they are, as optical reading has it; None: to be read here. `again`: the same rows as
    another network reads them. `told`: stays of which another piece tells: one that is read as such is as
    good as counted.
    """
    chances = _dated(rows)
    found: dict[Period, tuple[float, int, int]] = {}
    for k, end in _where(rows, chances):
        for period, fits in _fits(chances[k], chances[end], k == end, until):
            if fits > found.get(period, (_NEVER, 0, 0))[0]:
                found[period] = fits, k, end
    best = sorted(found.items(), key=lambda one: -one[1][0])[:2]
    if not best:
        return None
    period, (fits, k, end) = best[0]
    if any(fits - next_[0] < (_BETTER if period in told else _CLEAR) for _, next_ in best[1:]):
        return None
    weeks = ((period.last - period.first).days + 3) // 7
    counted = counts(rows, weeks)
    if counted is None and said is not None:
        counted = said == weeks
    known = counted or period in told
    if counted is False or fits < (_LEAST if known else _ALONE):
        return None
    if not known and not (again and _reads(again[k], again[end], k == end, period, until)):
        return None
    better = _fits_better(period, chances[k], chances[end], k == end, fits, until)
    return None if better else period


def _reads(begins: Line | None, ends: Line | None, together: bool, period: Period, until: date) -> bool:
    """Whether the two rows, or the one, can hardly be read better as another stay than as this."""
    if begins is None or ends is None:
        return False
    fits = dict(_fits(_chances(begins), _chances(ends), together, until))
    return period in fits and fits[period] >= max(fits.values()) - _WORSE


def contradicts(rows: Sequence[tuple[str, Line]], period: Period) -> bool:
    """Whether the rows bear the dates of a stay, and cannot be read as these."""
    chances = _dated(rows)
    places = list(_where(rows, chances))
    return bool(places) and not any(
        min(_each(chances[k], {period.first})[period.first], _each(chances[end], {period.last})[period.last])
        > _FITS
        for k, end in places
    )


def counts(rows: Sequence[tuple[str, Line]], weeks: float) -> bool | None:
    """Whether a row that speaks of weeks may say so many; None where none can be read as a number of them.

    So many days or hours are as good. A cell's side is taken for a 1.
    """
    told = None
    for print_, line in rows:
        for unit, of_a_week, most in _UNITS:
            if unit in print_ and not _OTHER.search(print_):
                wanted = round(weeks * of_a_week)
                numbers = sorted({wanted, *range(1, most + 1)})
                fits = _best(
                    _chances(line), [[(_BORDER, *_apart(str(number)), _GAP, _BORDER)] for number in numbers]
                )
                if fits[numbers.index(wanted)] >= max(fits.max() - _BETTER, _COUNTED):
                    return True
                if fits.max() >= _PLAIN:
                    told = False
    return told


def _dated(rows: Sequence[tuple[str, Line]]) -> dict[int, Chances]:
    """Of each row that may bear a date."""
    return {k: _chances(line) for k, (_, line) in enumerate(rows) if sum(map(_is_figure, line.text)) >= _FEW}


def _where(rows: Sequence[tuple[str, Line]], dated: Collection[int]) -> Iterator[tuple[int, int]]:
    """The rows on which a stay may begin and end: one, or two close to each other."""
    for k, (print_, _) in enumerate(rows):
        if k in dated and _STAY.search(print_) and not _OTHER.search(print_):
            for end in range(k, min(k + 3, len(rows))):
                if _OTHER.search(rows[end][0]):
                    break
                if end in dated:
                    yield k, end


def _apart(symbols: str) -> Iterator[int]:
    for symbol in symbols:
        yield from (_GAP, SYMBOLS.index(symbol))


def _is_figure(symbol: str) -> bool:
    return symbol.isdigit() or symbol in "OSIZB"


def _fits(begins: Chances, ends: Chances, together: bool, until: date) -> Iterator[tuple[Period, float]]:
    """How well the two rows (or the one, `together`) can be read as each stay of whole weeks, if at all."""
    stays = _stays(until)
    first = _each(begins, {stay.first for stay in stays})
    last = _each(ends, {stay.last for stay in stays})
    apart = {stay: first[stay.first] + last[stay.last] for stay in stays}  # together none fits better
    likely = [stay for stay in stays if apart[stay] > _LEAST - _CLEAR]
    if together and likely:
        yield from zip(likely, _best(begins, [_of_pair(stay) for stay in likely]).tolist(), strict=True)
    elif not together:
        yield from ((stay, apart[stay]) for stay in likely)


def _fits_better(
    stay: Period, begins: Chances, ends: Chances, together: bool, fits: float, until: date
) -> bool:
    """Whether the rows can be read better as a stay that begins, or ends, on another day."""
    days = {until - timedelta(k) for k in range(365 * _YEARS)}
    first, last = _each(begins, days | {stay.first}), _each(ends, days | {stay.last})
    others = [Period(day, stay.last) for day in days if day < stay.last]
    others += [Period(stay.first, day) for day in days if day > stay.first]
    better = [
        other for other in others if other != stay and first[other.first] + last[other.last] >= fits + _BETTER
    ]
    if not together or not better:
        return bool(better)
    return bool((_best(begins, [_of_pair(other) for other in better]) >= fits + _BETTER).any())


@lru_cache(maxsize=4)
def _stays(until: date) -> tuple[Period, ...]:
    monday = until - timedelta(until.weekday() + 7 * 52 * _YEARS)
    return tuple(
        stay
        for begin in range(52 * _YEARS)
        for weeks in range(_SHORTEST, _LONGEST + 1)
        for first in (monday + timedelta(7 * begin),)
        if (stay := Period(first, first + timedelta(7 * weeks - 3))).last <= until
    )


def _of_pair(stay: Period) -> list[Pattern]:
    """Both dates in each way of writing."""
    return [(*one, _ANYTHING, *other) for one, other in zip(_ways(stay.first), _ways(stay.last), strict=True)]


def _each(chances: Chances, days: Collection[date]) -> dict[date, float]:
    return dict(zip(days, _best(chances, [_ways(day) for day in days]).tolist(), strict=True))


@lru_cache(maxsize=4096)
def _ways(day: date) -> list[Pattern]:
    """05/01/2026, 5/1/2026, 5 janvier 2026, and with 26: the symbols, and what stands between them."""
    month = MONTHS[day.month - 1].upper()
    ways = [
        (*way, year)
        for year in (f"{day:%Y}", f"{day:%y}")
        for way in ((f"{day:%d}", f"{day:%m}"), (str(day.day), month), (str(day.day), str(day.month)))
    ]
    found = []
    for way in ways:
        pattern = [_EDGE]
        for k, part in enumerate(way):
            gap, *rest = _apart(part)
            pattern += [_SEPARATOR if k else gap, *rest]
        found.append(tuple(pattern))
    return found


def _chances(line: Line) -> Chances:
    """Figures take the chances of letters that look like them; slashes are read as all that is upright."""
    log = log_chances(line)

    def of(symbols: str, less: float = 0.0) -> NDArray[np.float32]:
        best: Chances = log[:, [SYMBOLS.index(symbol) for symbol in symbols]].max(axis=1)
        return best - np.float32(less)

    wide = np.full((len(log), _NONE + 1), _NEVER, np.float32)
    wide[:, : len(SYMBOLS)] = log
    for figure, letters in _ALIKE.items():
        for letter in letters:
            less = _ONE_SEVEN if letter.isdigit() else _UNLIKE
            column = SYMBOLS.index(figure)
            wide[:, column] = np.maximum(wide[:, column], of(letter, less))
    wide[:, _GAP] = of("\0 ")
    wide[:, _SEPARATOR] = np.maximum(of("\0 *"), of("1ILJ", _UNLIKE))
    wide[:, _ANYTHING] = 0.0
    wide[:, _EDGE] = of(_BEFORE)
    wide[:, _BORDER] = np.maximum(of(" *"), of("1ILJ", _UNLIKE))
    beyond = np.full((1, _NONE + 1), _NEVER, np.float32)  # nothing is written there
    beyond[0, [SYMBOLS.index(" "), _GAP, _SEPARATOR, _ANYTHING, _EDGE, _BORDER]] = 0.0
    return np.concatenate([beyond, wide, beyond])


def _best(chances: Chances, ways: Sequence[Sequence[Pattern]]) -> NDArray[np.float32]:
    """For each, the log chance of the way that fits best, against that of the likeliest reading."""
    numbered = sorted((len(way), way, k) for k, each in enumerate(ways) for way in each)
    best = np.full(len(ways), _NEVER, np.float32)
    for _, group in groupby(numbered, key=lambda one: one[0] // 8):  # of about one length
        kept = list(group)
        fits = _fit(chances, [way for _, way, _ in kept])
        np.maximum.at(best, [k for *_, k in kept], fits)
    return best


def _fit(chances: Chances, patterns: Sequence[Pattern]) -> NDArray[np.float32]:
    """How well a part of the row can be read as each."""
    longest = max(map(len, patterns))
    states = np.array([(_NONE,) * (longest - len(way)) + way for way in patterns])
    begins = np.where((states != _NONE) & (np.roll(states, 1, axis=1) == _NONE), 0.0, _NEVER)
    begins[:, 0] = np.where(states[:, 0] == _NONE, _NEVER, 0.0)
    between = (states == _GAP) | (states == _SEPARATOR)
    passed = np.full(states.shape, _NEVER, np.float32)  # nothing need stand between two that differ
    passed[:, 2:] = np.where(between[:, 1:-1] & (states[:, 2:] != states[:, :-2]), 0.0, _NEVER)
    begins = begins.astype(np.float32)
    ways = np.full((len(states), longest + 2), _NEVER, np.float32)
    best = np.full(len(states), _NEVER, np.float32)
    for step in chances:
        ahead = np.maximum(np.maximum(ways[:, 2:], ways[:, 1:-1]), ways[:, :-2] + passed)
        ways[:, 2:] = np.maximum(ahead, begins) + step[states]
        np.maximum(best, ways[:, -1], out=best)
    return best
