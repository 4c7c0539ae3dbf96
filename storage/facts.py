"""What may happen: one class per kind of event, holding the facts of it.

Facts go to the audit log, so they hold opaque ids, codes and hashes: no name, candidate number or birth date,
and no text that a person typed. What must be known beside lies in the vault, under the key that a fact names.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from processors.dossiers.findings import Code as DossierCode
from processors.dossiers.findings import Verdict
from processors.findings import Finding, Severity
from processors.scans.readings import Area, CopyStatus, Half, Turn


class Facts(BaseModel):
    """`action` is what the log calls it; the subject of an event is given beside its facts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    action: ClassVar[str]


class SessionLoaded(Facts):
    """Subject: `session`."""

    action = "session.loaded"
    name: str
    sha256: str


class CandidatesImported(Facts):
    """`file`: the roster in the vault; `ids`: one a line, in their order. Subject: `candidates`."""

    action = "candidates.imported"
    file: str
    ids: tuple[str, ...]


class CorrectorsImported(Facts):
    """As for candidates. Subject: `correctors`."""

    action = "correctors.imported"
    file: str
    ids: tuple[str, ...]


class TokenIssued(Facts):
    """`hash`: SHA-256 of the token, which only the corrector has. Subject: the corrector."""

    action = "corrector.token_issued"
    hash: str


class AttendanceImported(Facts):
    """`marks`: candidate id → present. Replaces the list of this exam and centre. Subject: `exam/centre`."""

    action = "attendance.imported"
    file: str
    exam: str
    centre: str
    marks: dict[str, bool]


class ScanArrived(Facts):
    """Its inbox key is in the vault, under `arrivals/<scan>.json`: file names may hold a name."""

    action = "scan.arrived"
    exam: str | None
    centre: str | None
    etag: str
    size: int
    deposited_at: AwareDatetime


class ScanClaimed(Facts):
    """`attempt`: one more than the scan has had. One claim wins."""

    action = "scan.claimed"
    attempt: int


class ScanReleased(Facts):
    """The attempt has died; the scan waits again. `reason`: what the machine saw, without personal data."""

    action = "scan.released"
    attempt: int
    reason: str


class ScanReopened(Facts):
    """Done or set aside, it waits again: a person decided of one of its copies, or it was dropped once more.

    `deposited_at`: of the new drop, which begins afresh.
    """

    action = "scan.reopened"
    deposited_at: AwareDatetime | None = None


class ScanStored(Facts):
    """Its bytes are in the vault, under this hash, and are no other live scan's of this exam and centre."""

    action = "scan.stored"
    sha256: str


class ScanDuplicate(Facts):
    action = "scan.duplicate"
    sha256: str
    of: str


class ScanQuarantined(Facts):
    action = "scan.quarantined"
    sha256: str | None
    findings: tuple[Finding, ...]


class PlacedPage(BaseModel):
    """Where a page stands in the scan; `frame`: the identity frame's corners, pixels of the upright page.

    `model`: the paper whose frame it is; `annex`: of an answer sheet printed in the subject; `exposed`:
    whether something outside that frame may name the candidate, None where nobody looked; `labels`: the
    corners of labels outside it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    page: int
    image: int
    half: Half | None
    turn: Turn
    area: Area | None = None
    frame: tuple[tuple[float, float], ...] | None = None
    model: str | None = None
    annex: bool = False
    exposed: bool | None = None
    labels: tuple[tuple[tuple[float, float], ...], ...] = ()


class GuessedCandidate(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    candidate: str
    probability: float


class FoundCopy(BaseModel):
    """A copy of a scan; candidates by their opaque ids. `pages` in reading order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    candidate: str | None
    attributed_by: tuple[str, ...]
    status: CopyStatus
    pages: tuple[PlacedPage, ...]
    missing: tuple[int, ...]
    guesses: tuple[GuessedCandidate, ...]
    findings: tuple[Finding, ...]


class ScanRead(Facts):
    """`reading`: the key in the vault of all that was read; `copies` in the order of the pile."""

    action = "scan.read"
    sha256: str
    attempt: int
    reading: str
    copies: tuple[FoundCopy, ...]
    findings: tuple[Finding, ...]


