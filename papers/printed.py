"""French text on paper: A4, named by its title, by no author."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from reportlab import platypus
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate

from processors.wording import typeset

STYLES = getSampleStyleSheet()
BODY = STYLES["BodyText"]
ALL, HEAD, ROWS = ((0, 0), (-1, -1)), ((0, 0), (-1, 0)), ((0, 1), (-1, -1))
"""Of a table, whose first row is its head."""
_BOLD = ("FONTNAME", *HEAD, "Helvetica-Bold")
RULED = [
    _BOLD,
    ("LINEBELOW", *HEAD, 1, colors.black),
    ("LINEBELOW", *ROWS, 0.25, colors.grey),
    ("VALIGN", *ALL, "TOP"),
]
GRID = [("GRID", *ALL, 0.4, colors.black), _BOLD]

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


class Paragraph(platypus.Paragraph):  # type: ignore[misc]
    """As reportlab's, of text that is set as French is."""

    def __init__(self, text: str | None, *how: Any, **more: Any) -> None:
        """`text`: None of a paragraph that reportlab cuts at the end of a page."""
        super().__init__(text and typeset(_APOSTROPHE.sub("’", text)), *how, **more)


def printed(story: Sequence[Flowable], title: str) -> bytes:
    """A PDF of as many pages as it takes."""
    out = io.BytesIO()
    beside, above = 20 * mm, 18 * mm
    SimpleDocTemplate(
        out,
        pagesize=A4,
        title=title,
        author="",
        lang="fr",
        leftMargin=beside,
        rightMargin=beside,
        topMargin=above,
        bottomMargin=above,
    ).build(list(story))
    return out.getvalue()


def escaped(text: str) -> str:
    """For a paragraph of reportlab, which reads marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "’")
