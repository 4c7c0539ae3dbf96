"""The sheet that goes with a lot (bordereau): its copies by anonymous number, on paper, in French."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from papers.printed import ALL, BODY, RULED, STYLES, Paragraph, escaped, printed
from processors.circular.deadlines import french_instant
from processors.wording import plural


@dataclass(frozen=True)
class LotSheet:
    """`copies`: anonymous number, number of pages and what is noted of it, in the order of the lot."""

    lot: str
    exam: str
    exam_title: str
    copies: Sequence[tuple[str, int, str]]
    closes: datetime  # end of the correction window
    made: datetime


def lot_sheet_pdf(sheet: LotSheet) -> bytes:
    """An A4 PDF. It names nobody: neither candidate nor corrector."""
    pages = sum(count for _, count, _ in sheet.copies)
    rows: list[list[str | Paragraph]] = [["", "Numéro d’anonymat", "Pages", "Observations"]]
    rows += [
        [str(rank), number, str(count), Paragraph(escaped(said), BODY)]
        for rank, (number, count, said) in enumerate(sheet.copies, 1)
    ]
    style = [
        *RULED,
        ("FONTNAME", (1, 1), (1, -1), "Courier"),
        ("TEXTCOLOR", (0, 1), (0, -1), colors.grey),
        ("VALIGN", *ALL, "MIDDLE"),
    ]
    story = [
        Paragraph(f"Bordereau du lot {sheet.lot}", STYLES["Title"]),
        Paragraph(f"{sheet.exam_title} ({sheet.exam})", STYLES["Heading2"]),
        Paragraph(
            f"{plural(len(sheet.copies), 'copie', 'copies')}, {plural(pages, 'page', 'pages')}. "
            f"Correction jusqu'au {french_instant(sheet.closes)}. "
            f"Liste établie le {french_instant(sheet.made)}.",
            BODY,
        ),
        Paragraph(
            "Chaque copie porte le numéro d'anonymat qui nomme son fichier. Une copie illisible ou "
            "incomplète se signale au service de coordination par ce numéro ; ne cherchez pas à identifier "
            "un candidat.",
            BODY,
        ),
        Spacer(1, 6 * mm),
        Table(rows, colWidths=[12 * mm, 48 * mm, 20 * mm, 90 * mm], repeatRows=1, style=style),
    ]
    return printed(story, f"Bordereau du lot {sheet.lot}")
