"""What the API is asked and what it answers, where the register's own rows do not say it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from processors.dossiers.findings import Code as DossierCode
from processors.findings import Code, Severity
from processors.lists.tables import LineProblem
from storage.decided.counts import ExamCounts
from storage.states import Decision, LotState, Pronounced, ScanState, Trouble

Uai = Annotated[str, Path(pattern=r"^[0-9]{7}[A-Z]$", description="Of the centre.")]
ExamCode = Annotated[str, Path(pattern=r"^[A-Z0-9]{1,10}$", description="Of the épreuve.")]


def _id(kind: str) -> Any:
    return Path(pattern=rf"^{kind}_[0-9a-f]{{16}}$")


ScanId = Annotated[str, _id("scan")]
CopyId = Annotated[str, _id("copy")]
LotId = Annotated[str, _id("lot")]
DossierId = Annotated[str, _id("doss")]
AnyId = Annotated[str, _id("[a-z]{3,4}")]
AnonymousNumber = Annotated[str, Path(pattern=r"^[A-Z0-9]{1,20}$")]
Rank = Annotated[int, Path(ge=0, le=2**53)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Words = Annotated[str, Field(max_length=2000)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PageNumber = Annotated[int, Field(ge=1, le=10_000)]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,20}$", description="Of a candidate.")]


def a_number(value: Any) -> Any:
    """As JSON has them: 3 and 3.0, and neither "3" nor true."""
    if isinstance(value, str | bool):
        raise ValueError("not a number")
    return value


class Asked(BaseModel):
    """What a request brings; anything else is refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Why not, in French."""

    detail: str


class Done(BaseModel):
    done: bool = True


class Ruled(Done):
    """`proposed`: it counts once two people have said the same, each with an account of their own."""

    proposed: bool


class Found(BaseModel):
    code: Code
    severity: Severity
    message: str
    pages: list[int]


class OpenFinding(Found):
    """`event` and `k` name it: the k-th that this event stated."""

    event: int
    k: int


class CopyInPile(BaseModel):
    """`candidate`: name and number, None as long as nobody knows; `to_do`: what the centre must do."""

    position: int
    candidate: str | None
    pages: list[int]
    to_do: list[Found]
    to_check: list[Found]


class File(BaseModel):
    scan: str
    name: str
    deposited_at: datetime
    state: ScanState
    copies: list[CopyInPile]
    findings: list[Found]


class CentreState(BaseModel):
    """`without_copy`: numbers of the candidates who came and have no copy yet."""

    exam: str
    centre: str
    deadline: datetime | None
    overdue: bool
    counts: ExamCounts
    files: list[File]
    without_copy: list[str]


class Candidate(BaseModel):
    """`present`: None as long as no list has come."""

    id: str
    number: str
    family_name: str
    first_names: str
    present: bool | None


class Absent(Asked):
    """Numbers of the candidates who did not come; all others did."""

    absent: Annotated[list[Number], Field(max_length=5000)]


class Waiting(BaseModel):
    id: str
    exam: str
    centre: str
    scan: str
    position: int
    findings: list[OpenFinding]


class Queue(BaseModel):
    """`count`: of all that wait."""

    count: int
    copies: list[Waiting]


class Guess(BaseModel):
    id: str
    number: str
    family_name: str
    first_names: str
    probability: float


class Question(Waiting):
    """A copy, and what it takes to decide. `candidate`: whose it is said to be.

    `order`: of its pages, as its corrector proposes it; empty for none.
    """

    status: str
    life: str
    pages: list[int]
    missing: list[int]
    candidate: str | None
    guesses: list[Guess]
    order: list[int]


class Answer(Asked):
    """`candidate`: an id, or `number`: for `attribute`; a candidate of the guesses wants no reason.

    `let_go`: for `accept`, pages that may name the candidate, seen as the corrector gets them: nothing does.
    """

    decision: Decision
    reason: Words = ""
    let_go: Annotated[list[PageNumber], Field(max_length=200)] = []
    candidate: Annotated[str, Field(pattern=r"^(cand_[0-9a-f]{16})?$")] = ""
    number: Annotated[str, Field(pattern=r"^[0-9]{0,20}$")] = ""


class Arrangement(Asked):
    """`pages`: numbers in the copy's file, in the order of the copy; that of `order` wants no reason."""

    pages: Annotated[list[PageNumber], Field(min_length=1, max_length=200)]
    reason: Words = ""


class Mask(Asked):
    """`area`: left, top, width and height as shares of the upright page; None: nothing is hidden any more."""

    page: PageNumber
    area: tuple[Share, Share, Share, Share] | None


class SentBack(Asked):
    """`reason`: what the centre reads."""

    reason: Text


class OtherExam(Asked):
    exam: ExamCode


class Judgement(Asked):
    settled: bool
    reason: Words = ""


class Extension(Asked):
    """`until`: None for the session's own deadline, which wants no reason."""

    until: AwareDatetime | None
    reason: Words = ""


class Unroutable(BaseModel):
    school: str
    copies: int
    reasons: list[str]


class PlannedLot(BaseModel):
    corrector: str
    copies: int


class LotPlan(BaseModel):
    lots: list[PlannedLot]
    unroutable: list[Unroutable]


class NewCorrector(Asked):
    corrector: Annotated[str, Field(pattern=r"^corr_[0-9a-f]{16}$")]


class Recall(Asked):
    """`reason`: its corrector reads it; `anyway`: though she said to be working on it offline."""

    reason: Text
    anyway: Annotated[bool, Field(strict=True)] = False


class DossierLine(BaseModel):
    """`dossier`: None when nothing was deposited nor marked yet."""

    dossier: str | None
    number: str
    family_name: str
    first_names: str
    deposited_at: datetime | None
    verdict: str
    messages: list[str]
    decision: str


class Pronouncement(Asked):
    """`grounds`: of a non-conformity."""

    decision: Pronounced
    author: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Text
    grounds: list[DossierCode] = []


class OwnLot(BaseModel):
    """A corrector's lot; `open`: whether its window is."""

    id: str
    name: str
    exam: str
    state: LotState
    copies: int
    open: bool


class OwnCopy(BaseModel):
    """`ready`: False for one that was reported and is to come back."""

    number: str | None
    pages: int
    ready: bool
    returned: bool


class Returned(Asked):
    returned: Annotated[bool, Field(strict=True)]


class Report(Asked):
    """`order`: the copy's pages by their ranks, from 1, as they should follow each other."""

    trouble: Trouble
    said: Words = ""
    order: Annotated[list[PageNumber], Field(max_length=200)] = []


class ReturnedFile(BaseModel):
    """What became of a file. `code`: why it was not taken; `sure`: it is known by its pages, too."""

    name: str
    number: str | None
    taken: bool
    sure: bool
    code: str | None
    message: str


class Offline(Asked):
    """`until`: a day of the window; None: no longer."""

    until: date | None = None


class MarkTable(Asked):
    """`table`: a CSV, columns `numero` and `note`: 0 to 20, ABS or NN for each copy of the lot."""

    table: Annotated[str, Field(min_length=1, max_length=200_000)]


class KeptMarks(BaseModel):
    """By anonymous number; none as long as none were brought."""

    marks: dict[str, str]


class Taken(BaseModel):
    """`taken`: all of it, or nothing: then `lines` say what is to be mended."""

    taken: bool
    said: str
    lines: list[LineProblem]


class LogEvent(BaseModel):
    """An event of the log."""

    seq: int
    at: datetime
    actor: str
    action: str
    facts: dict[str, Any]
