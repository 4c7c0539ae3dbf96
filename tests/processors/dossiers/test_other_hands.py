"""What candidates' real papers look like, drawn anew: layouts and wordings that specimens do not draw."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from processors.circular.deadlines import PARIS
from processors.circular.session import load_session
from processors.dossiers.facts import Facts, facts_of
from processors.dossiers.files import unpack
from processors.dossiers.findings import Code
from processors.dossiers.headings import ACHIEVEMENT, ENVIRONMENT, INTERNSHIP, OTHER, SYNTHESIS, WORK
from processors.dossiers.layout import Line, Page
from processors.dossiers.pages import read_pages
from processors.dossiers.periods import Period
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import Piece, pieces_of
from processors.dossiers.reader import read_dossier
from processors.dossiers.signatures import State, signatures_of, state_of
from processors.lists.people import Candidate, Form
from specimens.dossiers import ink
from specimens.dossiers.paper import drawn as pictures

SESSION = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
IN_TIME = datetime(2026, 4, 20, 9, tzinfo=PARIS)
NOLWENN = Candidate(
    *("02500000011", "001", "LE GOFF", "Nolwenn Rose", date(2005, 3, 14), "0841117H", "0130051K"),
    *("SLAM", "scolaire", ("E5", "E6")),
)
Draw = Callable[[Canvas], None]


def typed(*pages: Sequence[str]) -> tuple[Piece, ...]:
    return pieces_of(
        "piece.pdf",
        [
            Page(k, 210.0, 297.0, tuple(Line((), line) for line in lines), "text")
            for k, lines in enumerate(pages, 1)
        ],
    )


def stated(*lines: str, candidate: Candidate = NOLWENN) -> tuple[str, Facts, Owner]:
    (piece,) = typed(lines)
    facts = facts_of(piece, (candidate,))
    return piece.kind, facts, owner_of(piece, facts, candidate)


def pdf(draw: Draw) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(210 * mm, 297 * mm))
    draw(canvas)
    canvas.save()
    return out.getvalue()


def write(canvas: Canvas, x: float, y: float, said: str, size: float = 10) -> None:
    """At mm from the top left."""
    canvas.setFont("Helvetica", size)
    canvas.drawString(x * mm, (297 - y) * mm, said)


def sign(canvas: Canvas, x: float, y: float) -> None:
    picture = ink.signature(np.random.default_rng(4))
    image, (w, h) = ImageReader(ink.png(picture)), ink.size_mm(picture)
    canvas.drawImage(image, x * mm, (297 - y) * mm - h * mm, w * mm, h * mm, mask="auto")


def pieces(data: bytes, name: str = "piece.pdf") -> tuple[Piece, ...]:
    (file,), _ = unpack([(name, data)])
    return pieces_of(file.name, read_pages(file))


def state(data: bytes) -> State:
    (piece,) = pieces(data)
    return state_of(signatures_of(piece), ("organisme d'accueil",))[0]


# ---- which pieces ----


def test_a_note_that_runs_over_to_the_next_page_is_no_piece_of_its_own() -> None:
    (piece,) = typed(
        ["ATTESTATION DE STAGE", "certifie que Nolwenn Le Goff a effectué un stage", "1 À remettre."],
        [
            "2 Pour les candidats qui se présentent au titre de leur activité, ceci sera remplacé par des",
            "certificats de travail.",
        ],
    )
    assert (piece.kind, len(piece.pages)) == (INTERNSHIP, 2)


def test_a_list_of_contents_is_none_of_the_pieces_that_it_names() -> None:
    found = typed(
        ["Dossier E5", "Sommaire", "1. Tableau de synthèse ........ 2", "2. Attestation de stage ........ 3"],
        ["Tableau de synthèse des réalisations professionnelles", "NOM et prénom : LE GOFF Nolwenn"],
    )
    assert [piece.kind for piece in found] == [OTHER, SYNTHESIS]


def test_the_overleaf_of_a_sheet_is_its_second_page_however_long_its_heading() -> None:
    head = "ANNEXE 7-1-B : Fiche descriptive de réalisation professionnelle"
    (sheet,) = typed(
        [f"{head} (recto)", "Nom, prénom : LE GOFF Nolwenn", "Intitulé de la réalisation"],
        [f"{head} (verso, éventuellement pages suivantes)", "Le service a été installé."],
    )
    assert (sheet.kind, len(sheet.pages)) == (ACHIEVEMENT, 2)


def test_the_first_form_of_an_annex_bears_the_annexes_heading_too() -> None:
    (sheet,) = typed(
        [
            *("ANNEXE VII : Déroulement et évaluation de l'épreuve E6", "ANNEXE VII-1-A : Fiche descriptive"),
            *("N° réalisation : 1", "Organisation support de la réalisation professionnelle : Lumival"),
            *("Intitulé de la réalisation professionnelle", "Compétences travaillées"),
        ]
    )
    assert (sheet.kind, sheet.annex) == (ACHIEVEMENT, "VII-1-A")


def test_letters_that_bear_a_stroke_are_those_without() -> None:
    bartek = replace(NOLWENN, family_name="KOWALSKI", first_names="Bartłomiej")
    for written in ("Bartłomiej KOWALSKI", "KOWALSKI BARTLOMIEJ"):
        said = stated("Attestation de stage", written, candidate=bartek)[1].name
        assert sorted((said or "").split()) == ["bartlomiej", "kowalski"]


def test_the_blank_forms_of_a_printed_annex_are_no_pieces() -> None:
    def blank(canvas: Canvas) -> None:
        write(canvas, 80, 25, "ATTESTATION DE STAGE", 14)
        write(canvas, 20, 60, "Nom ou dénomination sociale : ............................")
        write(canvas, 20, 75, "certifie que")
        write(canvas, 20, 90, "Nom : .................. Prénom : ..................")
        write(
            canvas,
            20,
            120,
            "Dates de début et de fin du stage : Du .... / .... / ....... au .... / .... / ....",
        )
        write(canvas, 110, 220, "Signature du représentant de l'organisme d'accueil")

    def filled(canvas: Canvas) -> None:
        write(canvas, 80, 25, "ATTESTATION DE STAGE", 14)
        write(
            canvas, 20, 75, "Nous certifions que Nolwenn Le Goff a été stagiaire du 05/01/2026 au 13/03/2026."
        )
        write(canvas, 110, 220, "Signature du représentant de l'organisme d'accueil")
        sign(canvas, 112, 225)

    def read(*certificates: bytes) -> set[Code]:
        files, said = unpack(tuple((f"{k}.pdf", data) for k, data in enumerate(certificates)))
        exam = SESSION.exam("E5")
        assert exam is not None
        return {found.code for found in read_dossier(files, said, SESSION, exam, NOLWENN, IN_TIME).findings}

    assert read(pdf(filled), pdf(blank)) == {Code.MISSING_PIECE, Code.UNKNOWN_PIECE}  # the table
    assert Code.UNSIGNED_DOCUMENT not in read(pdf(blank))


# ---- whose, where, how long ----


def test_what_is_attested_of_a_thing_names_nobody() -> None:
    kind, facts, owner = stated(
        "CONTRÔLE DE L'ENVIRONNEMENT TECHNOLOGIQUE",
        "Je soussigné, R. Aubanel, atteste que l'environnement décrit ci-dessus est conforme.",
    )
    assert (kind, facts.name, owner) == (ENVIRONMENT, None, Owner.UNSAID)


@pytest.mark.parametrize("of", ["du ou de la CANDIDAT.E", "du (de la) CANDIDAT(E)", "du stagiaire"])
def test_a_name_asked_for_in_the_long_way_is_read(of: str) -> None:
    yanis = replace(NOLWENN, number="02500000028", family_name="OUALID", first_names="Yanis")
    _, facts, owner = stated(
        "ATTESTATION DE STAGE", f"NOM {of} : LE GOFF .........", "PRÉNOMS : Nolwenn", candidate=yanis
    )
    assert (facts.name, owner) == ("le goff nolwenn", Owner.OTHER)


def test_all_first_names_that_are_written_are_read() -> None:
    assert stated("Attestation de stage", "Le Goff Nolwenn Rose")[1].name == "le goff nolwenn rose"
    assert stated("Attestation de stage", "Nolwenn LE GOFF, stagiaire")[1].name == "nolwenn le goff"
    marie_lou = replace(NOLWENN, first_names="Marie-Lou Rose")
    assert (
        stated("Certificat de stage", "Marie-Lou LE GOFF", candidate=marie_lou)[1].name == "marie lou le goff"
    )


def test_of_first_names_that_fit_as_well_the_first_one_counts() -> None:
    nina = replace(NOLWENN, first_names="Nina Rose")
    lines = ("Attestation de stage", "LE GOFF Nina\tOption : SISR", "Rose")
    assert stated(*lines, candidate=nina)[1].name == "le goff nina"


def test_a_contract_that_goes_on_lasts_until_the_certificate_was_made() -> None:
    kind, facts, _ = stated(
        "ATTESTATION D'EMPLOI",
        "Nous soussignés, Lumival, attestons que Nolwenn Le Goff fait partie de nos effectifs",
        "depuis le 02/09/2024 en contrat à durée indéterminée.",
        "Arles, le 2 avril 2026",
    )
    assert (kind, facts.stay.periods) == (WORK, (Period(date(2024, 9, 2), date(2026, 4, 2)),))
    assert facts.company == "lumival"


@pytest.mark.parametrize(
    ("line", "firm"),
    [
        ("Nolwenn a effectué un stage chez Transports Mirande", "transports mirande"),
        ("a été accueillie au sein de Hôpital local des Alpilles en tant que stagiaire", None),
        (
            "au sein de la Communauté de communes du Val Noir du 5 janvier",
            "communaute de communes du val noir",
        ),
        ("DANS L'ENTREPRISE (nom, adresse, n° de téléphone) : Lumival, 12 rue du Port", "lumival"),
        ("Nom (ou Raison Sociale) : Lumival", "lumival"),
        ("Signature de la personne représentant de l'organisme d'accueil deux trimestres", ""),
        ("est à demander auprès de la Sécurité sociale (code de la Sécurité sociale)", ""),
        ("est venue au sein de notre établissement portant sur : la téléphonie", ""),
        ("Nom et adresse de l'entreprise : Lumival, 12 rue du Port", "lumival"),
        ("Studio 13 certifie que Nolwenn Le Goff a effectué un stage", "studio 13"),
        ("Studio 13\ncertifie que\nNolwenn Le Goff", "studio 13"),
        ("R. Aubanel, gérant de Cabinet Vernet et associés, certifie", "cabinet vernet et associes"),
    ],
)
def test_the_firm_is_read_whole(line: str, firm: str | None) -> None:
    _, facts, _ = stated("Attestation de stage", *line.split("\n"), "Du : 19/05/2025 au : 20/06/2025")
    assert facts.company == ("hopital local des alpilles" if firm is None else firm or None)


def test_the_head_of_a_letters_paper_names_the_firm() -> None:
    _, facts, _ = stated("Lumival Systèmes", "3 rue Haute 13001 Marseille", "Attestation de stage")
    assert facts.company == "lumival systemes"


def test_an_x_counts_for_the_label_that_it_stands_nearer_to_in_one_cell() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Tableau de synthèse des réalisations professionnelles"])
    book.active.append(["Centre de formation : CFA", "Option : SISR     X SLAM"])
    book.save(out)
    (piece,) = pieces(out.getvalue(), "tableau.xlsx")
    assert facts_of(piece, (NOLWENN,)).option == "SLAM"


# ---- a form as a picture, its values typed over it ----


@pytest.mark.slow
def test_values_typed_over_a_picture_of_the_form_are_read_with_its_labels() -> None:
    def model(canvas: Canvas) -> None:
        write(canvas, 80, 25, "ATTESTATION DE STAGE", 14)
        write(canvas, 20, 60, "Nom ou dénomination sociale :")
        write(canvas, 20, 75, "certifie que")
        write(canvas, 20, 90, "Nom :")
        write(canvas, 110, 90, "Prénom :")
        write(canvas, 20, 105, "a effectué un stage prévu dans le cadre de ses études")
        write(canvas, 20, 120, "Dates de début et de fin du stage : Du")
        write(canvas, 120, 120, "au")
        write(canvas, 110, 220, "Nom, fonction et signature du représentant de l'organisme d'accueil")

    (blank,) = pictures(pdf(model), 150)

    def filled(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.fromarray(blank)), 0, 0, 210 * mm, 297 * mm)
        write(canvas, 72, 60, "Lumival")
        write(canvas, 34, 90, "LE GOFF")
        write(canvas, 128, 90, "Nolwenn")
        write(canvas, 88, 120, "05/01/2026")
        write(canvas, 128, 120, "06/02/2026")
        sign(canvas, 115, 225)

    (piece,) = pieces(pdf(filled))
    facts = facts_of(piece, (NOLWENN,))
    assert (piece.kind, facts.name, facts.company) == (INTERNSHIP, "le goff nolwenn", "lumival")
    assert facts.stay.periods == (Period(date(2026, 1, 5), date(2026, 2, 6)),)


# ---- signatures ----


def letter(*, right: float | None = None, signed_at: tuple[float, float] | None = None) -> Draw:
    def draw(canvas: Canvas) -> None:
        write(canvas, 80, 30, "ATTESTATION DE STAGE", 14)
        write(
            canvas,
            25,
            60,
            "Je soussigné, R. Aubanel, certifie que Nolwenn Le Goff a effectué un stage chez nous",
        )
        if right is not None:
            write(canvas, right, 100, "Le responsable")
        if signed_at:
            sign(canvas, *signed_at)

    return draw


def test_a_signature_under_a_label_at_the_right_edge_may_begin_left_of_it() -> None:
    assert state(pdf(letter(right=176, signed_at=(118, 105)))) is State.SIGNED
    assert state(pdf(letter(right=176))) is State.ABSENT


def two_columns(*, signed: bool) -> Draw:
    """A sentence at the left that ends close to the name of who signs, and lower lines that end in « le »."""

    def draw(canvas: Canvas) -> None:
        letter()(canvas)
        write(canvas, 108, 222, "Nom, fonction et signature de la personne")
        write(canvas, 108, 227, "représentant de l'organisme d'accueil")
        for k in range(9):
            write(
                canvas, 20, 217.5 + 3.5 * k, "ainsi que la durée totale du stage et du montant pour le", 8.5
            )
        write(canvas, 99, 235, "R. Aubanel, président")
        if signed:
            sign(canvas, 130, 240)

    return draw


def test_the_next_columns_sentences_do_not_end_a_zone() -> None:
    assert state(pdf(two_columns(signed=True))) is State.SIGNED
    assert state(pdf(two_columns(signed=False))) is State.ABSENT


def framed(*, signed: bool) -> Draw:
    def draw(canvas: Canvas) -> None:
        letter()(canvas)
        canvas.roundRect(18 * mm, (297 - 252) * mm, 82 * mm, 42 * mm, 4 * mm)
        write(canvas, 22, 216, "CACHET DE L'ENTREPRISE")
        write(canvas, 22, 221, "(obligatoire)")
        if signed:
            sign(canvas, 30, 224)

    return draw


def test_the_round_corners_of_a_frame_are_no_signature() -> None:
    assert state(pdf(framed(signed=False))) is State.ABSENT
    assert state(pdf(framed(signed=True))) is State.SIGNED


def test_a_bracket_s_rest_is_no_signature() -> None:
    def draw(canvas: Canvas) -> None:
        letter()(canvas)
        write(canvas, 110, 180, "Signature du représentant de l'organisme")
        canvas.arc(150 * mm, (297 - 193) * mm, 152.4 * mm, (297 - 189.5) * mm, -80, 160)

    assert state(pdf(draw)) is State.ABSENT


def test_large_print_above_the_zone_is_no_ink() -> None:
    def draw(canvas: Canvas) -> None:
        for k in range(30):
            write(
                canvas,
                20,
                60 + 3 * k,
                "La durée est appréciée en tenant compte de la présence du stagiaire",
                6,
            )
        write(canvas, 80, 30, "ATTESTATION DE STAGE", 14)
        write(canvas, 20, 155, "MONTANT DE LA GRATIFICATION", 14)
        write(canvas, 110, 180, "Signature du représentant de l'organisme")

    assert state(pdf(draw)) is State.ABSENT


@pytest.mark.slow
def test_a_black_box_on_paper_is_ticked_and_an_empty_one_beside_it_is_not() -> None:
    def sheet(canvas: Canvas) -> None:
        write(canvas, 30, 30, "Description d'une réalisation professionnelle", 14)
        write(canvas, 30, 60, "Nom, prénom : LE GOFF Nolwenn")
        write(canvas, 30, 90, "Modalité :")
        canvas.rect(56 * mm, (297 - 90) * mm, 1.8 * mm, 1.8 * mm)
        write(canvas, 59, 90, "Seul(e)")
        canvas.rect(80 * mm, (297 - 90.4) * mm, 3 * mm, 3 * mm, fill=1)
        write(canvas, 83.6, 90, "En équipe")

    (picture,) = pictures(pdf(sheet), 200)
    (piece,) = pieces(
        pdf(lambda c: c.drawImage(ImageReader(Image.fromarray(picture)), 0, 0, 210 * mm, 297 * mm))
    )
    assert facts_of(piece, (NOLWENN,)).team == "team"


# ---- CCF ----


def test_an_unreadable_file_of_who_owes_nothing_is_said_all_the_same() -> None:
    files, said = unpack((("abimee.pdf", pdf(letter())[:400]), ("lettre.pdf", pdf(letter()))))
    exam = SESSION.exam("E5")
    assert exam is not None
    owing_nothing = replace(NOLWENN, form=Form.CCF)
    reading = read_dossier(files, said, SESSION, exam, owing_nothing, IN_TIME)
    assert [found.code for found in reading.findings] == [Code.NOT_OWED, Code.UNREADABLE_PIECE]
