"""The list that goes with the sheets of an oral épreuve as they are handed in, in French. It names nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from papers.printed import BODY, GRID, STYLES, Paragraph, escaped, printed
from processors.circular.deadlines import french_instant
from processors.circular.exam import Exam
from processors.orals.sheets import OralSheet, SheetKind


def hand_in_list(
    exam: Exam,
    owed: Sequence[OralSheet],
    back: Collection[OralSheet],
    addressed: Sequence[str],
    at: datetime,
) -> bytes:
    """`addressed`: lines of the address, as the session says; `back`: what came so far."""
    due, came = Counter(one.kind for one in owed), Counter(one.kind for one in back)
    rows = [["Feuilles", "Dues", "Rendues"]]
    rows += [[kind.said, str(due[kind]), str(came[kind])] for kind in SheetKind]
    lacking = missing_sheets(owed, back)
    story: list[Flowable] = [
        Paragraph("Bordereau d’envoi", STYLES["Title"]),
        Paragraph(escaped(f"{exam.code}, {exam.title}"), STYLES["Heading2"]),
        Paragraph(f"État du {french_instant(at)}.", BODY),
        *(Paragraph(escaped(line), BODY) for line in addressed),
        Spacer(1, 5 * mm),
        Table(rows, colWidths=[90 * mm, 30 * mm, 30 * mm], style=GRID),
        Spacer(1, 5 * mm),
        Paragraph("Rien ne manque." if not lacking else "Il manque :", BODY),
        *(Paragraph(f"• {escaped(said)}", BODY) for said in lacking),
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
