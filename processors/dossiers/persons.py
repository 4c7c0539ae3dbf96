"""Is this piece the candidate's? Its numbers and names against the roster's line."""

from __future__ import annotations

import re
from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from processors.dossiers.facts import Facts
from processors.dossiers.pieces import Piece
from processors.people import Candidate
from processors.plain import plain

_SAME = 86  # of 100: what typing and optical reading leave of a name
_SLIPS = 2  # digits of a number that optical reading may miss where the name is right
_OTHER = 60  # under it no slip explains the difference


class Owner(StrEnum):
    CANDIDATE = "candidate"
    DOUBTFUL = "doubtful"
    OTHER = "other"
    UNSAID = "unsaid"


def owner_of(piece: Piece, facts: Facts, candidate: Candidate) -> Owner:
    """Whose piece it is. Another's only when it clearly says so: by name, or by number without one."""
    named = _named(piece, facts, candidate)
    slack = _SLIPS if piece.read_optically and named is Owner.CANDIDATE else 0
    if not facts.numbers:
        return named
    if any(_slips(said, candidate.number) <= slack for said in facts.numbers):
        return Owner.DOUBTFUL if named is Owner.OTHER else Owner.CANDIDATE
    if named is Owner.CANDIDATE or (piece.read_optically and named is not Owner.OTHER):
        return Owner.DOUBTFUL
    return Owner.OTHER


def _slips(said: str, number: str) -> int:
    return Levenshtein.distance(said, number)


def _named(piece: Piece, facts: Facts, candidate: Candidate) -> Owner:
    words = re.findall(r"[a-z']+", plain(piece.text).replace("-", " "))
    family, first = (_words(candidate.family_name), _words(candidate.first_names)[:1])
    if facts.name:
        like = _likeness(facts.name, candidate)
        if like >= _SAME:
            return Owner.CANDIDATE
        if like < _OTHER and len(_words(facts.name)) >= 2:
            return Owner.OTHER if not piece.read_optically or like < _OTHER - 10 else Owner.DOUBTFUL
        return Owner.DOUBTFUL
    if all(any(fuzz.ratio(name, word) >= _SAME for word in words) for name in (*family, *first)):
        return Owner.CANDIDATE
    return Owner.UNSAID


def _likeness(name: str, candidate: Candidate) -> float:
    """Of 0 to 100; the order of the names and further first names do not count."""
    said = " ".join(_words(name))
    family = " ".join(_words(candidate.family_name))
    first = _words(candidate.first_names)
    full = f"{family} {' '.join(first)}"
    return max(
        fuzz.token_sort_ratio(said, full),
        fuzz.token_sort_ratio(said, f"{family} {first[0] if first else ''}"),
        fuzz.token_set_ratio(said, full) if len(said) > len(full) else 0.0,
    )


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z']+", plain(name).replace("-", " "))
