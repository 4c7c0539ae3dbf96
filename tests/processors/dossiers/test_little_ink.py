"""On paper: which little ink is a signature, and which is a name that somebody wrote and nothing else."""

from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import pytest

from processors.dossiers.layout import DPI, Page, Word, lines_of
from processors.dossiers.pieces import pieces_of
from processors.dossiers.signatures import State, signatures_of, state_of
from processors.scans.readings import Gray
from specimens.dossiers import ink

PX = DPI / 25.4
ASKED = "Signature et cachet de l'entreprise"
TITLE = "Le directeur technique"
NAMES = "Nom, fonction et signature du responsable"
INITIALS = (((0, 8), (1, 1), (4, 6), (2, 5)), ((6, 8), (8, 0), (11, 7), (7, 4)))
SMALL = (((0, 4), (3, 0), (5, 6), (8, 1), (10, 5), (14, 3)),)


def blank() -> Gray:
    return np.full((round(297 * PX), round(210 * PX)), 250, np.uint8)


def stroke(gray: Gray, *parts: tuple[tuple[float, float], ...], at: tuple[float, float]) -> None:
    """Through points in mm from `at`."""
    for part in parts:
        points = np.array([[round((at[0] + x) * PX), round((at[1] + y) * PX)] for x, y in part])
        cv2.polylines(gray, [points], False, 50, 2, cv2.LINE_AA)


def write(gray: Gray, seed: int, at: tuple[float, float]) -> None:
    """A name by hand."""
    drawn = ink.handwriting(np.random.default_rng(seed), "Laurent Escoffier")
    wide, high = (round(side * PX) for side in ink.size_mm(drawn))
    name = cv2.resize(np.asarray(drawn)[..., 3], (wide, high), interpolation=cv2.INTER_AREA)
    x, y = round(at[0] * PX), round(at[1] * PX)
    part = gray[y : y + high, x : x + wide]
    part[:] = np.minimum(part, 250 - name * 0.8)


STATED = "certifie que Nolwenn Le Goff a effectué un stage dans nos locaux", (20.0, 60.0)


def state(
    gray: Gray, label: str, stated: tuple[str, tuple[float, float]] = STATED, *, speck: float = 0.0
) -> State:
    """`speck`: so many mm over the label's first word, and taken for a part of it."""
    said = [(60.0, 30.0, "ATTESTATION DE STAGE"), (*stated[1], stated[0]), (110.0, 180.0, label)]
    words = [
        Word(word, (x + 15 * k, y, 13, 3), 0.95) for x, y, line in said for k, word in enumerate(line.split())
    ]
    if speck:
        k = next(k for k, word in enumerate(words) if word.text == label.split()[0])
        x, y, w, h = words[k].box
        words[k] = replace(words[k], box=(x, y - speck, w, h + speck))
    page = Page(1, 210, 297, lines_of(words), "ocr", source=lambda _: gray)
    (piece,) = pieces_of("piece.pdf", (page,))
    return state_of(signatures_of(piece), ("organisme d'accueil",))[0]


@pytest.mark.parametrize("strokes", [INITIALS, SMALL], ids=["initials", "small"])
def test_strokes_larger_than_letters_are_a_signature(
    strokes: tuple[tuple[tuple[float, float], ...], ...],
) -> None:
    page = blank()
    stroke(page, *strokes, at=(118, 192))
    assert state(page, ASKED) is State.SIGNED


@pytest.mark.parametrize("seed", [1, 2, 4])
@pytest.mark.parametrize("label", [ASKED, NAMES])
def test_a_name_by_hand_alone_may_be_no_signature(label: str, seed: int) -> None:
    page = blank()
    write(page, seed, (116, 190))
    assert state(page, label) is State.DOUBTFUL


@pytest.mark.parametrize("label", [ASKED, TITLE, NAMES, ""])
def test_a_name_by_hand_and_a_signature_are_one(label: str) -> None:
    page = blank()
    write(page, 1, (116, 190))
    stroke(page, *SMALL, at=(120, 199))
    assert state(page, label) is State.SIGNED


LETTERS = (((0, 8), (2.5, 0), (5, 8), (3.8, 5), (1.2, 5)), ((11, 1), (8, 0), (6.5, 4), (8, 8), (11, 7)))


def test_initials_under_a_letter_that_asks_for_nothing_are_a_signature() -> None:
    page = blank()
    stroke(page, *LETTERS, at=(118, 192))
    assert state(page, "") is State.SIGNED


@pytest.mark.parametrize(("times", "told"), [(1.0, State.DOUBTFUL), (1.8, State.SIGNED)])
def test_a_large_hand_under_a_printed_name_signs_a_letter(times: float, told: State) -> None:
    """« D. Teissier » with a flourish, in letters; as small as a name it may be no more than that."""
    page = blank()
    for letter in range(6):
        part = ((0, 0), (0.4 * times, 4 * times), (3 * times, 3.4 * times), (2.6 * times, 0.4))
        stroke(page, part, at=(118 + 4 * letter * times, 192))
    assert state(page, "Denis Teissier") is told


def test_who_signs_at_the_right_end_of_a_wide_cell_signs_it() -> None:
    page = blank()
    for x in (105.0, 201.0):
        stroke(page, ((x, 175), (x, 225)), at=(0, 0))
    stroke(page, *SMALL, at=(186, 192))
    assert state(page, "Cachet") is State.SIGNED


def test_a_speck_over_a_printed_word_makes_no_handwriting_of_it() -> None:
    page = blank()
    for letter in range(8):
        stroke(page, ((0, 0), (1.5, 2.8), (0.2, 2.8)), at=(110.3 + 1.6 * letter, 180))
    assert state(page, ASKED) is State.ABSENT
    stroke(page, ((0, 0), (0.3, 0.3)), at=(114, 176.5))
    assert state(page, ASKED, speck=3.6) is State.ABSENT


def test_what_is_left_of_a_framed_stamp_is_no_name() -> None:
    """The letters that were not read, and the frame's upright side: its level ones are rules."""
    page = blank()
    for row in range(3):
        write(page, 1, (120, 192 + 4 * row))
    stroke(page, ((0, 0), (0.5, 13), (1.5, 13), (1, 0)), at=(116, 191))
    assert state(page, ASKED) is State.SIGNED


def test_nobody_signs_under_what_the_firm_certifies() -> None:
    """« L'entreprise atteste que … » is no label: what stands by hand under it are dates."""
    page = blank()
    write(page, 1, (30, 112))
    sentence = "L'entreprise atteste que l'étudiante a effectué son stage", (20.0, 105.0)
    assert state(page, ASKED, sentence) is State.ABSENT


def test_the_trainee_signs_a_column_beside_the_firms() -> None:
    page = blank()
    stroke(page, *SMALL, *INITIALS, at=(24, 192))
    assert state(page, ASKED) is State.DOUBTFUL
    assert state(page, ASKED, ("Le stagiaire", (20.0, 180.0))) is State.ABSENT


def test_the_grain_of_a_shadow_all_over_a_zone_is_no_signature() -> None:
    gray = blank()
    for x, y in product(range(100, 165, 6), range(142, 250, 6)):
        stroke(gray, ((0, 0), (1, 1.4)), ((0, 1.4), (1, 0)), at=(x, y))
    assert state(gray, ASKED) is not State.SIGNED
