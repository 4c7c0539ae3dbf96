"""Whose copy is it, given every reading and the roster?

A copy is attributed when two readings agree on one candidate, neither label nor number names another, and
the odds against any other, and against "not on the roster", are what the aim asks. The copies of a scan are
weighed together: one candidate, one copy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from processors.findings import Code, Finding, finding
from processors.lists.people import Candidate
from processors.scans.pages.voices import LABEL, NUMBER, Weights, label_voice, row_voices
from processors.scans.readings import Guess, PageReading

_LEAST_ODDS = 10_000 / 0.05
"""Of the attributed candidate against any other, and against a stranger: were every copy as doubtful as this
allows, 10,000 of them would still hold no wrong one 95 times in 100."""
_LEAST_VOTE = math.log(20)
"""Least log Bayes factor of what is read beside the strongest voice: a stranger's boxes would seldom agree so
well by chance. The odds above make the attribution sure; this makes it one of two readings."""
_BETTER = math.log(10)
"""By how much better than the copy's candidate one of its sheets must name another: a last name alone, which
that sheet bears, does it."""
_STRANGERS = 1e-3
"""How many sheets are thought to be those of someone who is not on the roster."""
_SECOND_COPIES = 1e-3
"""How many copies are thought to be a second one of the same candidate."""


@dataclass(frozen=True)
class Evidence:
    """What a sheet, or a whole copy, says of its owner.

    `voices`: for each voice that spoke, its log Bayes factor for each of the `candidates`; `page`: the page
    id of the sheet.
    """

    candidates: tuple[Candidate, ...]
    voices: dict[str, Weights] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    page: int = 0

    def log_odds(self) -> Weights:
        """Of each candidate against a stranger."""
        prior = math.log((1 - _STRANGERS) / _STRANGERS / max(len(self.candidates), 1))
        return np.asarray(np.sum([np.full(len(self.candidates), prior), *self.voices.values()], axis=0))

    def posterior(self) -> NDArray[np.float64]:
        """Probability of each candidate; the rest is a stranger's."""
        log_odds = self.log_odds()
        return np.asarray(np.exp(log_odds - np.logaddexp.reduce([0.0, *log_odds])))


@dataclass(frozen=True)
class Attribution:
    """`candidate` is None where the machine may not decide; `by`: the voices that agree."""

    candidate: Candidate | None
    by: tuple[str, ...]
    guesses: tuple[Guess, ...]
    findings: tuple[Finding, ...]


def sheet_evidence(
    page: PageReading, roster: Sequence[Candidate], centre: str, exam: str, label_pattern: str
) -> Evidence:
    """What the first page of a sheet says. `roster` may hold other centres and épreuves."""
    enrolled = tuple(c for c in roster if c.centre == centre and exam in c.exams)
    voices = row_voices(page.boxes, enrolled)
    findings = []
    label = re.fullmatch(label_pattern, page.label or "")
    if label is not None and label["exam"] != exam:
        findings = [finding(Code.WRONG_EXAM, [page.page], what=label["exam"])]
    elif label is not None:
        named = label_voice(label["candidate"], enrolled)
        if named is not None:
            voices[LABEL] = named
        else:
            findings = [_not_enrolled(label["candidate"], page, roster, exam)]
    if not findings and _reads_a_stranger(page, voices.get(NUMBER), roster, enrolled):
        findings = [_not_enrolled(page.boxes[NUMBER].text, page, roster, exam)]
    return Evidence(enrolled, voices, tuple(findings), page.page)


def same_owner(one: Evidence, other: Evidence) -> float:
    """Log likelihood ratio that two sheets are of one candidate rather than of two, from -9 on.

    No more than how seldom two copies are of one.
    """
    if not one.candidates or not one.voices or not other.voices:
        return 0.0
    both = float(one.posterior() @ other.posterior())
    odds = both / max(1 - both, 1e-9) * len(one.candidates)
    return float(np.clip(math.log(max(odds, 1e-9)), -9.0, -math.log(_SECOND_COPIES)))


def attribute(copies: Sequence[Sequence[Evidence]]) -> list[Attribution]:
    """Decide whose the copies of a scan are, each given by its sheets; else say why not, with best guesses.

    A candidate whom another copy claims is the less likely, by the odds of that claim, but by no more than
    those of a second copy: the least that the whole assignment loses if this copy is that candidate's.
    """
    weighed = [together(sheets) for sheets in copies]
    claims = [_claim(copy) for copy in weighed]
    return [
        _decide(sheets, copy, claims[:k] + claims[k + 1 :])
        for k, (sheets, copy) in enumerate(zip(copies, weighed, strict=True))
    ]


_Claim = tuple[int, float] | None
"""The candidate that a copy's own readings prefer, and by how much: a log odds."""


def together(sheets: Sequence[Evidence]) -> Evidence:
    """The evidence of several sheets as one: the same voice on several sheets is still one voice."""
    voices: dict[str, Weights] = {}
    for sheet in sheets:
        for name, weights in sheet.voices.items():
            if name not in voices:
                voices[name] = weights
            elif name == LABEL:
                # repeated, it says no more: whoever stuck one wrongly stuck them all
                voices[name] = np.maximum(voices[name], weights)
            else:
                voices[name] = voices[name] + weights
    candidates = sheets[0].candidates if sheets else ()
    return Evidence(candidates, voices, tuple(f for sheet in sheets for f in sheet.findings))


