"""Copies of a scan: complete, in order, one candidate each; and what the centre is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from processors.findings import Code
from processors.lists.people import Candidate
from processors.scans.copies.assembly import assemble
from processors.scans.copies.strays import doubles
from processors.scans.pages.twice import imprint
from processors.scans.readings import (
    CopyReading,
    CopyStatus,
    FieldReading,
    Half,
    PageKind,
    PageReading,
    Sign,
    Turn,
)

PATTERN = r"(?P<exam>[A-Z]{1,2}\d{1,2}[A-Z]?)-(?P<candidate>\d{11})"
ROSTER = tuple(
    Candidate(
        number=number,
        registration=f"{k:03d}",
        family_name="MARTIN",
        first_names="ALIX",
        birth_date=date(2004, k, 12),
        school="0139660E",
        centre="0130051K",
        option="SLAM",
        category="scolaire",
        exams=("U4",),
    )
    for k, number in enumerate(("02214987144", "02462695382", "02215384114"), start=1)
)


def boxes(text: str) -> FieldReading:
    rows = np.full((len(text), 10), 0.002, np.float32)
    for k, symbol in enumerate(text):
        rows[k, int(symbol) if symbol != " " else 0] = 0.982
    return FieldReading(text, 0.98, rows, tuple(s != " " for s in text))


def page(number: int, total: int, owner: int | None = None, **other: object) -> PageReading:
    """Page `number` of `total`; the first of a sheet bears the label and number of a roster's candidate."""
    first = number % 4 == 1
    named = first and owner is not None
    candidate = ROSTER[owner or 0].number
    reading = PageReading(
        page=0,
        image=0,
        half=None,
        turn=Turn.NONE,
        kind=PageKind.FIRST if first else PageKind.INSIDE,
        model="ccyc" if first else None,
        label=f"U4-{candidate}" if named else None,
        boxes={"candidate_number": boxes(candidate)} if named else {},
        number=number,
        total=total,
        blank=False,
        sharpness=1.0,
        resolution_dpi=200,
        number_reading=boxes(f"{number:2d}"),
        total_reading=boxes(f"{total:2d}"),
    )
    return replace(reading, **other)  # type: ignore[arg-type]


CONVOCATION = replace(page(2, 4), kind=PageKind.FOREIGN, number=None, total=None)
CONVOCATION = replace(CONVOCATION, number_reading=None, total_reading=None)


def read(*pages: PageReading) -> tuple[CopyReading, ...]:
    numbered = [replace(p, page=k, image=k) for k, p in enumerate(pages, start=1)]
    copies, _ = assemble(numbered, ROSTER, "0130051K", "U4", PATTERN, "ccyc")
    return copies


def sheet(owner: int, total: int = 4, start: int = 1) -> list[PageReading]:
    return [page(n, total, owner) for n in range(start, start + 4)]


def codes(copy: CopyReading) -> set[Code]:
    return {f.code for f in copy.findings}


def test_a_pile_of_sound_copies() -> None:
    copies = read(*sheet(0), *sheet(1, 8), *sheet(1, 8, 5), *sheet(2))
    assert [c.candidate for c in copies] == [c.number for c in ROSTER]
    assert all(c.status is CopyStatus.COMPLETE and not c.findings for c in copies)
    assert [c.pages for c in copies] == [(1, 2, 3, 4), tuple(range(5, 13)), (13, 14, 15, 16)]


def test_a_lost_leaf_names_its_pages_and_says_what_to_do() -> None:
    pages = [*sheet(0, 8), *sheet(0, 8, 5)]
    (copy, _) = read(*pages[:2], *pages[4:], *sheet(1))
    assert copy.status is CopyStatus.INCOMPLETE
    assert copy.missing == (3, 4)
    (missing,) = (f for f in copy.findings if f.code is Code.MISSING_PAGES)
    assert "les pages 3 et 4" in missing.message
    assert "numérisez de nouveau" in missing.message


def test_a_leaf_scanned_twice_is_set_aside_and_said() -> None:
    one = drawn(sheet(0), 1)
    (copy,) = read(*one[:2], *one)
    assert copy.status is CopyStatus.COMPLETE
    assert copy.pages == (1, 2, 5, 6)
    assert codes(copy) == {Code.DUPLICATE_PAGES}


