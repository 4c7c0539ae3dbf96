"""Whose copy: two independent readings must agree, or a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from processors.findings import Code
from processors.lists.people import Candidate
from processors.scans.copies.identity import attribute, same_owner, sheet_evidence
from processors.scans.readings import FieldReading, PageKind, PageReading, Turn

PATTERN = r"(?P<exam>[A-Z]{1,2}\d{1,2}[A-Z]?)-(?P<candidate>\d{11})"


def candidate(number: str, registration: str, born: date, centre: str = "0130051K") -> Candidate:
    return Candidate(
        number=number,
        registration=registration,
        family_name="MARTIN",
        first_names="ALIX",
        birth_date=born,
        school="0139660E",
        centre=centre,
        option="SLAM",
        category="scolaire",
        exams=("U4",),
    )


ADA = candidate("02214987144", "001", date(2004, 3, 12))
BEN = candidate("02462695382", "002", date(2005, 1, 6))
CAM = candidate("02215384114", "003", date(2005, 9, 15))
FAR = candidate("02999999991", "001", date(2005, 2, 2), centre="0050006E")
ROSTER = (ADA, BEN, CAM, FAR)


def written(text: str, sure: float = 0.98) -> FieldReading:
    """A row of boxes in which `text` is read; a blank is an empty box."""
    rows = np.full((len(text), 10), (1 - sure) / 9, np.float32)
    for k, symbol in enumerate(text):
        rows[k] = 0.1 if symbol == " " else rows[k]
        if symbol != " ":
            rows[k, int(symbol)] = sure
    inked = tuple(symbol != " " for symbol in text)
    return FieldReading(text, sure ** sum(inked), rows, inked)


def sheet(
    label: str | None = None, number: str = " " * 11, registration: str = "   ", born: str = " " * 8
) -> PageReading:
    boxes = {
        "candidate_number": written(number),
        "registration_number": written(registration),
        "birth_day": written(born[:2]),
        "birth_month": written(born[2:4]),
        "birth_year": written(born[4:]),
    }
    return PageReading(
        1, 1, None, Turn.NONE, PageKind.FIRST, "ccyc", label, boxes, None, None, False, 1.0, 200
    )


def owner(*pages: PageReading) -> tuple[str | None, set[str], set[Code]]:
    numbered = [replace(p, page=k) for k, p in enumerate(pages, start=1)]
    (found,) = attribute([[sheet_evidence(p, ROSTER, "0130051K", "U4", PATTERN) for p in numbered]])
    number = found.candidate.number if found.candidate else None
    return number, set(found.by), {f.code for f in found.findings}


def test_label_and_boxes_agree() -> None:
    number, by, findings = owner(sheet(f"U4-{ADA.number}", ADA.number))
    assert number == ADA.number
    assert by == {"label", "candidate_number"}
    assert not findings


def test_two_boxed_fields_agree_without_a_label() -> None:
    number, by, _ = owner(sheet(None, CAM.number, "003", "15092005"))
    assert number == CAM.number
    assert by >= {"candidate_number", "birth_date"}


def test_one_reading_is_never_enough() -> None:
    for alone in (
        sheet(f"U4-{ADA.number}"),
        sheet(None, ADA.number),
        sheet(None, born="12032004"),
    ):
        assert owner(alone) == (None, set(), {Code.UNIDENTIFIED})


def test_the_same_label_on_two_sheets_is_still_one_reading() -> None:
    label = sheet(f"U4-{ADA.number}")
    assert owner(label, label)[0] is None


def test_nothing_written_names_nobody() -> None:
    assert owner(sheet()) == (None, set(), {Code.UNIDENTIFIED})


def test_label_of_one_and_boxes_of_another_wait() -> None:
    number, _, findings = owner(sheet(f"U4-{ADA.number}", BEN.number, "002", "06012005"))
    assert number is None
    assert findings == {Code.LABEL_CONFLICT}


def test_sheets_of_two_candidates_in_one_copy_wait() -> None:
    ada = sheet(f"U4-{ADA.number}", ADA.number, "001", "12032004")
    ben = sheet(f"U4-{BEN.number}", BEN.number, "002", "06012005")
    number, _, findings = owner(ada, ben)
    assert number is None
    assert findings == {Code.MIXED_COPY}


def test_a_slip_of_the_pen_does_not_hide_who_it_is() -> None:
    slip = ADA.number[:-1] + "9"
    assert owner(sheet(f"U4-{ADA.number}", slip, "001", "12032004"))[0] == ADA.number


def test_label_of_another_exam_or_centre_or_of_nobody_waits() -> None:
    boxes = (ADA.number, "001", "12032004")
    assert owner(sheet(f"U7-{ADA.number}", *boxes))[2] == {Code.WRONG_EXAM}
    assert owner(sheet(f"U4-{FAR.number}", FAR.number))[2] == {Code.WRONG_CENTRE}
    assert owner(sheet("U4-02777777777", "02777777777"))[2] == {Code.UNKNOWN_CANDIDATE}


def test_a_stranger_is_said_to_be_one() -> None:
    assert owner(sheet(None, "02777777777", "777", "07071997")) == (None, set(), {Code.UNKNOWN_CANDIDATE})


def test_boxes_alone_tell_a_candidate_of_another_centre() -> None:
    assert owner(sheet(None, FAR.number))[2] == {Code.WRONG_CENTRE}


def test_candidates_of_other_centres_are_no_guesses() -> None:
    (found,) = attribute([[sheet_evidence(sheet(None, FAR.number), ROSTER, "0130051K", "U4", PATTERN)]])
    assert FAR.number not in {g.candidate for g in found.guesses}


def test_sheets_of_one_hand_are_drawn_together_and_others_apart() -> None:
    def evidence(page: PageReading):  # type: ignore[no-untyped-def]
        return sheet_evidence(page, ROSTER, "0130051K", "U4", PATTERN)

    ada, ben = evidence(sheet(None, ADA.number)), evidence(sheet(None, BEN.number))
    assert same_owner(ada, ada) > 0 > same_owner(ada, ben)
    assert same_owner(ada, evidence(sheet())) == 0


def owners(*copies: PageReading, roster: tuple[Candidate, ...]) -> list[str | None]:
    evidence = [[sheet_evidence(p, roster, "0130051K", "U4", PATTERN)] for p in copies]
    return [found.candidate.number if found.candidate else None for found in attribute(evidence)]


TWIN = replace(ADA, number="02214987145", registration="004")
"""Born the same day, one digit away."""
TWINS = (*ROSTER, TWIN)


def test_a_twin_is_told_only_where_more_than_one_digit_tells_or_the_other_twin_is_elsewhere() -> None:
    ada, twin = (sheet(None, c.number, born="12032004") for c in (ADA, TWIN))
    assert owners(ada, roster=TWINS) == [None]
    whole = sheet(f"U4-{TWIN.number}", TWIN.number, "004", "12032004")
    assert owners(ada, whole, roster=TWINS) == [ADA.number, TWIN.number]
    assert owners(ada, twin, roster=TWINS) == [None, None]
    sharp = [
        replace(p, boxes={**p.boxes, "candidate_number": written(c.number, 0.9999)})
        for p, c in ((ada, ADA), (twin, TWIN))
    ]
    assert owners(sharp[0], roster=TWINS) == [None]
    assert owners(*sharp, roster=TWINS) == [ADA.number, TWIN.number]


def test_a_label_alone_is_nobodys_even_when_all_others_have_their_copies() -> None:
    def whole(c: Candidate) -> PageReading:
        return sheet(f"U4-{c.number}", c.number, c.registration, c.birth_date.strftime("%d%m%Y"))

    found = owners(whole(ADA), whole(BEN), sheet(f"U4-{CAM.number}"), sheet(), roster=ROSTER)
    assert found == [ADA.number, BEN.number, None, None]


def test_two_copies_of_one_candidate_are_both_seen_as_his() -> None:
    copy = sheet(f"U4-{ADA.number}", ADA.number, "001", "12032004")
    assert owners(copy, copy, roster=ROSTER) == [ADA.number, ADA.number]


def test_a_twin_who_is_not_on_the_roster_is_not_taken_for_the_one_who_is() -> None:
    """No label; the number is a digit off, the birth date the same."""
    assert owners(sheet(None, TWIN.number, "004", "12032004"), roster=ROSTER) == [None]
    assert owners(sheet(None, TWIN.number, born="12032004"), roster=ROSTER) == [None]


def test_a_number_shifted_by_a_cell_is_still_understood() -> None:
    for shifted in (ADA.number[1:] + " ", " " + ADA.number[:-1]):
        assert owner(sheet(f"U4-{ADA.number}", shifted))[0] == ADA.number


def test_half_a_number_is_no_second_reading() -> None:
    half = ADA.number[:6] + "     "
    assert owner(sheet(None, half, born="12032004"))[0] is None


def test_a_wrong_birth_date_does_not_hide_what_label_and_number_say() -> None:
    assert owner(sheet(f"U4-{ADA.number}", ADA.number, "001", "20052026"))[0] == ADA.number


def lettered(text: str, sure: float = 0.95) -> FieldReading:
    """A row of 24 boxed capitals; a blank is an empty box."""
    text = text[:24].ljust(24)
    rows = np.full((24, 26), (1 - sure) / 25, np.float32)
    for k, letter in enumerate(text):
        rows[k] = 1 / 26 if letter == " " else rows[k]
        if letter != " ":
            rows[k, ord(letter) - ord("A")] = sure
    return FieldReading(text, sure, rows, tuple(letter != " " for letter in text))


def named(page: PageReading, family_name: str, first_names: str = "") -> PageReading:
    names = {"family_name": lettered(family_name), "first_names": lettered(first_names)}
    return replace(page, boxes={**page.boxes, **names})


NOELLE = replace(BEN, family_name="Le Guennec-d'Arçon", first_names="Noëlle Marie-Ève")
NAMES = (replace(ADA, family_name="MARTIN"), NOELLE, replace(CAM, family_name="MARTINEZ"))


def test_a_name_is_a_second_reading_beside_the_label() -> None:
    label = sheet(f"U4-{NOELLE.number}")
    for family_name in ("LE GUENNEC D ARCON", "LEGUENNECDARCON", "LEXGUENNECXDXARCON"):
        for first_names in ("NOELLE MARIE EVE", "NOELLE"):
            page = named(label, family_name, first_names)
            assert owners(page, roster=NAMES) == [NOELLE.number]
        # her brother, who is not enrolled, writes the same
        assert owners(named(label, family_name), roster=NAMES) == [None]
    assert owners(named(label, "MARTIN", "ALIX"), roster=NAMES) == [None]


def test_a_name_alone_names_nobody() -> None:
    assert owners(named(sheet(), "MARTINEZ", "ALIX"), roster=NAMES) == [None]


def test_brothers_are_not_told_by_their_family_name() -> None:
    brothers = (*NAMES, replace(TWIN, first_names="SACHA"))
    assert owners(named(sheet(None, born="12032004"), "MARTIN"), roster=brothers) == [None]
    first = named(sheet(f"U4-{TWIN.number}"), "MARTIN", "SACHA")
    assert owners(first, roster=brothers) == [TWIN.number]


def test_a_long_name_is_cut_at_the_last_cell() -> None:
    long = replace(ADA, family_name="VANDENBROUCKE-DE-LA-ROCHEFOUCAULD")
    page = named(sheet(f"U4-{ADA.number}"), "VANDENBROUCKE DE LA ROCHEFOUCAULD", "ALIX")
    assert owners(page, roster=(long, NOELLE)) == [ADA.number]


def test_a_further_sheet_that_bears_but_another_s_last_name_waits() -> None:
    """Its header is nearly empty, so that it names nobody by itself; but what it says is another's."""
    first = named(sheet(f"U4-{ADA.number}", ADA.number, "001", "12032004"), "MARTIN", "ALIX")

    def seen(last_name: str) -> tuple[str | None, set[Code]]:
        pages = [first, replace(named(sheet(), last_name), page=5)]
        sheets = [sheet_evidence(page, NAMES, "0130051K", "U4", PATTERN) for page in pages]
        (found,) = attribute([sheets])
        return found.candidate.number if found.candidate else None, {f.code for f in found.findings}

    assert seen("LE GUENNEC D ARCON") == (None, {Code.MIXED_COPY})
    assert seen("MARTIN") == seen("") == (ADA.number, set())
