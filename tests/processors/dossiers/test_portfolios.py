"""What was seen on the papers that students publish, drawn anew: tables, scales, obliques, who signs."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import openpyxl
import pytest
from openpyxl.styles import Font
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from processors.dossiers.files import unpack
from processors.dossiers.headings import SYNTHESIS
from processors.dossiers.layout import DPI, Page, Word, lines_of
from processors.dossiers.pages import read_pages
from processors.dossiers.periods import Period, read_stay
from processors.dossiers.pieces import pieces_of
from processors.dossiers.signatures import State, signatures_of, state_of
from processors.dossiers.ticks import option_of
from processors.scans.readings import Gray
from specimens.dossiers import ink

pytestmark = pytest.mark.slow

Draw = Callable[[Canvas], None]


def pages(draw: Draw, width: float = 210, height: float = 297) -> tuple[Page, ...]:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width * mm, height * mm))
    draw(canvas)
    canvas.save()
    (file,), _ = unpack([("piece.pdf", out.getvalue())])
    return read_pages(file)


def write(canvas: Canvas, x: float, y: float, said: str, size: float = 10) -> None:
    """At mm from the top left."""
    canvas.setFont("Helvetica", size)
    canvas.drawString(x * mm, (297 - y) * mm, said)


def sign(canvas: Canvas, x: float, y: float) -> None:
    picture = ink.signature(np.random.default_rng(4))
    image, (w, h) = ImageReader(ink.png(picture)), ink.size_mm(picture)
    canvas.drawImage(image, x * mm, (297 - y) * mm - h * mm, w * mm, h * mm, mask="auto")


def state(read: tuple[Page, ...]) -> State:
    (piece,) = pieces_of("piece.pdf", read)
    return state_of(signatures_of(piece), ("organisme d'accueil",))[0]


def table(canvas: Canvas) -> None:
    write(canvas, 20, 20, "BTS SERVICES INFORMATIQUES AUX ORGANISATIONS - SESSION 2026", 11)
    write(canvas, 40, 28, "Tableau de synthèse des réalisations professionnelles", 10)
    write(canvas, 20, 36, "NOM et prénom : LE GOFF Nolwenn", 9)
    for column in range(12):  # its heads run up the page, and hold most of its letters
        canvas.saveState()
        canvas.translate((60 + 8 * column) * mm, 170 * mm)
        canvas.rotate(90)
        canvas.setFont("Helvetica", 5)
        canvas.drawString(
            0, 0, "Mettre en place et vérifier les niveaux d'habilitation associés à un service"
        )
        canvas.restoreState()


@pytest.mark.parametrize("degrees", [0, 90])
def test_a_table_stands_as_its_headings_do(degrees: int) -> None:
    def drawn(canvas: Canvas) -> None:
        if degrees:
            canvas.translate(297 * mm, 0)
            canvas.rotate(degrees)
        table(canvas)

    (piece,) = pieces_of("t.pdf", pages(drawn, *((297, 210) if degrees else (210, 297))))
    assert piece.kind == SYNTHESIS
    assert "NOM et prénom : LE GOFF Nolwenn" in piece.text


def test_oblique_print_is_print() -> None:
    def drawn(canvas: Canvas) -> None:
        text = canvas.beginText()
        text.setFont("Helvetica", 9)
        text.setTextTransform(1, 0, 0.2, 1, 20 * mm, 200 * mm)
        text.textOut("La demande est à faire par l'étudiant dans les deux années qui suivent")
        canvas.drawText(text)

    (line,) = pages(drawn)[0].lines
    assert line.text.startswith("La demande est à faire")
    assert not any(word.askew for word in line.words)


def test_a_page_larger_than_a3_is_measured_as_the_sheet_that_it_pictures() -> None:
    (page,) = pages(lambda canvas: canvas.drawString(400 * mm, 900 * mm, "Tableau de synthèse"), 840, 1188)
    assert (round(page.width), round(page.height)) == (210, 297)
    assert page.gray is not None and page.gray.shape[0] == pytest.approx(297 / 25.4 * DPI, abs=2)
    assert page.lines[0].box[0] == pytest.approx(100, abs=1)


def test_a_workbooks_symbol_font_has_boxes_where_others_have_letters() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Tableau de synthèse", "Option :", "¨", "SISR", "þ", "SLAM"])
    for cell in (sheet["C1"], sheet["E1"]):
        cell.font = Font(name="Wingdings")
    out = io.BytesIO()
    book.save(out)
    (file,), _ = unpack([("t.xlsx", out.getvalue())])
    (page,) = read_pages(file)
    assert page.lines[0].cells[2:] == ("☐", "SISR", "☒", "SLAM")
    assert option_of([page]) == "SLAM"


def test_an_x_that_is_typed_over_a_box_ticks_it() -> None:
    def at(x: float, said: str, wide: float) -> Word:
        return Word(said, (x, 30, wide, 3))

    words = [at(20, "☐", 2), at(23, "SISR", 7), at(60, "x", 4), at(61, "☐", 2), at(64, "SLAM", 8)]
    assert option_of([Page(1, 210, 297, lines_of(words), "text")]) == "SLAM"


def test_something_laid_over_one_of_two_printed_boxes_ticks_it() -> None:
    def drawn(_: float) -> np.ndarray:
        gray = np.full((2339, 1654), 255, np.uint8)  # at 200 dpi
        for x in (20, 60):
            cv2.rectangle(gray, (int(x * 7.87), 240), (int(x * 7.87) + 14, 254), 0, 2)
        cv2.line(gray, (470, 236), (490, 258), 0, 4)
        cv2.line(gray, (490, 236), (470, 258), 0, 4)
        return gray

    words = [
        Word(said, (x, 30, w, 3))
        for x, said, w in ((20, "☐", 2), (23, "SISR", 7), (60, "☐", 2), (63, "SLAM", 8))
    ]
    assert option_of([Page(1, 210, 297, lines_of(words), "text", source=drawn)]) == "SLAM"


def test_who_signs_is_named_in_print_between_the_label_and_the_signature() -> None:
    def drawn(canvas: Canvas) -> None:
        write(canvas, 70, 40, "ATTESTATION DE STAGE", 14)
        write(
            canvas, 20, 60, "certifie que Nolwenn Le Goff a effectué un stage du 5 janvier au 6 février 2026"
        )
        write(canvas, 110, 180, "Nom, fonction et signature de la personne")
        write(canvas, 110, 185, "représentant de l'organisme d'accueil")
        write(canvas, 110, 193, "Samuel Gaillard-Pinchon - Directeur de projet")
        sign(canvas, 125, 200)

    assert state(pages(drawn)) is State.SIGNED


@pytest.mark.parametrize(("signs", "right"), [(True, State.SIGNED), (False, State.ABSENT)])
def test_a_letter_dated_at_its_head_is_signed_at_its_foot(signs: bool, right: State) -> None:
    def drawn(canvas: Canvas) -> None:
        write(canvas, 20, 30, "Lumival SARL")
        write(canvas, 130, 60, "À Istres, le 27/04/2026")
        write(canvas, 20, 80, "Objet : attestation de travail de Madame Nolwenn LE GOFF")
        write(
            canvas,
            20,
            100,
            "Je soussigné, Karim Delmas, atteste et certifie que Madame Nolwenn LE GOFF est employée",
        )
        write(canvas, 20, 106, "en tant qu'apprentie au sein de notre société depuis le 07/10/2024.")
        write(canvas, 20, 120, "Pour faire valoir ce que de droit.")
        write(canvas, 140, 180, "Karim Delmas")
        if signs:
            sign(canvas, 140, 195)

    assert state(pages(drawn)) is right


@pytest.mark.parametrize(("tall", "right"), [(5, State.DOUBTFUL), (15, State.SIGNED)])
def test_a_name_by_hand_where_name_and_signature_are_due_may_be_the_name_alone(
    tall: int, right: State
) -> None:
    gray = np.full((round(297 / 25.4 * DPI), round(210 / 25.4 * DPI)), 255, np.uint8)
    for k in range(9):  # letters, or strokes that no letter has
        x, y = 720 + 34 * k, round(210 / 25.4 * DPI)
        cv2.ellipse(gray, (x, y), (13, round(tall / 2 / 25.4 * DPI)), 20, 30, 330, 0, 3)
    label = [
        Word(said, (110 + 14 * k, 190, 12, 3), 0.95)
        for k, said in enumerate(("Nom,", "fonction", "et", "signature"))
    ]
    head = [
        Word(said, (60 + 30 * k, 30, 28, 5), 0.95) for k, said in enumerate(("ATTESTATION", "DE", "STAGE"))
    ]
    page = Page(1, 210, 297, lines_of([*head, *label]), "ocr", source=lambda _: gray)
    assert state((page,)) is right
    assert state((replace(page, read_by="text"),)) is State.SIGNED


def test_where_no_label_is_read_every_page_on_paper_is_looked_at_and_the_last_one_of_a_program() -> None:
    """Signed on the first page, with the tutor's list of what was done overleaf."""
    empty = np.full((round(297 / 25.4 * DPI), round(210 / 25.4 * DPI)), 255, np.uint8)
    signed = empty.copy()
    for k in range(9):
        cv2.ellipse(signed, (720 + 34 * k, 1240), (13, 44), 20, 30, 330, 0, 3)
    head = [Word(said, (60 + 30 * k, 30, 28, 5), 0.95) for k, said in enumerate(("ATTESTATION", "STAGE"))]

    def seen(read_by: str, first: Gray) -> State:
        return state(
            (
                Page(1, 210, 297, lines_of(head), read_by, source=lambda _: first),
                Page(2, 210, 297, (), read_by, source=lambda _: empty),
            )
        )

    assert (seen("ocr", signed), seen("ocr", empty)) == (State.SIGNED, State.ABSENT)
    assert seen("text", signed) is State.ABSENT


