"""What the register answers: a row of each kind, as the queries give it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from processors.dossiers.findings import Code as DossierCode
from processors.dossiers.findings import Verdict
from processors.findings import Code, Evidence, Severity
from processors.scans.readings import CopyStatus
from storage.facts import GuessedCandidate, PlacedPage, Pronounced, StatedOfDossier
from storage.states import Life, LotState, ScanState


@dataclass(frozen=True)
class ScanRow:
    """`inbox_key` may hold personal data. `n` counts the scans of an exam in a centre."""

    id: str
    exam: str | None
    centre: str | None
    n: int
    inbox_key: str
    etag: str
    size: int
    deposited_at: datetime
    state: ScanState
    attempt: int
    claimed_at: datetime | None
    sha256: str | None
    duplicate_of: str | None
    read_attempt: int | None
    reading: str | None


@dataclass(frozen=True)
class CopyRow:
    """`candidate`: an opaque id; `position` in the pile, from 1."""

    id: str
    scan: str
    attempt: int
    position: int
    exam: str
    centre: str
    candidate: str | None
    attributed_by: tuple[str, ...]
    status: CopyStatus
    life: Life
    pages: tuple[PlacedPage, ...]
    missing: tuple[int, ...]
    guesses: tuple[GuessedCandidate, ...]
    decision: str | None
    decided_by: str | None
    reason: str | None
    anonymous_number: str | None
    anonymous_sha256: str | None
    lot: str | None
    order_in_lot: int | None
    returned: bool

    @property
    def ready(self) -> bool:
        """Whether a corrector may have it: one that was reported waits."""
        return self.status is CopyStatus.COMPLETE and self.anonymous_sha256 is not None


@dataclass(frozen=True)
class FindingRow:
    """The k-th finding of event `seq`; `resolved_by`: the seq of the event that settled it."""

    seq: int
    k: int
    exam: str | None
    centre: str | None
    scan: str | None
    copy: str | None
    candidate: str | None
    code: Code
    severity: Severity
    message: str
    pages: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    resolved_by: int | None


@dataclass(frozen=True)
class LotRow:
    id: str
    exam: str
    number: int
    corrector: str
    state: LotState
    complementary: bool
    formed_at: datetime
    copies: int

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.exam}-{self.number:03}"


@dataclass(frozen=True)
class CorrectorRow:
    """Personal data. `reference`: the id in the service's own file; `assigned`: copies in her lots."""

    id: str
    reference: str
    name: str
    email: str
    schools: tuple[str, ...]
    companies: tuple[str, ...]
    exams: tuple[str, ...]
    quota: int | None
    days: tuple[date, ...]
    never_with: tuple[str, ...]
    has_token: bool
    assigned: int


@dataclass(frozen=True)
class EnrolledCandidate:
    """Personal data: a line of the roster of an exam in a centre. `id`: opaque."""

    id: str
    number: str
    registration: str
    family_name: str
    first_names: str
    birth_date: date
    school: str
    centre: str
    option: str
    category: str
    exam: str


@dataclass(frozen=True)
class Routable:
    """A copy ready for a lot, with what the rules look at. `number`: the candidate's, personal data."""

    id: str
    school: str
    centre: str
    number: str
    candidate: str
    anonymous_number: str
    anonymous_sha256: str
    late: bool


@dataclass(frozen=True)
class ExamCounts:
    """Of one exam. Only current copies count: complete, incomplete or to decide, each in one of the three.

    `present`: None as long as no attendance list has come. `in_lots` holds those pulled and returned, too.
    """

    exam: str
    expected: int
    present: int | None
    scans: int
    waiting_scans: int
    copies: int
    complete: int
    incomplete: int
    to_decide: int
    in_lots: int
    pulled: int
    returned: int


@dataclass(frozen=True)
class DecisionRow:
    decision: Pronounced
    grounds: tuple[DossierCode, ...]
    reason: str
    author: str
    at: datetime


@dataclass(frozen=True)
class DossierRow:
    """`findings`: codes and severities; `decisions` from the first to the last, which counts."""

    id: str
    exam: str
    candidate: str
    centre: str | None
    read_files: int | None
    reading: str | None
    verdict: Verdict | None
    findings: tuple[StatedOfDossier, ...]
    decisions: tuple[DecisionRow, ...]
