"""What a centre has dropped for an épreuve: its files, how copies stand, where the paper lies, what to do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select

from processors.findings import Code, Severity
from processors.scans.readings import CopyStatus
from storage.database.schema import candidates, copies, findings, scans
from storage.decided.decisions import IS_OF_ABSENT
from storage.decided.paged import Rows
from storage.decided.queue import first_found, of_open_findings
from storage.dropped.scans import ScanRow, scan_row
from storage.events import Change, Facts
from storage.states import Life


class PaperShelved(Facts):
    """`place`: the key in the vault of what somebody wrote, such as a box or a shelf; empty for nowhere."""

    action = "paper.shelved"
    french = "papier rangé"
    place: str

    def apply(self, change: Change) -> bool:
        change.row(scans, change.subject)
        change.set(scans, change.subject, paper=self.place)
        return True


class Asks(IntEnum):
    """What the gravest thing that is open of a copy asks for."""

    LOOK = 1  # it may be looked at
    DECISION = 2  # the service decides
    SCAN = 3  # the centre scans it again


_DOUBLE, _SENT_BACK = Asks.SCAN + 1, Asks.SCAN + 2
"""Which of two copies counts is decided before one is scanned again, unless the service asked for that."""

Counts = Mapping[str, Counter[Asks | None]]
"""By file, how many of its copies ask for what; None: for nothing."""
NO_COPY = Counter[Asks | None]()


class ToMend(NamedTuple):
    """A copy of which something is open, as a list shows it. `first`: see `queue.first_found`."""

    id: str
    scan: str
    position: int
    candidate: str | None
    asks: Asks
    first: int


class InPile(NamedTuple):
    """A copy that counts, as the list of a pile shows it; `pages`: how many it has."""

    id: str
    scan: str
    position: int
    candidate: str | None
    status: CopyStatus
    pages: int


def copies_in_pile(connection: Connection, exam: str, centre: str) -> list[InPile]:
    """By file, and in the order of each pile."""
    pages = func.json_array_length(copies.c.pages)
    held = (copies.c.id, copies.c.scan, copies.c.position, copies.c.candidate, copies.c.status, pages)
    query = select(*held).where(*_current(exam, centre)).order_by(copies.c.scan, copies.c.position)
    return [InPile(*row[:4], CopyStatus(row.status), row[5]) for row in connection.execute(query).all()]


def files_of(connection: Connection, exam: str, centre: str) -> Rows[ScanRow]:
    """The files of this centre's pile, the latest first; and those of another épreuve in which a copy lay."""
    elsewhere = select(copies.c.scan).where(*_current(exam, centre))
    of_pile = (scans.c.exam == exam) & (scans.c.centre == centre)
    return Rows(
        connection,
        scans,
        beside=scans,
        key=scans.c.id,
        columns={"id": scans.c.id, "deposited_at": scans.c.deposited_at, "state": scans.c.state},
        conditions=(of_pile | ((scans.c.exam != exam) & scans.c.id.in_(elsewhere)),),
        order=(scans.c.deposited_at.desc(), scans.c.n.desc(), scans.c.id.desc()),
        values=tuple(scans.c),
        make=scan_row,
        orders={"deposited_at": scans.c.deposited_at},
    )


def copies_to_mend(
    connection: Connection,
    exam: str,
    centre: str,
    order: Sequence[Code],
    scan_again: Collection[Code],
    least: Asks = Asks.LOOK,
) -> Rows[ToMend]:
    """Those of the latest file first, then as they lie in their pile."""
    asks, first = _asks(scan_again), first_found(order)
    return Rows(
        connection,
        copies,
        beside=copies.join(scans, scans.c.id == copies.c.scan),
        key=copies.c.id,
        columns={
            "scan": copies.c.scan,
            "position": copies.c.position,
            "candidate": copies.c.candidate,
            "asks": asks,
            "first": first,
        },
        conditions=(*_current(exam, centre), asks >= least),
        order=(scans.c.deposited_at.desc(), scans.c.n.desc(), scans.c.id.desc(), copies.c.position),
        values=(copies.c.id, copies.c.scan, copies.c.position, copies.c.candidate, asks, first),
        make=ToMend._make,
    )


def counts_of_files(connection: Connection, exam: str, centre: str, scan_again: Collection[Code]) -> Counts:
    asks = _asks(scan_again)
    query = select(copies.c.scan, asks, func.count()).where(*_current(exam, centre))
    found: dict[str, Counter[Asks | None]] = defaultdict(Counter)
    for scan, what, count in connection.execute(query.group_by(copies.c.scan, asks)).all():
        found[scan][Asks(what) if what else None] += count
    return found


def names_of_owners(connection: Connection, exam: str, centre: str) -> dict[str, str]:
    """Whose copies these are, by the candidate's id. Personal data."""
    theirs = select(copies.c.candidate).where(*_current(exam, centre))
    query = select(candidates.c.id, candidates.c.family_name, candidates.c.first_names)
    found = connection.execute(query.where(candidates.c.id.in_(theirs)))
    return {row.id: f"{row.family_name} {row.first_names}" for row in found}


def _asks(scan_again: Collection[Code]) -> ColumnElement[int | None]:
    """None where nothing is open but what was mended without anybody."""
    blocking = findings.c.severity == Severity.BLOCKING
    rank = case(
        (findings.c.code == Code.SCAN_AGAIN, _SENT_BACK),
        (findings.c.code == Code.DUPLICATE_COPY, _DOUBLE),
        (blocking & findings.c.code.in_(scan_again), Asks.SCAN.value),
        (blocking, Asks.DECISION.value),
        (findings.c.severity == Severity.WARNING, Asks.LOOK.value),
    )
    gravest = of_open_findings(func.max(rank))
    own = case(
        (gravest == _SENT_BACK, Asks.SCAN.value), (gravest == _DOUBLE, Asks.DECISION.value), else_=gravest
    )
    return case((IS_OF_ABSENT & own.is_distinct_from(Asks.SCAN.value), Asks.DECISION.value), else_=own)


def _current(exam: str, centre: str) -> tuple[ColumnElement[bool], ...]:
    return copies.c.exam == exam, copies.c.centre == centre, copies.c.life == Life.CURRENT
