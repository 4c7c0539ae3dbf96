"""Lots: which copies a corrector has, and what he or she gives back of them or reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, case, func, literal, select, update

from processors.findings import Code, Severity, finding
from processors.scans.readings import CopyStatus
from storage.database.schema import candidates, copies, correctors, event_subjects, events, findings, lots
from storage.database.tables import matching, rows_of
from storage.decided.copies import make_wait
from storage.decided.findings import resolve_findings
from storage.events import Change, Event, Facts
from storage.ids import in_parts
from storage.refusals import Refusal, Refused
from storage.states import Life, LotState, Trouble

NOT_IN_HAND = {
    LotState.ASSIGNED: Refusal.NEVER_PULLED,
    LotState.RETURNED: Refusal.RETURNED,
    LotState.CLOSED: Refusal.CLOSED,
    LotState.RECALLED: Refusal.RECALLED,
}


class LotFormed(Facts):
    """`copies` in the order in which the corrector gets them."""

    action = "lot.formed"
    french = "lot formé"
    exam: str
    number: int
    corrector: str
    copies: tuple[str, ...]
    complementary: bool

    def apply(self, change: Change) -> bool:
        if change.has(lots, id=change.subject):
            return False
        change.row(correctors, self.corrector)
        said = self.model_dump(exclude={"copies"})
        formed = {"id": change.subject, "state": LotState.ASSIGNED, "formed_at": change.event.at}
        change.add(lots, said | formed)
        order = {copy: place for place, copy in enumerate(self.copies, start=1)}
        state = [
            copies.c[name] for name in ("exam", "lot", "life", "status", "candidate", "anonymous_sha256")
        ]
        taken = 0
        for part in in_parts(self.copies):
            # By id alone: given more conditions, SQLite would go through all copies that are alike
            found = change.connection.execute(select(copies.c.id, *state).where(copies.c.id.in_(part)))
            ready = [
                row.id
                for row in found
                if (row.exam, row.lot, row.life, row.status)
                == (self.exam, None, Life.CURRENT, CopyStatus.COMPLETE)
                and None not in (row.candidate, row.anonymous_sha256)
            ]
            place = case({copy: order[copy] for copy in part}, value=copies.c.id)
            into = update(copies).where(copies.c.id.in_(ready)).values(lot=change.subject, order_in_lot=place)
            change.connection.execute(into)
            taken += len(ready)
        if taken != len(self.copies):
            raise Refused(Refusal.NOT_READY)
        return True


class LotReassigned(Facts):
    """To another, or, of a lot that was recalled, to whoever had it."""

    action = "lot.reassigned"
    french = "lot réaffecté"
    corrector: str

    def apply(self, change: Change) -> bool:
        lot = change.row(lots, change.subject)
        if lot.corrector == self.corrector and lot.state != LotState.RECALLED:
            return False
        if lot.state not in (LotState.ASSIGNED, LotState.RECALLED):
            raise Refused(Refusal.PULLED)
        change.row(correctors, self.corrector)
        given = {"corrector": self.corrector, "state": LotState.ASSIGNED, "recalled_for": None}
        change.set(lots, lot.id, **given)
        return True


class LotPulled(Facts):
    """`corrector`: who pulls it; refused when it has become another's meanwhile."""

    action = "lot.pulled"
    french = "lot ouvert"
    corrector: str | None = None  # logs of the first release do not say

    def apply(self, change: Change) -> bool:
        if self.corrector not in (None, change.row(lots, change.subject).corrector):
            raise Refused(Refusal.NOT_YOURS)
        return _move(change, change.subject, LotState.PULLED, LotState.ASSIGNED)


class LotReturned(Facts):
    """All that is in the corrector's hands; one that was reported comes back to a lot that is still open."""

    action = "lot.returned"
    french = "lot rendu"

    def apply(self, change: Change) -> bool:
        lot = change.row(lots, change.subject)
        if lot.state == LotState.RETURNED:
            return False
        if lot.state != LotState.PULLED:
            raise Refused(NOT_IN_HAND[lot.state])
        in_hand = (
            copies.c.lot == lot.id,
            copies.c.status == CopyStatus.COMPLETE,
            copies.c.returned.is_(False),
        )
        given = change.connection.execute(update(copies).where(*in_hand).values(returned=True))
        return _end_if_all_returned(lot.id, change) or given.rowcount > 0


