"""The cover sheet of a pile (bordereau de numérisation): on paper, in French, and never scanned itself."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from papers.printed import Paragraph, printed
from processors.circular.deadlines import Deadline
from processors.circular.session import Centre, Exam, Session


def cover_sheet_pdf(
    session: Session, exam: Exam, centre: Centre, due: Deadline, expected: int, present: int | None
) -> bytes:
    """The A4 sheet that lies on a pile until it is scanned. It names no candidate.

    `expected`: candidates enrolled; `present`: those who came, None to have it filled in by hand.
    """
    story = [
        Paragraph("Bordereau de numérisation", _TITLE),
        Paragraph(escape(session.title), _BODY),
        Spacer(1, 5 * mm),
        Table([[Paragraph("Ne pas numériser cette feuille avec les copies.", _WARNING)]], style=_FRAME),
        Spacer(1, 5 * mm),
        _lines(
            {
                "Centre": f"{centre.name}, {centre.city} ({centre.uai})",
                "Épreuve": f"{exam.code} – {exam.title}",
                "Délai": f"Les copies numérisées se déposent {due}.",
                "Candidats inscrits": str(expected),
                "Candidats présents": "" if present is None else str(present),
            }
        ),
        Paragraph("À vérifier", _HEADING),
        Table([[_BOX, Paragraph(check, _BODY)] for check in _CHECKS], colWidths=["6%", "94%"], style=_TICKED),
        Paragraph("Numérisation", _HEADING),
        _lines({"Nom de l'opérateur": "", "Date et heure": "", "Signature": ""}, above=9 * mm),
    ]
    return printed(story, f"Bordereau de numérisation {exam.code} {centre.uai}")


def _lines(said: Mapping[str, str], above: float = 2 * mm) -> Table:
    """What each line is called and what it says; nothing: it is for the pen."""
    rows = [[Paragraph(name, _NAME), Paragraph(escape(text), _BODY)] for name, text in said.items()]
    return Table(rows, colWidths=["22%", "78%"], style=[*_RULED, ("TOPPADDING", *_ALL, above)])


_CHECKS = (
    "Les feuilles doubles sont massicotées au pli.",
    "Le scanner est réglé sur 300 points par pouce (dpi), jamais moins de 200.",
    "Il numérise recto verso et garde toutes les pages, même blanches.",
    "Les copies se suivent, et dans chacune les pages sont dans l'ordre.",
    "La pile donne un seul fichier PDF ou plusieurs ; une copie est tout entière dans l'un d'eux.",
)

_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14)
_NAME = ParagraphStyle("name", _BODY, textColor=colors.dimgrey)
_BOLD = ParagraphStyle("bold", _BODY, fontName="Helvetica-Bold")
_TITLE = ParagraphStyle("title", _BOLD, fontSize=22, leading=28)
_HEADING = ParagraphStyle("heading", _BOLD, fontSize=14, leading=18, spaceBefore=8 * mm, spaceAfter=2 * mm)
_WARNING = ParagraphStyle("warning", _BOLD, fontSize=15, leading=19, alignment=TA_CENTER)

_ALL, _FIRST = ((0, 0), (-1, -1)), ((0, 0), (0, -1))
_FRAME = [
    ("BOX", *_ALL, 1.5, colors.black),
    ("TOPPADDING", *_ALL, 3 * mm),
    ("BOTTOMPADDING", *_ALL, 4 * mm),
]
_RULED = [
    ("VALIGN", *_ALL, "TOP"),
    ("LINEBELOW", *_ALL, 0.5, colors.grey),
    ("LEFTPADDING", *_FIRST, 0),
    ("BOTTOMPADDING", *_ALL, 5),
]
_TICKED = [("VALIGN", *_ALL, "TOP"), ("LEFTPADDING", *_FIRST, 0), ("TOPPADDING", *_FIRST, 4.5)]
_BOX = Table([[""]], 4 * mm, 4 * mm, style=[("BOX", *_ALL, 1, colors.black)], hAlign="LEFT")