def test_a_page_in_colour_and_again_in_one_bit_is_a_double() -> None:
    """Their ink maps may be too far apart to tell; what is written on them is the same."""
    written = np.zeros((297, 210), np.float32)
    for k, length in enumerate(np.random.default_rng(3).integers(30, 150, 24)):
        written[12 + 11 * k : 15 + 11 * k, 20 : 20 + int(length) : 1 + k % 3] = 1
    kept = replace(sheet(0)[1], imprint=imprint(written))
    other = replace(kept, page=9, imprint=imprint(np.roll(written, 40, axis=0)))
    assert doubles({5: replace(kept, page=5), 9: other}, {5: kept, 9: kept}) == {5}


def test_exchanged_pages_are_put_in_order() -> None:
    one, two, three, four = sheet(0)
    (copy,) = read(one, two, four, three)
    assert copy.status is CopyStatus.COMPLETE
    assert copy.pages == (1, 2, 4, 3)
    assert codes(copy) == {Code.PAGES_OUT_OF_ORDER}


def test_a_convocation_is_never_in_the_copy() -> None:
    copies = read(*sheet(0), CONVOCATION, *sheet(1))
    assert [c.pages for c in copies] == [(1, 2, 3, 4), (6, 7, 8, 9)]
    assert codes(copies[0]) == {Code.FOREIGN_PAGE}
    assert copies[0].findings[0].pages == (5,)
    assert copies[0].status is CopyStatus.COMPLETE


def test_a_blurred_page_sends_the_copy_back_to_the_scanner() -> None:
    pages = sheet(0)
    pages[2] = replace(pages[2], trouble="page floue")
    (copy,) = read(*pages)
    assert copy.status is CopyStatus.INCOMPLETE
    assert codes(copy) == {Code.UNREADABLE_PAGE}


def test_an_old_model_goes_on_and_is_said() -> None:
    pages = sheet(0)
    pages[0] = replace(pages[0], model="cmen")
    (copy,) = read(*pages)
    assert (copy.status, codes(copy)) == (CopyStatus.COMPLETE, {Code.OLD_MODEL})


def test_a_model_that_the_session_refuses_waits_for_a_person() -> None:
    pages = [replace(p, page=k, image=k) for k, p in enumerate(sheet(0), start=1)]
    pages[0] = replace(pages[0], model="cmen")
    (copy,), _ = assemble(pages, ROSTER, "0130051K", "U4", PATTERN, "ccyc", refused={"cmen"})
    assert (copy.status, codes(copy)) == (CopyStatus.TO_DECIDE, {Code.REFUSED_MODEL})
    assert copy.candidate is not None  # whose it is, is known


def test_two_copies_of_one_candidate_wait_for_a_person() -> None:
    copies = read(*sheet(0), *sheet(1), *sheet(0))
    assert [c.status for c in copies] == [
        CopyStatus.TO_DECIDE,
        CopyStatus.COMPLETE,
        CopyStatus.TO_DECIDE,
    ]
    assert Code.DUPLICATE_COPY in codes(copies[0]) & codes(copies[2])


def test_another_candidates_sheet_in_a_copy_is_named() -> None:
    """A sheet numbered 5 to 8 of 8, but of another candidate, after a first sheet of 8."""
    (copy,) = read(*sheet(0, 8), *sheet(1, 8, 5))
    assert (copy.candidate, copy.status) == (None, CopyStatus.TO_DECIDE)
    (mixed,) = copy.findings
    assert (mixed.code, mixed.pages) == (Code.MIXED_COPY, (5,))
    assert [shown.page for shown in mixed.evidence] == [5]


def test_a_sheet_that_strayed_into_the_pile_comes_back_to_its_copy() -> None:
    copies = read(*sheet(0, 8), *sheet(1), *sheet(0, 8, 5), *sheet(2))
    assert [c.candidate for c in copies] == [c.number for c in ROSTER]
    assert all(c.status is CopyStatus.COMPLETE for c in copies)
    assert copies[0].pages == (1, 2, 3, 4, 9, 10, 11, 12)
    (moved,) = copies[0].findings
    assert (moved.code, moved.pages) == (Code.PAGES_OUT_OF_ORDER, (9, 10, 11, 12))


