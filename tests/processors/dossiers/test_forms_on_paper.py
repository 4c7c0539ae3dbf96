"""Forms on paper: rows that ask for a signature, labels read without confidence, boxes read as letters."""

from collections.abc import Sequence
from datetime import date

import cv2
import numpy as np
import pytest

from processors.dossiers.boxes import DPI as BOXES_DPI
from processors.dossiers.facts import facts_of
from processors.dossiers.layout import DPI, Page, Word, lines_of
from processors.dossiers.periods import Period, read_stay
from processors.dossiers.pieces import Piece, pieces_of
from processors.dossiers.signature_zones import Role
from processors.dossiers.signatures import State, signatures_of, state_of
from processors.scans.readings import Gray

PX = DPI / 25.4
HEAD = ((60.0, 30.0, "ATTESTATION DE STAGE"), (20.0, 60.0, "certifie que Nolwenn Le Goff a fait un stage"))
SCRAWL = ((0, 6), (4, 0), (7, 7), (11, 1), (14, 6), (20, 2), (24, 5))
Said = tuple[float, float, str]


def blank(dpi: float = DPI) -> Gray:
    return np.full((round(297 * dpi / 25.4), round(210 * dpi / 25.4)), 250, np.uint8)


def draw(gray: Gray, *points: tuple[float, float], dpi: float = DPI) -> None:
    """Through points in mm."""
    px = dpi / 25.4
    cv2.polylines(gray, [np.array([[round(x * px), round(y * px)] for x, y in points])], False, 40, 2)


def scrawl(gray: Gray, left: float, top: float) -> None:
    draw(gray, *((left + x, top + y) for x, y in SCRAWL))


def read(gray: Gray, said: Sequence[Said], unsure: Sequence[str] = ()) -> Piece:
    """Words of 13 mm, each printed where it was read; optical reading hardly made out the `unsure` ones."""
    words = [
        Word(word, (x + 15 * k, y, 13, 3), 0.3 if word in unsure else 0.95)
        for x, y, line in (*HEAD, *said)
        for k, word in enumerate(line.split())
    ]
    for word in words:
        x, y, w, h = word.box
        draw(gray, *((x + step, y + h * (k % 2)) for k, step in enumerate(np.arange(0, w, 1.5))))
    (piece,) = pieces_of("piece.pdf", (Page(1, 210, 297, lines_of(words), "ocr", source=lambda _: gray),))
    return piece


def form(*, signed: bool, shadow: bool = False) -> Piece:
    """Two rows of two cells, the second one for a signature; a `shadow` on all that lies left of its end."""
    gray = blank()
    for y in (180, 190, 225):
        draw(gray, (15, y), (195, y))
    for x in (15, 75, 195):
        draw(gray, (x, 180), (x, 225))
    if signed:
        scrawl(gray, 120, 194)
    if shadow:
        across = np.interp(np.arange(gray.shape[1]) / PX, (76, 90), (0.78, 1.0))
        gray = (gray * across).astype(np.uint8)
    return read(gray, [(18, 183, "Fait à"), (80, 183, "Apt le 28/06/2025"), (18, 205, "Signature et cachet")])


@pytest.mark.parametrize("signed", [True, False])
def test_a_forms_row_is_signed_in_the_cell_beside_its_label(*, signed: bool) -> None:
    state, _ = state_of(signatures_of(form(signed=signed)), ("organisme d'accueil",))
    assert state is (State.SIGNED if signed else State.ABSENT)


@pytest.mark.parametrize("signed", [True, False])
def test_a_shadow_over_the_labels_hides_no_wall_of_their_cells(*, signed: bool) -> None:
    piece = form(signed=signed, shadow=True)
    state, _ = state_of(signatures_of(piece), ("organisme d'accueil",))
    assert state is (State.SIGNED if signed else State.ABSENT)


