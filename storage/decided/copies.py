"""Copies: which pages make each, whose it is, and whether it may leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from processors.findings import Finding
from processors.scans.readings import (
    Area,
    CopyReading,
    CopyStatus,
    Corners,
    Half,
    PageReading,
    Turn,
)
from storage.database.schema import copies, enrolments, findings, scans
from storage.database.tables import matching, rows_of
from storage.decided.findings import state_findings
from storage.events import Change, Facts
from storage.ids import new_id
from storage.refusals import Refusal, Refused
from storage.states import Life

OF_NO_LOT: dict[str, Any] = {"lot": None, "order_in_lot": None}


class PlacedPage(BaseModel):
    """Where a page stands in the scan; `frame`: the identity frame's corners, pixels of the upright page.

    `model`: the paper whose frame it is; `annex`: of an answer sheet printed in the subject; `exposed`:
    whether something outside that frame may name the candidate, None where nobody looked; `labels`: the
    corners of labels outside it; `masks`: of what a person hides; `accepted`: whether a person let it go as a
    corrector gets it; `imprint`: by which it is known again, None where too little is written, or it was not
    taken.
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
    accepted: bool = False
    imprint: str | None = None
    masks: tuple[tuple[tuple[float, float], ...], ...] = ()

    @classmethod
    def of(cls, page: PageReading) -> Self:
        return cls(
            page=page.page,
            image=page.image,
            half=page.half,
            area=page.area,
            turn=page.turn,
            frame=page.frame and _rounded(page.frame),
            model=page.model,
            exposed=page.exposed,
            labels=tuple(_rounded(label.area) for label in page.labels),
            imprint=page.imprint,
        )


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

    @classmethod
    def of(cls, copy: CopyReading, pages: Mapping[int, PlacedPage], ids: Mapping[str, str]) -> Self:
        """Under a new id. `pages`: by their numbers; `ids`: of candidates, by theirs."""
        guesses = (
            GuessedCandidate(candidate=ids[guess.candidate], probability=round(float(guess.probability), 4))
            for guess in copy.guesses
            if guess.candidate in ids
        )
        return cls(
            id=new_id("copy"),
            candidate=ids[copy.candidate] if copy.candidate else None,
            attributed_by=copy.attributed_by,
            status=copy.status,
            pages=tuple(
                pages[page].model_copy(update={"annex": page in copy.annexes}) for page in copy.pages
            ),
            missing=copy.missing,
            guesses=tuple(guesses),
            findings=copy.findings,
        )


class CopyAnonymised(Facts):
    """`sha256`: of the PDF a corrector will get."""

    action = "copy.anonymised"
    french = "copie rendue anonyme"
    anonymous_number: str
    sha256: str

    def apply(self, change: Change) -> bool:
        made = {"copy": change.subject, "number": self.anonymous_number, "sha256": self.sha256}
        if change.connection.execute(_MAKE_ANONYMOUS, made).rowcount:
            return True
        copy = change.row(copies, change.subject)
        if (copy.anonymous_number, copy.anonymous_sha256) == (self.anonymous_number, self.sha256):
            return False
        handed_out = copy.lot is not None and copy.anonymous_sha256 is not None
        raise Refused(Refusal.IN_A_LOT if handed_out else Refusal.NUMBER_TAKEN)

    @classmethod
    def apply_each(cls, happened: Sequence[tuple[Self, Change]]) -> int:
        """Most of a log are such: by one statement, and one after the other when one of them is none."""
        connection = happened[0][1].connection
        made = [
            {"copy": change.subject, "number": one.anonymous_number, "sha256": one.sha256}
            for one, change in happened
        ]
        with connection.begin_nested() as together:
            if connection.execute(_MAKE_ANONYMOUS, made).rowcount == len(made):
                return len(made)
            together.rollback()
        return super().apply_each(happened)


_others = copies.alias()
_MAKE_ANONYMOUS = (
    update(copies)
    .where(
        copies.c.id == bindparam("copy"),
        copies.c.lot.is_(None) | copies.c.anonymous_sha256.is_(None),
        copies.c.anonymous_sha256.is_distinct_from(bindparam("sha256"))
        | copies.c.anonymous_number.is_distinct_from(bindparam("number")),
        ~select(_others.c.id)
        .where(
            _others.c.exam == copies.c.exam,
            _others.c.anonymous_number == bindparam("number"),
            _others.c.id != copies.c.id,
        )
        .exists(),
    )
    .values(anonymous_number=bindparam("number"), anonymous_sha256=bindparam("sha256"))
)
"""Of a copy that no corrector has, under a number that no other of its épreuve has."""


class CopyNotAnonymous(Facts):
    """Something can still be read after the mask: the copy waits for a person."""

    action = "copy.not_anonymous"
    french = "anonymat imparfait : la copie attend"
    findings: tuple[Finding, ...]

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        codes = [found.code for found in self.findings]
        noted = select(findings.c.seq).where(
            findings.c.copy == copy.id, findings.c.code.in_(codes), findings.c.resolved_by.is_(None)
        )
        if change.connection.execute(noted).first():
            return False
        make_wait(change, copy, self.findings)
        return True


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
    decided_at: datetime | None
    reason: str | None
    anonymous_number: str | None
    anonymous_sha256: str | None
    lot: str | None
    order_in_lot: int | None
    returned: bool

    @property
    def waits(self) -> bool:
        """Whether a person must say something of it before it counts."""
        return self.life is Life.CURRENT and self.status is CopyStatus.TO_DECIDE

    @property
    def ready(self) -> bool:
        """Whether a corrector may have it: one that was reported waits."""
        return self.status is CopyStatus.COMPLETE and self.anonymous_sha256 is not None