@pytest.mark.parametrize("signs", [True, False])
def test_a_page_that_bears_nothing_but_the_signature_is_looked_at(signs: bool) -> None:
    def drawn(canvas: Canvas) -> None:
        write(canvas, 20, 60, "Par la présente, nous attestons avoir accueilli Nolwenn LE GOFF en stage.")
        write(canvas, 20, 110, "Fait à La Ciotat, le 03/07/2025")
        canvas.showPage()
        write(canvas, 150, 285, "page 2")
        if signs:
            sign(canvas, 30, 20)
        canvas.showPage()

    first, last = pages(drawn)
    assert state((first, replace(last, read_by="text"))) is (State.SIGNED if signs else State.ABSENT)


def test_a_contract_has_its_term_in_a_sentence_of_its_own() -> None:
    said = "Son contrat d'apprentissage a débuté le 07/10/2024. Son terme est fixé pour le 31/08/2026."
    assert read_stay(said, open_ended=True).periods == (Period(date(2024, 10, 7), date(2026, 8, 31)),)


def test_dates_spread_over_dots_of_every_kind() -> None:
    said = "Du ..05…. / 01.… /.2026….... . au .13 / 02 / 2026........"
    assert read_stay(said).periods == (Period(date(2026, 1, 5), date(2026, 2, 13)),)


def test_the_option_that_a_form_was_left_with_is_ticked_alone() -> None:
    def option(row: str) -> str | None:
        words = [Word(said, (20 + 12 * k, 30, 10, 3)) for k, said in enumerate(row.split())]
        return option_of([Page(1, 210, 297, lines_of(words), "text")])

    assert (option("Option : ☒ SISR"), option("Option : ☐ SISR")) == ("SISR", None)


def test_what_a_tutor_certifies_of_situations_goes_on_with_the_certificate() -> None:
    def typed(number: int, *lines: str) -> Page:
        words = [
            Word(word, (20 + 12 * k, 30 + 8 * row, 10, 3))
            for row, line in enumerate(lines)
            for k, word in enumerate(line.split())
        ]
        return Page(number, 210, 297, lines_of(words), "text")

    (piece,) = pieces_of(
        "piece.pdf",
        [
            typed(1, "ATTESTATION DE STAGE", "certifie que Nolwenn Le Goff a effectué un stage"),
            typed(2, "Le tuteur certifie que les situations professionnelles listées", "lors de son stage"),
        ],
    )
    assert [page.number for page in piece.pages] == [1, 2]
