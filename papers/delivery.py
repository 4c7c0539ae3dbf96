"""The receipt of a delivery (reçu de remise): what was handed over, how much, when and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from papers.printed import ALL, BODY, RULED, STYLES, Paragraph, escaped, printed
from processors.circular.deadlines import french_instant


@dataclass(frozen=True)
class Delivery:
    """`facts`: each line by its name; `columns` and `rows`: what was delivered, one by one.

    It names no candidate: a corrector gets it, too.
    """

    title: str
    of: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    issued: datetime


def delivery_pdf(delivery: Delivery) -> bytes:
    """An A4 PDF."""
    facts = [
        [Paragraph(escaped(name), BODY), Paragraph(f"<b>{escaped(text)}</b>", BODY)]
        for name, text in delivery.facts
    ]
    head = [Paragraph(f"<b>{escaped(name)}</b>", BODY) for name in delivery.columns]
    rows = [[Paragraph(escaped(text), BODY) for text in row] for row in delivery.rows]
    story = [
        Paragraph(escaped(delivery.title), STYLES["Title"]),
        Paragraph(escaped(delivery.of), STYLES["Heading2"]),
        Table(facts, colWidths=[66 * mm, 104 * mm], style=_PLAIN, hAlign="LEFT"),
        Spacer(1, 6 * mm),
        Table(
            [head, *rows], repeatRows=1, style=[*RULED, _FLUSH], hAlign="LEFT", colWidths=_widths(len(head))
        ),
        Spacer(1, 6 * mm),
        Paragraph(f"Établi le {french_instant(delivery.issued)}, d’après le journal de massicot.", BODY),
    ]
    return printed(story, delivery.title)


def _widths(columns: int) -> list[float]:
    """The first is as wide as two of the others."""
    each = 170 * mm / (columns + 1)
    return [2 * each, *[each] * (columns - 1)]


_FLUSH = ("LEFTPADDING", *ALL, 0)
_PLAIN = [("VALIGN", *ALL, "TOP"), _FLUSH, ("BOTTOMPADDING", *ALL, 1)]
