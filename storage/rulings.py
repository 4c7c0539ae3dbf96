"""What people rule at the desk: facts of copies reported, proposals, pages put in order, findings settled,
deadlines extended, copies given back and lots closed. What undoes one is another event, and both stay.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime

from processors.deadlines import Rule
from storage.facts import Decision, Facts, PlacedPage


class Trouble(StrEnum):
    """What a corrector may find wrong with a copy; `said`: how a person reads it."""

    said: str

    def __new__(cls, code: str, said: str) -> Trouble:
        made = str.__new__(cls, code)
        made._value_, made.said = code, said
        return made

    ILLEGIBLE = "illegible", "une page est illisible"
    MISSING_PAGE = "missing_page", "il manque une page"
    NOT_ANONYMOUS = "not_anonymous", "un nom ou un numéro se lit encore"
    WRONG_EXAM = "wrong_exam", "ce n'est pas une copie de cette épreuve"


class CopyReported(Facts):
    """A copy of a lot waits again and keeps its place. `said`: the key in the vault of what was written."""

    action = "copy.reported"
    trouble: Trouble
    said: str


class CopyProposed(Facts):
    """What one person would decide of a copy, until another confirms it. Replaces an earlier proposal."""

    action = "copy.proposed"
    decision: Decision
    candidate: str | None
    reason: str


class CopyArranged(Facts):
    """The pages of a copy, in reading order; any other page of its scan is none of it."""

    action = "copy.arranged"
    pages: tuple[PlacedPage, ...]
    reason: str


class FindingJudged(Facts):
    """The `k`-th finding of event `finding`: nothing is left to do about it, or there is after all.

    Subject: the copy or the scan that it is about.
    """

    action = "finding.judged"
    finding: int
    k: int
    settled: bool
    reason: str


class DeadlineExtended(Facts):
    """Until when this centre's scans of an épreuve are in time: it takes the place of the session's deadline.

    To take an extension back, the session's own is given. Subject: `exam/centre`.
    """

    action = "deadline.extended"
    exam: str
    centre: str
    until: AwareDatetime
    rule: Rule
    reason: str


class CopyReturned(Facts):
    """A copy of a lot is marked, or is not after all. The lot is returned with its last one."""

    action = "copy.returned"
    returned: bool


class LotClosed(Facts):
    """Nothing more is done with a lot that was returned."""

    action = "lot.closed"