class CopyReturned(Facts):
    """A copy of a lot is marked, or is not after all. The lot is returned with its last one."""

    action = "copy.returned"
    french = "copie rendue, ou reprise"
    returned: bool

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        lot = change.row(lots, copy.lot or "")
        if copy.returned is self.returned:
            return False
        if lot.state != LotState.PULLED:
            raise Refused(NOT_IN_HAND[lot.state])
        if copy.status != CopyStatus.COMPLETE:
            raise Refused(Refusal.NOT_IN_HAND)
        change.set(copies, copy.id, returned=self.returned)
        _end_if_all_returned(lot.id, change)
        return True


class CopyReported(Facts):
    """A copy of a lot waits again and keeps its place. `said`: the key in the vault of what was written.

    `order`: of its file's pages, as the corrector proposes it.
    """

    action = "copy.reported"
    french = "copie signalée à la correction"
    trouble: Trouble
    said: str
    order: tuple[int, ...] = ()

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        if (copy.life, copy.status) != (Life.CURRENT, CopyStatus.COMPLETE) or copy.lot is None:
            raise Refused(Refusal.NOT_IN_HAND)
        if self.order and sorted(self.order) != sorted(page["page"] for page in copy.pages):
            raise Refused(Refusal.NO_PAGES)
        make_wait(change, copy, [finding(Code.REPORTED, what=self.trouble.said)])
        return True


class ReportTakenBack(Facts):
    """The corrector goes on with the copy as it is; as long as nobody has done anything about it."""

    action = "copy.report_taken_back"
    french = "signalement retiré"

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        stated = (findings.c.copy == copy.id, findings.c.resolved_by.is_(None))
        blocking = findings.c.severity == Severity.BLOCKING
        codes = set(change.connection.scalars(select(findings.c.code).where(*stated, blocking)))
        waits = (copy.life, copy.status) == (Life.CURRENT, CopyStatus.TO_DECIDE)
        if not waits or copy.anonymous_sha256 is None or codes != {Code.REPORTED}:
            raise Refused(Refusal.TAKEN_UP)
        change.set(copies, copy.id, status=CopyStatus.COMPLETE)
        resolve_findings(change, *stated, findings.c.code == Code.REPORTED)
        return True


class LotClosed(Facts):
    """Nothing more is done with a lot that was returned."""

    action = "lot.closed"
    french = "lot clos"

    def apply(self, change: Change) -> bool:
        return _move(change, change.subject, LotState.CLOSED, LotState.RETURNED)


class LotRecalled(Facts):
    """The service has it, whether it was pulled or returned; what was given back of it stays given back.

    `reason`: key in the vault. Logs of earlier releases have none: there it was assigned anew at once, and
    what was given back was to be done again.
    """

    action = "lot.recalled"
    french = "lot rappelé"
    reason: str | None = None

    def apply(self, change: Change) -> bool:
        out = (LotState.PULLED, LotState.RETURNED, LotState.CLOSED)
        if self.reason is None:
            of_lot = copies.c.lot == change.subject
            change.connection.execute(update(copies).where(of_lot).values(returned=False))
            return _move(change, change.subject, LotState.ASSIGNED, *out)
        if not _move(change, change.subject, LotState.RECALLED, *out):
            return False
        change.set(lots, change.subject, recalled_for=self.reason, offline_until=None)
        return True


class LotOffline(Facts):
    """Its corrector reads it from the archive until then; None: no longer."""

    action = "lot.offline"
    french = "lot corrigé hors connexion"
    until: date | None

    def apply(self, change: Change) -> bool:
        lot = change.row(lots, change.subject)
        if lot.offline_until == self.until:
            return False
        if lot.state != LotState.PULLED:
            raise Refused(NOT_IN_HAND[lot.state])
        change.set(lots, lot.id, offline_until=self.until)
        return True


@dataclass(frozen=True)
class LotRow:
    id: str
    exam: str
    number: int
    corrector: str
    state: LotState
    complementary: bool
    formed_at: datetime
    recalled_for: str | None
    offline_until: date | None
    copies: int

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.exam}-{self.number:03}"


@dataclass(frozen=True)
class Routable:
    """A copy for a lot or of one, with what the rules look at. `number`: the candidate's, personal data."""

    id: str
    school: str
    centre: str
    number: str
    option: str
    candidate: str


