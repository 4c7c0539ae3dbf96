"""A page that has no place in a copy is left out only where it is surely there already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from processors.findings import Code
from processors.scans.readings import CopyStatus
from tests.processors.test_assembly import ROSTER, codes
from tests.processors.test_pile import a3_sides, drawn, marked, read


def test_an_empty_leaf_is_no_double_of_a_written_one() -> None:
    """The leaf before it has lost its own: it would take the place of the empty one."""
    own, other = (
        [replace(p, fingerprint=0.01 * drawn(10 * owner + n)) for n, p in enumerate(marked(owner, 4))]
        for owner in (0, 1)
    )
    empty = [replace(p, blank=True) for p in own[2:]]
    copies, _, truths = read([[p] for p in (*own[:2], *other[2:], *empty)])
    for copy in copies:
        foreign = {truths[p][:11] for p in copy.pages} - {copy.candidate}
        assert copy.status is not CopyStatus.COMPLETE or not foreign


def test_a_side_with_next_to_nothing_on_it_scanned_twice_is_one() -> None:
    """One half is empty, the other too faint to be told from any such page; both bear their numbers."""
    sides = a3_sides(0, 8)
    left, right = sides[3]
    again = [
        [replace(left, fingerprint=0.01 * drawn(k)), replace(right, blank=True, fingerprint=0 * drawn(k))]
        for k in (1, 2)
    ]
    copies, _, _ = read([*sides[:3], *again])
    assert [copy.status for copy in copies] == [CopyStatus.COMPLETE]
    assert codes(copies[0]) == {Code.DUPLICATE_PAGES}


@pytest.mark.parametrize("blank", [True, False])
def test_a_side_with_next_to_nothing_on_it_is_no_double_of_anothers(blank: bool) -> None:
    """Versos come first, and the recto between the two was lost: the copy must not keep the other's side."""
    longer = a3_sides(2, 8)
    (recto, verso), (_, other) = (a3_sides(owner, 4) for owner in (0, 1))
    theirs, its_own = (
        [
            replace(left, blank=none, fingerprint=0.01 * drawn(k), imprint=None if none else left.imprint),
            replace(right, blank=True, fingerprint=0.01 * drawn(k + 1), imprint=None),
        ]
        for k, none, (left, right) in ((1, False, other), (3, blank, verso))
    )
    copies, _, _ = read([*longer[1::-1], *longer[:1:-1], theirs, its_own, recto])
    assert [copy.candidate for copy in copies if copy.status is CopyStatus.COMPLETE] == [ROSTER[2].number]


@pytest.mark.parametrize("leaf", [0, 2])
def test_a_leaf_scanned_again_whose_ink_lies_elsewhere_is_one_by_its_imprint(leaf: int) -> None:
    pages = marked(0, 4)
    again = [replace(p, fingerprint=drawn(100 + n)) for n, p in enumerate(pages)]
    copies, _, _ = read([[p] for p in (*pages[: leaf + 2], *again[leaf : leaf + 2], *pages[leaf + 2 :])])
    assert [(copy.status, len(copy.pages)) for copy in copies] == [(CopyStatus.COMPLETE, 4)]
    assert codes(copies[0]) == {Code.DUPLICATE_PAGES}
