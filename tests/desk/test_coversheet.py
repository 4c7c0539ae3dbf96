"""The cover sheet of a pile, as it comes out of the printer."""

from pathlib import Path

import pypdfium2

from papers.cover_sheet import cover_sheet_pdf
from processors.circular.session import load_session

SESSION = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
U4, U7 = SESSION.exam("U4"), SESSION.exam("U7")
CENTRE = SESSION.centre("0130051K")


def text_of(pdf):
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_the_cover_sheet_says_what_the_pile_is_and_when_it_is_due():
    pdf = cover_sheet_pdf(SESSION, U7, CENTRE, U7.scan_deadline.deadline, 27, 25)
    text = " ".join(text_of(pdf).split())
    for said in (
        "Lycée Marie Curie, Marseille (0130051K)",
        "U7 – Cybersécurité des services informatiques",
        "jusqu'au vendredi 22 mai 2026 à 23:59",
        "Ne pas numériser cette feuille avec les copies.",
        "Candidats inscrits 27 Candidats présents 25",
    ):
        assert said in text


def test_who_came_is_left_to_the_pen_when_unknown():
    lines = text_of(cover_sheet_pdf(SESSION, U7, CENTRE, U7.scan_deadline.deadline, 27, None)).split("\r\n")
    assert "None" not in " ".join(lines)
    assert lines[lines.index("Candidats présents") + 1] == "À vérifier"


def test_the_cover_sheet_stays_one_page_whatever_the_names():
    exam = U4.model_copy(update={"title": "Économie & droit <tronc commun> " * 5})
    centre = CENTRE.model_copy(
        update={"name": "Lycée général et technologique " * 4, "city": "Aix & Marseille"}
    )
    pdf = cover_sheet_pdf(SESSION, exam, centre, U4.scan_deadline.deadline, 1200, 1199)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    text = " ".join(text_of(pdf).split())
    assert "Aix & Marseille" in text and "<tronc commun>" in text
