"""Sheets that name nobody: whose may they be?

Who takes a second sheet often leaves its header empty, numbers its pages from 1 again, or not at all. Nothing
of such a sheet says whose it is but where it lies: the copy beside it may be short without showing it. And
further sheets may lie apart, at an end of the pile: then the copy that they lie beside is seldom theirs.
Two copies may have exchanged theirs: hands alone tell.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from processors.findings import Code, finding
from processors.scans.copies.identity import Evidence
from processors.scans.copies.misplaced import confirmed
from processors.scans.leaving.evidence import whole
from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.pages.writing import apart, hand_of
from processors.scans.readings import CopyReading, CopyStatus, PageKind, PageReading

_SPECKS = 2
"""Cells of a header that may seem inked though nothing is written there."""
_PERHAPS = 0.1
"""How likely a sheet that is nobody's must be a candidate's, by what its header says, to hold that copy."""

_EXCHANGED = 0.3
"""By how much closer in all two sheets must be to the hands of each other's copies, to hold these."""

_NOBODYS = (Code.UNIDENTIFIED, Code.MIXED_COPY)

Kept = Mapping[int, PageReading]
"""Pages of a copy, by number."""


@dataclass(frozen=True)
class _Sheet:
    """`copy`: which of the pile it was put into; `empty`: its header and label lack."""

    copy: int
    pages: Kept
    empty: bool

    @property
    def first(self) -> int:
        return min(self.pages)

    @property
    def says(self) -> bool:
        """Whether it goes on from another sheet by its own numbers."""
        return self.first > 1 and any(page.number == number for number, page in self.pages.items())

    @property
    def begins_anew(self) -> bool:
        """Whether it was put behind another sheet, and its numbers begin with 1 again."""
        anew = any(page.number == number - self.first + 1 for number, page in self.pages.items())
        return self.first > 1 and anew and not self.says


def beside_nameless(
    copies: Sequence[CopyReading],
    kept: Sequence[Kept],
    headers: Mapping[int, Evidence],
    sheet: int = PAGES_PER_SHEET,
) -> list[CopyReading]:
    """The copies of a pile; those wait that a nameless sheet may belong to, or that hold one of another.

    `headers`: what first pages say of their candidate; `sheet`: pages of one.
    """
    pile, made = _Pile(copies, kept, headers, sheet), list(copies)
    for k, copy in enumerate(copies):
        if copy.status is not CopyStatus.COMPLETE:
            continue
        perhaps = [
            pile.sheets[n]
            for n in range(len(pile.sheets))
            if (n in pile.loose and pile.may_have(k, n)) or n in pile.exchanged[k]
        ]
        doubted = [pile.sheets[n] for n in pile.own[k] if n in pile.loose]
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


