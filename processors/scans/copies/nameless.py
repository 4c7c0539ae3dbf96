"""Sheets that name nobody: whose may they be?

Who takes a second sheet often leaves its header empty, numbers its pages from 1 again, or not at all. Nothing
of such a sheet says whose it is but where it lies: the copy beside it may be short without showing it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from processors.findings import Code, finding
from processors.scans.copies.misplaced import confirmed
from processors.scans.leaving.evidence import whole
from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.readings import CopyReading, CopyStatus, PageKind, PageReading

_SPECKS = 2
"""Cells of a header that may seem inked though nothing is written there."""

Kept = Mapping[int, PageReading]
"""The pages of a copy, by number."""


def beside_nameless(
    copies: Sequence[CopyReading], kept: Sequence[Kept], falling: bool, sheet: int = PAGES_PER_SHEET
) -> list[CopyReading]:
    """The copies of a pile, in its order; those that a nameless sheet beside them may belong to wait.

    Several of them at an end of the pile may be the further sheets of all its copies, which were laid apart.
    `falling`: whether a copy's last sheet comes first; `sheet`: pages of one.
    """
    nameless = [bool(those) and _is_nameless(those) for those in kept]
    made = _with_anothers(copies, kept, sheet)
    apart = [n for run in _at_the_ends(nameless) if len(run) > 1 for n in run]
    for k, those in enumerate(kept):
        if nameless[k]:
            continue
        # where a further sheet of this copy lies; before its first one only if nothing tells otherwise
        after, before = _run(nameless, k, -1 if falling else 1), _run(nameless, k, 1 if falling else -1)
        near = sorted({*after, *([] if confirmed(those) else before), *apart})
        sheets = [page for n in near if _may_continue(kept[n], those, sheet) for page in kept[n].values()]
        if sheets and made[k].status is CopyStatus.COMPLETE:
            pages = [page.page for page in sheets]
            told = finding(Code.NAMELESS_SHEET, pages, evidence=whole(sheets))
            made[k] = replace(made[k], findings=(*made[k].findings, told), status=CopyStatus.TO_DECIDE)
    return made


def _with_anothers(copies: Sequence[CopyReading], kept: Sequence[Kept], sheet: int) -> list[CopyReading]:
    """The copies; those wait that have a nameless sheet which another copy of the pile may lack."""
    made = list(copies)
    lacking = [set(copy.missing) for copy in copies]
    for k, those in enumerate(kept):
        further = [n for n in sorted(those)[1:] if n % sheet == 1 and _names_nobody(those[n])]
        doubted = [
            those[n]
            for first in further
            if any({*range(first, first + sheet)} <= other for other in lacking)
            for n in range(first, first + sheet)
            if n in those
        ]
        if doubted and made[k].status is CopyStatus.COMPLETE:
            pages = [page.page for page in doubted]
            told = finding(Code.UNSURE_ORDER, pages, evidence=whole(doubted))
            made[k] = replace(made[k], findings=(*made[k].findings, told), status=CopyStatus.TO_DECIDE)
    return made


def _names_nobody(page: PageReading) -> bool:
    return page.kind is PageKind.FIRST and _is_empty(page)


def _at_the_ends(nameless: Sequence[bool]) -> list[list[int]]:
    """The nameless copies that open the pile, and those that end it."""
    count = len(nameless)
    opening = list(itertools.takewhile(nameless.__getitem__, range(count)))
    ending = list(itertools.takewhile(nameless.__getitem__, range(count - 1, -1, -1)))
    return [opening, ending]


def _is_nameless(kept: Kept) -> bool:
    """Whether there are first pages of sheets, all of them empty and without a label, and answers."""
    firsts = [page for page in kept.values() if page.kind is PageKind.FIRST]
    return bool(firsts) and all(map(_is_empty, firsts)) and not all(page.blank for page in kept.values())


def _is_empty(first: PageReading) -> bool:
    written = sum(sum(row.inked) for row in first.boxes.values())
    return first.label is None and not first.labels and written <= _SPECKS


def _run(nameless: Sequence[bool], k: int, step: int) -> Iterator[int]:
    """The nameless copies that follow the k-th without another between, in this direction."""
    at = k + step
    while 0 <= at < len(nameless) and nameless[at]:
        yield at
        at += step


def _may_continue(further: Kept, copy: Kept, sheet: int) -> bool:
    """Whether the numbers leave room for it.

    Who counts the pages of two sheets does not leave out a third; who numbers them through does not begin one
    with 1.
    """
    longer = [those for those in (further, copy) if max(those) > sheet]
    counted = sum(page.total == max(copy) for page in copy.values())
    if copy in longer and 2 * counted >= len(copy):
        return False
    return not (confirmed(further) and any(map(confirmed, longer)))
