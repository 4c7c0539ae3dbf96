"""The one door through which events change the register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import singledispatch
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Table, func, insert, select, update

from processors.findings import Finding
from storage.events import Event
from storage.facts import Facts
from storage.refusals import Refusal, Refused
from storage.schema import findings


class Readable(Protocol):
    def get(self, key: str) -> bytes: ...


@dataclass(frozen=True)
class Change:
    """What a change may look at."""

    connection: Connection
    vault: Readable
    event: Event

    @property
    def subject(self) -> str:
        return self.event.subject

    def row(self, table: Table, id_: str) -> Row[Any]:
        """The row of this id. Raises Refused when there is none."""
        row = self.connection.execute(select(table).where(table.c.id == id_)).one_or_none()
        if row is None:
            raise Refused(Refusal.UNKNOWN, id_)
        return row

    def state_findings(self, stated: Iterable[Finding], **about: str | None) -> None:
        """Notes findings; `about`: exam, centre, scan, copy, candidate."""
        seq = self.event.seq
        count = select(func.count()).select_from(findings).where(findings.c.seq == seq)
        first = self.connection.execute(count).scalar_one()
        rows = [{"seq": seq, "k": first + k, **asdict(found), **about} for k, found in enumerate(stated)]
        if rows:
            self.connection.execute(insert(findings), rows)

    def resolve_findings(self, *conditions: Any) -> None:
        """Marks as settled, by this event, what is still open and answers the conditions."""
        self.connection.execute(
            update(findings)
            .where(findings.c.resolved_by.is_(None), *conditions)
            .values(resolved_by=self.event.seq)
        )


@singledispatch
def apply(facts: Facts, change: Change) -> bool:
    """Changes the register as the event says. False when there was nothing to change. Raises Refused."""
    raise NotImplementedError(facts.action)
