"""Whose sheet is it, given every reading and the roster?

Each reading is a voice: the bars, and each boxed field. A voice weighs every candidate of the roster by how
much likelier its reading is if the sheet is that candidate's than if it is a stranger's (a log Bayes factor),
and it *votes* when one candidate stands out from the stranger and from the runner-up. A copy is attributed
when two voices vote for the same candidate and none that matters votes against.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from processors.findings import Code, Finding, finding
from processors.people import Candidate
from processors.scans.readings import FieldReading, Guess, PageReading

LABEL = "label"
NUMBER = "candidate_number"

_SLIP = 0.02
"""Probability that a digit is not what the network is sure of: a slip of the pen, or an unforeseen hand."""
_LABEL_WEIGHT = 9.0
"""Log Bayes factor of a label that fits the roster (misread or wrongly stuck: about 1 in 10,000)."""
_LEAST_VOTE = 3.5
"""Least log Bayes factor, against a stranger and against the runner-up, for a field to vote."""
_LEAST_MARGIN = math.log(1e6)
"""Least log odds of the attributed candidate against any other, all voices together."""


@dataclass(frozen=True)
class Evidence:
    """What a sheet, or a whole copy, says of its owner.

    `voices`: for each voice that spoke, its log Bayes factor for each of the `candidates`.
    """

    candidates: tuple[Candidate, ...]
    voices: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def votes(self) -> dict[str, int]:
        """For each voice that singles a candidate out, its index in `candidates`."""
        return {name: best for name, w in self.voices.items() if (best := _stands_out(w)) is not None}

    def total(self) -> NDArray[np.float64]:
        return np.asarray(np.sum([np.zeros(len(self.candidates)), *self.voices.values()], axis=0))

    def posterior(self) -> NDArray[np.float64]:
        """Probability of each candidate; the rest is a stranger's, as 1 sheet in 1,000 is thought to be."""
        if not self.candidates:
            return np.zeros(0)
        log_odds = self.total() + math.log(0.999 / len(self.candidates))
        top = max(float(log_odds.max()), math.log(0.001))
        weights = np.exp(log_odds - top)
        return np.asarray(weights / (weights.sum() + math.exp(math.log(0.001) - top)))


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
    voices: dict[str, NDArray[np.float64]] = {}
    for name, digits, key in _boxed_voices(page):
        if sum(digits.inked) * 2 >= len(digits.inked):
            voices[name] = np.array([_weigh(digits, key(c)) for c in enrolled])
    findings: list[Finding] = []
    if page.label is not None:
        weights, findings = _read_label(page, roster, enrolled, exam, label_pattern)
        if weights is not None:
            voices[LABEL] = weights
    if not findings and _reads_a_stranger(page.boxes.get(NUMBER), voices.get(NUMBER)):
        findings = [_not_enrolled(page.boxes[NUMBER].text, page, roster, exam)]
    return Evidence(enrolled, voices, tuple(findings))


def together(sheets: Sequence[Evidence]) -> Evidence:
    """The evidence of several sheets as one: the same voice on several sheets is still one voice."""
    candidates = sheets[0].candidates
    voices: dict[str, NDArray[np.float64]] = {}
    for sheet in sheets:
        for name, weights in sheet.voices.items():
            voices[name] = voices.get(name, np.zeros(len(candidates))) + weights
    # a label repeated says no more than once: whoever stuck one wrongly stuck them all
    if LABEL in voices:
        voices[LABEL] = np.minimum(voices[LABEL], _LABEL_WEIGHT)
    return Evidence(candidates, voices, tuple(f for sheet in sheets for f in sheet.findings))


def same_owner(one: Evidence, other: Evidence) -> float:
    """Log likelihood ratio that two sheets are of one candidate rather than of two, within ±9."""
    if not one.candidates or not one.voices or not other.voices:
        return 0.0
    both = float(one.posterior() @ other.posterior())
    apart = 1 / len(one.candidates)
    return float(np.clip(math.log(max(both, 1e-9) / apart), -9.0, 9.0))