def lot_by_id(connection: Connection, id_: str) -> LotRow | None:
    return next(iter(_lots(connection, lots.c.id == id_)), None)


def all_lots(connection: Connection, exam: str | None = None, corrector: str | None = None) -> list[LotRow]:
    """By exam and number."""
    return _lots(connection, *matching(lots, exam=exam, corrector=corrector))


def lots_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """How many, by épreuve and state."""
    counted = select(lots.c.exam, lots.c.state, func.count()).group_by(lots.c.exam, lots.c.state)
    return {(exam, state): count for exam, state, count in connection.execute(counted)}


def last_signs(connection: Connection, exam: str) -> dict[str, datetime]:
    """Of each lot in hand, when its corrector was last heard of: pulled it, gave back or reported a copy."""
    in_hand = (lots.c.exam == exam, lots.c.state == LotState.PULLED)
    actor = (literal('%"actor":"') + lots.c.corrector + '"%').label("actor")
    own = select(lots.c.id.label("lot"), lots.c.id.label("subject"), actor).where(*in_hand)
    theirs = select(lots.c.id, copies.c.id, actor).join(copies, copies.c.lot == lots.c.id).where(*in_hand)
    about = own.union_all(theirs).subquery()
    last = (
        select(about.c.lot, func.max(events.c.seq).label("seq"))
        .select_from(about)
        .join(event_subjects, event_subjects.c.subject == about.c.subject)
        .join(events, (events.c.seq == event_subjects.c.seq) & events.c.line.like(about.c.actor))
        .group_by(about.c.lot)
        .subquery()
    )
    rows = connection.execute(select(last.c.lot, events.c.line).join(events, events.c.seq == last.c.seq))
    return {row.lot: Event.parse(row.line).at for row in rows}


def next_lot_number(connection: Connection, exam: str) -> int:
    highest = select(func.max(lots.c.number)).where(lots.c.exam == exam)
    return (connection.execute(highest).scalar() or 0) + 1


def routable_copies(connection: Connection, exam: str) -> list[Routable]:
    """Copies of this exam that may go into a lot.

    That of a candidate who is said to be absent waits until the list is mended, or a person decides.
    """
    absent = (
        select(findings.c.seq)
        .where(
            findings.c.code == Code.COPY_OF_ABSENT,
            findings.c.exam == exam,
            findings.c.candidate == copies.c.candidate,
            findings.c.resolved_by.is_(None),
        )
        .exists()
    )
    return _with_owners(
        connection,
        copies.c.exam == exam,
        copies.c.life == Life.CURRENT,
        copies.c.status == CopyStatus.COMPLETE,
        copies.c.anonymous_sha256.is_not(None),
        copies.c.lot.is_(None),
        ~absent,
    )


def copies_to_mark(connection: Connection, lot: str) -> list[Routable]:
    return _with_owners(connection, copies.c.lot == lot)


def _with_owners(connection: Connection, *conditions: ColumnElement[bool]) -> list[Routable]:
    of_owner = candidates.c.school, candidates.c.number, candidates.c.option
    query = (
        select(copies.c.id, copies.c.centre, copies.c.candidate, *of_owner)
        .join(candidates, candidates.c.id == copies.c.candidate)
        .where(*conditions)
        .order_by(copies.c.id)
    )
    return rows_of(connection, query, Routable)


def _lots(connection: Connection, *conditions: ColumnElement[bool]) -> list[LotRow]:
    held = select(func.count()).where(copies.c.lot == lots.c.id).scalar_subquery().label("copies")
    query = select(lots, held).where(*conditions).order_by(lots.c.exam, lots.c.number)
    return rows_of(connection, query, LotRow)


def _move(change: Change, lot: str, to: LotState, *from_: LotState) -> bool:
    """False when it is there already. Raises Refused when it is in a state that does not lead there."""
    state = change.row(lots, lot).state
    if state == to:
        return False
    if state not in from_:
        raise Refused(NOT_IN_HAND.get(state, Refusal.OTHER_STATE))
    change.set(lots, lot, state=to)
    return True


def _end_if_all_returned(lot: str, change: Change) -> bool:
    if change.has(copies, lot=lot, returned=False):
        return False
    change.set(lots, lot, offline_until=None)
    return _move(change, lot, LotState.RETURNED, LotState.PULLED)
