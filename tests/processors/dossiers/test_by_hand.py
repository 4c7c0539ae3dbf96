"""Certificates on paper that were filled in by hand: whose they are, and their weeks, by a second reader."""

from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from processors.circular.session import load_session
from processors.dossiers.by_hand import with_writing
from processors.dossiers.facts import facts_of
from processors.dossiers.findings import Code
from processors.dossiers.grounds import ReadPiece, judge
from processors.dossiers.layout import DPI, Page, Word, lines_of
from processors.dossiers.periods import Period
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import Piece, pieces_of
from processors.lists.people import Candidate

pytestmark = pytest.mark.slow

PX = DPI / 25.4
HAND = Path("specimens/fonts/delius.woff2")
UNTIL = date(2026, 4, 22)
FIRST, SECOND = ("19/05/2025", "20/06/2025", "5"), ("05/01/2026", "13/02/2026", "6")
Stay = tuple[str, str, str]


def person(family: str, first: str, number: str = "02500000011") -> Candidate:
    return Candidate(
        *(number, "001", family, first, date(2005, 3, 14), "0841117H", "0130051K"),
        *("SLAM", "scolaire", ("E5", "E6")),
    )


OWN, OTHER = person("ESCOFFIER", "Laurence"), person("MARCHETTI", "Bruno", "02500000022")


def certificate(whose: Candidate, stay: Stay, seen: Stay = ("u/#", "u/#", "u/#"), hand: Path = HAND) -> Piece:
    """Optical reading has made out the labels; of the handwriting, what is `seen` of the stay."""
    image = Image.new("L", (round(210 * PX), round(297 * PX)), 250)
    pen, words = ImageDraw.Draw(image), []
    (first, last, weeks), (first_seen, last_seen, weeks_seen) = stay, seen
    rows = (
        (60, (("ATTESTATION DE STAGE", "", ""),)),
        (80, (("Nom et prénom :", f"{whose.family_name} {whose.first_names}", "u/#"),)),
        (100, (("Période de stage : du", first, first_seen), ("au", last, last_seen))),
        (115, (("Nombre de semaines :", weeks, weeks_seen),)),
    )
    for y, parts in rows:
        x = 20.0
        for label, written, noise in parts:
            for text, path, size in ((label, "specimens/fonts/arimo.woff2", 3.6), (written, hand, 5.0)):
                font = ImageFont.truetype(str(path), round(size * PX))
                pen.text((x * PX, y * PX), text, 30, font=font, anchor="ls")
                if path != hand:
                    for word in text.split():
                        words.append(Word(word, (x, y - 3, font.getlength(word) / PX, 3.5), 0.95))
                        x += font.getlength(f"{word} ") / PX
                elif text:
                    wide = font.getlength(text) / PX
                    words.append(Word(noise, (x + 2, y - 3, wide - 4, 4), 0.2))
                    x += wide + 6
    gray = cv2.GaussianBlur(np.asarray(image), (0, 0), 0.6)
    (piece,) = pieces_of("piece.pdf", (Page(1, 210, 297, lines_of(words), "ocr", source=lambda _: gray),))
    return piece


def read(piece: Piece, candidate: Candidate = OWN) -> ReadPiece:
    facts = facts_of(piece, (candidate,))
    facts, owner = with_writing(piece, facts, owner_of(piece, facts, candidate), candidate, (OTHER,), UNTIL)
    return ReadPiece(piece, facts, owner, (), dated=True)


def codes(*stays: Stay) -> set[Code]:
    session = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
    rules, rule = session.exam("E5"), session.dossier_rule("E5", "SLAM", "scolaire")
    assert rules is not None and rule is not None
    pieces = [read(certificate(OWN, stay)) for stay in stays]
    return {found.code for found in judge(pieces, rule, rules, "SLAM", unread=False)}


def test_a_certificate_that_bears_the_candidates_name_by_hand_is_the_candidates() -> None:
    assert read(certificate(OWN, FIRST)).owner is Owner.CANDIDATE


def test_one_that_bears_another_name_is_not() -> None:
    assert read(certificate(person("VILLARD", "Mathieu"), FIRST)).owner is not Owner.CANDIDATE
    assert read(certificate(OTHER, FIRST)).owner is not Owner.CANDIDATE


def test_weeks_by_hand_that_are_counted_beside_are_known() -> None:
    stay = read(certificate(OWN, SECOND)).facts.stay
    assert stay.periods == (Period(date(2026, 1, 5), date(2026, 2, 13)),)


@pytest.mark.parametrize("hand", ["nothing-you-could-do", "zeyada"])
@pytest.mark.parametrize("dates", [("05/01/2026", "13/02/2026"), ("5 janvier 2026", "13 février 2026")])
def test_weeks_that_nobody_counts_beside_are_known_where_they_are_clear(
    dates: tuple[str, str], hand: str
) -> None:
    stay = read(certificate(OWN, (*dates, ""), hand=Path(f"specimens/fonts/{hand}.woff2"))).facts.stay
    assert stay.periods == (Period(date(2026, 1, 5), date(2026, 2, 13)),)


def test_a_date_that_optical_reading_alone_sees_so_is_left_to_a_person() -> None:
    written, seen = ("03/06/2025", "26/06/2025", ""), ("03/04/2025", "26/06/2025", "u/#")
    assert read(certificate(OWN, written, seen)).facts.stay.periods == ()
    as_written = ("03/06/2025", "26/06/2025", "u/#")
    assert read(certificate(OWN, written, as_written)).facts.stay.periods == (
        Period(date(2025, 6, 3), date(2025, 6, 26)),
    )


def test_a_number_of_weeks_by_hand_that_was_misread_is_no_ground() -> None:
    unread = ("..", "..", "7"), ("u/#", "u/#", "3")
    session = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
    rules, rule = session.exam("E5"), session.dossier_rule("E5", "SLAM", "scolaire")
    found = judge([read(certificate(OWN, *unread))], rule, rules, "SLAM", unread=False)
    assert {Code.DOUBTFUL_INTERNSHIP} <= {one.code for one in found}
    assert Code.INTERNSHIP_TOO_SHORT not in {one.code for one in found}


@pytest.mark.parametrize(
    "stay",
    [
        pytest.param(("16/10/2025", "07/11/2025", ""), id="the 16th, not the 6th"),
        pytest.param(("19/05/2025", "20/06/2025", "7"), id="so many weeks are not counted beside"),
        pytest.param(("21/05/2025", "19/06/2025", "5"), id="from a Wednesday to a Thursday"),
    ],
)
def test_other_days_by_hand_are_left_to_a_person(stay: Stay) -> None:
    assert read(certificate(OWN, stay)).facts.stay.periods == ()


def test_two_stays_by_hand_are_enough_and_too_short_ones_are_no_ground() -> None:
    assert not codes(FIRST, SECOND) & {Code.DOUBTFUL_INTERNSHIP, Code.INTERNSHIP_TOO_SHORT}
    short = codes(("19/05/2025", "06/06/2025", "3"), SECOND)
    assert Code.DOUBTFUL_INTERNSHIP in short and Code.INTERNSHIP_TOO_SHORT not in short
