"""Is this piece the candidate's? Its numbers and names against the roster's lines."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from processors.dossiers.facts import Facts
from processors.dossiers.names import among, likeness, mention
from processors.dossiers.pieces import Piece
from processors.lists.people import Candidate
from processors.plain import plain

_SAME = 86  # of 100: what typing and optical reading leave of a name
_SLIPS = 2  # digits of a number that optical reading may miss where the name is right
_OTHER = 60  # under it no slip explains the difference
_SURE = 0.8  # of 1: how sure optical reading is of a name that is taken for somebody else's


class Owner(StrEnum):
    CANDIDATE = "candidate"
    DOUBTFUL = "doubtful"
    OTHER = "other"
    UNSAID = "unsaid"


def owner_of(piece: Piece, facts: Facts, candidate: Candidate, others: Sequence[Candidate] = ()) -> Owner:
    """Whose piece it is, among the candidate and the `others` of the roster.

    Another's only when it clearly says so: by the name of one of the others, by a name that a field for it or
    a sentence gives, or by a number without the candidate's name.
    """
    named = _named(piece, facts, candidate, others)
    slack = _SLIPS if piece.read_optically and named is Owner.CANDIDATE else 0
    if not facts.numbers:
        return named
    if any(Levenshtein.distance(said, candidate.number) <= slack for said in facts.numbers):
        return Owner.DOUBTFUL if named is Owner.OTHER else Owner.CANDIDATE
    if named is Owner.CANDIDATE or (piece.read_optically and named is not Owner.OTHER):
        return Owner.DOUBTFUL
    return Owner.OTHER


def _named(piece: Piece, facts: Facts, candidate: Candidate, others: Sequence[Candidate]) -> Owner:
    said = piece.in_rows
    own = mention(said, candidate, optical=piece.read_optically)
    theirs = max((found.fits for _, found in among(said, others)), default=0.0)
    if own is not None:
        return Owner.CANDIDATE if own.fits >= theirs else Owner.OTHER
    if theirs:
        return Owner.OTHER
    if not facts.name:
        return Owner.UNSAID
    like = likeness(facts.name, candidate)
    if like >= _SAME:
        return Owner.CANDIDATE
    return Owner.OTHER if like < _OTHER and _clear(piece, facts.name) else Owner.DOUBTFUL


def _clear(piece: Piece, name: str) -> bool:
    """Whether the name stands there beyond a doubt of reading."""
    if not piece.read_optically:
        return True
    sure = {
        part: word.sure
        for page in piece.pages
        for line in page.lines
        for word in line.words
        for part in plain(word.text).replace("-", " ").split()
    }
    return all(sure.get(part, 0.0) >= _SURE for part in name.replace("-", " ").split())
