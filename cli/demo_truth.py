"""Is what came out of the demonstration what went in? Each drawn copy against the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from processors.scans.readings import CopyStatus
from specimens.batch import Batch, CopyTruth, Kind
from storage.decided.copies import CopyRow

_MUST_WAIT = {Kind.ANONYMOUS, Kind.STRANGER, Kind.OTHER_LABEL, Kind.WRONG_EXAM, Kind.LABEL_INSIDE}
_MUST_LACK = {Kind.MISSING_SIDE, Kind.BLURRED}
_ENOUGH = (
    0.9  # of the copies as they should be; the rest wait for a person, which costs time and nothing else
)


@dataclass(frozen=True)
class Verdict:
    """`wrong`: copies given to somebody else, or let through when they must not be: never acceptable."""

    drawn: int
    as_expected: int
    wrong: tuple[str, ...]
    unexpected: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.wrong and self.as_expected >= _ENOUGH * self.drawn


def judge(batches: Sequence[Batch], copies: Iterable[CopyRow], numbers: dict[str, str]) -> Verdict:
    """`copies`: those of the register; `numbers`: candidate id → number."""
    known = list(copies)
    good = 0
    wrong: list[str] = []
    unexpected: list[str] = []
    for batch in batches:
        of_batch = [copy for copy in known if (copy.centre, copy.exam) == (batch.centre, batch.exam)]
        for rank, truth in enumerate(batch.copies, 1):
            name = f"{batch.centre} {batch.exam}, copy {rank} ({truth.kind})"
            found = _same(truth, of_batch)
            status = found.status if found else None
            owner = numbers.get(found.candidate) if found and found.candidate else None
            complete = status is CopyStatus.COMPLETE
            if complete and (owner != truth.candidate or truth.kind in _MUST_WAIT | _MUST_LACK):
                wrong.append(name)
            elif _expected(truth.kind, status):
                good += 1
            else:
                unexpected.append(f"{name}: {status or 'not found'}")
    return Verdict(sum(len(batch.copies) for batch in batches), good, tuple(wrong), tuple(unexpected))


def _expected(kind: Kind, status: CopyStatus | None) -> bool:
    if kind in _MUST_WAIT:
        return status is CopyStatus.TO_DECIDE
    if kind in _MUST_LACK:
        return status in (CopyStatus.INCOMPLETE, CopyStatus.TO_DECIDE)
    if kind is Kind.NAMED:  # of such names four in five are found
        return status is CopyStatus.TO_DECIDE
    if kind is Kind.NO_HEADER:  # one voice alone: either answer is right
        return status in (CopyStatus.COMPLETE, CopyStatus.TO_DECIDE)
    return status is CopyStatus.COMPLETE


def _same(truth: CopyTruth, copies: Sequence[CopyRow]) -> CopyRow | None:
    """The copy of the register that shares most pages with this one."""
    mine = {page for page, shown in truth.file_pages if shown}

    def shared(copy: CopyRow) -> int:
        return len(mine & {page.page for page in copy.pages})

    best = max(copies, key=shared, default=None)
    return best if best is not None and shared(best) else None