def _claim(copy: Evidence) -> _Claim:
    if copy.findings or not copy.voices:
        return None
    log_odds = copy.log_odds()
    best = int(log_odds.argmax())
    lead = float(log_odds[best] - max([0.0, *np.delete(log_odds, best)]))
    return (best, min(lead, -math.log(_SECOND_COPIES))) if lead > 0 else None


def _decide(sheets: Sequence[Evidence], copy: Evidence, claims: Sequence[_Claim]) -> Attribution:
    guesses = _guesses(copy)
    if copy.findings:
        return Attribution(None, (), guesses, _unique(copy.findings))
    if strangers := _of_another(sheets):
        return Attribution(None, (), guesses, (finding(Code.MIXED_COPY, strangers),))
    if copy.voices and copy.candidates:
        log_odds = copy.log_odds()
        best = int(log_odds.argmax())
        if any(_names_another(copy.voices[name], best) for name in (LABEL, NUMBER) if name in copy.voices):
            return Attribution(None, (), guesses, (finding(Code.LABEL_CONFLICT),))
        if strangers := _better_named(sheets, best):
            return Attribution(None, (), guesses, (finding(Code.MIXED_COPY, strangers),))
        taken = np.zeros_like(log_odds)
        for claim in filter(None, claims):
            taken[claim[0]] = max(taken[claim[0]], claim[1])
        log_odds -= taken
        lead = log_odds[best] - max([0.0, *np.delete(log_odds, best)])
        if lead >= math.log(_LEAST_ODDS) and _two_agree(copy, best):
            agree = {name for name, weights in copy.voices.items() if weights[best] > 0}
            by = tuple(name for name in (LABEL, *sorted(agree - {LABEL})) if name in agree)
            return Attribution(copy.candidates[best], by, guesses, ())
    return Attribution(None, (), guesses, (finding(Code.UNIDENTIFIED),))


def _two_agree(copy: Evidence, candidate: int) -> bool:
    """Whether the others together still speak for the candidate without the voice that says most for him."""
    said = sorted(float(weights[candidate]) for weights in copy.voices.values())
    return sum(said[:-1]) >= _LEAST_VOTE


def _names_another(weights: Weights, candidate: int) -> bool:
    lead = float(weights.max() - weights[candidate])
    return lead >= _LEAST_VOTE and float(weights.max()) >= _LEAST_VOTE


def _not_enrolled(number: str, page: PageReading, roster: Sequence[Candidate], exam: str) -> Finding:
    """The number is nobody's of this épreuve here: another centre's candidate, or a stranger."""
    elsewhere = any(c.number == number and exam in c.exams for c in roster)
    return finding(Code.WRONG_CENTRE if elsewhere else Code.UNKNOWN_CANDIDATE, [page.page])


def _reads_a_stranger(
    page: PageReading, weights: Weights | None, roster: Sequence[Candidate], enrolled: Sequence[Candidate]
) -> bool:
    """A candidate number clearly written that is not, or not nearly, that of anyone enrolled here."""
    number = page.boxes.get(NUMBER)
    if number is None or not all(number.inked) or number.confidence <= 0.5:
        return False
    here = {c.number for c in enrolled}
    elsewhere = any(c.number == number.text for c in roster) and number.text not in here
    return elsewhere or weights is None or float(weights.max()) < -_LEAST_VOTE


def _of_another(sheets: Sequence[Evidence]) -> list[int]:
    """The sheets that, each by itself, clearly speak for another candidate than the first that does."""
    owners = {sheet.page: owner for sheet in sheets if (owner := sure_owner(sheet)) is not None}
    return [page for page, owner in owners.items() if owner != next(iter(owners.values()))]


def _better_named(sheets: Sequence[Evidence], best: int) -> list[int]:
    """The sheets beside others that name another candidate than the copy's, be it by little."""
    found = []
    for sheet in sheets if len(sheets) > 1 else ():
        said = np.sum([*sheet.voices.values()], axis=0) if sheet.voices else np.zeros(1)
        if said.max() > 0 and said.max() - said[best if len(said) > 1 else 0] >= _BETTER:
            found.append(sheet.page)
    return found


def sure_owner(evidence: Evidence) -> str | None:
    """The number of the candidate for whom a sheet, or a part of a copy, clearly speaks by itself."""
    claim = _claim(evidence)
    return evidence.candidates[claim[0]].number if claim and claim[1] >= _LEAST_VOTE else None


def _guesses(evidence: Evidence) -> tuple[Guess, ...]:
    if not evidence.voices or not evidence.candidates:
        return ()
    posterior = evidence.posterior()
    order = np.argsort(-posterior, kind="stable")[:3]
    return tuple(
        Guess(evidence.candidates[k].number, round(float(posterior[k]), 6))
        for k in order
        if posterior[k] > 1e-4
    )


def _unique(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding a code, with all its pages."""
    merged: dict[Code, Finding] = {}
    for f in findings:
        known = merged.get(f.code)
        merged[f.code] = f if known is None else Finding(f.code, f.severity, f.message, known.pages + f.pages)
    return tuple(merged.values())
