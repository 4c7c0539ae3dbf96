"""Roster, attendance list and copies of one centre and épreuve, held against each other.

Absence comes from the attendance list alone: a missing copy never makes an absent candidate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from processors.findings import Code, Finding, finding


@dataclass(frozen=True)
class Reconciliation:
    """Candidates by number or id, in ascending order. Without an attendance list, `present` is None.

    `received` counts the candidates with a copy; `unattributed` the copies that have no candidate yet.
    """

    enrolled: tuple[str, ...]
    present: tuple[str, ...] | None
    absent: tuple[str, ...]
    received: tuple[str, ...]
    unattributed: int
    present_without_copy: tuple[str, ...]
    copy_of_absent: tuple[str, ...]
    copy_without_attendance: tuple[str, ...]  # received, but neither present nor absent in the list

    @property
    def settled(self) -> bool:
        """Whether each candidate present has a copy, and nobody else has one."""
        return self.present is not None and not (
            self.present_without_copy
            or self.copy_of_absent
            or self.copy_without_attendance
            or self.unattributed
        )

    @property
    def left_over(self) -> str | None:
        """Who alone was present and has no copy, where one copy alone has no candidate: a guess, no reading.

        None as long as of anybody enrolled it is not known whether they came.
        """
        marked = {*(self.present or ()), *self.absent}
        alone = len(self.present_without_copy) == self.unattributed == 1
        sure = alone and marked.issuperset(self.enrolled) and not self.copy_of_absent
        return self.present_without_copy[0] if sure else None

    def findings(self, *, overdue: bool) -> tuple[tuple[str | None, Finding], ...]:
        """Each with its candidate, None for what concerns the centre.

        Copies that lack are not told until they are `overdue`: before the scan deadline they may be coming.
        """
        found: list[tuple[str | None, Finding]] = [
            (who, finding(Code.COPY_OF_ABSENT)) for who in self.copy_of_absent
        ]
        if overdue and self.present is not None:
            found += [(who, finding(Code.PRESENT_WITHOUT_COPY)) for who in self.present_without_copy]
            copies = len(self.received) + self.unattributed
            if copies < len(self.present):
                what = str(len(self.present))
                found.append((None, finding(Code.EXPECTED_MORE_COPIES, n=copies, what=what)))
        return tuple(found)


def reconcile(
    enrolled: Collection[str],
    attendance: Mapping[str, bool] | None,
    received: Collection[str],
    unattributed: int = 0,
    kept: Collection[str] = (),
) -> Reconciliation:
    """`attendance`: candidate → present, None as long as no list has come.

    `kept`: whose copy a person lets stand although the list says absent.
    """
    marks = attendance or {}
    copies = set(received)
    present = {number for number, came in marks.items() if came}
    absent = {number for number, came in marks.items() if not came}
    known = attendance is not None
    return Reconciliation(
        enrolled=tuple(sorted(enrolled)),
        present=tuple(sorted(present)) if known else None,
        absent=tuple(sorted(absent)),
        received=tuple(sorted(copies)),
        unattributed=unattributed,
        present_without_copy=tuple(sorted(present - copies)),
        copy_of_absent=tuple(sorted(absent & copies - set(kept))),
        copy_without_attendance=tuple(sorted(copies - present - absent)) if known else (),
    )
