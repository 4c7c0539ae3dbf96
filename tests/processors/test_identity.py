"""Whose copy: two independent readings must agree, or a person decides."""

from __future__ import annotations

from datetime import date

import numpy as np

from processors.findings import Code
from processors.people import Candidate
from processors.scans.identity import attribute, same_owner, sheet_evidence
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
    found = attribute([sheet_evidence(p, ROSTER, "0130051K", "U4", PATTERN) for p in pages])
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
    assert by == {"candidate_number", "registration_number", "birth_date"}


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
    assert findings == {Code.LABEL_CONFLICT}


def test_a_slip_of_the_pen_does_not_hide_who_it_is() -> None:
    slip = ADA.number[:-1] + "9"
    assert owner(sheet(f"U4-{ADA.number}", slip, "001"))[0] == ADA.number


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
    found = attribute([sheet_evidence(sheet(None, FAR.number), ROSTER, "0130051K", "U4", PATTERN)])
    assert FAR.number not in {g.candidate for g in found.guesses}


def test_sheets_of_one_hand_are_drawn_together_and_others_apart() -> None:
    def evidence(page: PageReading):  # type: ignore[no-untyped-def]
        return sheet_evidence(page, ROSTER, "0130051K", "U4", PATTERN)

    ada, ben = evidence(sheet(None, ADA.number)), evidence(sheet(None, BEN.number))
    assert same_owner(ada, ada) > 0 > same_owner(ada, ben)
    assert same_owner(ada, evidence(sheet())) == 0