def three_cells(*, unsure: Sequence[str] = ()) -> Piece:
    """The trainee's and the firm's are empty, the school's is signed."""
    gray = blank()
    scrawl(gray, 150, 192)
    labels = ((18.0, "Le stagiaire"), (70.0, "L'entreprise d'accueil"), (140.0, "Visa de l'établissement"))
    return read(gray, [(x, 180.0, label) for x, label in labels], unsure)


@pytest.mark.parametrize("unsure", [(), ("L'entreprise", "d'accueil")])
def test_a_label_that_is_hardly_read_is_no_ink_and_the_schools_visa_not_the_firms(
    unsure: Sequence[str],
) -> None:
    signatures = signatures_of(three_cells(unsure=unsure))
    assert state_of(signatures, ("organisme d'accueil",))[0] is State.ABSENT
    assert state_of(signatures, ("centre de formation",))[0] is State.SIGNED


def test_what_a_label_says_between_is_no_ink_however_unsurely_it_is_read() -> None:
    said = [(18.0, 180.0, "Signature du chef d'établissement et cachet")]
    signatures = signatures_of(read(blank(), said, unsure=("chef", "d'établissement")))
    assert state_of(signatures, ("centre de formation",))[0] is State.ABSENT


def test_the_rule_of_a_bent_sheet_is_no_ink() -> None:
    gray = blank()
    draw(gray, (20, 205), (35, 203.6), (50, 202.7))
    signatures = signatures_of(read(gray, [(18.0, 180.0, "Signature et cachet")]))
    assert [signature.state for signature in signatures] == [State.ABSENT]


def test_the_candidate_signs_beside_the_centre() -> None:
    gray = blank()
    scrawl(gray, 25, 192)
    piece = read(gray, [(18, 180, "Le candidat ou la candidate"), (130, 180, "Signature du responsable")])
    assert [s.role for s in signatures_of(piece) if s.state is State.SIGNED] == [Role.CANDIDATE]


def test_a_contract_runs_from_the_day_since_which_it_does_to_its_end() -> None:
    said = (
        "Fait le 18/03/2026 à Apt. Noé Martin est salarié depuis le 16/09/2024 dans le cadre d'un contrat "
        "de professionnalisation qui prend fin le 31/08/2026."
    )
    assert read_stay(said, open_ended=True).periods == (Period(date(2024, 9, 16), date(2026, 8, 31)),)


@pytest.mark.parametrize("ticked", ["SISR", "SLAM"])
def test_a_box_that_was_read_as_the_last_letter_of_its_label_is_a_box(ticked: str) -> None:
    gray = blank(BOXES_DPI)
    words = [Word("Option", (20, 60, 12, 3), 0.9)]
    for x, label, junk in ((40.0, "SISR", "O"), (70.0, "SLAM", "E")):
        draw(
            gray,
            (x + 10, 59.5),
            (x + 14, 59.5),
            (x + 14, 63.5),
            (x + 10, 63.5),
            (x + 10, 59.5),
            dpi=BOXES_DPI,
        )
        if label == ticked:
            draw(gray, (x + 10.3, 59.8), (x + 13.7, 63.2), dpi=BOXES_DPI)
            draw(gray, (x + 13.7, 59.8), (x + 10.3, 63.2), dpi=BOXES_DPI)
        words.append(Word(label + junk, (x, 59.5, 14, 4), 0.5))
    title = [
        Word(word, (20 + 15 * k, 30, 13, 3))
        for k, word in enumerate(("TABLEAU", "DE", "SYNTHÈSE", "DES", "RÉALISATIONS", "PROFESSIONNELLES"))
    ]
    page = Page(1, 210, 297, lines_of([*title, *words]), "ocr", source=lambda _: gray)
    (piece,) = pieces_of("piece.pdf", (page,))
    assert facts_of(piece, ()).option == ticked


def test_a_rule_under_a_date_that_was_read_as_a_letter_is_none() -> None:
    said = "Période : du _26/05/25 au _27/06/25 soit _5 semaines"
    stay = read_stay(said)
    assert (stay.periods, stay.weeks_said) == ((Period(date(2025, 5, 26), date(2025, 6, 27)),), 5)
