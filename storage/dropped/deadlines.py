"""When scans are due: deadlines that the service has moved for a centre count in place of the session's."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Connection, select, update

from processors.circular.deadlines import Deadline, Rule, local
from processors.circular.session import Exam, Session
from processors.findings import Code, finding
from storage.database.schema import candidates, dossiers, extensions, findings, scans, sweeps
from storage.decided.findings import resolve_findings, state_findings
from storage.events import Change, Facts


class DeadlineSwept(Facts):
    """Once for each exam and centre. Subject: `exam/centre`."""

    action = "deadline.swept"
    french = "échéance constatée"
    exam: str
    centre: str

    def apply(self, change: Change) -> bool:
        if was_swept(change.connection, self.exam, self.centre):
            return False
        change.add(sweeps, {"exam": self.exam, "centre": self.centre, "swept_at": change.event.at})
        return True


class DeadlineExtended(Facts):
    """Until when this centre's scans of an épreuve are in time: it takes the place of the session's deadline.

    Of an épreuve with dossiers, until when those of a school's candidates are: `centre` is the school then.

    To take an extension back, the session's own is given. Scans are late, or no longer, by the new instant;
    the sweep comes again when that has passed. Subject: `exam/centre`.
    """

    action = "deadline.extended"
    french = "échéance déplacée"
    exam: str
    centre: str
    until: AwareDatetime
    rule: Rule
    reason: str

    def apply(self, change: Change) -> bool:
        place = {"exam": self.exam, "centre": self.centre}
        due = {"until": self.until, "rule": self.rule}
        if change.has(extensions, **place, **due):
            return False
        change.remove(extensions, **place)
        change.add(extensions, {**place, **due, "reason": self.reason, "author": change.event.actor})
        deadline = Deadline(self.until, self.rule)
        if deadline.met(change.event.at):
            change.remove(sweeps, **place)
        mine = select(candidates.c.id).where(candidates.c.school == self.centre)
        again = update(dossiers).where(dossiers.c.exam == self.exam, dossiers.c.candidate.in_(mine))
        change.connection.execute(again.values(read_files=None))
        late = select(findings.c.scan).where(findings.c.code == Code.LATE, findings.c.resolved_by.is_(None))
        known = set(change.connection.scalars(late))
        for scan in change.connection.execute(
            select(scans).filter_by(**place).where(scans.c.read_attempt.is_not(None)).order_by(scans.c.id)
        ):
            in_time = deadline.met(scan.counted_at or scan.deposited_at)
            if in_time and scan.id in known:
                resolve_findings(change, findings.c.scan == scan.id, findings.c.code == Code.LATE)
            elif not in_time and scan.id not in known:
                state_findings(change, [finding(Code.LATE, what=str(deadline))], scan=scan.id, **place)
        return True


@dataclass(frozen=True)
class Extension:
    """`reason`: the key in the vault of why; `author`: an account."""

    exam: str
    centre: str
    deadline: Deadline
    reason: str
    author: str


def scans_due(
    connection: Connection, session: Session, exam: str | None, centre: str | None
) -> Deadline | None:
    """When a centre's scans of an épreuve are due: as the session says, or as the service has moved it.

    None for an épreuve without copies, or a place that is none.
    """
    rules = session.exam(exam) if exam else None
    if rules is None or rules.scan_deadline is None or centre is None:
        return None
    moved = extension(connection, rules.code, centre)
    return moved.deadline if moved else rules.scan_deadline.deadline


def deposit_rules(connection: Connection, exam: Exam, school: str) -> Exam:
    """An épreuve as it is for a school's candidates: with the time that they were granted for dossiers."""
    moved = extension(connection, exam.code, school)
    if moved is None or exam.deposit is None:
        return exam
    until = local(moved.deadline.at)
    given = {"date": until.date(), "weekday": None, "time": until.time(), "rule": moved.deadline.rule}
    return exam.model_copy(update={"deposit": exam.deposit.model_copy(update=given)})


def extension(connection: Connection, exam: str, centre: str) -> Extension | None:
    found = _extensions(connection, extensions.c.exam == exam, extensions.c.centre == centre)
    return next(iter(found), None)


def all_extensions(connection: Connection) -> list[Extension]:
    """By épreuve and centre."""
    return _extensions(connection)


def was_swept(connection: Connection, exam: str, centre: str) -> bool:
    """Whether this deadline's passing has been noted."""
    query = select(sweeps.c.exam).where(sweeps.c.exam == exam, sweeps.c.centre == centre)
    return connection.execute(query).first() is not None


def _extensions(connection: Connection, *conditions: ColumnElement[bool]) -> list[Extension]:
    query = select(extensions).where(*conditions).order_by(extensions.c.exam, extensions.c.centre)
    return [
        Extension(row.exam, row.centre, Deadline(row.until, Rule(row.rule)), row.reason, row.author)
        for row in connection.execute(query)
    ]