class ScanProcessed(Facts):
    """Nothing is left to do with this file; its receipt is written."""

    action = "scan.processed"


class CopyAnonymised(Facts):
    """`sha256`: of the PDF a corrector will get."""

    action = "copy.anonymised"
    anonymous_number: str
    sha256: str


class CopyNotAnonymous(Facts):
    """Something can still be read after the mask: the copy waits for a person."""

    action = "copy.not_anonymous"
    findings: tuple[Finding, ...]


class Decision(StrEnum):
    ATTRIBUTE = "attribute"  # it is this candidate's
    ACCEPT = "accept"  # it is complete as it is
    SET_ASIDE = "set_aside"  # it does not count


class CopyDecided(Facts):
    """`reason`: the key in the vault of the text. `confirms`: the event in which another proposed it."""

    action = "copy.decided"
    decision: Decision
    candidate: str | None
    reason: str
    confirms: int | None = None


class CandidateFinding(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    candidate: str | None
    finding: Finding


class ReconciliationMade(Facts):
    """Replaces what was found of this exam and centre. Subject: `exam/centre`."""

    action = "reconciliation.made"
    exam: str
    centre: str
    findings: tuple[CandidateFinding, ...]


class DeadlineSwept(Facts):
    """Once for each exam and centre. Subject: `exam/centre`."""

    action = "deadline.swept"
    exam: str
    centre: str


class LotFormed(Facts):
    """`copies` in the order in which the corrector gets them."""

    action = "lot.formed"
    exam: str
    number: int
    corrector: str
    copies: tuple[str, ...]
    complementary: bool


class LotReassigned(Facts):
    action = "lot.reassigned"
    corrector: str


class LotPulled(Facts):
    """`corrector`: who pulls it; refused when it has become another's meanwhile."""

    action = "lot.pulled"
    corrector: str | None = None  # logs of the first release do not say


class LotReturned(Facts):
    action = "lot.returned"


class LotRecalled(Facts):
    """Back to `assigned`, whether it was pulled or returned."""

    action = "lot.recalled"


class DossierDeposited(Facts):
    """A file of a candidate's dossier; `arrival`: the key in the vault of its name and its inbox key."""

    action = "dossier.deposited"
    exam: str
    candidate: str
    arrival: str
    sha256: str
    size: int
    etag: str
    deposited_at: AwareDatetime


class DossiersDated(Facts):
    """The deposit space's own times, in a manifest that `file` names in the vault. Subject: the épreuve."""

    action = "dossiers.dated"
    file: str


class StatedOfDossier(BaseModel):
    """What was found, without its evidence, which may name somebody."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: DossierCode
    severity: Severity


class DossierRead(Facts):
    """`files`: how many the dossier had then; `reading`: the key in the vault of all that was read."""

    action = "dossier.read"
    files: int
    reading: str
    verdict: Verdict
    findings: tuple[StatedOfDossier, ...]


class DossierAbsent(Facts):
    """At the deadline, nothing had been deposited. Once for each candidate and épreuve."""

    action = "dossier.absent"
    exam: str
    candidate: str


class DossiersNotified(Facts):
    """These candidates (ids) were told what they can still mend. Subject: the épreuve and the centre."""

    action = "dossiers.notified"
    candidates: tuple[str, ...]


class Pronounced(StrEnum):
    """What the commission says of a dossier."""

    CONFORM = "conform"
    NON_CONFORM = "non_conform"


class DossierDecided(Facts):
    """`reason`: the key in the vault of who pronounced and why. The last decision counts, all are kept."""

    action = "dossier.decided"
    decision: Pronounced
    grounds: tuple[DossierCode, ...]
    reason: str


def parse_facts(action: str, facts: dict[str, Any]) -> Facts:
    """The facts of an event of the log. Raises KeyError for an action nobody knows, ValidationError."""
    return _kinds()[action].model_validate(facts)


@cache
def _kinds() -> dict[str, type[Facts]]:
    """Those of `rulings`, too: asked for once all are there."""
    return {kind.action: kind for kind in Facts.__subclasses__()}
