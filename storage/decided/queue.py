"""The queue as a list shows it: every copy that waits for a person, searched and sorted by the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, ScalarSelect, case, func, select

from processors.findings import Code
from processors.scans.readings import CopyStatus
from storage.database.schema import copies, findings, scans
from storage.decided.decisions import IS_OF_ABSENT, WAITS, urgency
from storage.decided.paged import Rows


class Waiting(NamedTuple):
    """A copy that waits, as a list shows it; `absent`: whether that is for its candidate being said so.

    `first`: of what is open of it, the place of the first in the order that was asked for.
    """

    id: str
    exam: str
    centre: str
    position: int
    scan: str
    in_lot: bool
    absent: bool
    first: int | None


def waiting_to_decide(connection: Connection, exams: Sequence[str], order: Sequence[Code]) -> Rows[Waiting]:
    """The most urgent first: see `decisions.urgency`. `order`: of what may be found of a copy."""
    in_lot, first = copies.c.lot.is_not(None), first_found(order)
    return Rows(
        connection,
        copies,
        beside=copies.join(scans, scans.c.id == copies.c.scan),
        key=copies.c.id,
        columns={
            "exam": copies.c.exam,
            "centre": copies.c.centre,
            "position": copies.c.position,
            "first": first,
            "scan": copies.c.scan,
            "in_lot": in_lot,
        },
        conditions=WAITS,
        order=urgency(exams),
        values=(
            *(copies.c.id, copies.c.exam, copies.c.centre, copies.c.position, copies.c.scan, in_lot),
            *(copies.c.status == CopyStatus.COMPLETE, first),
        ),
        make=Waiting._make,
        orders={"scan": scans.c.deposited_at},
    )


def first_found(order: Sequence[Code]) -> ColumnElement[int | None]:
    """Of what is open of a copy, its candidate's absence with it, the place of the first in this order."""
    places = {code.value: place for place, code in enumerate(order)}
    own, absent = of_open_findings(func.min(case(places, value=findings.c.code))), places[Code.COPY_OF_ABSENT]
    return case((IS_OF_ABSENT & own.is_(None), absent), (IS_OF_ABSENT & (own > absent), absent), else_=own)


def of_open_findings(value: ColumnElement[int]) -> ScalarSelect[int | None]:
    """This, over all that is open of a copy itself."""
    of_copy = (findings.c.copy == copies.c.id, findings.c.resolved_by.is_(None))
    return select(value).where(*of_copy).correlate(copies).scalar_subquery()
