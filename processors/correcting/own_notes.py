"""A corrector's private notes: areas and words laid over a copy's pages, never in the copy itself."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.annotations import Highlight, Text
from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_YELLOW = "ffe552"
_SIGN = 18  # points: of the sign where a note without an area stands


class OwnNote(BaseModel):
    """`page`: by its rank, from 1; `area`: left, top, width and height as shares of the page, upright; None:
    of the page as a whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: Annotated[int, Field(ge=1, le=10_000)]
    area: tuple[Share, Share, Share, Share] | None = None
    text: Annotated[str, Field(max_length=2000)] = ""


class OwnNotes(BaseModel):
    """Of one copy, by one corrector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notes: Annotated[tuple[OwnNote, ...], Field(max_length=300)] = ()


def said_of(notes: Iterable[OwnNote]) -> str:
    """The words of a copy's notes, for a list."""
    return " ; ".join(f"p. {one.page} : {one.text}" for one in notes if one.text)


def with_notes(pdf: bytes, notes: Iterable[OwnNote]) -> bytes:
    """The copy as a PDF whose annotations are these; any reader shows them, and can take them off."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for one in notes:
        if one.page > len(writer.pages):
            continue
        left, top, width, height = one.area or (0.03, 0.02, 0.0, 0.0)
        (x0, y0), (x1, y1) = (
            _point(writer.pages[one.page - 1], *at) for at in ((left, top), (left + width, top + height))
        )
        box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if one.area is None:
            sign = Text(rect=(box[0], box[1] - _SIGN, box[0] + _SIGN, box[1]), text=one.text)
            writer.add_annotation(one.page - 1, sign)
            continue
        corners = (box[0], box[3], box[2], box[3], box[0], box[1], box[2], box[1])
        quad = ArrayObject([FloatObject(value) for value in corners])
        mark = Highlight(rect=box, quad_points=quad, highlight_color=_YELLOW)
        if one.text:
            mark[NameObject("/Contents")] = TextStringObject(one.text)
        writer.add_annotation(one.page - 1, mark)
    writer.write(out := io.BytesIO())
    return out.getvalue()


def _point(page: PageObject, across: float, down: float) -> tuple[float, float]:
    """Where a point of the page as it is shown lies in the page as it is written."""
    box = page.cropbox
    across, down = {0: (across, 1 - down), 90: (down, across), 180: (1 - across, down)}.get(
        page.rotation % 360, (1 - down, 1 - across)
    )
    return float(box.left) + across * float(box.width), float(box.bottom) + down * float(box.height)
