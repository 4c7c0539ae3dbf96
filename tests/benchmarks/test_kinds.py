"""Every kind of copy, drawn and read once: each comes out as it should, and no worse than it once did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import ratchet
from benchmarks.reading import FORMS, draw, judge, rates, read
from processors.findings import Code
from processors.scans.readings import CopyReading, CopyStatus, ScanReading
from specimens.batch import Batch, CopyTruth, Kind

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kinds")]

KEPT = ratchet.load()

C, I, D = CopyStatus.COMPLETE, CopyStatus.INCOMPLETE, CopyStatus.TO_DECIDE  # noqa: E741
EXPECTED: dict[Kind, tuple[CopyStatus, bool, set[Code]]] = {
    # kind: status, whether its candidate is named, what must be found. A note, a written name and a label
    # behind the page are seen on most scans alone: benchmarks.reading counts them.
    Kind.OK: (C, True, set()),
    Kind.NO_LABEL: (C, True, set()),
    Kind.NO_HEADER: (D, False, {Code.UNIDENTIFIED}),
    Kind.SCRIBBLED: (C, True, set()),
    Kind.TORN: (C, True, set()),
    Kind.ANONYMOUS: (D, False, {Code.UNIDENTIFIED}),
    Kind.NO_NUMBERS: (C, True, {Code.NO_PAGE_NUMBERS}),
    Kind.OLD_MODEL: (C, True, {Code.OLD_MODEL}),
    Kind.MISSING_SIDE: (I, True, {Code.MISSING_PAGES}),
    Kind.DUPLICATE_SIDE: (C, True, {Code.DUPLICATE_PAGES}),
    Kind.SWAPPED: (C, True, {Code.PAGES_OUT_OF_ORDER}),
    Kind.UPSIDE_DOWN: (C, True, {Code.UPSIDE_DOWN}),
    Kind.FOREIGN_PAGE: (C, True, {Code.FOREIGN_PAGE}),
    Kind.BLANK: (C, True, {Code.BLANK_COPY}),
    Kind.STRANGER: (D, False, {Code.UNKNOWN_CANDIDATE}),
    Kind.OTHER_LABEL: (D, False, {Code.LABEL_CONFLICT}),
    Kind.WRONG_EXAM: (D, False, {Code.WRONG_EXAM}),
    Kind.BLURRED: (I, True, {Code.UNREADABLE_PAGE}),
    Kind.DRAFT: (C, True, {Code.FOREIGN_PAGE}),
    Kind.LABEL_INSIDE: (D, True, {Code.NOT_ANONYMOUS}),
    Kind.OTHER_SHEET: (C, True, set()),
    Kind.ANNEX: (C, True, {Code.ANNEX}),
    Kind.UNDECLARED: (D, True, {Code.UNDECLARED_PAGE}),
}


@pytest.fixture(scope="module")
def scans() -> list[tuple[Batch, ScanReading]]:
    """What the ratchet is measured on: each level of wear, each mode, A4 and A3, both sheets."""
    forms, read_so_far = list(FORMS.values()), []
    for k in range(KEPT.batches):
        form = forms[k % len(forms)]
        batch = draw(k, KEPT.seed, form)
        read_so_far.append((replace(batch, pdf=b""), read(batch, form)))
    return read_so_far


@pytest.mark.parametrize("k", range(KEPT.batches))
def test_every_kind_of_copy_comes_out_as_it_should(scans: list[tuple[Batch, ScanReading]], k: int) -> None:
    batch, reading = scans[k]
    of_page = {page: copy for copy in reading.copies for page in copy.pages}
    amiss = []
    for truth in batch.copies:
        mine = {page for page, number in truth.file_pages if number}
        copy = next(of_page[page] for page in sorted(mine) if page in of_page)
        assert copy.candidate in (None, truth.candidate), "a wrong candidate"
        if truth.fault or truth.kind not in EXPECTED:
            continue
        if wrong := _amiss(truth, mine, copy):
            amiss.append(f"{truth.kind}: {wrong}")
        if truth.kind is Kind.MISSING_SIDE:
            assert copy.missing == truth.dropped
    assert len(amiss) * 20 <= len(EXPECTED), amiss  # the specimens' own measure: 95 %
    assert len(reading.copies) == len(batch.copies) + 1  # the other candidate's sheet


def _amiss(truth: CopyTruth, mine: set[int], copy: CopyReading) -> str:
    """What of this copy is not as it was drawn; empty if nothing."""
    status, named, codes = EXPECTED[truth.kind]
    found = {finding.code for finding in copy.findings}
    if copy.status is not status or (copy.candidate is not None) != named:
        return f"{copy.status}, {'named' if copy.candidate else 'not named'}, {sorted(found)}"
    if not codes <= found:
        return f"found {sorted(found)} without {sorted(codes - found)}"
    if not set(copy.pages) <= mine:
        return "has pages of another"
    return ""


def test_what_is_read_of_them_is_not_worse_than_it_was(scans: list[tuple[Batch, ScanReading]]) -> None:
    cases = [case for batch, reading in scans for case in judge(batch, reading.copies)]
    assert KEPT.worse(rates(cases)) == []
