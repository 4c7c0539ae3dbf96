"""Sheets that name nobody: whose may they be?

Who takes a second sheet often leaves its header empty, numbers its pages from 1 again, or not at all. Nothing
of such a sheet says whose it is but where it lies: the copy beside it may be short without showing it. And
further sheets may lie apart, at an end of the pile: then the copy that they lie beside is seldom theirs.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from processors.findings import Code, finding
from processors.scans.copies.misplaced import confirmed
from processors.scans.leaving.evidence import whole
from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.readings import CopyReading, CopyStatus, PageKind, PageReading

_SPECKS = 2
"""Cells of a header that may seem inked though nothing is written there."""
_PERHAPS = 0.1
"""How likely a sheet that is nobody's must be a candidate's, by what its header says, to hold that copy."""

Kept = Mapping[int, PageReading]
"""Pages of a copy, by number."""


@dataclass(frozen=True)
class _Sheet:
    """`copy`: which of the pile it was put into; `nameless`: its header and label lack."""

    copy: int
    pages: Kept
    nameless: bool

    @property
    def first(self) -> int:
        return min(self.pages)

    @property
    def says(self) -> bool:
        """Whether it goes on from another sheet by its own numbers."""
        return self.first > 1 and any(page.number == number for number, page in self.pages.items())


class _Pile:
    """The sheets of a pile in the order of the scan; those that nothing ties to their copy are `loose`."""

    def __init__(
        self, copies: Sequence[CopyReading], kept: Sequence[Kept], falling: bool, sheet: int
    ) -> None:
        self.kept, self.sheet, self._falling = kept, sheet, falling
        self.sheets = [one for k in range(len(kept)) for one in self._of_copy(k)]
        runs = itertools.groupby(range(len(self.sheets)), lambda n: self.sheets[n].nameless)
        self._runs = [list(run) for nameless, run in runs if nameless]
        self._lacked = Counter(
            first
            for copy in copies
            for first in range(1, max(copy.missing, default=0), sheet)
            if {*range(first, first + sheet)} <= {*copy.missing}
        )
        self.loose = {n for run in self._runs for n in run if self._is_loose(n, run)}
        self._offered = Counter(self.sheets[n].first for n in self.loose if self.sheets[n].says)

    def _of_copy(self, k: int) -> list[_Sheet]:
        numbers = itertools.groupby(sorted(self.kept[k]), lambda number: (number - 1) // self.sheet)
        pages = [{number: self.kept[k][number] for number in group} for _, group in numbers]
        sheets = [_Sheet(k, those, _names_nobody(those)) for those in pages]
        return sheets[::-1] if self._falling else sheets

    def own(self, k: int) -> list[int]:
        return [n for n, sheet in enumerate(self.sheets) if sheet.copy == k]

    def _is_loose(self, n: int, run: Sequence[int]) -> bool:
        one = self.sheets[n]
        if all(page.blank for page in one.pages.values()):
            return False
        copy, own = self.kept[one.copy], [self.sheets[m] for m in self.own(one.copy)]
        if all(sheet.nameless for sheet in own):
            # somebody's whole copy of several sheets, who wrote all but his name
            return not (len(own) > 1 and counted(copy) and all(confirmed(sheet.pages) for sheet in own))
        others = (self.sheets[m] for m in run if self.sheets[m].copy != one.copy)
        rivals = any(other.first == one.first or not confirmed(other.pages) for other in others)
        before = {number: page for number, page in copy.items() if number < one.first}
        told = one.says and any(page.number == number for number, page in before.items())
        goes_on = told or _counts(before, max(copy))
        return not goes_on or rivals or self._lacked[one.first] > 0

    def beside(self, k: int) -> Iterator[int]:
        """The loose sheets that may belong to a copy by where they lie.

        Its further sheets lie after it; before it only if no number tells otherwise. Several of them at an
        end of the pile may be the further sheets of all its copies; so may a lone one there, and several
        anywhere, of a copy that does not count its pages.
        """
        named = [n for n in self.own(k) if not self.sheets[n].nameless]
        after, before = (named[0] - 1, named[-1] + 1) if self._falling else (named[-1] + 1, named[0] - 1)
        near = {after} if confirmed(self.kept[k]) else {after, before}
        sure = counted(self.kept[k])
        for run in self._runs:
            loose = [n for n in run if n in self.loose]
            at_end = bool({0, len(self.sheets) - 1} & {*run})
            if near & {*run} or (len(loose) > 1 and (at_end or not sure)) or (at_end and not sure):
                yield from loose

    def may_continue(self, one: _Sheet, k: int) -> bool:
        """Whether the numbers leave room for the sheet in a copy.

        Who counts the pages of two sheets does not leave out a third; who numbers them through does not begin
        one with 1. A sheet that goes on with 5 is that of a copy that lacks it, or does not count its pages.
        """
        copy = self.kept[k]
        longer = max(copy) > self.sheet
        if longer and counted(copy):
            return False
        if one.first == 1:
            return not (confirmed(one.pages) and longer and confirmed(copy))
        if not one.says:
            return True
        goes_on = not confirmed(copy) or max(copy) == one.first - 1
        return goes_on and not counted(copy) and self._offered[one.first] > self._lacked[one.first]


def beside_nameless(
    copies: Sequence[CopyReading], kept: Sequence[Kept], falling: bool, sheet: int = PAGES_PER_SHEET
) -> list[CopyReading]:
    """The copies of a pile, in its order; those that a nameless sheet may belong to wait.

    So do those that hold one which may be another's. `falling`: whether a copy's last sheet comes first;
    `sheet`: pages of one.
    """
    pile, made = _Pile(copies, kept, falling, sheet), list(copies)
    for k, copy in enumerate(copies):
        own = pile.own(k)
        if copy.status is not CopyStatus.COMPLETE or all(pile.sheets[n].nameless for n in own):
            continue
        others = {n for n in pile.beside(k) if pile.sheets[n].copy != k}
        others |= {n for n, one in enumerate(pile.sheets) if _perhaps(copy, copies[one.copy])}
        further = [pile.sheets[n] for n in sorted(others)]
        perhaps = [one for one in further if pile.may_continue(one, k)]
        doubted = [pile.sheets[n] for n in own if n in pile.loose]
        told = [
            finding(code, [page.page for page in pages], evidence=whole(pages))
            for code, pages in (
                (Code.NAMELESS_SHEET, _pages(perhaps)),
                (Code.UNSURE_ORDER, _pages(doubted)),
            )
            if pages
        ]
        if told:
            made[k] = replace(copy, findings=(*copy.findings, *told), status=CopyStatus.TO_DECIDE)
    return made


def _perhaps(copy: CopyReading, other: CopyReading) -> bool:
    """Whether another copy, of which nobody knows whose it is, may be of the same candidate."""
    unknown = any(found.code is Code.UNIDENTIFIED for found in other.findings)
    return unknown and any(
        guess.candidate == copy.candidate and guess.probability >= _PERHAPS for guess in other.guesses
    )


def _pages(sheets: Iterable[_Sheet]) -> list[PageReading]:
    return [page for sheet in sheets for page in sheet.pages.values()]


def _names_nobody(pages: Kept) -> bool:
    """Whether there is a first page whose header is empty and bears no label."""
    first = pages[min(pages)]
    written = sum(sum(row.inked) for row in first.boxes.values())
    unlabelled = first.label is None and not first.labels
    return first.kind is PageKind.FIRST and unlabelled and written <= _SPECKS


def counted(copy: Kept) -> bool:
    """Whether at least half of a copy's pages bear the total of its pages."""
    return _counts(copy, max(copy))


def _counts(pages: Kept, total: int) -> bool:
    return 2 * sum(page.total == total for page in pages.values()) >= len(pages)