def make_wait(change: Change, copy: Any, stated: Iterable[Finding]) -> None:
    """The copy waits for a person, or for what it lacks, for what is stated of it."""
    if copy.status == CopyStatus.COMPLETE:
        change.set(copies, copy.id, status=CopyStatus.TO_DECIDE)
    about = {"exam": copy.exam, "centre": copy.centre, "scan": copy.scan, "copy": copy.id}
    state_findings(change, stated, **about)


TO_ANONYMISE = (
    copies.c.life == Life.CURRENT,
    copies.c.status == CopyStatus.COMPLETE,
    copies.c.candidate.is_not(None),
    copies.c.anonymous_sha256.is_(None),
)


def copy_by_id(connection: Connection, id_: str) -> CopyRow | None:
    return next(iter(_copies(connection, copies.c.id == id_)), None)


def copies_in(connection: Connection, ids: Sequence[str]) -> list[CopyRow]:
    """In this order."""
    found = {row.id: row for row in _copies(connection, copies.c.id.in_(ids))}
    return [found[id_] for id_ in ids]


def copies_of_scan(connection: Connection, scan_id: str) -> list[CopyRow]:
    """The copies of the reading in force, in the order of the pile, whatever has become of them since."""
    in_force = select(scans.c.read_attempt).where(scans.c.id == scan_id).scalar_subquery()
    return _copies(connection, copies.c.scan == scan_id, copies.c.attempt == in_force)


def first_copies(connection: Connection, of_scans: Collection[str]) -> dict[str, str]:
    """By scan, the first copy of the reading in force."""
    in_force = (copies.c.attempt == scans.c.read_attempt, copies.c.scan.in_(of_scans))
    query = select(copies.c.scan, copies.c.id).join_from(copies, scans, scans.c.id == copies.c.scan)
    last_to_first = query.where(*in_force).order_by(copies.c.position.desc())
    return {row.scan: row.id for row in connection.execute(last_to_first)}


def current_copies(
    connection: Connection, exam: str | None = None, centre: str | None = None
) -> list[CopyRow]:
    """Those that count, by scan and in the order of the pile."""
    return _copies(connection, copies.c.life == Life.CURRENT, *matching(copies, exam=exam, centre=centre))


def incomplete_copies(connection: Connection) -> list[CopyRow]:
    """Those that count and lack something, of all épreuves and centres."""
    return _copies(connection, copies.c.life == Life.CURRENT, copies.c.status == CopyStatus.INCOMPLETE)


def copies_numbered(connection: Connection, number: str) -> list[CopyRow]:
    """Those whose anonymous number begins so."""
    return _copies(connection, copies.c.anonymous_number.startswith(number, autoescape=True))


def copies_of_candidate(connection: Connection, exam: str, candidate: str) -> list[CopyRow]:
    """Those of one candidate that count; two of them wait for a person."""
    theirs = (copies.c.exam == exam, copies.c.candidate == candidate, copies.c.life == Life.CURRENT)
    return _copies(connection, *theirs)


def copies_whenever_of(connection: Connection, candidate: str) -> list[CopyRow]:
    """All that were ever read as this candidate's, and are nobody else's since."""
    return _copies(connection, copies.c.candidate == candidate)


def to_anonymise(connection: Connection, scan_id: str | None = None) -> list[CopyRow]:
    """Complete, attributed copies without an anonymous PDF."""
    return _copies(connection, *TO_ANONYMISE, *matching(copies, scan=scan_id))


def copies_received(connection: Connection, exam: str, centre: str) -> tuple[set[str], int]:
    """Whose copies there are (ids), scanned in this centre or of its candidates; how many are nobody's."""
    current = (copies.c.exam == exam, copies.c.life == Life.CURRENT)
    here = (*current, copies.c.centre == centre)
    scanned = connection.scalars(select(copies.c.candidate).where(*here, copies.c.candidate.is_not(None)))
    nobodys = select(func.count()).select_from(copies).where(*here, copies.c.candidate.is_(None))
    enrolled = select(enrolments.c.candidate).where(enrolments.c.exam == exam, enrolments.c.centre == centre)
    theirs = connection.scalars(select(copies.c.candidate).where(*current, copies.c.candidate.in_(enrolled)))
    return {*scanned, *theirs}, connection.scalar(nobodys) or 0


def surely_received(connection: Connection, exam: str, centre: str) -> set[str]:
    """Who of the enrolled (ids) has a copy, and none of which a person is asked, but by a corrector."""
    enrolled = select(enrolments.c.candidate).where(enrolments.c.exam == exam, enrolments.c.centre == centre)
    theirs = (copies.c.exam == exam, copies.c.life == Life.CURRENT, copies.c.candidate.in_(enrolled))
    found = connection.execute(select(copies.c.candidate, copies.c.status, copies.c.lot).where(*theirs)).all()
    asked = {row.candidate for row in found if row.status == CopyStatus.TO_DECIDE and row.lot is None}
    return {row.candidate for row in found} - asked


def copies_of_lot(connection: Connection, lot_id: str) -> list[CopyRow]:
    """In the order in which the corrector gets them."""
    found = _copies(connection, copies.c.lot == lot_id)
    return sorted(found, key=lambda row: row.order_in_lot or 0)


def anonymous_number_free(connection: Connection, exam: str, number: str) -> bool:
    taken = select(copies.c.id).where(copies.c.exam == exam, copies.c.anonymous_number == number)
    return connection.execute(taken).first() is None


def _rounded(corners: Corners) -> Corners:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def _copies(connection: Connection, *conditions: ColumnElement[bool]) -> list[CopyRow]:
    query = select(copies).where(*conditions).order_by(copies.c.scan, copies.c.attempt, copies.c.position)
    return rows_of(connection, query, CopyRow)