class _Pile:
    """The sheets of a pile in the order of the scan; those are `loose` that nothing ties to their copy."""

    def __init__(
        self,
        copies: Sequence[CopyReading],
        kept: Sequence[Kept],
        headers: Mapping[int, Evidence],
        sheet: int,
    ) -> None:
        self._copies, self._kept, self._headers, self._sheet = copies, kept, headers, sheet
        split = [one for k in range(len(kept)) for one in self._split(k)]
        self.sheets = sorted(split, key=lambda one: min(page.page for page in one.pages.values()))
        self.own: dict[int, list[int]] = defaultdict(list)
        for n, one in enumerate(self.sheets):
            self.own[one.copy].append(n)
        runs = itertools.groupby(range(len(self.sheets)), self._is_nobodys)
        self._runs = [list(run) for nobodys, run in runs if nobodys]
        self._lacked = Counter(
            first
            for copy, those in zip(copies, kept, strict=True)
            for first in range(sheet + 1, max(copy.missing, default=0), sheet)
            if min(those) < first and {*range(first, first + sheet)} <= {*copy.missing}
        )
        # what counts anew fits behind any sheet: its copy may lack the one of that place
        self._lacked.update(one.first for one in self.sheets if one.empty and one.begins_anew)
        self.loose = {n for run in self._runs for n in run if self._is_loose(self.sheets[n], run)}
        self._offered = Counter(self.sheets[n].first for n in self.loose if self.sheets[n].says)
        self.exchanged = self._exchanged()
        self._after = {self._goes_on(k) for k in range(len(kept))} - {0} or {1, -1}

    def _split(self, k: int) -> list[_Sheet]:
        numbers = itertools.groupby(sorted(self._kept[k]), lambda number: (number - 1) // self._sheet)
        pages = [{number: self._kept[k][number] for number in group} for _, group in numbers]
        return [_Sheet(k, those, _is_empty(those[min(those)])) for those in pages]

    def _is_nobodys(self, n: int) -> bool:
        """Whether a sheet names nobody, or says too little of whose it is."""
        copy = self._copies[self.sheets[n].copy]
        return self.sheets[n].empty or any(found.code in _NOBODYS for found in copy.findings)

    def _is_loose(self, one: _Sheet, run: Sequence[int]) -> bool:
        if all(page.blank for page in one.pages.values()):
            return False
        copy, own = self._kept[one.copy], [self.sheets[n] for n in self.own[one.copy]]
        if self._copies[one.copy].candidate is None:
            # somebody's whole copy of several sheets, who wrote all but his name
            numbered = 1 in copy and _counts(copy, max(copy)) and all(confirmed(s.pages) for s in own)
            return not (numbered and len(own) > 1)
        others = [self.sheets[n] for n in run if self.sheets[n].copy != one.copy]
        rivals = any(other.first == one.first or not confirmed(other.pages) for other in others)
        before = {number: page for number, page in copy.items() if number < one.first}
        told = one.says and confirmed(before) and not _counts_others(before, max(copy))
        # who counts no pages begins no sheet before the last one is full
        goes_on = _counts(before, max(copy)) or (told and not before[max(before)].blank)
        return rivals or self._lacked[one.first] > 0 or not goes_on

    def _exchanged(self) -> Mapping[int, set[int]]:
        """By copy, the nameless sheets of others that it may have given its own for."""
        nameless = [n for n, one in enumerate(self.sheets) if one.empty and one.first > 1]
        found: dict[int, set[int]] = defaultdict(set)
        if len(nameless) < 2:
            return found
        hands = [
            [h for page in one.pages.values() if (h := hand_of(page)) is not None] for one in self.sheets
        ]

        def far(n: int, k: int) -> float:
            own = [hand for m in self.own[k] if not self.sheets[m].empty for hand in hands[m]]
            return min((apart(*pair) for pair in itertools.product(hands[n], own)), default=math.nan)

        for n, m in itertools.combinations(nameless, 2):
            one, other = self.sheets[n].copy, self.sheets[m].copy
            if far(n, other) + far(m, one) + _EXCHANGED < far(n, one) + far(m, other):
                found[one].add(m)
                found[other].add(n)
        return found

    def _goes_on(self, k: int) -> int:
        """1 if the second sheet of a copy was scanned after its first one, -1 if before it; 0: not told."""
        own = [self.sheets[n] for n in self.own[k] if n not in self.loose]
        one, other = (next((s for s in own if s.first == first), None) for first in (1, self._sheet + 1))
        if one is None or other is None or not (confirmed(one.pages) and other.says):
            return 0
        return 1 if self.sheets.index(one) < self.sheets.index(other) else -1

    def may_have(self, k: int, n: int) -> bool:
        """Whether a loose sheet may belong to a copy that it is not in."""
        one = self.sheets[n]
        if one.copy == k or not self._leaves_room(one, self._kept[k]):
            return False
        if not one.empty:
            return self._may_name(one, self._copies[k].candidate)
        return self._lies_beside(k, n) or self._is_surplus(one)

    def _may_name(self, one: _Sheet, candidate: str | None) -> bool:
        said = self._headers.get(one.pages[one.first].page)
        return said is not None and any(
            who.number == candidate and probability >= _PERHAPS
            for who, probability in zip(said.candidates, said.posterior(), strict=True)
        )

    def _lies_beside(self, k: int, n: int) -> bool:
        """Whether a loose sheet may belong to a copy by where it lies.

        Its further sheets lie after it; before it only if no number tells otherwise. Several of them at an
        end of the pile may be the further sheets of all its copies; so may a lone one there, and several
        anywhere, of a copy that does not count its pages.
        """
        named = [m for m in self.own[k] if not self._is_nobodys(m)]
        sides = self._after if confirmed(self._kept[k]) else {1, -1}
        near = {max(named) + 1 if side > 0 else min(named) - 1 for side in sides}
        run = next(run for run in self._runs if n in run)
        at_end, several = bool({0, len(self.sheets) - 1} & {*run}), len(self.loose & {*run}) > 1
        counts = _counts(self._kept[k], max(self._kept[k]))
        return bool(near & {*run}) or (at_end and several) or ((at_end or several) and not counts)

    def _is_surplus(self, one: _Sheet) -> bool:
        """Whether it goes on from a sheet of a copy that does not say that it lacks it."""
        return one.says and self._offered[one.first] > self._lacked[one.first]

    def _leaves_room(self, one: _Sheet, copy: Kept) -> bool:
        """Whether the numbers leave room for the sheet in a copy.

        Who counts the pages of two sheets does not leave out a third; who numbers them through does not begin
        one with 1, nor go on with another number than the next.
        """
        longer = max(copy) > self._sheet
        if longer and _counts(copy, max(copy)):
            return False
        if one.says:
            return self._is_surplus(one) and (not confirmed(copy) or max(copy) == one.first - 1)
        return not (one.first == 1 and confirmed(one.pages) and longer and confirmed(copy))


def _pages(sheets: Iterable[_Sheet]) -> list[PageReading]:
    return [page for sheet in sheets for page in sheet.pages.values()]


def _is_empty(page: PageReading) -> bool:
    """Whether it is a first page whose header is empty and bears no label."""
    written = sum(sum(row.inked) for row in page.boxes.values())
    unlabelled = page.label is None and not page.labels
    return page.kind is PageKind.FIRST and unlabelled and written <= _SPECKS


def _counts(pages: Kept, total: int) -> bool:
    """Whether at least half of the pages bear this total."""
    return 2 * sum(page.total == total for page in pages.values()) >= len(pages)


def _counts_others(pages: Kept, total: int) -> bool:
    """Whether at least half of the pages bear another total."""
    return 2 * sum(page.total not in (None, total) for page in pages.values()) >= len(pages)
