"""French text on paper: A4, named by its title, by no author."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate


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
