"""The list that goes with the sheets of an oral épreuve as they are handed in, in French. It names nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from papers.printed import Paragraph, escaped, printed
from processors.circular.deadlines import french_instant
from processors.circular.exam import Exam
from processors.orals.sheets import OralSheet, SheetKind

_GRID = [("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]


def hand_in_list(
    exam: Exam,
    owed: Sequence[OralSheet],
    back: Collection[OralSheet],
    addressed: Sequence[str],
    at: datetime,
) -> bytes:
    """`addressed`: lines of the address, as the session says; `back`: what came so far."""
    styles = getSampleStyleSheet()
    body = styles["BodyText"]
    due, came = Counter(one.kind for one in owed), Counter(one.kind for one in back)
    rows = [["Feuilles", "Dues", "Rendues"]]
    rows += [[kind.said, str(due[kind]), str(came[kind])] for kind in SheetKind]
    lacking = missing_sheets(owed, back)
    story: list[Flowable] = [
        Paragraph("Bordereau d’envoi", styles["Title"]),
        Paragraph(escaped(f"{exam.code}, {exam.title}"), styles["Heading2"]),
        Paragraph(f"État du {french_instant(at)}.", body),
        *(Paragraph(escaped(line), body) for line in addressed),
        Spacer(1, 5 * mm),
        Table(rows, colWidths=[90 * mm, 30 * mm, 30 * mm], style=_GRID),
        Spacer(1, 5 * mm),
        Paragraph("Rien ne manque." if not lacking else "Il manque :", body),
        *(Paragraph(f"• {escaped(said)}", body) for said in lacking),
    ]
    return printed(story, f"Bordereau d’envoi, {exam.code}")


def missing_sheets(owed: Sequence[OralSheet], back: Collection[OralSheet]) -> list[str]:
    """A line for each panel and kind, in French."""
    lacking = Counter((one.panel, one.kind) for one in owed if one not in back)
    order = list(SheetKind)
    return [
        f"jury n° {panel} : {kind.said}" + (f" ({count})" if count > 1 else "")
        for (panel, kind), count in sorted(lacking.items(), key=lambda of: (of[0][0], order.index(of[0][1])))
    ]
