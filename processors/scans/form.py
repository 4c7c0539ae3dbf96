"""The form file: where everything is printed, in millimetres from the top-left of an upright page."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Alphabet = Literal["digits", "letters"]


class Rectangle(NamedTuple):
    """x, y of the top-left corner, width and height, in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Clockwise from the top left."""
        right, bottom = self.x + self.width, self.y + self.height
        return ((self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom))

    def grown(self, margin: float) -> Rectangle:
        return Rectangle(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)


class Cells(NamedTuple):
    """A row of printed boxes: x, y of the first one, cell width and height, pitch (mm)."""

    x: float
    y: float
    width: float
    height: float
    pitch: float

    def extent(self, count: int) -> Rectangle:
        """The rectangle that holds the first `count` cells."""
        return Rectangle(self.x, self.y, self.pitch * (count - 1) + self.width, self.height)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BoxedField(_Part):
    """A row of boxes for handwriting, one character a cell."""

    label: str = ""
    cells: Cells
    count: int = Field(gt=0, le=40)
    alphabet: Alphabet


class Paper(_Part):
    name: str
    model_text: str
    page_width: float
    page_height: float
    pages_per_sheet: Literal[4]
    a3_recto: tuple[str, str]
    a3_verso: tuple[str, str]


class IdentityBlock(_Part):
    frame: Rectangle
    mask_margin: float
    label_zone: Rectangle
    fields: dict[str, BoxedField]


class ExamBlock(_Part):
    frame: Rectangle
    lines: tuple[str, ...]


class Pagination(_Part):
    """The boxes "n / N", which are found together."""

    page: BoxedField
    total: BoxedField

    @model_validator(mode="after")
    def _is_one_line(self) -> Self:
        page, total = self.page.cells, self.total.cells
        if (page.y, page.width, page.height) != (total.y, total.width, total.height):
            raise ValueError("page and total must stand on one line, in boxes of one size")
        return self


class LabelFormat(_Part):
    symbology: str
    payload: str
    module_width: float
    height: float


class Form(_Part):
    """A paper model, as its form file describes it."""

    form: Paper
    identity: IdentityBlock
    exam_block: ExamBlock
    pagination: Pagination
    label: LabelFormat

    def rows_of(self, alphabet: Alphabet) -> dict[str, BoxedField]:
        """The boxed fields of the identity block that hold these characters, by name."""
        return {name: f for name, f in self.identity.fields.items() if f.alphabet == alphabet}


def load_form(path: Path) -> Form:
    """Read a form file; pydantic's ValidationError names what is wrong in it."""
    return Form.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