def drawn(pages: list[PageReading], seed: int) -> list[PageReading]:
    """The same pages, each with ink of its own."""
    random = np.random.default_rng(seed)
    return [replace(p, fingerprint=random.random((120, 80), np.float32)) for p in pages]


def test_a_copy_scanned_twice_is_one_copy() -> None:
    ada = drawn(sheet(0, 8) + sheet(0, 8, 5), 1)
    for again in (ada, ada[:4], [*ada[:2], *ada[4:]]):
        copies = read(*ada, *drawn(sheet(1), 2), *again)
        assert [c.status for c in copies] == [CopyStatus.COMPLETE] * 2
        assert codes(copies[0]) == {Code.DUPLICATE_PAGES}
        assert copies[0].pages == tuple(range(1, 9))


def test_a_second_scan_gives_what_the_first_lost() -> None:
    ada = drawn(sheet(0, 8) + sheet(0, 8, 5), 1)
    copies = read(*ada[:2], *ada[4:], *drawn(sheet(1), 2), *ada)
    assert [(c.status, c.missing) for c in copies] == [(CopyStatus.COMPLETE, ())] * 2


def test_two_copies_that_differ_are_never_made_one() -> None:
    copies = read(*drawn(sheet(0), 1), *drawn(sheet(1), 2), *drawn(sheet(0), 3))
    assert Code.DUPLICATE_COPY in codes(copies[0]) & codes(copies[2])


def test_each_page_tells_by_what_it_is_known() -> None:
    blank = replace(page(3, 4), number=None, number_reading=None)
    one, two, _, four = sheet(0)
    (copy,) = read(one, two, blank, four)
    assert copy.seen == ((Sign.NUMBER, Sign.FRAME), (Sign.NUMBER,), (), (Sign.NUMBER,))


def test_an_anonymous_copy_keeps_its_sheets_together() -> None:
    pages = [page(n, 8) for n in range(1, 9)]
    copies = read(*sheet(0), *pages, *sheet(1))
    assert [len(c.pages) for c in copies] == [4, 8, 4]
    assert copies[1].candidate is None
    assert copies[1].status is CopyStatus.TO_DECIDE


def a3(image: int, first: bool, turned: bool = False) -> list[PageReading]:
    turn = Turn.OVER if turned else Turn.NONE
    sides = [(4, 1), (2, 3)][not first]
    if turned:
        sides = sides[::-1]
    return [
        replace(page(n, 4, 0), image=image, half=half, turn=turn)
        for n, half in zip(sides, (Half.LEFT, Half.RIGHT), strict=True)
    ]


def test_an_a3_side_lost_in_the_scanner_is_missed() -> None:
    pages = [replace(p, page=k) for k, p in enumerate(a3(1, True), start=1)]
    (copy,), _ = assemble(pages, ROSTER, "0130051K", "U4", PATTERN, "ccyc")
    assert copy.missing == (2, 3)


def test_a3_sheets_fed_verso_first_or_twice_are_put_right() -> None:
    recto, verso = drawn(a3(1, True), 1), drawn(a3(2, False), 2)
    for sides in ([verso, recto], [recto, verso, verso], [verso, verso, recto]):
        fed = [replace(p, image=image) for image, side in enumerate(sides, start=1) for p in side]
        pages = [replace(p, page=k) for k, p in enumerate(fed, start=1)]
        (copy,), findings = assemble(pages, ROSTER, "0130051K", "U4", PATTERN, "ccyc")
        assert copy.missing == ()
        assert len(copy.pages) == 4
        assert (Code.DUPLICATE_PAGES in codes(copy)) == (len(sides) == 3)
        said = codes(copy) | {found.code for found in findings}
        assert bool(said & {Code.PAGES_OUT_OF_ORDER, Code.PILE_REORDERED}) == (sides[0] is verso)
