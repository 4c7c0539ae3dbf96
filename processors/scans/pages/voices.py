"""What does each reading of a first page say of each candidate of the roster?

Each reading is a voice: the bars, and what stands in the boxes. A voice weighs every candidate by how much
likelier its reading is if the sheet is that candidate's than if it is a stranger's: someone who is not on the
roster, but may well be like someone who is (a log Bayes factor). `benchmarks/attribution.py` measures whether
these weights are what they say.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from processors.lists.people import Candidate
from processors.scans.readings import FieldReading

LABEL = "label"
NUMBER = "candidate_number"

Weights = NDArray[np.float64]
"""Log Bayes factors, one a candidate."""

_WRONG_LABEL = 1e-3
"""How often a label is not that of the copy it is stuck on: assumed. A decoder alone misread one in 4,800,
and nearly always to a number that nobody bears."""
_SLIP = 0.002
"""How often a digit is not what was meant though the network is sure: slips of the pen, assumed. The
network's own doubts are in its probabilities: without slips of the pen, the likeliest rate is 1 in 100,000 or
less on 64,000 drawn digits (`benchmarks/attribution.py`)."""
_LETTER_SLIP = 0.02
_OTHER_HAND = 0.1
"""How often a row of capitals is in a hand that the network cannot read: 7 of 46 on the specimens had two
wrong letters or more."""
_OTHER_ROW = 0.01
"""How often a whole row says something else: today's date, another number, a grid that was missed. So no row
weighs more than this against a candidate."""
_ODD_WAY = 0.005
"""How often a row is filled in another way than the plain one: shifted by a cell."""
_STRAY = 0.05
"""How often a cell that should be empty is not, or a letter goes unseen."""
_ALIKE = 0.5
"""How many of the strangers have a row like that of someone on the roster: a neighbour on the list of the
school, a brother. The worst half is assumed."""
_REDRAWN = 0.2
"""Of such a row, how many characters differ."""


@dataclass(frozen=True)
class _Row:
    """A voice of the boxes.

    `ways`: how a candidate may fill its cells in, the plain way first; a blank is an empty cell, as are those
    past its end, a star one that may hold anything. `shared`: how often a stranger would write just the same,
    given the number of candidates. `unseen`: how often a cell is empty where something is meant, as against a
    stranger's. `other`: how often the row says something else, or cannot be read.
    """

    fields: tuple[str, ...]
    ways: Callable[[Candidate], tuple[str, ...]]
    shared: Callable[[int], float]
    symbols: str = "0123456789"
    slip: float = _SLIP
    unseen: float = 1.0
    other: float = _OTHER_ROW

    def weigh(self, parts: Sequence[FieldReading], candidates: Sequence[Candidate]) -> Weights | None:
        """None where too little is written to speak of."""
        probabilities = np.concatenate([part.probabilities for part in parts]).astype(np.float64)
        inked = np.array([ink for part in parts for ink in part.inked])
        least = len(inked) / 2 if self.unseen == 1.0 else 3
        if not candidates or inked.sum() < least:
            return None
        cells = len(inked)
        ways = [[way.ljust(cells)[:cells] for way in self.ways(c)] for c in candidates]
        starts = list(accumulate((len(w) for w in ways[:-1]), initial=0))
        plain, alike = self._likelihoods(probabilities, inked, [way for some in ways for way in some])
        odd = np.full(len(plain), _ODD_WAY)
        odd[starts] = 1.0
        own = np.maximum.reduceat(plain * odd, starts)
        nearest = int((plain * odd).argmax())
        same = self.shared(len(candidates)) * own.max()
        stranger = (1 - _ALIKE) + _ALIKE * alike[nearest] * odd[nearest] + same
        return np.asarray(np.log((1 - self.other) * own / stranger + self.other))

    def _likelihoods(
        self, probabilities: Weights, inked: NDArray[np.bool_], ways: Sequence[str]
    ) -> tuple[Weights, Weights]:
        """For each way, how likely the reading is if that was meant, and if something much like it was,
        both against characters at random."""
        count = len(self.symbols)
        codes = np.frombuffer("".join(ways).encode("ascii"), np.uint8).reshape(len(ways), -1)
        empty, anything = codes == ord(" "), codes == ord("*")
        symbol = np.where(empty | anything, 0, codes - ord(self.symbols[0]))
        read = (1 - self.slip) * probabilities[np.arange(len(inked)), symbol] + self.slip / count
        aside = np.where(empty, np.where(inked, _STRAY, 1.0), np.where(anything | inked, 1.0, self.unseen))
        speaks = inked & ~empty & ~anything
        meant = np.where(speaks, read * count, aside)
        other = np.where(speaks, (1 - read) * count / (count - 1), aside)
        # where nothing is read, the two may differ unseen
        differs = speaks | (self.unseen == 1.0)
        kept = np.where(differs, (1 - _REDRAWN) * meant, meant)
        either = np.where(speaks, kept + _REDRAWN * other, meant)
        return meant.prod(axis=1), either.prod(axis=1) - kept.prod(axis=1)


def _number(candidate: Candidate) -> tuple[str, ...]:
    number = candidate.number
    return number, number[1:] + " ", " " + number[:-1]


def _spelt(names: str) -> tuple[str, ...]:
    """Without accents; hyphens, apostrophes and blanks take a cell, whatever is in it, or none."""
    plain = unicodedata.normalize("NFKD", names.upper().replace("Œ", "OE").replace("Æ", "AE"))
    parts = re.findall("[A-Z]+", re.sub("[\u0300-\u036f]", "", plain))
    return tuple(dict.fromkeys(joint.join(parts) for joint in ("*", "")))


def _family_name(candidate: Candidate) -> tuple[str, ...]:
    return _spelt(candidate.family_name)


def _first_names(candidate: Candidate) -> tuple[str, ...]:
    """All of them, or the first alone."""
    first = re.split(r"[\s,]+", candidate.first_names.strip())[0]
    return tuple(dict.fromkeys(_spelt(candidate.first_names) + _spelt(first)))


def _letters(name: str, ways: Callable[[Candidate], tuple[str, ...]], shared: float) -> tuple[str, _Row]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "name", _Row((name,), ways, lambda _: shared, alphabet, _LETTER_SLIP, _STRAY, _OTHER_HAND)


_ROWS: tuple[tuple[str, _Row], ...] = (
    # a candidate number is one person's alone
    (NUMBER, _Row((NUMBER,), _number, lambda _: 0.0)),
    # numbered from 1 in each centre
    ("registration_number", _Row(("registration_number",), lambda c: (c.registration,), lambda n: 1 / n)),
    (
        "birth_date",
        _Row(
            ("birth_day", "birth_month", "birth_year"),
            lambda c: (c.birth_date.strftime("%d%m%Y"),),
            lambda _: 1 / 2000,  # some six years of birth
        ),
    ),
    _letters("family_name", _family_name, 1 / 2),  # a stranger may well be a brother
    _letters("first_names", _first_names, 1 / 50),
)


def row_voices(boxes: Mapping[str, FieldReading], candidates: Sequence[Candidate]) -> dict[str, Weights]:
    """What the boxes say. A row that is missing, or less than half filled in, has no voice."""
    voices: dict[str, Weights] = {}
    for name, row in _ROWS:
        if all(field in boxes for field in row.fields):
            weights = row.weigh([boxes[field] for field in row.fields], candidates)
            if weights is not None:
                voices[name] = voices.get(name, 0.0) + weights
    return voices


def label_voice(number: str, candidates: Sequence[Candidate]) -> Weights | None:
    """What a label with this number says; None if it is nobody's.

    Others, strangers or not, could only have got it by mistake; a mistake takes the label that is next to
    theirs, so it is as likely that of any one of them.
    """
    named = np.array([c.number == number for c in candidates])
    return named * math.log((1 - _WRONG_LABEL) / _WRONG_LABEL) if named.any() else None
