"""What lines and cells break: names in narrow columns, sentences that look like headings, runs in cells."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import openpyxl
import pikepdf
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from processors.dossiers.cells import sheets_of
from processors.dossiers.facts import facts_of
from processors.dossiers.files import DepositedFile, FileKind
from processors.dossiers.headings import OTHER, WORK
from processors.dossiers.layout import Line, Page, Word, lines_of
from processors.dossiers.pages import read_pages
from processors.dossiers.periods import Period
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import Piece, pieces_of
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


def laid(name: str, *rows: tuple[float, Sequence[tuple[float, str]]]) -> Piece:
    """A piece whose text stands at mm from the top, then from the left."""
    words = [word for y, row in rows for word in written(y, row)]
    (one,) = pieces_of(name, [Page(1, 210.0, 297.0, lines_of(words), "text")])
    return one


@pytest.mark.parametrize("begin", [100, 73])  # a column of its own, or close to the one before
def test_names_broken_by_a_narrow_column_have_their_own_days(begin: float) -> None:
    rows = [
        [(60, "ATTESTATION DE STAGE")],
        [(20, "Apt Réseaux atteste que les étudiants suivants ont effectué un stage :")],
        [(20, "DE KERSAINT"), (46, "Lycée Vauban"), (begin, "19/05/2025"), (140, "06/06/2025")],
        [(20, "Nael"), (46, "de La Tour-d'Aigues")],
        [(20, "MARTIN"), (46, "Lycée Vauban"), (begin, "12/05/2025"), (140, "11/07/2025")],
        [(20, "Ugo"), (46, "de La Tour-d'Aigues")],
    ]
    one = laid("liste.pdf", *((40 + 5 * k, row) for k, row in enumerate(rows)))
    facts = facts_of(one, (NAEL, UGO))
    assert facts.stay.periods == (Period(date(2025, 5, 19), date(2025, 6, 6)),) and not facts.stay.broken
    assert owner_of(one, facts, NAEL, (UGO,)) is Owner.CANDIDATE


def test_names_in_the_middle_of_their_cells_belong_to_the_row_beside() -> None:
    one = laid(
        "liste.pdf",
        (40, [(60, "ATTESTATION DE STAGE")]),
        (46, [(20, "Les étudiants suivants ont effectué un stage :")]),
        (52, [(20, "N°"), (34, "Nom et prénom"), (100, "Du"), (140, "Au")]),
        (58, [(34, "DE KERSAINT")]),
        (60.5, [(20, "1"), (100, "19/05/2025"), (140, "06/06/2025")]),
        (63, [(34, "Nael")]),
        (69, [(20, "2"), (24, "MARTIN Ugo"), (100, "12/05/2025"), (140, "11/07/2025")]),
    )
    facts = facts_of(one, (NAEL, UGO))
    assert facts.stay.periods == (Period(date(2025, 5, 19), date(2025, 6, 6)),) and not facts.stay.broken


def test_rows_whose_labels_begin_in_lower_case_stay_apart() -> None:
    one = laid(
        "stage.pdf",
        (40, [(60, "ATTESTATION DE STAGE")]),
        (46, [(20, "Convention signée le"), (90, "10/03/2025")]),
        (52, [(20, "stage effectué du"), (90, "19/05/2025")]),
        (58, [(20, "au"), (90, "06/06/2025")]),
    )
    assert facts_of(one, (NAEL, UGO)).stay.periods == (Period(date(2025, 5, 19), date(2025, 6, 6)),)


def test_a_row_below_a_period_is_another() -> None:
    one = laid(
        "stage.pdf",
        (40, [(60, "ATTESTATION DE STAGE")]),
        (46, [(20, "Période"), (90, "du 19/05/2025 au 06/06/2025")]),
        (52, [(20, "Tuteur"), (90, "Rémi Aubert")]),
    )
    assert one.in_rows.splitlines()[1:] == ["Période\tdu 19/05/2025 au 06/06/2025", "Tuteur\tRémi Aubert"]


@pytest.mark.parametrize(
    "rows",
    [
        [
            (60, [(20, "Intitulé de la réalisation"), (100, "Supervision du parc de")]),
            (65, [(20, "professionnelle"), (100, "postes (4)")]),
        ],
        [
            (60, [(100, "Supervision du parc de")]),
            (62.5, [(20, "Intitulé de la réalisation")]),
            (65, [(100, "postes (4)")]),
        ],
        [(60, [(20, "Intitulé de la réalisation : Supervision du parc de postes")]), (65, [(20, "(4)")])],
    ],
)
def test_a_title_that_its_cell_breaks_is_whole(
    rows: Sequence[tuple[float, Sequence[tuple[float, str]]]],
) -> None:
    one = laid(
        "fiche.pdf",
        (40, [(30, "Fiche descriptive de réalisation professionnelle")]),
        *rows,
        (71, [(20, "Période de réalisation"), (100, "du 19/05/2025 au 20/06/2025")]),
    )
    assert facts_of(one, (NAEL,)).title == "supervision du parc de postes (4)"


def test_a_font_that_does_not_tell_its_ascent_keeps_its_commas_on_their_lines() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    canvas.setFont("Vera", 10)
    canvas.drawString(60, 700, "un stage du 26 mai 2025, le matin, au 27 juin 2025.")
    canvas.save()
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
                one.Ascent, one.Descent = 1, -180  # as pdfium finds them, where a file says 0
        out = io.BytesIO()
        pdf.save(out)
    (page,) = read_pages(DepositedFile("stage.pdf", FileKind.PDF, out.getvalue()))
    assert page.text == "un stage du 26 mai 2025, le matin, au 27 juin 2025."


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
        (
            (
                "Nous soussignés, Apt Réseaux, certifions que Nael de Kersaint est employé chez nous",
                "en",
                "contrat de professionnalisation depuis le 2 septembre 2024,",
                "jusqu'au 31 août 2026.",
            ),
            WORK,
        ),
        (("BTS SIO, SESSION 2026", "contrat de professionnalisation"), OTHER),
    ],
)
def test_a_line_of_a_sentence_is_no_heading(lines: Sequence[str], kind: str) -> None:
    assert piece(*lines).kind == kind


def test_an_address_that_breaks_at_its_hyphen_is_whole() -> None:
    table = piece(
        "Tableau de synthèse des réalisations professionnelles",
        "Adresse URL du portfolio : https://nael\x02",
        "kersaint.example/",
    )
    assert facts_of(table, (NAEL,)).portfolio == "https://nael-kersaint.example/"


def test_struck_runs_of_an_inline_cell_are_no_text() -> None:
    book = openpyxl.Workbook()
    struck = TextBlock(InlineFont(strike=True), "SLAM")
    book.active["A1"] = CellRichText("Option : ", struck, " / SISR")  # openpyxl writes it inline
    out = io.BytesIO()
    book.save(out)
    (page,) = sheets_of(out.getvalue())
    assert page.text == "Option : / SISR" and option_of((page,)) == "SISR"
