"""A name, or a number, that a candidate writes on a page tells the corrector whose it is: the copy waits."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.circular.form import load_form
from processors.findings import Code
from processors.lists.people import Candidate
from processors.plain import plain
from processors.scans.reader import read_scan
from processors.scans.readings import CopyReading, CopyStatus
from specimens.hand import HAND_FONTS, Hand
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf, scan
from specimens.sheet import Press
from tests.processors.written_copy import pages_of

pytestmark = pytest.mark.slow

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM, DPI = "0130051K", "U1", 200
PRESS = Press(FORM, DPI)
TOP, FOOT, SIGNED = (40.0, 11.0), (30.0, 289.0), (110.0, 166.0)


def copy_with(
    tmp_path: Path,
    said: str,
    at: tuple[float, float],
    grain: float = 0.0,
    on: int = 2,
    up: bool = False,
    rules: int | None = None,
) -> tuple[Candidate, CopyReading]:
    """A copy on a page of which (`on`) its candidate has written this; `{family}`, `{first}`, `{number}` …

    `up`: the page's side; `rules`: how light ruled lines are that are printed more plainly.
    """
    rng = np.random.default_rng(2)
    roster = invent_candidates(rng, 4, CENTRE, [EXAM], invent_schools(rng, 2))
    who, hand, pictures = roster[0], Hand(rng), []
    line = said.format(
        family=who.family_name,
        first=who.first_names.title(),
        initial=who.first_names[0],
        number=who.number,
        birth=f"{who.birth_date:%d/%m/%Y}",
        grouped=re.sub(r"(..)(...)(...)(...)", r"\1   \2   \3   \4", who.number),
        other=roster[1].family_name,
        login=plain(who.first_names[0] + who.family_name).replace(" ", ""),
        dotted=plain(f"{who.family_name}.{who.first_names[0]}").replace(" ", ""),
    )
    for k, page in pages_of(who, PRESS, hand, rng, EXAM, 12):
        if k == on:
            for n, part in enumerate(line.split("\n")):
                PRESS.write_line(page, hand, part, (at[0], at[1] + 8 * n), up)
            if rules is not None:
                for y in np.arange(20.0, 275.0, 8.0) * PRESS.px_per_mm:
                    ruled = page.printed[round(y) : round(y) + 2, round(8 * PRESS.px_per_mm) : -60]
                    np.minimum(ruled, rules, out=ruled)
        picture = scan(page, Level.OFFICE, Mode.GRAY, DPI, rng)
        if grain:
            coarse = cv2.GaussianBlur(rng.normal(0, grain, picture.shape), (0, 0), 0.8)
            picture = np.clip(picture + coarse, 0, 255).astype(np.uint8)
        pictures.append(encode(picture, Level.OFFICE, Mode.GRAY, DPI, rng))
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf(pictures, DPI))
    (copy,) = read_scan(path, FORM, FORM.label.payload, roster, CENTRE, EXAM).copies
    return who, copy


@pytest.mark.parametrize("grain", [12.0, 40.0])
def test_a_hand_that_the_small_network_doubts_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grain: float
) -> None:
    """In a poor scan: round letters that touch, of which it makes out too few."""
    (font,) = (font for font in HAND_FONTS if font.stem == "swanky-and-moo-moo")
    monkeypatch.setattr("specimens.hand.HAND_FONTS", (font,) * len(HAND_FONTS))
    _, copy = copy_with(tmp_path, "{first} {family}", FOOT, grain=grain)
    assert Code.NOT_ANONYMOUS in {found.code for found in copy.findings}


@pytest.mark.parametrize("at", [TOP, FOOT, SIGNED], ids=["top", "foot", "signed"])
@pytest.mark.parametrize("said", ["{family} {first}", "{first} {family}", "N° candidat : {number}"])
def test_the_copy_waits_and_the_place_is_shown(tmp_path: Path, said: str, at: tuple[float, float]) -> None:
    who, copy = copy_with(tmp_path, said, at)
    assert copy.candidate == who.number and copy.status is CopyStatus.TO_DECIDE
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]
    *_, box = (shown.box for shown in copy.findings[0].evidence)
    assert box is not None
    x, y, width, height = box
    assert all(side >= 0 and side == round(side, 1) for side in box)  # else the desk cannot name its picture
    assert at[0] - 6 <= x <= at[0] + 6 and y <= at[1] <= y + height and width > 20


@pytest.mark.parametrize("at", [TOP, SIGNED], ids=["top", "signed"])
@pytest.mark.parametrize(
    "said", ["Question 3 suite", "{other} Camille", "0,35 1240 92 17", "BTS SIO option SISR"]
)
def test_what_names_nobody_or_another_says_nothing(
    tmp_path: Path, said: str, at: tuple[float, float]
) -> None:
    _, copy = copy_with(tmp_path, said, at)
    assert copy.status is CopyStatus.COMPLETE and copy.findings == ()


def test_a_family_name_alone_within_an_answer_may_be_a_word(tmp_path: Path) -> None:
    _, copy = copy_with(tmp_path, "{family}", SIGNED)
    assert copy.status is CopyStatus.COMPLETE and copy.findings == ()


def test_the_grain_of_a_poor_scan_is_no_number(tmp_path: Path) -> None:
    """Where nothing is written it is read as anything, none of it likely."""
    _, copy = copy_with(tmp_path, "Question 3 suite", SIGNED, grain=25.0)
    assert copy.status is CopyStatus.COMPLETE and copy.findings == ()


@pytest.mark.parametrize("at", [TOP, SIGNED], ids=["top", "signed"])
def test_a_number_in_groups_is_the_number(tmp_path: Path, at: tuple[float, float]) -> None:
    _, copy = copy_with(tmp_path, "{grouped}", at)
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]


@pytest.mark.parametrize("said", ["{initial}. {family}", "{family} {initial}.", "Mme {family}"])
def test_a_family_name_with_an_initial_or_a_title_signs_an_answer(tmp_path: Path, said: str) -> None:
    _, copy = copy_with(tmp_path, said, SIGNED)
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]


@pytest.mark.parametrize("said", ["login : {login}", "ssh {dotted}@192.168.1.10"])
def test_a_user_name_among_lines_of_code_is_the_name(tmp_path: Path, said: str) -> None:
    _, copy = copy_with(tmp_path, f"enable\n{said}\nno shutdown", SIGNED)
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]


def test_one_of_many_short_lines_is_read(tmp_path: Path) -> None:
    said = "public class Vente\nprivate int numero;\n// auteur : {first} {family}\nint compteur = 0;"
    _, copy = copy_with(tmp_path, said, (30.0, 150.0))
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]


@pytest.mark.parametrize("said", ["{family} {first}", "{first} {family}"])
def test_a_name_in_the_exam_block_is_seen(tmp_path: Path, said: str) -> None:
    who, copy = copy_with(tmp_path, said, (70.0, 82.0), on=1)
    assert copy.candidate == who.number
    assert copy.status is CopyStatus.TO_DECIDE and Code.NOT_ANONYMOUS in {f.code for f in copy.findings}


@pytest.mark.parametrize("rules", [None, 165, 145], ids=lambda gray: f"rules {gray}")
def test_a_name_between_the_short_lines_that_end_a_letter_is_seen(tmp_path: Path, rules: int | None) -> None:
    said = "Cordialement,\n{first} {family}\nTechnicien"
    _, copy = copy_with(tmp_path, said, SIGNED, rules=rules)
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]


@pytest.mark.parametrize(("said", "code"), [("né le {birth}", [Code.NOT_ANONYMOUS]), ("le 12/03/2026", [])])
def test_a_birth_date_is_seen_and_no_other(tmp_path: Path, said: str, code: list[Code]) -> None:
    _, copy = copy_with(tmp_path, said, SIGNED)
    assert [one.code for one in copy.findings] == code


def test_what_is_asked_for_in_the_exam_block_holds_nothing(tmp_path: Path) -> None:
    _, copy = copy_with(tmp_path, "Services informatiques aux organisations", (70.0, 82.0), on=1)
    assert copy.status is CopyStatus.COMPLETE


@pytest.mark.parametrize("at", [(70.0, 9.0), (70.0, 71.5), (60.0, 101.0)], ids=["above", "over", "below"])
def test_a_name_close_to_the_frames_is_seen(tmp_path: Path, at: tuple[float, float]) -> None:
    who, copy = copy_with(tmp_path, "{first} {family}", at, on=1)
    assert copy.candidate == who.number
    assert copy.status is CopyStatus.TO_DECIDE and Code.NOT_ANONYMOUS in {f.code for f in copy.findings}


@pytest.mark.parametrize("at", [(8.0, 131.0), (180.0, 60.0)], ids=["left", "right"])
def test_a_family_name_alone_beside_the_answers_is_seen(tmp_path: Path, at: tuple[float, float]) -> None:
    _, copy = copy_with(tmp_path, "{family}", at)
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]


@pytest.mark.parametrize("x", [6.0, 207.0], ids=["left", "right"])
@pytest.mark.parametrize("said", ["{family} {first}", "N° {number}"])
def test_a_name_up_a_side_is_seen_where_it_stands(tmp_path: Path, said: str, x: float) -> None:
    _, copy = copy_with(tmp_path, said, (x, 200.0), up=True)
    assert [(one.code, one.pages) for one in copy.findings] == [(Code.NOT_ANONYMOUS, (2,))]
    *_, box = (shown.box for shown in copy.findings[0].evidence)
    assert box is not None
    assert box[0] <= x <= box[0] + 12 and box[1] < 200 <= box[1] + box[3] + 6 and box[3] > 20


def test_what_stands_up_a_side_and_names_nobody_says_nothing(tmp_path: Path) -> None:
    _, copy = copy_with(tmp_path, "suite page 3, question 2", (6.0, 200.0), up=True)
    assert copy.status is CopyStatus.COMPLETE and copy.findings == ()
