"""What does a page say of its place in a copy?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from processors.scans.copies.identity import Evidence, same_owner
from processors.scans.copies.reunion import likeness
from processors.scans.copies.sequence import Costs, PageEvidence, lengths_of, number_costs
from processors.scans.orders import MAX_PAGES
from processors.scans.readings import (
    FieldReading,
    PageKind,
    PageReading,
)

_WRONG_SIDE = 12.0  # cost of a page whose place in the sheet contradicts what was seen of it
_OTHERWISE, _OTHER_TOTALS = 0.03, 0.1  # of the pages that are numbered so, for each other way of counting


def evidence_of(
    ordered: Sequence[PageReading], slots: dict[int, int], sheets: dict[int, Evidence], of_sheet: int
) -> list[PageEvidence]:
    """What these pages say of their places, in this order; `of_sheet`: how many pages a sheet has."""
    evidence: list[PageEvidence] = []
    sheet_before: Evidence | None = None
    for i, page in enumerate(ordered):
        owner = 0.0
        if page.page in sheets:
            if sheet_before is not None:
                owner = same_owner(sheet_before, sheets[page.page])
            sheet_before = sheets[page.page]
        slot = slots.get(page.page)
        native, foreign = _belongs(page, slot)
        evidence.append(
            PageEvidence(
                number=_counted(_numbers(page.number_reading), of_sheet) + _side_costs(page, slot, of_sheet),
                total=_totals(page.total_reading, of_sheet),
                foreign=foreign,
                native=native,
                same_owner=owner,
                like_previous=likeness(page, ordered[i - 1]) if i >= 1 else 0.0,
                like_second_previous=likeness(page, ordered[i - 2]) if i >= 2 else 0.0,
            )
        )
    return evidence


def _belongs(page: PageReading, slot: int | None) -> tuple[float, float]:
    """Costs of the page being one of a copy, and of it being a foreign one."""
    if page.headed and slot is None:
        return 6.0, 0.5
    if page.kind in (PageKind.FIRST, PageKind.INSIDE):
        return 0.0, 30.0
    if slot is not None:
        return 0.0, 10.0
    if page.kind is PageKind.UNREADABLE:
        return 1.0, 3.0
    return 6.0, 0.5


def _side_costs(page: PageReading, slot: int | None, of_sheet: int) -> Costs:
    """Costs by page number of what the page looks like: a first page opens a sheet, and only it does."""
    place = (np.arange(MAX_PAGES) % of_sheet) + 1
    if slot is not None:
        return np.where(place == slot, 0.0, _WRONG_SIDE)
    if page.kind is PageKind.FIRST:
        return np.where(place == 1, 0.0, _WRONG_SIDE)
    if page.kind is PageKind.INSIDE:
        return np.where(place == 1, _WRONG_SIDE, 0.0)
    return np.zeros(MAX_PAGES)


def _numbers(reading: FieldReading | None) -> Costs:
    if reading is None or len(reading.inked) != 2:
        return np.zeros(MAX_PAGES)
    tens, units = (
        p.astype(np.float64) if ink else None
        for p, ink in zip(reading.probabilities, reading.inked, strict=True)
    )
    return number_costs(units, tens)


def _counted(costs: Costs, of_sheet: int) -> Costs:
    """The same for those who count sheets, or leaves, or the pages of each sheet (see `misplaced`)."""
    before, said = np.arange(MAX_PAGES), np.exp(-costs)
    otherwise = sum(said[counted] for counted in (before // of_sheet, before // 2, before % of_sheet))
    return np.asarray(-np.log((said + _OTHERWISE * otherwise) / (1 + 3 * _OTHERWISE)))


def _totals(reading: FieldReading | None, of_sheet: int) -> Costs:
    """Costs by length of the total: it may be another (see `_counted`), and count unused pages or annexes."""
    said, unused = np.exp(-_numbers(reading)), of_sheet - 1
    chances = [
        said[length - 1]
        + _OTHER_TOTALS * said[length - 1 - unused : length + unused].sum()
        + _OTHER_TOTALS * said[(length - unused) // 2 : length // 2].sum()
        + _OTHER_TOTALS * said[[length // of_sheet - 1, *range(of_sheet)]].sum()
        for length in lengths_of(of_sheet).tolist()
    ]
    return np.asarray(np.log(max(chances)) - np.log(chances), np.float64)
