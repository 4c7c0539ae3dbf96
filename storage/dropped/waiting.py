"""The line of scans that wait to be read."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from storage.database.schema import scans
from storage.dropped.scans import UNFINISHED, ScanRow


@dataclass(frozen=True)
class Line:
    """The files that wait or are read, by their time of deposit, and how many were read in ten minutes."""

    deposits: tuple[datetime, ...]
    read: int

    def ahead_of(self, scan: ScanRow) -> int:
        """How many files come before it."""
        return bisect_left(self.deposits, scan.deposited_at)

    def minutes_for(self, scan: ScanRow) -> int | None:
        """About how long it takes until it is read, at the pace of the last minutes; None without one."""
        return -(-10 * (self.ahead_of(scan) + 1) // self.read) if self.read else None


def line_of_scans(connection: Connection, at: datetime) -> Line:
    """How it stands now, over all centres."""
    unread = scans.c.state.in_(UNFINISHED)
    waiting = select(scans.c.deposited_at).where(unread).order_by(scans.c.deposited_at)
    lately = scans.c.claimed_at >= at - timedelta(minutes=10)
    done = select(func.count()).where(lately, ~unread)
    return Line(tuple(connection.scalars(waiting)), connection.scalar(done) or 0)


def waiting_since(connection: Connection) -> datetime | None:
    """When the oldest scan was deposited that is not done; None when all are."""
    oldest: datetime | None = connection.scalar(
        select(func.min(scans.c.deposited_at)).where(scans.c.state.in_(UNFINISHED))
    )
    return oldest
