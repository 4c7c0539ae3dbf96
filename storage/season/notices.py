"""Notices by e-mail, to a centre and to a corrector: what there is to tell, and what was told to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from processors.findings import Code
from processors.scans.readings import CopyStatus
from storage.corrected.lots import LotFormed, LotReassigned, ReportTakenBack
from storage.database.schema import accounts, copies, event_subjects, events, findings, lots
from storage.events import Change, Facts
from storage.states import Life, LotState, Role

_NOTICES = "notice/"


class Notice(StrEnum):
    """`said`: in the words of the page where one chooses; `role`: for whom it is."""

    said: str
    role: Role

    def __new__(cls, code: str, role: Role, said: str) -> Notice:
        made = str.__new__(cls, code)
        made._value_, made.role, made.said = code, role, said
        return made

    SCAN_AGAIN = "scan_again", Role.CENTRE, "une copie est à numériser de nouveau"
    LOT_READY = "lot_ready", Role.CORRECTOR, "un lot est prêt"
    LOT_RECALLED = "lot_recalled", Role.CORRECTOR, "un lot est rappelé par le service"
    COPY_BACK = "copy_back", Role.CORRECTOR, "une copie que j’avais signalée est revenue"


class NoticesChosen(Facts):
    """Those that the account does not want. Subject: the account."""

    action = "account.notices_chosen"
    french = "avis par courriel choisis"
    off: tuple[Notice, ...]

    def apply(self, change: Change) -> bool:
        row = change.row(accounts, change.subject)
        off = sorted(notice.value for notice in self.off)
        if (row.notices_off or []) == off:
            return False
        change.set(accounts, row.id, notices_off=off)
        return True


class NoticeSent(Facts):
    """Subject: `notice/`, the account, and what it was about: it is told once. The log alone keeps it."""

    action = "notice.sent"
    french = "avis envoyé"


@dataclass(frozen=True)
class News:
    """`scope`: the centre or the corrector to tell; `about`: one for each thing; `where`: in words."""

    notice: Notice
    scope: str
    about: str
    where: str

    def subject(self, account: str) -> str:
        return f"{_NOTICES}{account}/{self.about}"


def sent(connection: Connection) -> set[str]:
    """Subjects of all notices that were sent."""
    query = select(event_subjects.c.subject).where(event_subjects.c.subject.startswith(_NOTICES))
    return set(connection.scalars(query))


def news(connection: Connection, open_exams: Collection[str]) -> Iterator[News]:
    """All there is to tell now; `open_exams`: those whose lots may be read. Nothing names a candidate."""
    yield from _to_scan_again(connection)
    yield from _lots(connection, open_exams)
    yield from _copies_back(connection, open_exams)


def _to_scan_again(connection: Connection) -> Iterator[News]:
    """Each copy once, and once more each time that the service asks for it."""
    asked = (
        select(findings.c.copy, func.max(findings.c.seq).label("seq"))
        .where(findings.c.code == Code.SCAN_AGAIN, findings.c.resolved_by.is_(None))
        .group_by(findings.c.copy)
        .subquery()
    )
    query = (
        select(copies.c.id, copies.c.exam, copies.c.centre, copies.c.position, asked.c.seq)
        .outerjoin(asked, asked.c.copy == copies.c.id)
        .where(copies.c.life == Life.CURRENT, copies.c.status == CopyStatus.INCOMPLETE)
        .order_by(copies.c.exam, copies.c.scan, copies.c.position)
    )
    for row in connection.execute(query):
        rank = f"{row.position}{'re' if row.position == 1 else 'e'}"
        about = f"again/{row.id}/{row.seq or 0}"
        yield News(Notice.SCAN_AGAIN, row.centre, about, f"{row.exam}, {rank} copie de sa pile")


def _lots(connection: Connection, open_exams: Collection[str]) -> Iterator[News]:
    """Each lot once for each time that somebody gets it, and for each time that it is recalled."""
    there = (lots.c.exam.in_(open_exams), lots.c.state.in_((LotState.ASSIGNED, LotState.RECALLED)))
    given = (
        select(event_subjects.c.subject, func.max(events.c.seq).label("seq"))
        .join(events, events.c.seq == event_subjects.c.seq)
        .where(
            event_subjects.c.subject.in_(select(lots.c.id).where(*there)),
            events.c.line.like(f'%"action":"{LotFormed.action}"%')
            | events.c.line.like(f'%"action":"{LotReassigned.action}"%'),
        )
        .group_by(event_subjects.c.subject)
        .subquery()
    )
    query = (
        select(lots.c.id, lots.c.exam, lots.c.number, lots.c.corrector, lots.c.state, lots.c.recalled_for)
        .add_columns(given.c.seq)
        .join(given, given.c.subject == lots.c.id)
        .where(*there)
        .order_by(lots.c.exam, lots.c.number)
    )
    for row in connection.execute(query):
        name = f"lot {row.exam}-{row.number:03}"
        if row.state == LotState.RECALLED:
            about = f"recalled/{row.id}/{(row.recalled_for or '').rpartition('/')[2]}"
            yield News(Notice.LOT_RECALLED, row.corrector, about, name)
        else:
            yield News(Notice.LOT_READY, row.corrector, f"ready/{row.id}/{row.seq}", name)


def _copies_back(connection: Connection, open_exams: Collection[str]) -> Iterator[News]:
    """A copy that was reported, or the one that took its place, once it lies in its lot again."""
    was, is_ = copies.alias("was"), copies.alias("is")
    query = (
        select(findings.c.seq, is_.c.id, is_.c.anonymous_number, lots.c.corrector, lots.c.exam, lots.c.number)
        .join_from(findings, was, was.c.id == findings.c.copy)
        .join(is_, (is_.c.exam == was.c.exam) & (is_.c.candidate == was.c.candidate))
        .join(lots, lots.c.id == is_.c.lot)
        .join(events, events.c.seq == findings.c.resolved_by)
        .where(
            findings.c.code == Code.REPORTED,
            events.c.line.not_like(f'%"action":"{ReportTakenBack.action}"%'),
            is_.c.life == Life.CURRENT,
            is_.c.status == CopyStatus.COMPLETE,
            is_.c.anonymous_sha256.is_not(None),
            lots.c.exam.in_(open_exams),
            lots.c.state == LotState.PULLED,
        )
        .order_by(findings.c.seq)
    )
    for row in connection.execute(query):
        where = f"copie {row.anonymous_number}, lot {row.exam}-{row.number:03}"
        yield News(Notice.COPY_BACK, row.corrector, f"back/{row.id}/{row.seq}", where)
