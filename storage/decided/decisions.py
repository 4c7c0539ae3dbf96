"""What people decide of copies, what one proposes to another, and which copies wait for it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, tuple_, update

from processors.findings import Code, Finding, finding
from processors.scans.readings import CopyStatus
from storage.database.register import events_of
from storage.database.schema import copies, enrolments, events, findings, proposals, scans
from storage.database.tables import rows_of
from storage.decided.copies import OF_NO_LOT, CopyNotAnonymous, CopyRow, PlacedPage, copies_in
from storage.decided.findings import resolve_findings, state_findings
from storage.decided.versions import complete_copy, end_copies, supersede
from storage.events import Change, Facts
from storage.people.purges import PURGED
from storage.refusals import Refusal, Refused
from storage.states import Decision, Life


class CopyDecided(Facts):
    """`reason`: the key in the vault of the text. `confirms`: the event in which another proposed it.

    `let_go`: pages of which it was said that something names the candidate, and of which the author, having
    seen them as a corrector gets them, says that nothing does. Logs of the first release do not say: there
    any decision settled that.
    """

    action = "copy.decided"
    french = "décision prise"
    decision: Decision
    candidate: str | None
    reason: str
    confirms: int | None = None
    let_go: tuple[int, ...] | None = None

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        back = (copy.life, copy.decision) == (
            Life.SET_ASIDE,
            Decision.SET_ASIDE,
        )  # a person's, so a person may
        asked = _is_of_absent(copy, change) and (self.decision is Decision.ACCEPT or not copy.returned)
        _must_be_open(copy, back=back and self.decision is not Decision.SET_ASIDE, asked=asked)
        self._take_proposal(change)
        decided: dict[str, Any] = {
            "decision": self.decision,
            "decided_by": change.event.actor,
            "decided_at": change.event.at,
            "reason": self.reason,
        }
        if self.decision is Decision.SET_ASIDE:
            end_copies(change, Life.SET_ASIDE, copies.c.life == Life.CURRENT, copies.c.id == copy.id)
            decided |= OF_NO_LOT
        else:
            candidate = self.candidate if self.decision is Decision.ATTRIBUTE else copy.candidate
            if candidate is None:
                raise Refused(Refusal.NOBODYS)
            _must_be_enrolled(candidate, copy.exam, change)
            named = self._named(copy, change)
            whole = self.decision is Decision.ACCEPT or not copy.missing
            decided |= {"candidate": candidate, "life": Life.CURRENT}
            decided["status"] = CopyStatus.COMPLETE if whole else CopyStatus.INCOMPLETE
            if named.keys() - set(self.let_go or ()):
                whole, decided["status"] = False, CopyStatus.TO_DECIDE
                other_kinds = findings.c.code != Code.NOT_ANONYMOUS
                resolve_findings(change, findings.c.copy == copy.id, other_kinds)
            if named and self.let_go:
                decided["pages"] = [self._seen(page, named) for page in copy.pages]
            if self.decision is Decision.ATTRIBUTE:
                decided["attributed_by"] = ["decision"]
                if candidate != copy.candidate:  # another name must not be found in its PDF
                    decided |= {"anonymous_number": None, "anonymous_sha256": None, **OF_NO_LOT}
            if whole:
                other = complete_copy(copy.exam, candidate, change)
                if other not in (None, copy.id):
                    raise Refused(Refusal.OTHER_COPY)
                decided |= supersede(copy.exam, candidate, copy.id, change)
                resolve_findings(change, findings.c.copy == copy.id)
        change.set(copies, copy.id, **decided)
        return True

    def _named(self, copy: Any, change: Change) -> dict[int, bool]:
        """The pages that may name the candidate: whether that was said of the page as it leaves, or as read.

        Raises Refused if the copy is accepted without a word of one of them.
        """
        if self.let_go is None:
            return {}
        told = select(findings.c.pages, events.c.line).where(
            findings.c.seq == events.c.seq,
            findings.c.copy == copy.id,
            findings.c.code == Code.NOT_ANONYMOUS,
            findings.c.resolved_by.is_(None),
        )
        ours, named = {page["page"] for page in copy.pages}, dict[int, bool]()
        for row in change.connection.execute(told):
            leaves = json.loads(row.line)["action"] == CopyNotAnonymous.action
            named |= {page: leaves or named.get(page, False) for page in ours.intersection(row.pages)}
        if self.decision is Decision.ACCEPT and named.keys() - set(self.let_go):
            raise Refused(Refusal.NOT_LOOKED_AT)
        return named

    def _seen(self, page: dict[str, Any], named: dict[int, bool]) -> dict[str, Any]:
        """What was seen when it was read names nobody; the page as it leaves is still looked at, once."""
        if page["page"] not in named or page["page"] not in (self.let_go or ()):
            return page
        if named[page["page"]]:
            return page | {"accepted": True}
        return page | {"exposed": False} if page.get("exposed") else page

    def _take_proposal(self, change: Change) -> None:
        """What was proposed of the copy is over. Raises Refused if it is said to be confirmed, and is not."""
        proposed = proposal_of(change.connection, change.subject)
        if self.confirms is not None and (
            proposed is None
            or proposed.author == change.event.actor
            or (proposed.seq, proposed.decision, proposed.candidate)
            != (self.confirms, self.decision, self.candidate)
        ):
            raise Refused(Refusal.OTHER_PROPOSAL)
        change.remove(proposals, copy=change.subject)


class CopyProposed(Facts):
    """What one person would decide of a copy, until another confirms it. Replaces an earlier proposal."""

    action = "copy.proposed"
    french = "décision proposée"
    decision: Decision
    candidate: str | None
    reason: str

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        if copy.life in (Life.SUPERSEDED, Life.WITHDRAWN):
            raise Refused(_NOT_CURRENT[Life(copy.life)])
        stated = {"decision": self.decision, "candidate": self.candidate, "author": change.event.actor}
        if change.has(proposals, copy=copy.id, **stated):
            return False
        change.remove(proposals, copy=copy.id)
        change.add(proposals, {"copy": copy.id, "seq": change.event.seq, "reason": self.reason, **stated})
        return True


class CopyArranged(Facts):
    """The pages of a copy, in reading order; any other page of its scan is none of it.

    Its anonymous PDF, if there is one, is made again of these pages.
    """

    action = "copy.arranged"
    french = "pages mises en ordre"
    pages: tuple[PlacedPage, ...]
    reason: str

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        _must_be_open(copy)
        pages = [page.model_dump(mode="json") for page in self.pages]
        if not pages or len({page["page"] for page in pages}) < len(pages):
            raise Refused(Refusal.NO_PAGES)
        if [page["page"] for page in copy.pages] == [page["page"] for page in pages]:
            return False
        change.set(copies, copy.id, pages=pages, anonymous_number=None, anonymous_sha256=None)
        return True


class CopyMasked(Facts):
    """What a person hides of a page, as corners in pixels of the upright page; none, and nothing is hidden.

    Nothing is let go by it: the page as it leaves is looked at again, by whoever decides and by the machine.
    """

    action = "copy.masked"
    french = "endroits cachés sur une page"
    page: int
    masks: tuple[tuple[tuple[float, float], ...], ...]

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        _must_be_open(copy)
        masks = [[list(point) for point in mask] for mask in self.masks]
        if self.page not in {page["page"] for page in copy.pages}:
            raise Refused(Refusal.NO_PAGES)
        if any(page["page"] == self.page and page.get("masks", []) == masks for page in copy.pages):
            return False
        hidden = {"masks": masks, "accepted": False}
        pages = [page | hidden if page["page"] == self.page else page for page in copy.pages]
        change.set(copies, copy.id, pages=pages, anonymous_number=None, anonymous_sha256=None)
        return True


class CopyTransferred(Facts):
    """It lay in the pile of another épreuve: it is of this one, where nobody knows yet whose.

    `findings`: what follows there, as a deadline that had passed.
    """

    action = "copy.transferred"
    french = "copie passée dans une autre épreuve"
    exam: str
    findings: tuple[Finding, ...]

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        if copy.exam == self.exam:
            return False
        _must_be_open(copy)
        nobodys: dict[str, Any] = {
            "candidate": None,
            "attributed_by": [],
            "guesses": [],
            "status": CopyStatus.TO_DECIDE,
        }
        unmade = {"anonymous_number": None, "anonymous_sha256": None, **OF_NO_LOT}
        change.set(copies, copy.id, exam=self.exam, **nobodys, **unmade)
        change.remove(proposals, copy=copy.id)
        about_it = (findings.c.copy == copy.id, findings.c.resolved_by.is_(None))
        resolve_findings(change, *about_it, findings.c.code.in_([Code.WRONG_EXAM, Code.LATE]))
        change.connection.execute(update(findings).where(*about_it).values(exam=self.exam))
        state_findings(
            change, self.findings, exam=self.exam, centre=copy.centre, scan=copy.scan, copy=copy.id
        )
        return True


class CopySentBack(Facts):
    """The centre is to scan it again, whole; in a lot it keeps its place. `reason`: the key of why."""

    action = "copy.sent_back"
    french = "copie à numériser de nouveau"
    reason: str

    def apply(self, change: Change) -> bool:
        copy = change.row(copies, change.subject)
        _must_be_open(copy)
        if change.has(findings, copy=copy.id, code=Code.SCAN_AGAIN, resolved_by=None):
            return False
        change.set(copies, copy.id, status=CopyStatus.INCOMPLETE)
        about = {"exam": copy.exam, "centre": copy.centre, "scan": copy.scan, "copy": copy.id}
        state_findings(change, [finding(Code.SCAN_AGAIN)], **about)
        return True


@dataclass(frozen=True)
class Proposal:
    """`author`: the account that proposes; `reason`: the key in the vault of why."""

    copy: str
    seq: int
    decision: Decision
    candidate: str | None
    reason: str
    author: str


_OF_ABSENT = select(findings.c.exam, findings.c.candidate).where(
    findings.c.code == Code.COPY_OF_ABSENT, findings.c.resolved_by.is_(None)
)
IS_OF_ABSENT = (copies.c.status == CopyStatus.COMPLETE) & tuple_(copies.c.exam, copies.c.candidate).in_(
    _OF_ABSENT
)
_GONE = select(scans.c.id).where(scans.c.inbox_key.startswith(PURGED))
WAITS = (
    copies.c.life == Life.CURRENT,
    (copies.c.status == CopyStatus.TO_DECIDE) | IS_OF_ABSENT,
    copies.c.scan.not_in(_GONE),
)


def kept_though_absent(connection: Connection, exam: str, absent: Collection[str]) -> set[str]:
    """Whose copy a person has let stand, or attributed anew, while it was said that they were absent."""
    theirs = (copies.c.exam == exam, copies.c.candidate.in_(absent), copies.c.life == Life.CURRENT)
    decided = select(copies.c.id, copies.c.candidate).where(*theirs, copies.c.decision.is_not(None))
    return {row.candidate for row in connection.execute(decided) if _was_asked(connection, exam, *row)}


def _was_asked(connection: Connection, exam: str, copy: str, candidate: str) -> bool:
    told = select(findings.c.seq, findings.c.resolved_by).where(
        findings.c.code == Code.COPY_OF_ABSENT, findings.c.exam == exam, findings.c.candidate == candidate
    )
    stood = [(row.seq, row.resolved_by or inf) for row in connection.execute(told)]
    kept = {Decision.ACCEPT: (None,), Decision.ATTRIBUTE: (candidate,)}
    return any(
        first < event.seq < last and event.facts["candidate"] in kept.get(event.facts["decision"], ())
        for event in events_of(connection, copy)
        if event.action == CopyDecided.action
        for first, last in stood
    )


def count_to_decide(connection: Connection) -> int:
    """How many copies wait for a person."""
    return connection.execute(select(func.count()).select_from(copies).where(*WAITS)).scalar_one()


def copies_to_decide(
    connection: Connection, exams: Sequence[str], limit: int, offset: int = 0
) -> list[CopyRow]:
    """The most urgent of those that wait."""
    waiting = select(copies.c.id).join_from(copies, scans, scans.c.id == copies.c.scan).where(*WAITS)
    ids = waiting.order_by(*urgency(exams)).limit(limit).offset(offset)
    return copies_in(connection, list(connection.scalars(ids)))


def urgency(exams: Sequence[str]) -> tuple[ColumnElement[Any], ...]:
    """Those that a corrector waits for, then by épreuve in this order, then as their scans came."""
    rank = case({exam: rank for rank, exam in enumerate(exams)}, value=copies.c.exam, else_=len(exams))
    return copies.c.lot.is_(None), rank, scans.c.deposited_at, copies.c.scan, copies.c.position


def decided_lately(connection: Connection, limit: int) -> list[CopyRow]:
    """The copies of which somebody decided last, the latest first."""
    lately = select(copies.c.id).where(copies.c.decided_at.is_not(None)).order_by(copies.c.decided_at.desc())
    return copies_in(connection, list(connection.scalars(lately.limit(limit))))


def proposal_of(connection: Connection, copy: str) -> Proposal | None:
    """What somebody proposes of this copy, as long as nobody has confirmed it or decided otherwise."""
    return proposals_of(connection, [copy]).get(copy)


def proposals_of(connection: Connection, ids: Sequence[str]) -> dict[str, Proposal]:
    """By copy."""
    query = select(proposals).where(proposals.c.copy.in_(ids))
    return {row.copy: row for row in rows_of(connection, query, Proposal)}


def _is_of_absent(copy: Any, change: Change) -> bool:
    of_absent = _OF_ABSENT.where(findings.c.exam == copy.exam, findings.c.candidate == copy.candidate)
    return change.connection.execute(of_absent).first() is not None


_NOT_CURRENT = {
    Life.SUPERSEDED: Refusal.SUPERSEDED,
    Life.SET_ASIDE: Refusal.SET_ASIDE,
    Life.WITHDRAWN: Refusal.WITHDRAWN,
}


def _must_be_open(copy: Any, *, back: bool = False, asked: bool = False) -> None:
    """A copy that counts, and that no corrector has.

    `back`: one that was set aside may be brought back; `asked`: of one in a lot something is asked, too.
    """
    if copy.life != Life.CURRENT and not back:
        raise Refused(_NOT_CURRENT[Life(copy.life)])
    if copy.life == Life.WITHDRAWN:
        raise Refused(Refusal.WITHDRAWN)
    if copy.lot is not None and copy.status == CopyStatus.COMPLETE and not asked:
        raise Refused(Refusal.IN_A_LOT)


def _must_be_enrolled(candidate: str, exam: str, change: Change) -> None:
    if not change.has(enrolments, candidate=candidate, exam=exam):
        raise Refused(Refusal.NOT_ENROLLED)
