"""What lines and cells break: names in narrow columns, headings that are parts of sentences, runs in cells."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from processors.dossiers.cells import sheets_of
from processors.dossiers.facts import facts_of
from processors.dossiers.layout import Line, Page, Word, lines_of
from processors.dossiers.periods import Period
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import OTHER, WORK, Piece, pieces_of
from processors.dossiers.ticks import option_of
from processors.lists.people import Candidate

NAEL = Candidate(
    *("02500000043", "007", "DE KERSAINT", "Nael", date(2005, 5, 2), "0841117H", "0130051K"),
    *("SISR", "scolaire", ("E5", "E6")),
)
UGO = replace(NAEL, number="02500000044", family_name="MARTIN", first_names="Ugo")


def piece(*lines: str) -> Piece:
    (one,) = pieces_of("piece.pdf", [Page(1, 210.0, 297.0, tuple(Line((), line) for line in lines), "text")])
    return one


def written(y: float, cells: Sequence[tuple[float, str]]) -> list[Word]:
    """Cells at mm from the left, their words 2 mm a letter."""
    words = []
    for x, said in cells:
        for word in said.split():
            words.append(Word(word, (x, y, 2.0 * len(word), 3.5)))
            x += 2.0 * len(word) + 1.5
    return words


def test_names_broken_by_a_narrow_column_have_their_own_days() -> None:
    rows = [
        [(60, "ATTESTATION DE STAGE")],
        [(20, "Apt Réseaux atteste que les étudiants suivants ont effectué un stage :")],
        [(20, "DE KERSAINT"), (46, "Lycée Vauban"), (100, "19/05/2025"), (140, "06/06/2025")],
        [(20, "Nael"), (46, "de La Tour-d'Aigues")],
        [(20, "MARTIN"), (46, "Lycée Vauban"), (100, "12/05/2025"), (140, "11/07/2025")],
        [(20, "Ugo"), (46, "de La Tour-d'Aigues")],
    ]
    words = [word for k, row in enumerate(rows) for word in written(40 + 5 * k, row)]
    (one,) = pieces_of("liste.pdf", [Page(1, 210.0, 297.0, lines_of(words), "text")])
    facts = facts_of(one, (NAEL, UGO))
    assert facts.stay.periods == (Period(date(2025, 5, 19), date(2025, 6, 6)),) and not facts.stay.broken
    assert owner_of(one, facts, NAEL, (UGO,)) is Owner.CANDIDATE


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (
            (
                "Nous soussignés, Apt Réseaux, certifions que Nael de Kersaint est employé chez nous en",
                "contrat de professionnalisation depuis le 2 septembre 2024, pour deux ans,",
                "jusqu'au 31 août 2026.",
            ),
            WORK,
        ),
        (("BTS SIO, SESSION 2026", "contrat de professionnalisation"), OTHER),
    ],
)
def test_a_line_of_a_sentence_is_no_heading(lines: Sequence[str], kind: str) -> None:
    assert piece(*lines).kind == kind


def test_struck_runs_of_an_inline_cell_are_no_text() -> None:
    book = openpyxl.Workbook()
    struck = TextBlock(InlineFont(strike=True), "SLAM")
    book.active["A1"] = CellRichText("Option : ", struck, " / SISR")  # openpyxl writes it inline
    out = io.BytesIO()
    book.save(out)
    (page,) = sheets_of(out.getvalue())
    assert page.text == "Option : / SISR" and option_of((page,)) == "SISR"