def attribute(sheets: Sequence[Evidence]) -> Attribution:
    """Decide whose copy it is, by two agreeing voices; else say why not, with the best guesses."""
    evidence = together(sheets)
    guesses = _guesses(evidence)
    if evidence.findings:
        return Attribution(None, (), guesses, _unique(evidence.findings))
    if _several_owners(sheets):
        return Attribution(None, (), guesses, (finding(Code.LABEL_CONFLICT),))
    votes = evidence.votes()
    total = evidence.total()
    if votes:
        best = int(total.argmax())
        by = tuple(name for name in (LABEL, *sorted(set(votes) - {LABEL})) if votes.get(name) == best)
        if any(votes.get(name, best) != best for name in (LABEL, NUMBER)):
            return Attribution(None, (), guesses, (finding(Code.LABEL_CONFLICT),))
        runner_up = float(np.partition(total, -2)[-2]) if len(total) > 1 else 0.0
        if len(by) >= 2 and float(total[best]) - max(runner_up, 0.0) >= _LEAST_MARGIN:
            return Attribution(evidence.candidates[best], by, guesses, ())
    return Attribution(None, (), guesses, (finding(Code.UNIDENTIFIED),))


def _boxed_voices(
    page: PageReading,
) -> Iterator[tuple[str, FieldReading, Callable[[Candidate], str]]]:
    """The boxed fields as (voice, digits, what a candidate would have written)."""
    boxes = page.boxes
    if NUMBER in boxes:
        yield NUMBER, boxes[NUMBER], lambda c: c.number
    if "registration_number" in boxes:
        yield "registration_number", boxes["registration_number"], lambda c: c.registration
    birth = [boxes[name] for name in ("birth_day", "birth_month", "birth_year") if name in boxes]
    if len(birth) == 3:
        yield "birth_date", _joined(birth), lambda c: c.birth_date.strftime("%d%m%Y")


def _joined(parts: Sequence[FieldReading]) -> FieldReading:
    return FieldReading(
        "".join(p.text for p in parts),
        math.prod(p.confidence for p in parts),
        np.concatenate([p.probabilities for p in parts]),
        tuple(ink for p in parts for ink in p.inked),
    )


def _weigh(digits: FieldReading, written: str) -> float:
    """Log Bayes factor of this row of cells if `written` was meant, against any digits at all."""
    if len(written) != len(digits.inked):
        return 0.0
    inked = np.array(digits.inked)
    meant = digits.probabilities[np.arange(len(written)), [int(d) for d in written]]
    likely = (1 - _SLIP) * meant + _SLIP / 10
    return float(np.log(likely[inked] * 10).sum())


def _stands_out(weights: NDArray[np.float64]) -> int | None:
    if len(weights) == 0:
        return None
    best = int(weights.argmax())
    others = np.delete(weights, best)
    rival = max(float(others.max()) if len(others) else 0.0, 0.0)
    return best if weights[best] - rival >= _LEAST_VOTE else None


def _read_label(
    page: PageReading,
    roster: Sequence[Candidate],
    enrolled: Sequence[Candidate],
    exam: str,
    pattern: str,
) -> tuple[NDArray[np.float64] | None, list[Finding]]:
    match = re.fullmatch(pattern, page.label or "")
    if match is None:
        return None, []
    if match["exam"] != exam:
        return None, [finding(Code.WRONG_EXAM, [page.page], what=match["exam"])]
    number = match["candidate"]
    if any(c.number == number for c in enrolled):
        return np.array([_LABEL_WEIGHT if c.number == number else -_LABEL_WEIGHT for c in enrolled]), []
    return None, [_not_enrolled(number, page, roster, exam)]


def _not_enrolled(number: str, page: PageReading, roster: Sequence[Candidate], exam: str) -> Finding:
    """The number is nobody's of this épreuve here: another centre's candidate, or a stranger."""
    elsewhere = any(c.number == number and exam in c.exams for c in roster)
    return finding(Code.WRONG_CENTRE if elsewhere else Code.UNKNOWN_CANDIDATE, [page.page])


def _reads_a_stranger(number: FieldReading | None, weights: NDArray[np.float64] | None) -> bool:
    """A candidate number clearly written that is clearly nobody's on the roster."""
    if number is None or weights is None or not all(number.inked):
        return False
    return number.confidence > 0.5 and (len(weights) == 0 or float(weights.max()) < 0)


def _several_owners(sheets: Sequence[Evidence]) -> bool:
    """Whether two sheets, each by itself, clearly speak for two candidates: their leaves are mixed."""
    winners = {_stands_out(sheet.total()) for sheet in sheets if sheet.voices}
    return len(winners - {None}) > 1


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
